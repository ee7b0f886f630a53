"""What nobody has read yet of a resource that the shop had before us is read before the plan is judged.

A person who says "it is this one" binds a resource of which nothing is known, and a new rule begins to send a field
that nobody looked at. Read first, the plan tells what would be overwritten, the brakes judge it, an edit made meanwhile
is seen, and an undo puts the value back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from connectors.prestashop.xml import Entity
from mapping.models import Binding
from sync_portal.sync import forms, owners
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import KINDS, Kind
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.models import Action
from sync_portal.sync.plan import PlannedChange, risk
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import references

Held = Mapping[str, Any]
"""Our field -> what the shop holds, as JSON."""


def read(context: RunContext, resolver: Resolver, changes: Sequence[PlannedChange]) -> list[PlannedChange]:
    """The changes, updates of such fields with what the shop holds; without those that it holds as wanted, or that are
    not ours to write. What was read is kept as confirmed, but not by a preview.

    Raises:
        LeaseLost: the run is no longer ours; nothing is kept.
    """
    unread = _unread(resolver, changes)
    if not unread:
        return list(changes)
    found: dict[tuple[str, str], Held] = {}
    for name in dict.fromkeys(change.kind for change, _fields in unread):
        found |= _found(resolver, KINDS[name], [one for one in unread if one[0].kind == name])
    told = [_told(resolver, one, found.get((one.kind, one.key), {})) for one in changes]
    if not context.preview:
        _keep(context, resolver, found)
    resolver.bindings.forget()
    return [one for one in told if one is not None]


def _unread(resolver: Resolver, changes: Sequence[PlannedChange]) -> list[tuple[PlannedChange, list[str]]]:
    """The updates with those of their fields of which nothing is known."""
    updates = [
        one
        for one in changes
        if one.action == Action.UPDATE and any(item["before"] is None for item in one.differences) and one.kind in KINDS
    ]
    resolver.bindings.preload((one.kind, one.key) for one in updates)
    found = []
    for one in updates:
        row = resolver.bindings.get((one.kind, one.key))
        if row is None or not row.adopted or not row.remote_id:
            continue
        if fields := [item["field"] for item in one.differences if item["field"] not in row.confirmed]:
            found.append((one, fields))
    return found


def _found(
    resolver: Resolver, kind: Kind, unread: Sequence[tuple[PlannedChange, list[str]]]
) -> Iterator[tuple[tuple[str, str], Held]]:
    resolver.bindings.preload(references(item["after"] for change, _fields in unread for item in change.differences))
    names = frozenset(name for _change, fields in unread for name in fields)
    entities = _entities(resolver, kind, names, [change.key for change, _fields in unread])
    expect_in(resolver, kind, names, entities.values())
    for change, fields in unread:
        entity = entities.get(resolver.bindings[kind.name, change.key].remote_id)
        if entity is None:  # gone: the shop says so when it is written
            continue
        wanted = {item["field"]: item["after"] for item in change.differences}
        held = {name: held_as(resolver, kind, name, wanted[name], entity) for name in fields}
        yield (kind.name, change.key), held


def _told(resolver: Resolver, change: PlannedChange, held: Held) -> PlannedChange | None:
    """The change with what the shop holds; None: nothing of it is to be written."""
    if not held:
        return change
    identity, owner_of = KINDS[change.kind].identity, resolver.owner_of
    left = {
        name
        for name, value in held.items()
        if owners.is_the_shops(change.kind, change.key, name, value, identity=identity, owner_of=owner_of)
    }
    seen = [{**item, "before": held.get(item["field"], item["before"])} for item in change.differences]
    differences = [item for item in seen if item["field"] not in left and item["before"] != item["after"]]
    if not differences:
        return None
    fields = {item["field"]: change.fields[item["field"]] for item in differences}
    return replace(change, fields=fields, differences=differences, risk=risk(differences, exists=True))


def _keep(context: RunContext, resolver: Resolver, found: Mapping[tuple[str, str], Held]) -> None:
    with transaction.atomic():
        context.hold()
        resolver.bindings.read_anew(found)
        rows = [resolver.bindings[place] for place in found]
        for row in rows:
            row.confirmed = {**found[row.kind, row.key], **row.confirmed}
        Binding.objects.bulk_update(rows, ["confirmed"], batch_size=200)


def _entities(resolver: Resolver, kind: Kind, names: frozenset[str], keys: Sequence[str]) -> dict[int | None, Entity]:
    ids = sorted(number for key in keys if (number := resolver.bindings[kind.name, key].remote_id) is not None)
    rows = resolver.webservice.read(kind.resource, display=forms.display_of(kind, names), filters={"id": ids})
    return {row.id: row for row in rows}
