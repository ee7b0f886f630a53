"""Sage's records and a shop's rules in, its catalogue out. Pure: the same input always gives the same catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from connectors.sage.records import Record
from mapping.accounts import customers
from mapping.articles import Workshop, product
from mapping.barcodes import doubled_eans
from mapping.catalogue import Catalogue, CatalogueCustomer, CatalogueGroup
from mapping.categories import CategoryTree
from mapping.checks import out_problem, twins
from mapping.combinations import barcodes
from mapping.gammes import Gammes
from mapping.naming import GROUP_NAME_LENGTH, shop_name
from mapping.pricing import Buyer, PriceBook
from mapping.rules import ShopRules
from mapping.source import SageData
from mapping.specific_prices import Audience
from mapping.stock import StockBook

STREAMS = (
    "families",
    "catalogue_nodes",
    "gammes",
    "gamme_values",
    "articles",
    "article_gammes",
    "combinations",
    "kit_components",
    "media",
    "stock",
    "gamme_stock",
    "depots",
    "tariff_categories",
    "article_tariffs",
    "quantity_tiers",
    "gamme_prices",
    "taxes",
    "article_accounting",
    "family_accounting",
    "customers",
    "contacts",
    "countries",
)
"""The streams of `connectors.sage.streams` that the derivation reads."""


def derive(records: Mapping[str, Iterable[Record]], rules: ShopRules, *, today: date) -> Catalogue:
    """The shop's catalogue on this day (in the client's time zone: future prices begin at its midnight)."""
    data = SageData(records)
    groups = tariff_groups(data, rules)
    published_groups = frozenset(group.key for group in groups if not group.public)
    accounts = customers(data, rules, published_groups)
    shop = _workshop(data, rules, groups, accounts, today=today)
    products = tuple(product(shop, article) for _, article in sorted(data.articles.items()))
    for_sale = [one for one in products if one.readiness != "out"]
    used = [key for one in for_sale for combination in one.combinations for key in combination.value_keys]
    options, values = shop.gammes.published(used)
    return Catalogue(
        categories=shop.tree.published(one.category_key for one in for_sale),
        groups=groups,
        options=options,
        values=values,
        products=products,
        customers=accounts,
        problems=shop.gammes.near_twins(used),
    )


def tariff_groups(data: SageData, rules: ShopRules) -> tuple[CatalogueGroup, ...]:
    """The tariff categories that the rules name (all, by default) and the public one."""
    chosen = frozenset(rules.prices.groups) or frozenset(data.tariff_categories)
    public = rules.prices.public_category
    return tuple(
        CatalogueGroup(
            key=str(rank),
            name=shop_name(category.label, rules.name_replacements, length=GROUP_NAME_LENGTH).text,
            with_tax=category.with_tax,
            public=rank == public,
        )
        for rank, category in sorted(data.tariff_categories.items())
        if rank in chosen or rank == public
    )


def _workshop(
    data: SageData,
    rules: ShopRules,
    groups: Sequence[CatalogueGroup],
    accounts: Sequence[CatalogueCustomer],
    *,
    today: date,
) -> Workshop:
    for_sale = [article for article in data.articles.values() if out_problem(article, rules) is None]
    everybody = Audience(Buyer(rules.prices.public_category))
    published = [group for group in groups if not group.public]
    return Workshop(
        data=data,
        rules=rules,
        tree=CategoryTree(data, rules),
        gammes=Gammes(data, rules.name_replacements),
        prices=PriceBook(data, accounting_category=rules.prices.accounting_category, today=today),
        stock=StockBook(data, rules),
        doubled_eans=doubled_eans(barcodes(data, frozenset(article.reference for article in for_sale))),
        twins=twins(for_sale),
        audiences=[everybody, *(Audience(Buyer(int(group.key)), group_key=group.key) for group in published)],
        buyers=_buyers(data, accounts) if rules.prices.customer_prices else {},
    )


def _buyers(data: SageData, accounts: Sequence[CatalogueCustomer]) -> dict[str, list[Audience]]:
    """Article -> the published customers who, or whose buying group, have terms of their own for it."""
    buyers: dict[str, list[Audience]] = defaultdict(list)
    for account in accounts:
        if not account.published:
            continue
        customer = data.customers[account.key]
        numbers = tuple(number for number in (customer.number, customer.buying_group) if number)
        audience = Audience(
            Buyer(customer.tariff_category, numbers), group_key=account.group_key, customer_key=account.key
        )
        for reference in sorted(set().union(*(data.customer_terms.get(number, set()) for number in numbers))):
            buyers[reference].append(audience)
    return buyers
