"""The prices of a group's product for groups, customers and quantities, as the shop's specific prices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from connectors.sage.records import Article
from mapping.catalogue import CataloguePrice
from mapping.pricing import NO_VARIANT, Buyer, Ladder, PriceBook
from mapping.source import Variant
from mapping.specific_prices import Audience, rows_of


@dataclass(frozen=True, slots=True)
class Sold:
    """One combination that is sold, and the article that it is."""

    article: Article
    variant: Variant
    key: str
    impact: Decimal
    """What it costs more than the product's base price, to the public."""


def group_prices(
    book: PriceBook,
    product_key: str,
    base: Article,
    price: Decimal,
    sold: Sequence[Sold],
    audiences: Sequence[Audience],
    *,
    tiers: bool,
) -> list[CataloguePrice]:
    """All rows of the product: on the product when every buyer sees the same differences, else on the combinations.

    ``base``: the article that gives the product's ``price``. ``audiences``: as in `specific_prices`.
    """

    @cache
    def ladder(reference: str, variant: Variant, buyer: Buyer) -> Ladder:
        return book.ladder(articles[reference], variant, buyer, tiers=tiers)

    articles = {base.reference: base, **{one.article.reference: one.article for one in sold}}

    def same(audience: Audience) -> bool:
        own = ladder(base.reference, NO_VARIANT, audience.buyer)
        for one in sold:
            varied = ladder(one.article.reference, one.variant, audience.buyer)
            quantities = own.quantities | varied.quantities
            if any(varied.at(each).amount != own.at(each).amount + one.impact for each in quantities):
                return False
        return True

    def rows(reference: str, variant: Variant, key: str, base_price: Decimal) -> list[CataloguePrice]:
        own = rows_of(
            lambda which, buyer: ladder(reference, which, buyer), product_key, variant, key, base_price, audiences
        )
        return list(own)

    if all(same(audience) for audience in audiences):
        return rows(base.reference, NO_VARIANT, "", price)
    return [row for one in sold for row in rows(one.article.reference, one.variant, one.key, price + one.impact)]
