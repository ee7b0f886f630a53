"""What becomes of a resource that a run made, when it is undone: a table of kinds, and what keeps one in the shop.

Nothing that orders or accounts hang on is deleted, nothing that anybody still uses, and nothing of the shop's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mapping.features import feature_of
from sync_portal.sync.bindings import Place
from sync_portal.sync.models import Action, Change, ChangeState
from sync_portal.sync.tasks import references

HIDEABLE = frozenset({"products", "categories", "customers"})
"""Taken offline or closed: pages have visitors, accounts have orders."""

DELETABLE = frozenset({"specific_prices", "images", "attachments", "product_suppliers"})
"""Parts of one product that nothing else can refer to."""

DELETABLE_UNUSED = frozenset(
    {"product_options", "product_option_values", "product_features", "product_feature_values", "combinations"}
) | frozenset({"manufacturers", "suppliers", "tags", "groups", "addresses"})
"""Deleted once the shop says that nothing refers to them (`in_use`)."""

_OWNERS: Mapping[str, tuple[str, str]] = {
    "combinations": ("product", "products"),
    "product_suppliers": ("product", "products"),
    "addresses": ("customer", "customers"),
}
"""Kind -> the field that names its owner, and the owner's kind: it goes offline with an owner that the run made."""
_USERS = ("products", "combinations", "customers")
"""Kinds that stay in the shop, out of sight, and go on using what they refer to."""
_INNER = ("product_option_values", "product_feature_values")
"""Values that stay keep their option or feature."""


class Made:
    """What a run made in one shop, as far as its undo has to know."""

    def __init__(self, run_id: int, shop_id: int) -> None:
        self._rows = Change.objects.filter(
            run_id=run_id, shop=shop_id, action=Action.CREATE, state=ChangeState.CONFIRMED, as_found=False
        ).order_by("pk")

    def with_owner(self, change: Change) -> bool:
        """Whether it belongs to a product or an account that the same run made: it goes out of sight with that."""
        if change.kind not in _OWNERS:
            return False
        field, kind = _OWNERS[change.kind]
        return any(place[0] == kind and place[1] in self._owners[kind] for place in _refs(change.differences, field))

    def user_of(self, place: Place) -> str:
        """The label of something that the undo leaves in the shop and that uses this; "" when there is none."""
        return self._used.get(place, "")

    @cached_property
    def _owners(self) -> dict[str, set[str]]:
        kinds = {kind for _field, kind in _OWNERS.values()}
        return {kind: set(self._rows.filter(kind=kind).values_list("key", flat=True)) for kind in kinds}

    @cached_property
    def _used(self) -> dict[Place, str]:
        found: dict[Place, str] = {}
        for change in self._rows.filter(kind__in=_USERS).iterator():
            if change.kind in HIDEABLE or self.with_owner(change):
                _note(found, change)
        for change in self._rows.filter(kind__in=_INNER).iterator():
            if (change.kind, change.key) in found:
                _note(found, change)
        return found


def _note(found: dict[Place, str], change: Change) -> None:
    for kind, key in _refs(change.differences):
        if kind in DELETABLE_UNUSED:
            found.setdefault((kind, key), change.label)
        if kind == "product_feature_values" and not key.startswith("#"):
            found.setdefault(("product_features", feature_of(key)), change.label)


def _refs(differences: Sequence[Mapping[str, Any]], field: str = "") -> Iterator[Place]:
    return references(one["after"] for one in differences if not field or one["field"] == field)
