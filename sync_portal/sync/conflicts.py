"""Fields about which a person is being asked are not written; when Sage moved too, the question gets a third value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from connectors.models import ShopConnection
from mapping.state import Held
from sync_portal.sync import decisions
from sync_portal.sync.models import Decision, DecisionKind
from sync_portal.sync.plan import PlannedChange


def set_aside(shop: ShopConnection, changes: Iterable[PlannedChange]) -> list[PlannedChange]:
    """The changes without the fields that wait for a decision; one that has no other field is held."""
    waiting = decisions.waiting_fields(shop)
    if not waiting:
        return list(changes)
    return [_without(shop, change, waiting.get((change.kind, change.key), set())) for change in changes]


def _without(shop: ShopConnection, change: PlannedChange, fields: set[str]) -> PlannedChange:
    asked = [difference for difference in change.differences if difference["field"] in fields]
    if change.action != "update" or not asked:
        return change
    for difference in asked:
        _ask_with_three_values(shop, change, difference)
    rest = [difference for difference in change.differences if difference["field"] not in fields]
    if not rest:
        return replace(change, held=Held("shop.conflict", {"label": change.label, "field": asked[0]["field"]}))
    left = {name: value for name, value in change.fields.items() if name not in fields}
    return replace(change, fields=left, differences=rest)


def _ask_with_three_values(shop: ShopConnection, change: PlannedChange, difference: dict[str, Any]) -> None:
    place = {"shop": shop, "kind": change.kind, "key": change.key, "field": difference["field"]}
    known = Decision.objects.filter(**place, answer="").first()
    if known is None:  # it was ignored for the values of then; Sage's is another one now
        known = Decision.objects.filter(**place).order_by("-pk").first()
    if known is not None and known.facts.get("sage") != difference["after"]:
        facts = {**known.facts, "sage": difference["after"]}
        decisions.ask(shop, question=DecisionKind.CONFLICT, label=change.label, facts=facts, **_named(place))


def _named(place: dict[str, Any]) -> dict[str, str]:
    return {name: place[name] for name in ("kind", "key", "field")}
