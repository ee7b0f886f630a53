"""How many queries something takes that concern certain tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, models
from django.test.utils import CaptureQueriesContext


def queries_of(act: Callable[[], Any], *tables: type[models.Model]) -> int:
    """Of `act`, those that name one of the models' tables."""
    with CaptureQueriesContext(connection) as asked:
        act()
    names = [f'"{table._meta.db_table}"' for table in tables]
    return sum(any(name in query["sql"] for name in names) for query in asked)
