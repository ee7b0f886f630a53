"""What a person wants deleted although no article ever had it: prices that the shop made by itself.

Nothing derived leads to them, so a run that looks at some articles only finds them among what moved since the last one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from mapping.state import is_own
from sync_portal.sync.bindings import Place


class AskedAway:
    """The shop's own among the resources that a run is to look at, by the product that they belong to."""

    def __init__(self, kinds: Collection[str]) -> None:
        """``kinds``: those of which the flow deletes what is not wanted."""
        self._kinds = kinds
        self._found: dict[str, set[Place]] = defaultdict(set)

    def noted(self, places: Iterable[Place]) -> set[Place]:
        """These resources, the shop's own among them noted."""
        seen = set(places)
        for kind, key in seen:
            if kind in self._kinds and is_own(key):
                self._found[key.rpartition("|")[0]].add((kind, key))
        return seen

    def of(self, products: Iterable[str]) -> set[Place]:
        """Those of these products."""
        return {place for name in products for place in self._found.get(name, ())}
