"""The stored lines of one run, a few hundred at a time, in a time that grows with the run and no faster.

A run may have 200,000 lines. Asked for the next few hundred of it, or for a few hundred of its keys, SQLite goes
through all of them each time (it keeps no statistics that would make it choose another index): minutes of nothing. So
a run is gone through once, for the ids of its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from django.db.models import QuerySet

from sync_portal.sync.bindings import Place
from sync_portal.sync.models import Change

_BATCH = 500


def in_parts(rows: QuerySet[Change]) -> Iterator[list[Change]]:
    """The lines in the order of these rows."""
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), _BATCH):
        found = Change.objects.in_bulk(ids[start : start + _BATCH])
        yield [found[one] for one in ids[start : start + _BATCH] if one in found]


class ByPlace:
    """Lines found by their (kind, key): of two with the same one the later. Some 100 bytes for each."""

    def __init__(self, rows: QuerySet[Change]) -> None:
        self._rows = rows.order_by("pk")

    @cached_property
    def _ids(self) -> dict[int, int]:
        # By the hash of their place, which takes no room for the keys. Two that share one are told apart in `find`.
        return {hash((kind, key)): pk for pk, kind, key in self._rows.values_list("pk", "kind", "key").iterator()}

    def find(self, places: Iterable[Place]) -> dict[Place, Change]:
        """Those of these places that have a line."""
        wanted = set(places)
        ids = [self._ids[one] for one in map(hash, wanted) if one in self._ids]
        found: dict[Place, Change] = {}
        for start in range(0, len(ids), _BATCH):
            rows = Change.objects.filter(pk__in=ids[start : start + _BATCH]).order_by()
            found.update(((row.kind, row.key), row) for row in rows if (row.kind, row.key) in wanted)
        return found
