"""A run backwards: for each thing it wrote, the values that stood there before, where nothing has changed since.

What was put back waits until something else is wanted: the binding remembers the values undone (`apply.store`). The
undo of an undo does the first run's work again, and then nothing is left undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mapping.state import Held, from_json
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.models import Action, Change, ChangeState, Run
from sync_portal.sync.plan import Bound, PlannedChange, risk
from sync_portal.sync.resolver import Resolver

HIDEABLE = frozenset({"products", "categories"})
"""What was created and cannot be deleted without a person is taken offline instead."""

DELETABLE = frozenset({"specific_prices", "images", "attachments"})
KINDS_BACKWARDS = tuple(reversed(KINDS))
"""What was written last is taken back first."""
_BATCH = 500


def undoes(run: Run) -> bool:
    """Whether the run takes back what a flow wrote; the undo of an undo does not: it writes it again."""
    depth, scope = 0, run.scope
    while "undo" in scope:
        depth += 1
        scope = Run.objects.filter(pk=scope["undo"]).values_list("scope", flat=True).first() or {}
    return depth % 2 == 1


def undone_by(replaced: Mapping[str, Any]) -> dict[str, Any]:
    """The values that an undo replaced: left alone while they are what is wanted."""
    return {name: value for name, value in replaced.items() if value is not None}


def plan_undo(run_id: int, resolver: Resolver) -> Iterator[list[PlannedChange]]:
    """The reverse plan of a run for one shop, a few at a time; what was only recognised was not written."""
    changes = Change.objects.filter(
        run_id=run_id, shop=resolver.shop, state=ChangeState.CONFIRMED, as_found=False
    ).order_by("-pk")
    part = list(changes[:_BATCH])
    while part:
        bound = resolver.bound_of([(change.kind, change.key) for change in part])
        reverses = (_reverse(change, bound.get((change.kind, change.key))) for change in part)
        yield [reverse for reverse in reverses if reverse is not None]
        resolver.bindings.forget()
        part = list(changes.filter(pk__lt=part[-1].pk)[:_BATCH])


def _reverse(change: Change, known: Bound | None) -> PlannedChange | None:
    match change.action:
        case Action.UPDATE:
            return _back(change, known)
        case Action.CREATE:
            return _uncreate(change, known)
    return _make_again(change, known)


def _back(change: Change, known: Bound | None) -> PlannedChange | None:
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
        if item["before"] not in (None, item["after"])
    ]
    return _line(change, differences, "update", None) if differences else None


def _uncreate(change: Change, known: Bound | None) -> PlannedChange | None:
    if known is None or known.shop_id is None:
        return None
    if change.kind in HIDEABLE:
        if known.confirmed.get("active") == "0":
            return None
        differences = [{"field": "active", "before": "1", "after": "0", "why": f"undo #{change.run_id}"}]
        return _line(change, differences, "update", None)
    if change.kind in DELETABLE:
        return _line(change, [], "delete", None)
    return None  # an option or a combination hurts nobody once its product is offline


def _make_again(change: Change, known: Bound | None) -> PlannedChange:
    """What an undo had deleted is made again as it was; what a flow had deleted, its next run makes if Sage has it."""
    if known is None or known.shop_id is not None or not known.undone or change.kind in {"images", "attachments"}:
        return _line(change, [], "update", Held("undo.deleted", {"label": change.label}))
    differences = [
        {"field": name, "before": None, "after": value, "why": f"undo #{change.run_id}"}
        for name, value in known.undone.items()
    ]
    return _line(change, differences, "create", None)


def _line(change: Change, differences: list[dict[str, Any]], action: str, held: Held | None) -> PlannedChange:
    return PlannedChange(
        kind=change.kind,
        key=change.key,
        label=change.label,
        action=action,
        fields={difference["field"]: from_json(difference["after"]) for difference in differences},
        differences=differences,
        risk=90 if action == "delete" else risk(differences, exists=action == "update"),
        wanted="",
        held=held,
    )
