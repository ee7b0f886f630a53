"""The articles as the mirror keeps them, in one pass and without making records of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.models import Client
from mapping.models import SourceRecord


def article_rows(client: Client) -> Iterator[Mapping[str, Any]]:
    """The stored content of each article that Sage has; fields at their defaults are left out."""
    rows = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    yield from rows.order_by().values_list("data", flat=True).iterator(chunk_size=2000)
