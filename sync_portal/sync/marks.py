"""How far each flow has carried the mirror into each shop, in its tables: `DerivationMark` and `DerivationTrace`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from connectors.models import Client, ShopConnection
from mapping import touches
from mapping.catalogue import CatalogueProduct
from mapping.derive import shared_keys
from mapping.models import Binding, DerivationMark, DerivationTrace, SourceRecord
from mapping.rules import ShopRules
from mapping.state import SHOPS_OWN
from sync_portal.sync.bindings import Place
from sync_portal.sync.models import Answer, Change, ChangeState, Decision, Run

_BATCH = 500
_COLUMNS = ("article", "fingerprint", "resources", "category_key", "shared_keys", "removable", "again")


def rules_fingerprint(rules: ShopRules) -> str:
    """Of what decides a shop's catalogue beside Sage: its rules, and the code that reads them."""
    return blake2b((_code() + rules.model_dump_json()).encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """A hash of the source of `mapping`: another version of the portal may derive something else."""
    sources = sorted((Path(settings.BASE_DIR) / "mapping").rglob("*.py"))
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=16).hexdigest()


def product_fingerprint(product: CatalogueProduct) -> str:
    """Equal when everything about the product is."""
    return blake2b(repr(product).encode(), digest_size=16).hexdigest()


# --- which articles ------------------------------------------------------------------------------------------------


def possible_articles(key: str) -> list[str]:
    """The references that a resource's local key may begin with: "POLO|1|0" is of POLO (or of an article "POLO|1")."""
    return [key, *(key[:place] for place, letter in enumerate(key) if letter == "|")]


def owner_of_key(key: str, articles: Collection[str]) -> str | None:
    """The one of these articles that the resource belongs to."""
    return next((name for name in sorted(possible_articles(key), key=len, reverse=True) if name in articles), None)


def known_articles(client: Client, names: Collection[str]) -> frozenset[str]:
    """Those of these names that are, or were, articles in Sage, or products of the shop's own that a person hides."""
    found = {name for name in names if name.startswith(SHOPS_OWN)}
    ordered = sorted(names)
    for start in range(0, len(ordered), _BATCH):
        rows = SourceRecord.objects.filter(client=client, stream="articles", key__in=ordered[start : start + _BATCH])
        found.update(rows.values_list("subject", flat=True))
    return frozenset(found)


def to_repeat(mark: DerivationMark) -> frozenset[str]:
    """The articles whose last change was not confirmed."""
    return frozenset(mark.traces.filter(again=True).values_list("article", flat=True))


def places_moved(mark: DerivationMark) -> set[Place]:
    """The resources whose confirmed state somebody else moved, or about which a person decides or has decided."""
    undecided = Q(answer__in=["", Answer.IGNORE]) | Q(decided_at__gt=mark.began_at)
    asked = Decision.objects.filter(undecided, shop=mark.shop, kind__in=mark.kinds).values_list("kind", "key")
    moved = _changed_bindings(mark.shop, mark.kinds, after=mark.bound_at, newest=mark.newest_binding)
    return moved | set(asked)


def unconfirmed(run: Run, shop: ShopConnection, kinds: Collection[str], *, since: datetime) -> Iterator[set[str]]:
    """The keys of what this run planned and did not get through, and of what others moved in the shop since, a few
    hundred at a time. What the derivation itself holds is not among them: it is held until Sage changes.
    """
    planned = Change.objects.filter(run=run, shop=shop).order_by()
    confirmed = planned.filter(state=ChangeState.CONFIRMED)
    not_through = [state for state in ChangeState.values if state != ChangeState.CONFIRMED]
    left = planned.filter(state__in=not_through).exclude(state=ChangeState.HELD, wanted="")
    moved = Binding.objects.filter(shop=shop, kind__in=kinds, confirmed_at__gt=since).order_by()
    for rows in (*_without(left, confirmed), *_without(moved, confirmed)):
        keys = rows.values_list("key", flat=True).iterator()
        while part := set(islice(keys, _BATCH)):
            yield part


def _without(rows: QuerySet[Any], confirmed: QuerySet[Change]) -> list[QuerySet[Any]]:
    """Those of the rows that are not confirmed.

    SQLite answers EXISTS row by row, each time from all changes of the run and kind (minutes, where a run has
    40,000): there each kind's keys are collected once. PostgreSQL joins; a long NOT IN would not fit its memory.
    """
    if connection.vendor != "sqlite":
        return [rows.exclude(Exists(confirmed.filter(kind=OuterRef("kind"), key=OuterRef("key"))))]
    kinds = list(rows.values_list("kind", flat=True).distinct())
    return [rows.filter(kind=kind).exclude(key__in=confirmed.filter(kind=kind).values("key")) for kind in kinds]


def still_in_the_shop(shop: ShopConnection, places: Collection[Place]) -> set[Place]:
    """Those of these resources that the shop holds by us."""
    found: set[Place] = set()
    by_kind = {kind: sorted(key for one, key in places if one == kind) for kind in {one[0] for one in places}}
    for kind, keys in by_kind.items():
        bound = Binding.objects.filter(shop=shop, kind=kind, remote_id__isnull=False)
        for start in range(0, len(keys), _BATCH):
            part = bound.filter(key__in=keys[start : start + _BATCH])
            found.update((kind, key) for key in part.values_list("key", flat=True))
    return found


def lost_bindings(mark: DerivationMark) -> bool:
    """Whether a binding went away without us: then nobody knows which."""
    now = _bindings(mark.shop, mark.kinds)
    return now.count() < mark.bindings + now.filter(pk__gt=mark.newest_binding).count()


def unwanted(shop: ShopConnection, kinds: Collection[str], wanted: Collection[Place]) -> Iterator[Place]:
    """Resources of these kinds that are in the shop by us and not among those wanted."""
    rows = Binding.objects.filter(shop=shop, kind__in=kinds, remote_id__isnull=False).order_by("pk")
    for kind, key in rows.values_list("kind", "key").iterator():
        if (kind, key) not in wanted:
            yield kind, key


def unwanted_names(shop: ShopConnection, kind: str, wanted: Collection[str]) -> list[tuple[str, str]]:
    """(key, name) of the resources of this kind that are in the shop by us and not among those wanted."""
    rows = Binding.objects.filter(shop=shop, kind=kind, remote_id__isnull=False).order_by("key")
    return [
        (key, next(iter((confirmed.get("name") or {}).values()), ""))
        for key, confirmed in rows.values_list("key", "confirmed").iterator()
        if key not in wanted
    ]


def deleted_customers(shop: ShopConnection) -> list[tuple[str, str]]:
    """(number, company) of the customers whose account is in the shop by us and whom Sage had and has no more."""
    bound = Binding.objects.filter(shop=shop, kind="customers", remote_id__isnull=False)
    companies = {key: confirmed.get("company") or "" for key, confirmed in bound.values_list("key", "confirmed")}
    gone = SourceRecord.objects.filter(client=shop.client, stream="customers", deleted_at__isnull=False)
    return [(key, companies[key]) for key in sorted(gone.values_list("key", flat=True)) if key in companies]


def _bindings(shop: ShopConnection, kinds: Collection[str]) -> QuerySet[Binding]:
    return Binding.objects.filter(shop=shop, kind__in=kinds)


def _changed_bindings(
    shop: ShopConnection, kinds: Collection[str], *, after: datetime | None, newest: int
) -> set[Place]:
    rows = _bindings(shop, kinds)
    fresh = rows.filter(pk__gt=newest)
    moved = rows.filter(confirmed_at__gt=after) if after else rows.filter(confirmed_at__isnull=False)
    return {*fresh.values_list("kind", "key"), *moved.values_list("kind", "key")}


def tell_strays(run: Run, articles: Sequence[str]) -> None:
    """A whole derivation found what partial ones had missed: it is put right, and said."""
    facts = {"count": str(len(articles)), "example": articles[0]}
    Run.objects.filter(pk=run.pk, claim=run.claim).update(cause="engine.derivation_drift", facts=facts)


# --- traces --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trace:
    """What one article came to: see `DerivationTrace`."""

    article: str
    fingerprint: str = ""
    resources: int = 0
    category_key: str = ""
    shared_keys: str = ""
    removable: tuple[Place, ...] = ()
    again: bool = False


def trace(product: CatalogueProduct, resources: int, removable: Iterable[Place]) -> Trace:
    """The trace of a product that was just derived."""
    out = product.readiness == "out"
    return Trace(
        article=product.key,
        fingerprint=product_fingerprint(product),
        resources=resources,
        category_key="" if out else product.category_key,
        shared_keys="" if out else "\n".join(shared_keys(product)),
        removable=tuple(removable),
    )


class Traces:
    """The traces of one mark, and the new ones of a run, which are stored only when it has gone well."""

    def __init__(self, mark: DerivationMark | None) -> None:
        self._rows = DerivationTrace.objects.filter(mark=mark) if mark else DerivationTrace.objects.none()
        # Of those that came out as before nothing is kept, so that deriving everything anew takes little memory.
        self._changed: dict[str, Trace] = {}
        self._gone: set[str] = set()
        self._resources = 0
        self._totals: dict[str, Counter[str]] = {"category_key": Counter(), "shared_keys": Counter()}

    def articles(self) -> set[str]:
        """Of all that are stored."""
        return set(self._rows.values_list("article", flat=True))

    def fingerprints(self, articles: Collection[str]) -> dict[str, str]:
        """Article -> fingerprint of the product that it last came to."""
        names, found = sorted(articles), dict[str, str]()
        for start in range(0, len(names), _BATCH):
            rows = self._rows.filter(article__in=names[start : start + _BATCH])
            found |= dict(rows.values_list("article", "fingerprint"))
        return found

    def fingerprints_now(self, articles: Collection[str]) -> dict[str, str]:
        """The same with what this run made of them; one that came to no product is left out."""
        here = {name: self._changed[name].fingerprint for name in articles if name in self._changed}
        return {name: made for name, made in (self.fingerprints(articles) | here).items() if name not in self._gone}

    def removable(self, articles: Collection[str]) -> set[Place]:
        """What these articles last had in the shop of the kinds that go when they are no longer wanted."""
        rows = self._rows.filter(article__in=articles).values_list("removable", flat=True)
        return {(kind, key) for places in rows for kind, key in places}

    def replace(self, articles: Collection[str], new: Iterable[Trace]) -> dict[str, Trace]:
        """These articles were derived, to that; returns what they were before. One without a new trace is gone."""
        old = self._read(articles)
        self._note(old, {one.article: one for one in new})
        return old

    def _read(self, articles: Collection[str]) -> dict[str, Trace]:
        rows = self._rows.filter(article__in=articles).values_list(*_COLUMNS)
        return {
            article: Trace(article, mark, resources, category, values, tuple(map(tuple, removable)), again)
            for article, mark, resources, category, values, removable, again in rows
        }

    def _note(self, old: Mapping[str, Trace], new: Mapping[str, Trace]) -> None:
        for sign, traces in ((-1, old), (1, new)):
            for one in traces.values():
                self._resources += sign * one.resources
                for column, total in self._totals.items():
                    total[getattr(one, column)] += sign
        self._changed.update({article: one for article, one in new.items() if old.get(article) != one})
        self._gone.update(old.keys() - new.keys())

    def resources(self) -> int:
        """Of all articles, those derived in this run included."""
        stored: int = self._rows.aggregate(total=Sum("resources"))["total"] or 0
        return stored + self._resources

    def per_category(self) -> Counter[str]:
        """Category key -> how many products are for sale in it."""
        return +self._total("category_key")

    def shared_keys(self) -> set[str]:
        """What the products that are for sale share: see `mapping.derive.shared_keys`."""
        return {key for keys, amount in self._total("shared_keys").items() if amount > 0 for key in keys.split("\n")}

    def _total(self, column: str) -> Counter[str]:
        rows = self._rows.exclude(**{column: ""}).values_list(column).annotate(amount=Count("pk")).order_by()
        total: Counter[str] = Counter(dict(rows))
        total.update(self._totals[column])
        del total[""]
        return total

    def keep(self, articles: Mapping[str, Collection[Place]]) -> None:
        """What these articles have in the shop still, although it should be gone."""
        stored = self._read([article for article in articles if article not in self._changed])
        for article, places in articles.items():
            known = self._changed.get(article) or stored.get(article, Trace(article))
            known = Trace(article) if article in self._gone else known
            self._changed[article] = replace(known, removable=(*dict.fromkeys((*known.removable, *places)),))
            self._gone.discard(article)

    def store(self, mark: DerivationMark, again: Collection[str]) -> None:
        """Make the new traces the stored ones; ``again`` are to be derived by the next run in any case.

        What is the shop's own comes to nothing and leaves no trace: the next run is told of it anew.
        """
        changed = iter(self._changed.values())
        while part := list(islice(changed, _BATCH)):
            DerivationTrace.objects.bulk_create(
                [DerivationTrace(mark=mark, **_columns(one, again=one.article in again)) for one in part],
                update_conflicts=True,
                unique_fields=["mark", "article"],
                update_fields=_COLUMNS[1:],
            )
        gone, others = sorted(self._gone), sorted(set(again) - self._changed.keys())
        for names, act in ((gone, lambda rows: rows.delete()), (others, lambda rows: rows.update(again=True))):
            for start in range(0, len(names), _BATCH):
                act(DerivationTrace.objects.filter(mark=mark, article__in=names[start : start + _BATCH]))
        if own := sorted(name for name in again if name.startswith(SHOPS_OWN)):
            touches.touch_articles(mark.shop.client, own)


def _columns(one: Trace, *, again: bool) -> Mapping[str, object]:
    values = {name: getattr(one, name) for name in _COLUMNS}
    return {**values, "removable": [list(place) for place in one.removable], "again": again}
