"""What happened to a product: what runs sent to the shop and what people chose, in one line of time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from connectors.models import Client
from mapping.models import Category, ChoiceAct, ChoiceChange, Product
from sync_portal.pages.choice_words import ActRow, act_row
from sync_portal.pages.differences import ChangeRow, change_rows
from sync_portal.pages.product_filing import feature_names
from sync_portal.sync.forgetting import OF_A_PRODUCT
from sync_portal.sync.history import of_parts
from sync_portal.sync.models import Change

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Event:
    """One line: a change that a run made, or an act of a person."""

    at: datetime
    change: ChangeRow | None = None
    act: ActRow | None = None


def timeline(client: Client, product: Product, of: str = "", shown: int = SHOWN) -> list[Event]:
    """Newest first; ``of``: "shop" for what was sent alone, "people" for what people chose alone."""
    events: list[Event] = []
    if of != "people":
        changes = change_rows(client, changes_of(product)[:shown])
        events += [Event(row.change.run.queued_at, change=row) for row in changes]
    if of != "shop":
        acts = acts_of(client, product)[:shown]
        events += [Event(row.act.at, act=row) for row in act_rows(client, acts, articles=_articles(product))]
    return sorted(events, key=lambda event: event.at, reverse=True)


def of_it(product: Product) -> Q:
    """What is kept about the product itself, and about its combinations, prices and photos."""
    own = Q(key=product.key, kind__in=["products", "stock"])
    return own | (of_parts(product.key) & Q(kind__in=OF_A_PRODUCT))


def changes_of(product: Product) -> QuerySet[Change]:
    """What runs did to the product and to its parts, newest first.

    The client's number plus nothing: SQLite would go through all its runs instead of through the key's changes.
    """
    return (
        Change.objects.alias(client_of_run=F("run__client") + 0)
        .filter(of_it(product), client_of_run=product.client_id, run__preview=False)
        .select_related("run")
        .order_by("-id")
    )


def acts_of(client: Client, product: Product) -> QuerySet[ChoiceAct]:
    """What people chose about the product, its articles and its group, newest first."""
    articles = _articles(product)
    mine = ChoiceChange.objects.filter(act__client=client).filter(
        Q(subject__in=articles) | Q(kind="group", key__in=articles)
    )
    acts = ChoiceAct.objects.filter(client=client, pk__in=mine.values("act"))
    return acts.select_related("by", "undone_by", "undoes").order_by("-pk")


def _articles(product: Product) -> set[str]:
    return {product.key, *product.members}


def act_rows(
    client: Client, acts: Iterable[ChoiceAct], *, articles: Collection[str] = (), most: int | None = None
) -> list[ActRow]:
    """The acts told, what they name looked up in a few queries.

    With ``articles`` only what is about these; with ``most`` so many changes of each act.
    """
    found = list(acts)
    rows = ChoiceChange.objects.filter(act__in=found)
    if most is not None:
        place = Window(RowNumber(), partition_by=F("act"), order_by="pk")
        rows = rows.annotate(place=place).filter(place__lte=most)
    changes: dict[int, list[ChoiceChange]] = {act.pk: [] for act in found}
    for change in rows:
        if not articles or change.subject in articles or change.key in articles:
            changes[change.act_id].append(change)
    names = _names(client, [change for some in changes.values() for change in some])
    told = [act_row(act, names, changes[act.pk]) for act in found]
    if most is None:
        return told
    counts = ChoiceChange.objects.filter(act__in=found).order_by().values_list("act").annotate(amount=Count("pk"))
    amounts: dict[int, int] = dict(counts)
    return [replace(row, left=max(amounts.get(row.act.pk, 0) - most, 0)) for row in told]


def _names(client: Client, changes: Iterable[ChoiceChange]) -> Mapping[str, str]:
    """Key of a category, a feature or a product -> what people call it."""
    told = list(changes)
    values = {text for change in told for side in (change.before, change.after) for text in _texts(side)}
    values |= {change.key for change in told}
    categories = {text for text in values if text.startswith(("FAM:", "CAT:", "MORE:"))}
    paths = dict(Category.objects.filter(client=client, key__in=categories).values_list("key", "path"))
    subjects = {change.subject for change in told} - {""}
    products = dict(Product.objects.filter(client=client, key__in=subjects).values_list("key", "name"))
    return {**feature_names(client), **products, **paths} if told else {}


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            for one in value.values():
                yield from _texts(one)
