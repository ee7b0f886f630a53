"""Before an undo deletes anything, the shop is asked: has somebody changed it, does anything still refer to it?

Asked right before the deletion, when all else of the undo is written: what used it until then no longer counts.
What the shop deletes along is never more than was ours (behaviours.md: an option takes all its combinations with it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mapping.state import Held
from sync_portal.sync import forms
from sync_portal.sync.kinds import KINDS, UNWATCHED, Form, Kind, ShopField
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task, references

_COMPARED_ELSEWHERE = frozenset({"images", "attachments"})
"""Files: the shop does not tell their content."""


@dataclass(frozen=True, slots=True)
class _Use:
    """Where the shop refers to a kind of resource: a field of another one. `place`: which id of a pair."""

    resource: str
    field: ShopField
    place: int = 0
    ours_too: bool = True
    """Whether what the portal made counts as well; if not, it goes along without a loss."""

    @property
    def asked(self) -> bool:
        """Whether the shop can be asked who holds certain ids; if not, all have to be read."""
        return self.field.form is Form.REF


def _our(kind: str, field: str, place: int = 0, *, ours_too: bool = True) -> _Use:
    return _Use(KINDS[kind].resource, KINDS[kind].fields[field], place, ours_too)


def _theirs(resource: str, field: str) -> _Use:
    return _Use(resource, ShopField(field, Form.REF))


USES: Mapping[str, tuple[_Use, ...]] = {
    # An order line names its combination (refunds, "order again", our own import of it). The shop deletes a
    # combination's specific prices with it: those of ours may go.
    "combinations": (
        _theirs("order_details", "product_attribute_id"),
        _our("specific_prices", "combination", ours_too=False),
        _our("product_links", "pack", 1),
    ),
    "product_options": (_our("product_option_values", "option"),),
    "product_option_values": (_our("combinations", "values"),),
    "product_features": (_our("product_feature_values", "feature"), _our("products", "features", 0)),
    "product_feature_values": (_our("products", "features", 1),),
    "manufacturers": (_our("products", "manufacturer"), _theirs("addresses", "id_manufacturer")),
    "suppliers": (
        *(_our("products", "supplier"), _our("product_suppliers", "supplier")),
        _theirs("addresses", "id_supplier"),
    ),
    "tags": (_our("products", "tags"),),
    "groups": (_our("customers", "group"), _our("customers", "groups"), _our("specific_prices", "group")),
    "addresses": (_theirs("orders", "id_address_delivery"), _theirs("orders", "id_address_invoice")),
}


def hold_what_stays(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Hold the deletions that the key may not send, those of what somebody changed in the shop since, of what is still
    used, and of what nobody can tell whether it is.

    Raises:
        ConnectorError: the shop could not be asked; nothing is deleted.
    """
    if not resolver.webservice.capabilities().may(kind.resource, "delete"):
        for task in tasks:
            task.held = Held("undo.no_right", {"label": task.change.label, "resource": kind.resource})
        return
    if kind.name not in _COMPARED_ELSEWHERE:
        hold_what_moved(resolver, kind, tasks, cause="undo.changed_since")
    for use in USES.get(kind.name, ()):
        asked = {task.shop_id: task for task in tasks if task.held is None and task.shop_id is not None}
        if not asked:
            return
        if not resolver.webservice.capabilities().may(use.resource, "get"):
            for task in asked.values():
                task.held = Held("undo.cannot_tell", {"label": task.change.label, "resource": use.resource})
            return
        for shop_id, user in _users(resolver, use, asked).items():
            facts = {"label": asked[shop_id].change.label, "resource": use.resource, "id": str(user)}
            asked[shop_id].held = Held("undo.used_in_shop", facts)


def hold_what_moved(resolver: Resolver, kind: Kind, tasks: Sequence[Task], *, cause: str) -> None:
    """Hold the deletions of what the shop no longer holds as we know it.

    Raises:
        ConnectorError: the shop could not be asked; nothing is deleted.
    """
    rows = [resolver.bindings[kind.name, task.change.key] for task in tasks]
    confirmed = {row.remote_id: row.confirmed for row in rows}
    names = frozenset(name for values in confirmed.values() for name in values if name in kind.fields) - UNWATCHED
    resolver.bindings.preload(ref for values in confirmed.values() for ref in references(values.values()))
    found = resolver.webservice.read(
        kind.resource,
        display=forms.display_of(kind, names),
        filters={"id": sorted(shop_id for shop_id in confirmed if shop_id is not None)},
    )
    held = {entity.id: entity for entity in found}
    expect_in(resolver, kind, names, held.values())
    for task in tasks:
        entity = held.get(task.shop_id)
        if entity is None:  # gone already
            continue
        for name, value in confirmed[task.shop_id].items():
            if name in names and held_as(resolver, kind, name, value, entity) != value:
                task.held = Held(cause, {"label": task.change.label, "field": name})
                break


def _users(resolver: Resolver, use: _Use, ids: Collection[int]) -> dict[int, int]:
    """Of these ids those that are referred to, each with the id of one that does."""
    kind = Kind(name=use.resource, resource=use.resource, fields={"it": use.field}, identity=())
    filters = {use.field.name: sorted(ids)} if use.asked else None
    ours = set() if use.ours_too else resolver.taken(use.resource)
    found: dict[int, int] = defaultdict(int)
    for entity in resolver.webservice.read(use.resource, display=forms.display_of(kind, {"it"}), filters=filters):
        if entity.id is None or entity.id in ours:
            continue
        for referred in _ids(forms.held_value(kind, "it", entity), use.place):
            if referred in ids:
                found.setdefault(referred, entity.id)
    return found


def _ids(value: forms.ShopValue, place: int) -> Iterable[int]:
    if isinstance(value, list):
        return [item if isinstance(item, int) else item[place] for item in value]
    return [int(value)] if isinstance(value, str) and value.isdigit() else []
