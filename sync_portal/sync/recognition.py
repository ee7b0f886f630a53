"""What the shop has already is recognised while the plan is made, so that the plan says what it will really do.

Without this a full shop that the portal meets for the first time would show as thousands of creations: no brake could
see that they move prices, and no preview what is overwritten. The binding itself is made when the line is written
(`adoption`), and the shop is asked again then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connectors.prestashop.xml import Entity
from mapping.state import Held, to_json
from sync_portal.sync import begun, owners
from sync_portal.sync.finder import Candidates, find_existing
from sync_portal.sync.kinds import KINDS, Kind
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.models import Action
from sync_portal.sync.plan import PlannedChange, Recognised, risk
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import references

RECOGNISED = ("products", "customers")
"""Kinds that are looked for: what they hold may be worth a person's time. Their identity refers to nothing else. The
others are recognised when they are written: a group or a category of the same name is simply ours from then on.
"""


def recognise(
    resolver: Resolver, changes: Sequence[PlannedChange], *, run_id: int, preview: bool
) -> list[PlannedChange]:
    """The changes, creations of what the shop has already with what it holds. A preview holds those about which a
    person will be asked; a run asks when it comes to them. What an earlier attempt of the run made is none of them.
    """
    found: dict[tuple[str, str], PlannedChange] = {}
    for name in RECOGNISED:
        new = [one for one in changes if one.kind == name and one.action == Action.CREATE and one.held is None]
        resolver.bindings.preload((name, one.key) for one in new)
        new = [one for one in new if not begun.by_run(resolver.bindings.get((name, one.key)), run_id)]
        if new:
            told = _of_one_kind(resolver, KINDS[name], new)
            found |= {(one.kind, one.key): one for one in told if preview or one.held is None}
            resolver.bindings.forget()
    return [found.get((one.kind, one.key), one) for one in changes]


def _of_one_kind(resolver: Resolver, kind: Kind, changes: Sequence[PlannedChange]) -> list[PlannedChange]:
    referred = references(one["after"] for change in changes for one in change.differences)
    resolver.bindings.preload([*((kind.name, change.key) for change in changes), *referred])
    telling = {*kind.identity, *kind.alternatives}
    wanted = [
        # Of the others only the names count: they are read, not compared.
        {name: str(to_json(value)) if name in telling else "" for name, value in change.fields.items()}
        for change in changes
    ]
    existing = find_existing(resolver, kind, wanted)
    names = frozenset(one["field"] for change in changes for one in change.differences)
    expect_in(resolver, kind, names, (entity for one in existing for entity in one.found))
    given: set[int | None] = set()
    told = []
    for change, candidates in zip(changes, existing, strict=True):
        mine = candidates.without(_refused(resolver, change))
        told.append(_told(resolver, kind, change, mine, given))
        given.update(entity.id for entity in mine.found)
    return told


def _refused(resolver: Resolver, change: PlannedChange) -> Sequence[int]:
    """Those of which a person said that it is none of them."""
    binding = resolver.bindings.get((change.kind, change.key))
    return binding.pending.get("not", []) if binding is not None else []


def _told(
    resolver: Resolver, kind: Kind, change: PlannedChange, candidates: Candidates, given: set[int | None]
) -> PlannedChange:
    entity = candidates.certain
    if candidates.uncertain or (entity is not None and entity.id in given):
        facts = {"value": change.label, "count": str(len(candidates.found))}
        return replace(change, held=Held("shop.adoption_uncertain", facts))
    return change if entity is None else _recognised(resolver, kind, change, entity)


def _recognised(resolver: Resolver, kind: Kind, change: PlannedChange, entity: Entity) -> PlannedChange:
    owner_of = resolver.owner_of
    held = {
        one["field"]: held_as(resolver, kind, one["field"], one["after"], entity)
        for one in change.differences
        if one["field"] in kind.fields
    }
    left = {
        name: value
        for name, value in held.items()
        if owners.is_the_shops(kind.name, change.key, name, value, identity=kind.identity, owner_of=owner_of)
    }
    differences: list[dict[str, Any]] = [
        {**one, "before": held.get(one["field"])} for one in change.differences if one["field"] not in left
    ]
    differing = [one for one in differences if one["before"] != one["after"]]
    return replace(
        change,
        fields={name: value for name, value in change.fields.items() if name not in left},
        differences=differences,
        risk=risk(differing, exists=True),
        recognised=Recognised(entity.id or 0, left),
    )
