"""The shop compared with what it confirmed: what was changed, what is gone, what is there and not ours.

Read in slices, by what we know is there; nothing is written. A difference becomes a question to a person, with
three values once Sage wants something else as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from connectors.errors import RejectedRecordError, RetryableError
from connectors.models import ShopConnection
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from mapping.rules import ShopRules
from mapping.state import Ref, Value, from_json, to_json
from sync_portal.sync import decisions, forms
from sync_portal.sync.context import RunContext
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import FIRST_ONLY, KINDS, Form, Kind, ShopField
from sync_portal.sync.models import Action, ChangeState, DecisionKind
from sync_portal.sync.plan import IF_NEW, SHOP
from sync_portal.sync.resolver import Resolver

COMPARED = tuple(kind for kind in KINDS.values() if kind.name not in {"images", "stock"})
"""Photos are known by ids only, and stock moves with every order: the stock flow looks before it writes."""
ORPHANS = ("products", "combinations")
"""Kinds of which the shop should hold nothing that is not ours or adopted."""


def check(context: RunContext) -> None:
    """The flow `drift`: every shop of the client."""
    for shop in context.shops():
        resolver = Resolver(shop, context.webservice(shop))
        rules = context.rules(shop)
        bindings = [row for row in resolver.bindings.values() if row.remote_id]
        context.step("drift", len(bindings))
        still: list[tuple[str, str, str]] = []
        done = 0
        for kind in COMPARED:
            of_kind = [row for row in bindings if row.kind == kind.name]
            for part in _slices(of_kind, kind.slice):
                still += _compare(context, resolver, kind, part, rules)
                done += len(part)
                context.progress(done)
        decisions.close_settled(shop, still, [kind.name for kind in COMPARED])
        for name in ORPHANS:
            _report_orphans(context, shop, resolver, KINDS[name])


def refresh(resolver: Resolver, rules: ShopRules, places: Sequence[tuple[str, str]]) -> None:
    """Take what the shop holds now as the confirmed state of these resources, so that the next plan puts them right."""
    for kind in COMPARED:
        rows = [resolver.bindings[place] for place in places if place[0] == kind.name and place in resolver.bindings]
        for part in _slices([row for row in rows if row.remote_id], kind.slice):
            held = _held(resolver, kind, part, rules)
            for row in part:
                _take_over(resolver, kind, row, held.get(row.remote_id), rules)
            Binding.objects.bulk_update(part, ["confirmed", "remote_id", "parked"])


def _take_over(resolver: Resolver, kind: Kind, row: Binding, entity: Entity | None, rules: ShopRules) -> None:
    row.parked = ""
    if entity is None:  # gone from the shop: it is made again
        row.remote_id, row.confirmed = None, {}
        return
    for name in _fields(row, kind, rules):
        found = _local(resolver, kind, name, row.confirmed[name], entity)
        row.confirmed = {**row.confirmed, name: found}


def _compare(
    context: RunContext, resolver: Resolver, kind: Kind, part: Sequence[Binding], rules: ShopRules
) -> list[tuple[str, str, str]]:
    """Open a question for each difference; returns the places that differ."""
    held = _held(resolver, kind, part, rules)
    places: list[tuple[str, str, str]] = []
    for row in part:
        context.count(read=1)
        entity = held.get(row.remote_id)
        if entity is None:
            _report_missing(context, resolver.shop, row)
            continue
        different = list(_differences(resolver, kind, row, entity, rules))
        places += [(kind.name, row.key, name) for name, _found in different]
        if different:
            _report_changed(context, resolver.shop, row, different)
        else:
            context.count(unchanged=1)
    return places


def _differences(
    resolver: Resolver, kind: Kind, row: Binding, entity: Entity, rules: ShopRules
) -> Iterator[tuple[str, Any]]:
    for name in _fields(row, kind, rules):
        sent = row.confirmed[name]
        found = _local(resolver, kind, name, sent, entity)
        if found != sent:
            yield name, found


def _fields(row: Binding, kind: Kind, rules: ShopRules) -> list[str]:
    """The fields of this resource that are ours to watch."""
    others = {SHOP, IF_NEW}
    return [
        name
        for name in row.confirmed
        if name in kind.fields and name not in FIRST_ONLY and rules.owners.get(f"{kind.name}.{name}") not in others
    ]


def _local(resolver: Resolver, kind: Kind, name: str, sent: Any, entity: Entity) -> Any:
    """What the shop holds in one field, in local terms: equal to `sent` when nothing moved."""
    found = forms.held_value(kind, name, entity)
    wanted = from_json(sent)
    if _same(resolver, kind, name, wanted, found):
        return sent
    return _told(resolver, kind.fields[name], wanted, found)


def _same(resolver: Resolver, kind: Kind, name: str, wanted: Value, found: ShopValue) -> bool:
    try:
        encoded = forms.encode(kind, {name: wanted}, resolver.id_of, resolver.languages)[name]
    except (RetryableError, RejectedRecordError):  # what it refers to is no longer there: that is a difference
        return False
    return forms.same(encoded, found)


def _told(resolver: Resolver, shop_field: ShopField, wanted: Value, found: ShopValue) -> Any:
    if isinstance(found, dict):
        names = {number: iso for iso, number in resolver.languages.items()}
        return {names.get(language, str(language)): text for language, text in found.items()}
    refs = wanted if isinstance(wanted, list) else [wanted]
    kind = next((ref.kind for ref in refs if isinstance(ref, Ref)), "")
    if isinstance(found, list):
        return [to_json(resolver.local(kind, number)) or f"#{number}" for number in found]
    if shop_field.form is Form.REF and kind:
        return to_json(resolver.local(kind, int(found))) or f"#{found}"
    return found


def _held(resolver: Resolver, kind: Kind, part: Sequence[Binding], rules: ShopRules) -> dict[int | None, Entity]:
    names = frozenset(name for row in part for name in _fields(row, kind, rules))
    ids = [row.remote_id for row in part if row.remote_id is not None]
    rows = resolver.webservice.read(kind.resource, display=forms.display_of(kind, names), filters={"id": ids})
    return {entity.id: entity for entity in rows}


def _report_missing(context: RunContext, shop: ShopConnection, row: Binding) -> None:
    label = _label(row)
    facts = {"id": str(row.remote_id), "resource": row.kind}
    decisions.ask(shop, question=DecisionKind.MISSING, kind=row.kind, key=row.key, label=label, facts=facts)
    _line(context, shop, row, [], "shop.unknown_id", facts)


def _report_changed(
    context: RunContext, shop: ShopConnection, row: Binding, different: Sequence[tuple[str, Any]]
) -> None:
    for name, found in different:
        facts = {"sent": row.confirmed[name], "shop": found, "sage": row.confirmed[name]}
        question = DecisionKind.CHANGED
        decisions.ask(shop, question=question, kind=row.kind, key=row.key, field=name, label=_label(row), facts=facts)
    lines = [{"field": name, "before": row.confirmed[name], "after": found, "why": ""} for name, found in different]
    _line(context, shop, row, lines, "drift.changed", {"field": different[0][0], "label": _label(row)})


def _report_orphans(context: RunContext, shop: ShopConnection, resolver: Resolver, kind: Kind) -> None:
    known = resolver.taken(kind.name)
    for entity in resolver.webservice.read(kind.resource, display=["id", "reference"]):
        if entity.id is not None and entity.id not in known:
            reference = entity.text("reference") or f"#{entity.id}"
            context.count(held=1)
            context.change(
                shop=shop,
                kind=kind.name,
                key=f"#{entity.id}",
                label=reference,
                action=Action.UPDATE,
                state=ChangeState.HELD,
                cause="drift.orphan",
                facts={"reference": reference, "id": str(entity.id)},
            )


def _line(
    context: RunContext,
    shop: ShopConnection,
    row: Binding,
    differences: Sequence[dict[str, Any]],
    cause: str,
    facts: dict[str, str],
) -> None:
    context.count(held=1)
    context.change(
        shop=shop,
        kind=row.kind,
        key=row.key,
        label=_label(row),
        action=Action.UPDATE,
        state=ChangeState.HELD,
        differences=differences,
        cause=cause,
        facts=facts,
    )


def _label(row: Binding) -> str:
    name = row.confirmed.get("name")
    text = next(iter(name.values()), "") if isinstance(name, dict) else ""
    return f"{row.key} · {text}" if text else row.key


def _slices(rows: Sequence[Binding], size: int) -> Iterator[list[Binding]]:
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part
