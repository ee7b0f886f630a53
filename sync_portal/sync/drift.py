"""The shop compared with what it confirmed: what was changed, what is gone, what is there and not ours.

Read in slices, by what we know is there; nothing is written. A difference becomes a question to a person, with
three values once Sage wants something else as well. Only of stock nobody is asked: see `shop_stock`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from connectors.models import ShopConnection
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from mapping.rules import ShopRules
from mapping.state import is_own
from sync_portal.sync import decisions, forms, orphan_prices, orphans, questions, same_shop, shop_files, shop_stock
from sync_portal.sync.context import RunContext
from sync_portal.sync.forgetting import OF_A_PRODUCT, files_again
from sync_portal.sync.kinds import KINDS, UNWATCHED, Kind
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.models import Action, Change, ChangeState, DecisionKind
from sync_portal.sync.plan import IF_EMPTY, IF_NEW, SHOP, is_empty, owned_by_rules
from sync_portal.sync.questions import Moved, Question
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import references

COMPARED = tuple(kind for kind in KINDS.values() if kind.name not in {*shop_files.FILES, "stock"})
"""Kinds that are compared field by field: files are known by their ids only, and stock moves with every order."""
FILES_AT_ONCE = 200
"""How many photos, or documents, are looked for with one request."""


def check(context: RunContext) -> None:
    """The flow `drift`: every shop of the client."""
    for shop in context.shops():
        resolver = Resolver(shop, context.webservice(shop))
        same_shop.make_sure(shop, resolver.webservice)
        watch = Watch(shop, context.rules(shop))
        kinds = [kind.name for kind in KINDS.values()]
        bound = Binding.objects.filter(shop=shop, remote_id__isnull=False).order_by("pk")
        context.step("drift", bound.filter(kind__in=kinds).count())
        found = Found()
        for kind in KINDS.values():
            size = FILES_AT_ONCE if kind.name in shop_files.FILES else kind.slice
            for part in _read_in_slices(bound.filter(kind=kind.name), size):
                resolver.bindings.preload(ref for row in part for ref in references(row.confirmed.values()))
                _look(context, resolver, kind, part, watch, found)
                resolver.bindings.forget()
                context.progress(context.counters["read"])
        decisions.close_settled(shop, different=found.different, missing=found.missing, kinds=kinds)
        _look_again_at_candidates(shop)
        orphans.look(context, resolver)
        orphan_prices.look(context, resolver)


@dataclass
class Found:
    """The places that differ, (kind, key, field), and the resources that are gone, (kind, key)."""

    different: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    products: set[str] = field(default_factory=set)
    """Keys of the products among the missing."""

    def went_with_its_product(self, kind: str, key: str) -> bool:
        """Whether it belongs to a product that is gone; products are looked at before what belongs to them."""
        parts = key.split("|") if kind in OF_A_PRODUCT else []
        return any("|".join(parts[:length]) in self.products for length in range(1, len(parts)))


class Watch:
    """What of a resource is ours to watch, and what of that is worth a question."""

    def __init__(self, shop: ShopConnection, rules: ShopRules) -> None:
        self._owner_of = decisions.owner_of(shop, owned_by_rules(rules.owners))

    def fields(self, kind: Kind, row: Binding) -> list[str]:
        """The fields that somebody may have changed."""
        return [
            name
            for name in row.confirmed
            if name in kind.fields
            and name not in UNWATCHED
            and self._owner_of(kind.name, row.key, name) not in {SHOP, IF_NEW}
        ]

    def asks(self, kind: Kind, row: Binding, name: str, found: Any) -> bool:
        """Whether a field that is not as confirmed can be put back: what Sage only fills is the shop's when full."""
        return self._owner_of(kind.name, row.key, name) != IF_EMPTY or is_empty(found)


def _look(
    context: RunContext, resolver: Resolver, kind: Kind, part: Sequence[Binding], watch: Watch, found: Found
) -> None:
    """Compare some resources of one kind with what the shop holds of them."""
    if kind.name in shop_files.FILES:
        _look_for_files(context, resolver, kind, part, found)
    elif kind.name == "stock":
        moved = shop_stock.note(resolver, part, _held(resolver, kind, part, watch))
        context.count(read=len(part), unchanged=len(part) - moved)
    else:
        _compare(context, resolver, kind, part, watch, found)


def _look_for_files(context: RunContext, resolver: Resolver, kind: Kind, part: Sequence[Binding], found: Found) -> None:
    gone = shop_files.gone(resolver, kind.name, part)
    context.count(read=len(part), unchanged=len(part) - len(gone))
    found.missing += [(kind.name, row.key) for row in gone]
    _report_missing(context, resolver.shop, gone)


def _look_again_at_candidates(shop: ShopConnection) -> None:
    """Whoever was asked "which one?" may have tidied up the shop instead: the next run looks for candidates again."""
    waiting = Binding.objects.filter(shop=shop, parked_cause="shop.adoption_uncertain").exclude(parked="")
    waiting.update(parked="", confirmed_at=timezone.now())


def refresh(resolver: Resolver, rules: ShopRules, places: Sequence[tuple[str, str]]) -> None:
    """Take what the shop holds now as the confirmed state of these resources, so that the next plan puts them right."""
    resolver.bindings.preload(places)
    watch = Watch(resolver.shop, rules)
    for kind in COMPARED:
        # What is to be deleted stays as the person saw it.
        mine = (place for place in places if place[0] == kind.name and not is_own(place[1]))
        found = (resolver.bindings.get(place) for place in mine)
        rows = [row for row in found if row is not None]
        for part in _slices([row for row in rows if row.remote_id], kind.slice):
            held = _held(resolver, kind, part, watch)
            for row in part:
                _take_over(resolver, kind, row, held.get(row.remote_id), watch)
            _store(part)
    _forget_what_went_along(resolver, places)
    for name in shop_files.FILES:
        kept = [row for place in places if place[0] == name if (row := resolver.bindings[place]).remote_id]
        for part in _slices(kept, FILES_AT_ONCE):
            files_again(resolver.shop, shop_files.gone(resolver, name, part))
    stock = KINDS["stock"]
    known = [row for place in places if place[0] == stock.name and (row := resolver.bindings[place]).remote_id]
    for part in _slices(known, stock.slice):
        shop_stock.note(resolver, part, _held(resolver, stock, part, watch))
    resolver.bindings.forget()


def _take_over(resolver: Resolver, kind: Kind, row: Binding, entity: Entity | None, watch: Watch) -> None:
    row.parked = ""
    row.confirmed_at = timezone.now()
    if entity is None:  # gone from the shop: it is made again
        row.remote_id, row.confirmed = None, {}
        return
    found = {name: held_as(resolver, kind, name, row.confirmed[name], entity) for name in watch.fields(kind, row)}
    row.confirmed = {**row.confirmed, **found}


def _forget_what_went_along(resolver: Resolver, places: Sequence[tuple[str, str]]) -> None:
    """The shop deletes stock and photos with their product or combination: what is bound to those is not there."""
    gone = {key for kind, key in places if kind in orphans.KINDS and not resolver.bindings[kind, key].remote_id}
    rows = [
        row
        for kind, key in places
        if (kind in {"stock", "product_links"} and key in gone)
        or (kind in {"images", "attachments"} and key.split("|")[0] in gone)
        if (row := resolver.bindings[kind, key]).remote_id
    ]
    for row in rows:
        row.remote_id, row.confirmed, row.parked, row.pending = None, {}, "", {}
    _store(rows)


def _store(rows: Sequence[Binding]) -> None:
    Binding.objects.bulk_update(rows, ["confirmed", "remote_id", "parked", "pending", "confirmed_at"], batch_size=200)


def _compare(
    context: RunContext, resolver: Resolver, kind: Kind, part: Sequence[Binding], watch: Watch, found: Found
) -> None:
    """Open a question for each difference, and note it in `found`."""
    held = _held(resolver, kind, part, watch)
    gone: list[Binding] = []
    changed: list[tuple[Binding, dict[str, Any]]] = []
    for row in part:
        context.count(read=1)
        entity = held.get(row.remote_id)
        if entity is None and not kind.creatable:
            continue  # its owner is gone: that is told of the owner
        if entity is None and is_own(row.key):  # an orphan that was to be hidden or deleted, and is gone
            _let_go(row)
            continue
        if entity is None and found.went_with_its_product(kind.name, row.key):
            continue  # one question is enough: that about the product
        if entity is None:
            found.missing.append((kind.name, row.key))
            found.products |= {row.key} if kind.name == "products" else set()
            gone.append(row)
            continue
        told = {name: held_as(resolver, kind, name, row.confirmed[name], entity) for name in watch.fields(kind, row)}
        different = {
            name: value
            for name, value in told.items()
            if value != row.confirmed[name] and _is_news(kind, row, name, value, watch, found)
        }
        if different and kind.name == "specific_prices" and is_own(row.key):
            if not row.undone:  # else it is the shop's own again, and may become what people want
                _let_go(row)  # to be deleted as it was: as it is now it is another question
            continue
        found.different += [(kind.name, row.key, name) for name in different]
        changed.append((row, different))
    _report_missing(context, resolver.shop, gone)
    _report_changed(context, resolver.shop, changed)


def _let_go(row: Binding) -> None:
    row.remote_id, row.confirmed = None, {}
    _store([row])


def _is_news(kind: Kind, row: Binding, name: str, value: Any, watch: Watch, found: Found) -> bool:
    """Whether a person is to be asked about this difference."""
    if shop_files.NAMED_IN.get(kind.name) == name and shop_files.only_these_are_missing(row, value, found.missing):
        return False
    return watch.asks(kind, row, name, value)


def _held(resolver: Resolver, kind: Kind, part: Sequence[Binding], watch: Watch) -> dict[int | None, Entity]:
    names = frozenset(name for row in part for name in watch.fields(kind, row))
    ids = [row.remote_id for row in part if row.remote_id is not None]
    rows = resolver.webservice.read(kind.resource, display=forms.display_of(kind, names), filters={"id": ids})
    held = {entity.id: entity for entity in rows}
    expect_in(resolver, kind, names, held.values())
    return held


def _report_missing(context: RunContext, shop: ShopConnection, gone: Sequence[Binding]) -> None:
    facts = [{"id": str(row.remote_id), "resource": row.kind} for row in gone]
    asked = questions.ask(
        shop,
        [
            Question(DecisionKind.MISSING, row.kind, row.key, _label(row), told)
            for row, told in zip(gone, facts, strict=True)
        ],
    )
    _tell(
        context,
        [
            _line(context, shop, row, [], "shop.unknown_id", told)
            for row, told, decision in zip(gone, facts, asked, strict=True)
            if not decision.answer  # else it is ignored
        ],
    )


def _report_changed(
    context: RunContext, shop: ShopConnection, changed: Sequence[tuple[Binding, Mapping[str, Any]]]
) -> None:
    moved = [
        Moved(row.kind, row.key, name, _label(row), row.confirmed[name], value)
        for row, different in changed
        for name, value in different.items()
    ]
    asked = questions.ask_about_changes(shop, moved)
    waiting = {decision.place for decision in asked if not decision.answer}
    lines = []
    for row, different in changed:
        differences = [
            {"field": name, "before": row.confirmed[name], "after": value, "why": ""}
            for name, value in different.items()
            if (row.kind, row.key, name) in waiting
        ]
        if differences:
            facts = {"field": differences[0]["field"], "label": _label(row)}
            lines.append(_line(context, shop, row, differences, "drift.changed", facts))
    _tell(context, lines)
    context.count(unchanged=len(changed) - len(lines))


def _tell(context: RunContext, lines: Sequence[Change]) -> None:
    context.count(held=len(lines))
    Change.objects.bulk_create(lines)


def _line(
    context: RunContext,
    shop: ShopConnection,
    row: Binding,
    differences: Sequence[dict[str, Any]],
    cause: str,
    facts: dict[str, str],
) -> Change:
    return context.line(
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


def _read_in_slices(rows: QuerySet[Binding], size: int) -> Iterator[list[Binding]]:
    part = list(rows[:size])
    while part:
        yield part
        part = list(rows.filter(pk__gt=part[-1].pk)[:size])


def _slices(rows: Sequence[Binding], size: int) -> Iterator[list[Binding]]:
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part
