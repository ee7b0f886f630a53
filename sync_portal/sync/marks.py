"""How far each flow has carried the mirror into each shop (`DerivationMark`), and what moved since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from connectors.models import Client, ShopConnection
from mapping.models import Binding, DerivationMark, SourceRecord
from mapping.rules import ShopRules
from mapping.state import SHOPS_OWN
from sync_portal.sync.bindings import Place
from sync_portal.sync.models import Answer, Change, ChangeState, Decision, Run

_BATCH = 500
UNDERIVED = Q(cause="portal.unexpected", wanted="", state__in=[ChangeState.REJECTED, ChangeState.HELD])
"""The lines that tell of what could not be derived: no state is wanted, as nobody knows which."""


def rules_fingerprint(rules: ShopRules) -> str:
    """Of what decides a shop's catalogue beside Sage: its rules, and the code that reads them."""
    return blake2b((_code() + rules.model_dump_json()).encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """A hash of the source of `mapping`: another version of the portal may derive something else."""
    sources = sorted((Path(settings.BASE_DIR) / "mapping").rglob("*.py"))
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=16).hexdigest()


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
    hundred at a time. What the derivation itself holds is not among them: it is held until Sage changes. Nor is what
    could not be derived.
    """
    planned = Change.objects.filter(run=run, shop=shop).order_by()
    confirmed = planned.filter(state=ChangeState.CONFIRMED)
    not_through = [state for state in ChangeState.values if state != ChangeState.CONFIRMED]
    left = planned.filter(state__in=not_through).exclude(Q(state=ChangeState.HELD, wanted="") | UNDERIVED)
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
