"""Desired against confirmed: what would have to be written, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from mapping.state import Desired, Held, Value, fingerprint_of_json, is_own, to_json

SAGE, PORTAL, IF_NEW, IF_EMPTY, SHOP = "sage", "portal", "if_new", "if_empty", "shop"


@dataclass(frozen=True, slots=True)
class Bound:
    """What is known of a resource: its shop id, what the shop confirmed, and the wanted state it refused, if any."""

    shop_id: int | None
    confirmed: Mapping[str, Any]
    parked: str = ""
    parked_cause: str = ""
    parked_facts: Mapping[str, str] = field(default_factory=dict)
    undone: Mapping[str, Any] = field(default_factory=dict)
    """Values that a person undid: they are left alone until something else is wanted."""
    adopted: bool = False
    """It was in the shop before us."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the shop has already of something that is to be created."""

    shop_id: int
    left: Mapping[str, Any]
    """Fields that stay as they are there: our field -> what it holds, as JSON."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One line of a plan. `fields` are the values to send; `held` says why it waits."""

    kind: str
    key: str
    label: str
    action: str
    fields: Mapping[str, Value]
    differences: list[dict[str, Any]]
    risk: int
    wanted: str
    """Fingerprint of the whole wanted state: what is parked when the shop refuses it. Empty where the derivation itself
    holds it.
    """
    held: Held | None = None
    recognised: Recognised | None = None
    """Of a creation: it is there already, `differences` say what it holds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, in the order in which they are to be written, and how many resources are as they should be."""

    changes: list[PlannedChange]
    unchanged: int


OwnerOf = Callable[[str, str, str], str]
"""(kind, local key, field) -> one of the owner words."""


def owned_by_rules(owners: Mapping[str, str]) -> OwnerOf:
    """Owners by "kind.field"; what is not named is Sage's."""
    return lambda kind, _key, field: owners.get(f"{kind}.{field}", SAGE)


def make_plan(
    desired: Iterable[Desired], bound: Mapping[tuple[str, str], Bound], owner_of: OwnerOf = lambda *_place: SAGE
) -> Plan:
    """Compare every wanted resource with what the shop is known to hold; `bound` is indexed by (kind, local key)."""
    changes: list[PlannedChange] = []
    unchanged = 0
    for wanted in desired:
        known = bound.get((wanted.kind, wanted.key))
        change = _change(_owned(wanted, known, owner_of), known)
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    return Plan(changes, unchanged)


def removals(
    kinds: Iterable[str],
    wanted: set[tuple[str, str]],
    bound: Mapping[tuple[str, str], Bound],
    why_gone: Callable[[str], str] = lambda key: "",
) -> list[PlannedChange]:
    """Deletions: resources of these kinds that are in the shop by us and no longer wanted. What is the shop's own and
    an undo brought back is wanted by the person who undid its deletion.

    ``why_gone``: local key -> what decides that it goes. A deletion that the shop refused is held while that is the
    same.
    """
    owned = set(kinds)
    return [
        _removal(kind, key, known, fingerprint_of_json({"gone": why_gone(key)}))
        for (kind, key), known in bound.items()
        if kind in owned and known.shop_id is not None and (kind, key) not in wanted
        if not (is_own(key) and known.undone)
    ]


def _removal(kind: str, key: str, known: Bound, state: str) -> PlannedChange:
    held = Held(known.parked_cause, known.parked_facts) if known.parked == state else None
    return PlannedChange(kind, key, key, "delete", {}, _gone(known), 90, state, held)


def _gone(known: Bound) -> list[dict[str, Any]]:
    return [{"field": name, "before": value, "after": None, "why": ""} for name, value in known.confirmed.items()]


def _owned(wanted: Desired, known: Bound | None, owner_of: OwnerOf) -> Desired:
    """The wanted resource without the fields that belong to somebody else."""
    fields: dict[str, Value] = {}
    first: dict[str, Value] = dict(wanted.at_creation)
    for name, value in wanted.fields.items():
        owner = owner_of(wanted.kind, wanted.key, name)
        if owner in {SAGE, PORTAL} or (owner == IF_EMPTY and known is not None and is_empty(known.confirmed.get(name))):
            fields[name] = value
        else:  # sent once, when the resource is made; after that it is not ours
            first[name] = value
    ours = {name for name in wanted.cleared if owner_of(wanted.kind, wanted.key, name) in {SAGE, PORTAL}}
    cleared = {name: value for name, value in wanted.cleared.items() if name in ours}
    if len(fields) == len(wanted.fields) and len(cleared) == len(wanted.cleared):
        return wanted
    return replace(wanted, fields=fields, at_creation=first, cleared=cleared)


def is_empty(value: Any) -> bool:
    """Whether a confirmed value, as JSON, says nothing: a text in several languages does so in none of them."""
    if isinstance(value, Mapping):
        return not any(value.values())
    return not value


def _change(wanted: Desired, known: Bound | None) -> PlannedChange | None:
    exists = known is not None and known.shop_id is not None
    confirmed = known.confirmed if known and exists else {}
    fields = dict(wanted.fields) if exists or wanted.update_only else {**wanted.at_creation, **wanted.fields}
    fields |= {name: value for name, value in wanted.cleared.items() if name in confirmed}
    as_json = {name: to_json(value) for name, value in fields.items()}
    undone = known.undone if known is not None and exists else {}  # what is made again is made whole
    different = {name: value for name, value in fields.items() if _differs(name, as_json[name], confirmed, undone)}
    if not different and exists:
        return None
    if not exists and (wanted.update_only or _was_undone(wanted, known)):
        return None  # nothing to hide or to price: it was never published, or a person took it away
    differences = [
        {"field": name, "before": confirmed.get(name), "after": as_json[name], "why": wanted.reasons.get(name, "")}
        for name in different
    ]
    state = fingerprint_of_json({name: as_json[name] for name in wanted.fields})
    held = wanted.held
    if held is None and known is not None and known.parked == state:
        held = Held(known.parked_cause, known.parked_facts)
    return PlannedChange(
        kind=wanted.kind,
        key=wanted.key,
        label=wanted.label,
        action="update" if exists else "create",
        fields=different if exists else fields,
        differences=differences,
        risk=risk(differences, exists=exists),
        wanted=state if wanted.held is None else "",
        held=held,
    )


def _differs(name: str, wanted: Any, confirmed: Mapping[str, Any], undone: Mapping[str, Any]) -> bool:
    if name in undone and undone[name] == wanted:
        return False
    return name not in confirmed or bool(confirmed[name] != wanted)


def _was_undone(wanted: Desired, known: Bound | None) -> bool:
    undone = known.undone if known is not None else {}
    return bool(undone) and all(undone.get(name) == to_json(value) for name, value in wanted.fields.items())


def risk(differences: Iterable[Mapping[str, Any]], *, exists: bool) -> int:
    """How much a change could hurt, 0 to 100: price to zero, hidden, stock to zero, big moves first."""
    return max((_field_risk(difference, exists=exists) for difference in differences), default=0)


def _field_risk(difference: Mapping[str, Any], *, exists: bool) -> int:
    before, after = difference["before"], difference["after"]
    match difference["field"]:
        case "price" | "price_impact":
            if difference["field"] == "price" and not Decimal(after or 0):
                return 100
            return min(80, int(move_percent(before, after))) if exists else 0
        case "active" if exists and after == "0":
            return 90
        case "quantity" if exists and after == "0" and before not in {None, "0"}:
            return 60
    return 10 if exists else 0


def move_percent(before: str | None, after: str | None) -> Decimal:
    """By how many percent a price moves; 0 when there was none before."""
    old, new = Decimal(before or 0), Decimal(after or 0)
    return abs(new - old) / old * 100 if old else Decimal(0)
