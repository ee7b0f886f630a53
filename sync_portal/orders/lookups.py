"""Fetches what a page of orders needs to know of Sage: from the mirror and the bindings, never the whole catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q

from connectors.models import Client, ShopConnection
from connectors.sage.records import KitComponent, Record
from connectors.sage.streams import STREAMS
from mapping.choices.base import split
from mapping.models import Binding, SourceRecord
from mapping.packagings import packaging_number
from mapping.rules import ShopRules
from mapping.source import PACKAGING, SageData
from mapping.state import SHOPS_OWN
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.orders.sage_side import SageSide, Variant
from sync_portal.orders.shop_orders import ShopOrder, ShopOrderLine

SMALL = ("taxes", "family_accounting", "tariff_categories", "depots", "currencies", "countries")
"""Streams of a few rows, taken whole."""
STREAMS_READ = ("articles", "combinations", "packagings", "article_accounting", "customers", *SMALL)


def load_side(shop: ShopConnection, rules: ShopRules, orders: Sequence[ShopOrder], *, today: date) -> SageSide:
    """What Sage and the shop's bindings say about everything that these orders name."""
    lines = [line for order in orders for line in order.lines]
    products, variants, references = _bound(shop, lines)
    accounts = _bindings(shop, "customers", {order.buyer.id for order in orders})
    references |= {rules.orders.shipping_article, rules.orders.discount_article}
    remembered = _remembered(shop, rules, orders)
    numbers = {*accounts.values(), *remembered.values(), rules.orders.generic_account}
    return SageSide(
        data=_sage_data(shop.client, references - {""}, numbers - {""}, {order.buyer.email for order in orders} - {""}),
        products=products,
        variants=variants,
        accounts=accounts,
        remembered=remembered,
        today=today,
    )


def sold_side(shop: ShopConnection, lines: Sequence[ShopOrderLine]) -> SageSide:
    """Of all that, which articles these lines are; no accounts, no taxes."""
    products, variants, references = _bound(shop, lines)
    data = {**_articles(shop.client, references - {""}), "depots": _records(shop.client, "depots", Q())}
    return SageSide(data=SageData(data), products=products, variants=variants, today=date.min)


def with_components(client: Client, data: SageData, kits: Collection[str]) -> SageData:
    """The same with what these nomenclatures hold."""
    if not kits:
        return data
    rows = _records(client, "kit_components", Q(subject__in=kits))
    parts = {row.component for row in rows if isinstance(row, KitComponent)} - data.articles.keys()
    return data.joined({"kit_components": rows, "articles": _records(client, "articles", Q(key__in=parts))})


def _bound(shop: ShopConnection, lines: Sequence[ShopOrderLine]) -> tuple[dict[int, str], dict[int, Variant], set[str]]:
    """Shop product id -> article, combination id -> variant, and every reference that these lines may mean."""
    products = _bindings(shop, "products", {line.product_id for line in lines})
    variants = {
        identity: variant
        for identity, key in _bindings(shop, "combinations", {line.combination_id for line in lines}).items()
        if (variant := variant_of(key))
    }
    references = {
        *products.values(),
        *(variant[0] for variant in variants.values()),
        *(line.reference for line in lines),
    }
    return products, variants, references


def variant_of(key: str) -> Variant | None:
    """The variant behind a combination's key; None for a key of another shape.

    "reference|AG_No1|AG_No2"; of a packaging "reference|pack|CO_No"; in a group the same behind the anchor:
    "anchor|member|AG_No1|AG_No2".
    """
    parts = split(key)
    if len(parts) not in {3, 4}:
        return None
    article, packaging = parts[-3], packaging_number(parts)
    if packaging is not None:
        return article, packaging, PACKAGING
    if not (parts[-2].isdecimal() and parts[-1].isdecimal()):
        return None
    return article, int(parts[-2]), int(parts[-1])


def _bindings(shop: ShopConnection, kind: str, shop_ids: Iterable[int]) -> dict[int, str]:
    rows = Binding.objects.filter(shop=shop, kind=kind, remote_id__in=set(shop_ids) - {0})
    found = rows.exclude(key__startswith=SHOPS_OWN).values_list("remote_id", "key")
    return {shop_id: key for shop_id, key in found if shop_id is not None}


def _remembered(shop: ShopConnection, rules: ShopRules, orders: Sequence[ShopOrder]) -> dict[int | str, str]:
    """The accounts that earlier orders of these buyers went to, the shared one apart; the latest order counts."""
    ids = {order.buyer.id for order in orders} - {0}
    emails = {order.buyer.email for order in orders} - {""}
    mine = LedgerOrder.objects.filter(shop__client=shop.client, state=OrderState.IMPORTED)
    mine = mine.exclude(sage_customer="").exclude(sage_customer=rules.orders.generic_account)
    found: dict[int | str, str] = {}
    same_shop = mine.filter(shop=shop, shop_customer_id__in=ids).order_by("shop_order_id")
    found.update(same_shop.values_list("shop_customer_id", "sage_customer"))
    same_email = mine.filter(_any(emails, "email__iexact")).order_by("imported_at") if emails else mine.none()
    found.update((email.casefold(), number) for email, number in same_email.values_list("email", "sage_customer"))
    return found


def _sage_data(client: Client, references: set[str], numbers: set[str], emails: set[str]) -> SageData:
    """Articles by reference or through a variant's reference, accounts by number or e-mail, and the small lists."""
    articles = _articles(client, references)
    return SageData(
        {
            **articles,
            "article_accounting": _records(client, "article_accounting", Q(data__article__in=list(references))),
            "customers": _records(client, "customers", Q(key__in=numbers) | _any(emails, "data__email__icontains")),
            **{stream: _records(client, stream, Q()) for stream in SMALL},
        }
    )


def _articles(client: Client, references: set[str]) -> dict[str, list[Record]]:
    """Those named, those of which a variant or a packaging is named (their references are added), and those rows."""
    named = Q(data__article__in=list(references)) | Q(data__reference__in=list(references))
    combinations = _records(client, "combinations", named)
    packagings = _records(client, "packagings", named)
    references |= {str(getattr(one, "article", "")) for one in (*combinations, *packagings)}
    return {
        "articles": _records(client, "articles", Q(key__in=references)),
        "combinations": combinations,
        "packagings": packagings,
    }


def _any(values: Iterable[str], lookup: str) -> Q:
    """A condition that one of the values fulfils; without a value, none does."""
    return reduce(or_, (Q(**{lookup: value}) for value in values), Q(pk__in=[]))


def _records(client: Client, stream: str, condition: Q) -> list[Record]:
    rows = SourceRecord.objects.filter(condition, client=client, stream=stream, deleted_at=None)
    return [STREAMS[stream].record.from_json(data) for data in rows.values_list("data", flat=True)]
