"""A run backwards: for each thing it wrote, the values that stood there before, where nothing has changed since."""

from __future__ import annotations

from typing import Any

from mapping.state import Held, from_json
from sync_portal.sync.models import Action, Change, ChangeState, Run
from sync_portal.sync.plan import Bound, Plan, PlannedChange, risk
from sync_portal.sync.resolver import Resolver

HIDEABLE = frozenset({"products", "categories"})
"""What was created and cannot be deleted without a person is taken offline instead."""

DELETABLE = frozenset({"specific_prices", "images"})


def plan_undo(run_id: int, resolver: Resolver) -> Plan:
    """The reverse plan of a run for one shop, the last written first."""
    changes = Change.objects.filter(run_id=run_id, shop=resolver.shop, state=ChangeState.CONFIRMED).order_by("-pk")
    reverses = (_reverse(change, resolver.bound_one(change.kind, change.key)) for change in changes)
    return Plan([reverse for reverse in reverses if reverse is not None], 0)


def _reverse(change: Change, known: Bound | None) -> PlannedChange | None:
    match change.action:
        case Action.UPDATE:
            return _back(change, known)
        case Action.CREATE:
            return _uncreate(change, known)
    return _line(change, [], "update", Held("undo.deleted", {"label": change.label}))


def _back(change: Change, known: Bound | None) -> PlannedChange:
    moved = [
        difference["field"]
        for difference in change.differences
        if known is None or known.confirmed.get(difference["field"]) != difference["after"]
    ]
    if moved:
        return _line(change, [], "update", Held("undo.changed_since", {"label": change.label, "field": moved[0]}))
    differences = [
        {"field": item["field"], "before": item["after"], "after": item["before"], "why": f"undo #{change.run_id}"}
        for item in change.differences
        if item["before"] is not None
    ]
    return _line(change, differences, "update", None)


def _uncreate(change: Change, known: Bound | None) -> PlannedChange | None:
    if known is None or known.shop_id is None:
        return None
    if change.kind in HIDEABLE:
        differences = [{"field": "active", "before": "1", "after": "0", "why": f"undo #{change.run_id}"}]
        return _line(change, differences, "update", None)
    if change.kind in DELETABLE:
        return _line(change, [], "delete", None)
    return None  # an option or a combination hurts nobody once its product is offline


def _line(change: Change, differences: list[dict[str, Any]], action: str, held: Held | None) -> PlannedChange:
    return PlannedChange(
        kind=change.kind,
        key=change.key,
        label=change.label,
        action=action,
        fields={difference["field"]: from_json(difference["after"]) for difference in differences},
        differences=differences,
        risk=risk(differences, exists=True) if action == "update" else 90,
        wanted="",
        held=held,
    )


def park_undone(run: Run, resolver: Resolver) -> None:
    """What was put back is not simply written again by the next run: it waits until Sage (or a rule) changes.

    The undone run's wanted state is the binding's values from before the undo: `previous` holds them.
    """
    places = Change.objects.filter(run=run, shop=resolver.shop, state=ChangeState.CONFIRMED)
    for kind, key in places.values_list("kind", "key").distinct():
        binding = resolver.bindings.get((kind, key))
        if binding is not None and binding.undone != binding.previous:
            binding.undone = dict(binding.previous)
            binding.save(update_fields=["undone"])
