"""What an undo deleted stays away, with what hangs on it, until something that is not undone needs it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from connectors.models import ShopConnection
from mapping.features import feature_of
from mapping.models import Binding
from mapping.state import Desired, Ref, Value, to_json
from sync_portal.sync.bindings import Place
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.plan import Bound, OwnerOf, PlannedChange, make_plan
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import references
from sync_portal.sync.uncreate import DELETABLE_UNUSED

_SHARED = DELETABLE_UNUSED - {"combinations", "addresses"}
"""Made again as soon as something needs them."""
_FOLLOWERS = frozenset(
    {"stock", "specific_prices", "product_suppliers", "product_links", "covers", "combination_images"}
)
"""What hangs on other things: left out as long as those are away. Their flows could not make them again."""


class Undone:
    """What undos deleted in one shop, as one run has to know it."""

    def __init__(self, shop: ShopConnection) -> None:
        self._shop = shop
        self._needed: set[Place] = set()

    @cached_property
    def _away(self) -> dict[Place, Mapping[str, Any]]:
        rows = Binding.objects.filter(shop=self._shop, remote_id=None).exclude(undone={})
        return {(kind, key): undone for kind, key, undone in rows.values_list("kind", "key", "undone").iterator()}

    @property
    def any(self) -> bool:
        """Whether there is anything of the kind: nearly never."""
        return bool(self._away)

    def without_followers(self, desired: Sequence[Desired]) -> list[Desired]:
        """These resources without those that hang on something that is away."""
        if not self.any:
            return list(desired)
        return [kept for item in desired if (kept := self._kept(item)) is not None]

    def need(self, resolver: Resolver, desired: Sequence[Desired], owner_of: OwnerOf) -> None:
        """Find out what these resources need of what is away, and what that needs in turn."""
        desired = self.without_followers(desired)
        bound = resolver.bound_of([(item.kind, item.key) for item in desired])
        resolver.bindings.forget()
        fresh: set[Place] | None = None
        while fresh is None or fresh:
            changes = make_plan(desired, self.bound(bound), owner_of).changes
            fresh = set(self._needed_by(changes)) - self._needed
            self._needed |= fresh

    def bound(self, bound: Mapping[Place, Bound]) -> Mapping[Place, Bound]:
        """These bindings; what is needed again counts as never undone."""
        if not self._needed:
            return bound
        return {place: replace(one, undone={}) if place in self._needed else one for place, one in bound.items()}

    def _needed_by(self, changes: Iterable[PlannedChange]) -> Iterator[Place]:
        for change in changes:
            for place in references(to_json(value) for value in change.fields.values()):
                yield from self._with_its_own(place)

    def _with_its_own(self, place: Place) -> Iterator[Place]:
        if place[0] == "product_feature_values" and not place[1].startswith("#"):
            yield from self._with_its_own(("product_features", feature_of(place[1])))
        if place in self._away and place[0] in _SHARED:
            yield place
            for further in references(self._away[place].values()):
                yield from self._with_its_own(further)

    def _kept(self, item: Desired) -> Desired | None:
        if item.kind not in _FOLLOWERS:
            return item
        fields: dict[str, Value] = {}
        for name, value in item.fields.items():
            if isinstance(value, Ref) and self._is_away(value):
                if name in KINDS[item.kind].identity or item.kind == "covers":
                    return None
            elif isinstance(value, list):
                fields[name] = [ref for ref in value if not self._is_away(ref)]
            else:
                fields[name] = value
        return item if fields == item.fields else replace(item, fields=fields)

    def _is_away(self, ref: Ref) -> bool:
        place = (ref.kind, ref.key)
        return place in self._away and place not in self._needed
