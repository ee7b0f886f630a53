"""Small Sage companies written by hand: records with sensible defaults."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sage.records import (
    Article,
    ArticleGamme,
    ArticleStock,
    ArticleTariff,
    Combination,
    Customer,
    Depot,
    Family,
    FamilyAccounting,
    Gamme,
    GammePrice,
    GammeStock,
    GammeValue,
    QuantityTier,
    Record,
    TariffCategory,
    Tax,
)
from mapping.catalogue import Catalogue, CatalogueProduct
from mapping.derive import derive
from mapping.rules import load_rules
from mapping.source import SageData

TODAY = date(2026, 11, 24)


def d(value: str | int) -> Decimal:
    return Decimal(value)


def article(reference: str = "POLO", **fields: Any) -> Article:
    given: dict[str, Any] = {
        "label": "Polo d'accueil",
        "family_code": "TEXTILE",
        "published": True,
        "sale_price": d("20"),
        "purchase_price": d("10"),
        "weight_unit": 2,
        "stock_tracking": 2,
    }
    return Article(reference=reference, **(given | fields))


def tariff(reference: str, owner: int | str, **fields: Any) -> ArticleTariff:
    category, customer = (owner, "") if isinstance(owner, int) else (0, owner)
    return ArticleTariff(article=reference, category=category, customer=customer, **fields)


def variant_price(reference: str, owner: str, gamme1: int, price: str, *, gamme2: int = 0) -> GammePrice:
    return GammePrice(article=reference, owner=owner, gamme1=gamme1, gamme2=gamme2, price=d(price))


def tier(
    reference: str, owner: str, bound: str, *discounts: str, net: str = "0", kinds: Iterable[int] = ()
) -> QuantityTier:
    return QuantityTier(
        article=reference,
        owner=owner,
        upper_bound=d(bound),
        discount_values=tuple(d(one) for one in discounts),
        discount_types=tuple(kinds) or (1,) * len(discounts),
        net_price=d(net),
    )


def stock(reference: str, quantity: str, *, depot: int = 1, **fields: Any) -> ArticleStock:
    return ArticleStock(article=reference, depot=depot, physical=d(quantity), **fields)


def gamme_stock(reference: str, gamme1: int, quantity: str, *, gamme2: int = 0, depot: int = 1) -> GammeStock:
    return GammeStock(article=reference, depot=depot, gamme1=gamme1, gamme2=gamme2, physical=d(quantity))


def customer(number: str = "DUPONT", **fields: Any) -> Customer:
    given: dict[str, Any] = {
        "name": "Dupont SARL",
        "contact": "Jeanne Dupont",
        "email": f"{number.lower()}@example.com",
        "address": "1 rue du Port",
        "postcode": "17000",
        "city": "La Rochelle",
        "tariff_category": 1,
    }
    return Customer(number=number, **(given | fields))


SETTINGS: tuple[Record, ...] = (
    Family(code="TEXTILE", label="Textile"),
    Tax(code="C20", rate=d("20"), direction=1),
    Tax(code="C55", rate=d("5.5"), direction=1),
    Tax(code="ECO", rate=d("0.5"), kind=2, rate_kind=1, direction=1),
    FamilyAccounting(family="TEXTILE", domain=0, category=1, invoice_kind=0, tax_codes=("C20", "", "")),
    TariffCategory(rank=1, label="Public"),
    TariffCategory(rank=2, label="Revendeurs"),
    TariffCategory(rank=3, label="Comités", with_tax=True),
    Depot(number=1, label="La Rochelle", main=True),
    Depot(number=2, label="Brest"),
    Gamme(rank=1, label="Couleur"),
    Gamme(rank=2, label="Taille"),
    *(GammeValue(gamme=2, position=place, label=label) for place, label in enumerate(["S", "M", "L"], start=1)),
)
"""A family at 20 %, three tariff categories (the third with tax), two depots, two gammes."""


def colours(reference: str, *labels: str, first: int = 1, row: bool = True) -> list[Record]:
    """Values of an article's first gamme, numbered from ``first``, with their combinations unless ``row`` is False."""
    found: list[Record] = []
    for number, label in enumerate(labels, start=first):
        found.append(ArticleGamme(article=reference, number=number, label=label, axis=0))
        if row:
            found.append(Combination(article=reference, gamme1=number, gamme2=0, reference=f"{reference}-{number}"))
    return found


def company(*records: Record) -> dict[str, list[Record]]:
    return {"everything": [*SETTINGS, *records]}


def data(*records: Record) -> SageData:
    return SageData(company(*records))


def derived(*records: Record, today: date = TODAY, **rules: Any) -> Catalogue:
    return derive(company(*records), load_rules(rules), today=today)


def product(*records: Record, key: str = "POLO", **rules: Any) -> CatalogueProduct:
    return next(one for one in derived(*records, **rules).products if one.key == key)


def causes(found: CatalogueProduct) -> list[str]:
    return [problem.cause for problem in found.problems]
