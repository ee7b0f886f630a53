"""A shop's bindings as a mapping that reads them when they are asked for: a run that changes ten needs ten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping

from django.db.models import Count

from connectors.models import ShopConnection
from mapping.models import Binding

Place = tuple[str, str]
"""(kind, local key)"""
_BATCH = 500


class Bindings(MutableMapping[Place, Binding]):
    """(kind, local key) -> binding. Going through it all, or counting it, reads all."""

    def __init__(self, shop: ShopConnection) -> None:
        self._shop = shop
        self._known: dict[Place, Binding | None] = {}
        self._whole = False
        self._taken: dict[str, set[int]] = {}

    def preload(self, places: Iterable[Place]) -> None:
        """Read these together, because asking for them one by one costs a query each."""
        if self._whole:
            return
        missing: dict[str, list[str]] = defaultdict(list)
        for kind, key in dict.fromkeys(places):
            if (kind, key) not in self._known:
                self._known[kind, key] = None
                missing[kind].append(key)
        for kind, keys in missing.items():
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                for row in Binding.objects.filter(shop=self._shop, kind=kind, key__in=part).iterator():
                    self._known[kind, row.key] = row

    def forget(self, places: Iterable[Place]) -> None:
        """Give the memory of these back; they are read again when they are asked for."""
        for place in () if self._whole else places:
            self._known.pop(place, None)

    def taken(self, kind: str) -> set[int]:
        """Shop ids of this kind that a local key holds already."""
        if kind not in self._taken:
            rows = Binding.objects.filter(shop=self._shop, kind=kind, remote_id__isnull=False)
            self._taken[kind] = {remote_id for remote_id in rows.values_list("remote_id", flat=True) if remote_id}
        return self._taken[kind]

    def totals(self) -> dict[str, int]:
        """Kind -> how many are in the shop."""
        rows = Binding.objects.filter(shop=self._shop, remote_id__isnull=False).order_by()
        return dict(rows.values_list("kind").annotate(amount=Count("pk")))

    def __getitem__(self, place: Place) -> Binding:
        self.preload([place])
        found = self._known.get(place)
        if found is None:
            raise KeyError(place)
        return found

    def __setitem__(self, place: Place, binding: Binding) -> None:
        self._known[place] = binding
        if binding.remote_id and place[0] in self._taken:
            self._taken[place[0]].add(binding.remote_id)

    def __delitem__(self, place: Place) -> None:
        gone = self[place]
        self._known[place] = None
        self._taken.get(place[0], set()).discard(gone.remote_id or 0)

    def __iter__(self) -> Iterator[Place]:
        self._read_all()
        return iter([place for place, row in self._known.items() if row is not None])

    def __len__(self) -> int:
        self._read_all()
        return sum(1 for row in self._known.values() if row is not None)

    def _read_all(self) -> None:
        if self._whole:
            return
        for row in Binding.objects.filter(shop=self._shop).iterator():
            self._known.setdefault((row.kind, row.key), row)
        self._whole = True
