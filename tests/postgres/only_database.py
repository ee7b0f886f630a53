"""A pytest plugin: keep the tests that touch the database. `pytest -p tests.postgres.only_database`

The suite runs whole on SQLite; what differs on PostgreSQL can only show in tests that talk to it. Browser tests are
left to the first run: what the database answers a page is tested without a browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "django_db_reset_sequences", "live_server"})


def touches_database(fixtures: Iterable[str], marks: Iterable[str], bases: Iterable[str]) -> bool:
    """Whether a test with these fixtures, marks and base classes talks to Django's database."""
    if "browser" in marks:
        return False
    return "django_db" in marks or bool(DATABASE_FIXTURES & set(fixtures)) or "TransactionTestCase" in bases


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left_out = [], []
    for item in items:
        bases = [base.__name__ for base in getattr(getattr(item, "cls", None), "__mro__", ())]
        marks = [mark.name for mark in item.iter_markers()]
        (kept if touches_database(getattr(item, "fixturenames", ()), marks, bases) else left_out).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
