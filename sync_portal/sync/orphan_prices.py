"""Prices of our products that the shop has and Sage does not know: a promotion that somebody left, the row of a
catalogue rule. A buyer pays them, so a person says what becomes of each.

Looked for once the flow `prices` has run in the shop: before that, all its prices are its own. What no buyer pays is
not told: a row that has ended, one of a single basket. One that is yet to begin is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from connectors.prestashop.xml import Entity
from mapping.models import Binding, DerivationMark
from mapping.state import SHOPS_OWN
from sync_portal.sync import forms, orphans
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import KINDS, NO_DATE
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.orphans import Facts, Line, Sought
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import references

KIND = KINDS["specific_prices"]
RULE = "id_specific_price_rule"
KEEPS_THE_PRICE = "-1.000000"
_NOTHING: Mapping[str, str | None] = {
    **dict.fromkeys(("product", "combination", "group", "customer")),
    **dict.fromkeys(("country", "currency", "shop", "shop_group")),
    "from_quantity": "1",
    "price": KEEPS_THE_PRICE,
    "reduction": "0.000000",
    "reduction_type": "amount",
    "reduction_tax": "0",
    "begins": NO_DATE,
    "ends": NO_DATE,
}
"""Field -> what it holds, as JSON, where it limits or changes nothing."""


def look(context: RunContext, resolver: Resolver) -> None:
    """Ask about each such price of this shop once; close the questions about those that are none any more."""
    shop = resolver.shop
    if not DerivationMark.objects.filter(shop=shop, flow="prices").exists():
        return
    if not resolver.webservice.capabilities().may(KIND.resource, "get"):
        return
    now = timezone.localtime(timezone=ZoneInfo(shop.client.time_zone)).replace(tzinfo=None)
    sought = Sought(KIND.name, [*forms.display_of(KIND, frozenset(_NOTHING)), RULE], _all_facts, _line)
    orphans.search(context, resolver, sought, _strangers(resolver, now))


def amount(held: Mapping[str, Any]) -> str:
    """What it makes of the price, in no language: "9.90", "-15 %", "-2", "9.90 -2"."""
    price, reduction = Decimal(held["price"]), Decimal(held["reduction"])
    less = f"-{_short(reduction * 100)} %" if held["reduction_type"] == "percentage" else f"-{_short(reduction)}"
    said = [*([_short(price)] if price >= 0 else []), *([less] if reduction else [])]
    return " ".join(said) or "0"


def telling(held: Mapping[str, Any]) -> dict[str, Any]:
    """Its fields that limit or change something."""
    return {name: held[name] for name, nothing in _NOTHING.items() if name in held and held[name] != nothing}


def _strangers(resolver: Resolver, now: datetime) -> Iterator[int]:
    """Ids of the prices of our products, or of all, that nobody knows and that somebody may pay."""
    known = resolver.taken(KIND.name) | orphans.candidates(resolver.shop, KIND.name)
    bound = Binding.objects.filter(shop=resolver.shop, kind="products", remote_id__isnull=False)
    ours = {0, *bound.exclude(key__startswith=SHOPS_OWN).values_list("remote_id", flat=True)}
    for row in resolver.webservice.read(KIND.resource, display=["id", "id_product", "id_cart", "to"]):
        if row.id is None or row.id in known or row.text("id_cart") not in {"", "0"}:
            continue
        if int(row.text("id_product") or 0) in ours and not _has_ended(row.text("to"), now):
            yield row.id


def _has_ended(end: str, now: datetime) -> bool:
    return end not in {"", NO_DATE} and end < now.isoformat(" ", "seconds")


def _all_facts(resolver: Resolver, rows: Iterable[Entity]) -> list[Facts]:
    entities = list(rows)
    expect_in(resolver, KIND, _NOTHING.keys(), entities)
    found = [_facts(resolver, row) for row in entities]
    resolver.bindings.forget()
    return found


def _facts(resolver: Resolver, row: Entity) -> Facts:
    held = {name: held_as(resolver, KIND, name, nothing, row) for name, nothing in _NOTHING.items()}
    product = next(references([held["product"]]), ("products", ""))[1]
    rule = row.text(RULE)
    return {"id": str(row.id), "product": product, "held": held, "rule": rule if rule != "0" else ""}


def _line(facts: Facts) -> Line:
    product, said = facts["product"], amount(facts["held"])
    number = f"{SHOPS_OWN}{facts['id']}"
    label = f"{product} · {said}" if product else said
    differences = [
        {"field": name, "before": None, "after": value, "why": ""} for name, value in telling(facts["held"]).items()
    ]
    told = {"amount": said, "id": facts["id"]}
    if not product:
        return Line(number, label, "drift.price_of_all", told, differences)
    return Line(f"{product}|{number}", label, "drift.price", {"label": product, **told}, differences)


def _short(number: Decimal) -> str:
    return f"{number:.0f}" if number == number.to_integral_value() else f"{number:.2f}"
