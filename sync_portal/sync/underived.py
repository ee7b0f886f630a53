"""What our own program could not derive in one run, for one shop: told at the record, which keeps what the shop has.

It is derived again with whatever makes anything be derived again: its source, the rules, the day, this program, a
person's wish. Until then it is held, as what a shop refused is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from django.db import transaction
from django.db.models.fields.json import KT

from connectors.models import ShopConnection
from mapping.apart import taken_apart
from mapping.catalogue import Catalogue
from mapping.mirror import stored_key
from mapping.models import Binding, DerivationMark, SourceRecord
from sync_portal.sync import marks
from sync_portal.sync import scope as scopes
from sync_portal.sync.bindings import Place
from sync_portal.sync.context import RunContext
from sync_portal.sync.mistakes import is_a_mistake, refusal
from sync_portal.sync.models import Action, Change, ChangeState
from sync_portal.sync.plan import PlannedChange

logger = logging.getLogger(__name__)

_BATCH = 500
_NAMES = {"products": ("articles", "data__label"), "customers": ("customers", "data__name")}
"""Kind -> the stream of its records, and the column that names one."""


Wish = tuple[list[Place], list[PlannedChange]]
"""What is wanted, and what would have to be written for it."""
Given = TypeVar("Given")
Returned = TypeVar("Returned")


def drained(parts: Generator[Given, None, Returned]) -> tuple[list[Given], Returned]:
    """All that a generator gives, and what it returns."""
    found = []
    while True:
        try:
            found.append(next(parts))
        except StopIteration as end:
            return found, end.value


def each_customers_own(
    catalogue: Catalogue, wish: Callable[[Catalogue], Wish]
) -> tuple[list[Wish], dict[str, Exception]]:
    """What is wanted of a catalogue; where that fails, without the customers on whom it does, who come with the reason.

    Raises:
        Exception: the mistake, where it is no single customer's.
    """
    try:
        return [wish(catalogue)], {}
    except Exception as mistake:
        if not catalogue.customers or not is_a_mistake(mistake):
            raise
    found = wish(replace(catalogue, customers=()))
    some, failed = taken_apart(catalogue.customers, lambda part: wish(Catalogue(customers=tuple(part))), is_a_mistake)
    return _each_once([found, *some]), {customer.key: mistake for customer, mistake in failed}


def _each_once(wishes: Sequence[Wish]) -> list[Wish]:
    """What several parts want is wanted once."""
    seen: set[Place] = set()
    once: list[Wish] = []
    for places, changes in wishes:
        fresh = [place for place in places if place not in seen]
        once.append((fresh, [change for change in changes if (change.kind, change.key) not in seen]))
        seen.update(fresh)
    return once


class Underived:
    """The records of one run and shop that could not be derived."""

    def __init__(self, context: RunContext, shop: ShopConnection, mark: DerivationMark | None) -> None:
        """``mark``: of the flow's last complete run."""
        self._context, self._shop, self._mark = context, shop, mark
        self.articles: set[str] = set()
        self.customers: set[str] = set()
        self.untraced: set[str] = set()
        """Those articles of which no earlier run left anything either."""

    def keeps(self, place: Place) -> bool:
        """Whether this belongs to such a record, so that nobody knows whether it is still wanted."""
        kind, key = place
        if self.customers and kind == "specific_prices" and key.split("|")[-2] in self.customers:
            return True
        return bool(self.articles) and marks.owner_of_key(key, self.articles) is not None

    def in_the_shop(self, articles: Collection[str]) -> bool:
        """Whether the shop has a product of one of these articles."""
        names, bound = sorted(articles), Binding.objects.filter(shop=self._shop, kind="products")
        parts = (names[start : start + _BATCH] for start in range(0, len(names), _BATCH))
        return any(bound.filter(key__in=part, remote_id__isnull=False).exists() for part in parts)

    def tell(self, kind: str, failed: Mapping[str, Exception]) -> list[Place]:
        """Keep these in the run's history, each once and with the technical text; returns their places."""
        names = self._names(kind, failed)
        told = Change.objects.filter(marks.UNDERIVED, run=self._context.run, shop=self._shop, kind=kind)
        by_an_earlier_attempt = set(told.values_list("key", flat=True))
        rows = []
        for key, mistake in failed.items():
            logger.error("%s %r could not be derived: %r", kind, key, mistake, exc_info=mistake)
            if key not in by_an_earlier_attempt:
                rows.append(self._row(kind, key, f"{key} · {names[key]}" if names.get(key) else key, mistake))
        with transaction.atomic():
            self._context.hold()
            Change.objects.bulk_create(rows, batch_size=_BATCH)
        held = sum(1 for row in rows if row.state == ChangeState.HELD)
        self._context.count(held=held, rejected=len(rows) - held)
        return [(kind, key) for key in failed]

    def _row(self, kind: str, key: str, label: str, mistake: Exception) -> Change:
        """Refused when it is news; held while it fails as it did in the last run. A preview refuses nothing."""
        error = refusal(mistake)
        news = scopes.partial(self._context.run.scope) or self._known.get((kind, key)) != error.facts
        refused = news and not self._context.preview
        return self._context.line(
            kind=kind,
            key=key,
            label=label,
            action=Action.UPDATE,
            state=ChangeState.REJECTED if refused else ChangeState.HELD,
            shop=self._shop,
            cause=error.cause,
            facts=error.facts,
            detail=error.detail,
        )

    @cached_property
    def _known(self) -> dict[Place, Mapping[str, str]]:
        """What the last complete run told of such records."""
        if self._mark is None:
            return {}
        rows = Change.objects.filter(marks.UNDERIVED, run=self._mark.run, shop=self._shop)
        return {(kind, key): facts for kind, key, facts in rows.values_list("kind", "key", "facts")}

    def _names(self, kind: str, keys: Collection[str]) -> dict[str, str]:
        """Key -> what Sage calls it."""
        stream, column = _NAMES[kind]
        rows = SourceRecord.objects.filter(client=self._shop.client, stream=stream)
        ordered, found = sorted(keys), dict[str, str]()
        for start in range(0, len(ordered), _BATCH):
            part = [stored_key(key) for key in ordered[start : start + _BATCH]]
            found |= dict(rows.filter(key__in=part).values_list("key", KT(column)))
        return found
