"""A shop's bindings, read when they are asked for and given back: a run that changes ten needs ten, and one that
publishes everything never holds everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.db.models import Count, Q, QuerySet

from connectors.models import ShopConnection
from mapping.models import Binding
from sync_portal.sync.forgetting import OF_A_PRODUCT

Place = tuple[str, str]
"""(kind, local key)"""
Id = tuple[str, int]
"""(kind, shop id)"""
_BATCH = 500


class Bindings:
    """(kind, local key) -> binding."""

    def __init__(self, shop: ShopConnection) -> None:
        self._shop = shop
        self._known: dict[Place, Binding | None] = {}
        self._taken: dict[str, set[int]] = {}
        self._unparked: set[Place] = set()
        self._keys: dict[Id, str | None] = {}
        self._expected: list[Callable[[], Iterable[Id]]] = []

    def read_anew(self, places: Iterable[Place]) -> None:
        """Read these once more, in the transaction that changes them and until it ends for nobody else to change: other
        flows write other fields of the same records, and people answer questions about them.
        """
        wanted = list(places)
        for place in wanted:
            self._known.pop(place, None)
        self._read(wanted, Binding.objects.select_for_update())

    def preload(self, places: Iterable[Place]) -> None:
        """Read these together, because asking for them one by one costs a query each."""
        self._read(places, Binding.objects.all())

    def _read(self, places: Iterable[Place], rows: QuerySet[Binding]) -> None:
        missing: dict[str, list[str]] = defaultdict(list)
        for kind, key in dict.fromkeys(places):
            if (kind, key) not in self._known:
                self._known[kind, key] = None
                missing[kind].append(key)
        for kind, keys in missing.items():
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                for row in rows.filter(shop=self._shop, kind=kind, key__in=part).iterator():
                    self._known[kind, row.key] = row
                    if (kind, row.key) in self._unparked:
                        row.parked = ""

    def forget(self, keep: Iterable[Place] = ()) -> None:
        """Give the memory back: what is asked for again is read again, also which ids are nobody's. What was changed
        must be stored before.

        ``keep``: not of these, that somebody else is at work with.
        """
        self._known = {place: self._known[place] for place in keep if place in self._known}
        self._keys.clear()
        self._expected.clear()

    def unpark(self, places: Iterable[Place]) -> None:
        """During this run these may be sent although the shop refused them."""
        self._unparked.update(places)

    def of_product(self, product: str) -> list[Place]:
        """Everything that is bound of one product, itself included."""
        parts = Q(kind__in=OF_A_PRODUCT, key__startswith=f"{product}|")
        rows = Binding.objects.filter(parts | Q(kind__in=["products", "stock", "covers"], key=product), shop=self._shop)
        return list(rows.order_by("pk").values_list("kind", "key"))

    def taken(self, kind: str) -> set[int]:
        """Shop ids of this kind that a local key holds already."""
        if kind not in self._taken:
            rows = Binding.objects.filter(shop=self._shop, kind=kind, remote_id__isnull=False)
            ids = rows.values_list("remote_id", flat=True).iterator()
            self._taken[kind] = {remote_id for remote_id in ids if remote_id}
        return self._taken[kind]

    def give(self, kind: str, ids: Iterable[int]) -> None:
        """These shop ids of this kind belong to local keys from now on; their bindings are yet to be stored."""
        if kind in self._taken:
            self._taken[kind].update(ids)

    def expect_ids(self, ids: Callable[[], Iterable[Id]]) -> None:
        """The local keys of these may be asked for: as soon as one is, all are read together."""
        self._expected.append(ids)

    def key_of(self, kind: str, shop_id: int) -> str | None:
        """The local key behind a shop id, None when it is none of ours; as it was when it was first asked for since
        `forget`.
        """
        if (kind, shop_id) not in self._keys:
            self._read_keys({(kind, shop_id), *(one for ids in self._expected for one in ids())})
            self._expected.clear()
        return self._keys[kind, shop_id]

    def _read_keys(self, ids: Iterable[Id]) -> None:
        missing: dict[str, list[int]] = defaultdict(list)
        for kind, shop_id in ids:
            if (kind, shop_id) not in self._keys:
                self._keys[kind, shop_id] = None
                missing[kind].append(shop_id)
        for kind, numbers in missing.items():
            for start in range(0, len(numbers), _BATCH):
                part = numbers[start : start + _BATCH]
                rows = Binding.objects.filter(shop=self._shop, kind=kind, remote_id__in=part)
                for number, key in rows.values_list("remote_id", "key"):
                    self._keys[kind, number or 0] = key

    def totals(self) -> dict[str, int]:
        """Kind -> how many are in the shop."""
        rows = Binding.objects.filter(shop=self._shop, remote_id__isnull=False).order_by()
        return dict(rows.values_list("kind").annotate(amount=Count("pk")))

    def get(self, place: Place) -> Binding | None:
        """The binding, or None when there is none."""
        self.preload([place])
        return self._known[place]

    def __getitem__(self, place: Place) -> Binding:
        found = self.get(place)
        if found is None:
            raise KeyError(place)
        return found

    def __setitem__(self, place: Place, binding: Binding) -> None:
        self._known[place] = binding
        if binding.remote_id:
            self._keys[place[0], binding.remote_id] = place[1]
            if place[0] in self._taken:
                self._taken[place[0]].add(binding.remote_id)

    def __delitem__(self, place: Place) -> None:
        gone = self[place]
        self._known[place] = None
        self._keys.pop((place[0], gone.remote_id or 0), None)
        self._taken.get(place[0], set()).discard(gone.remote_id or 0)
