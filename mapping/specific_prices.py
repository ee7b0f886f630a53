"""Sage's prices for groups, customers and quantities, as the shop's specific prices. Pure.

Two rules of the shop decide their shape. Among the rows that hold for a buyer it takes, before anything else, the one
on the combination rather than on the product, then the highest `from_quantity`, and only then the customer's rather
than the group's. So an audience repeats the quantities of the less specific ones where its price differs, and one
product's prices are either all on the product or all on its combinations. And a price on the product still gets the
combination's impact added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.sage.records import Article
from mapping.catalogue import CataloguePrice
from mapping.pricing import NO_VARIANT, Buyer, Ladder, PriceBook
from mapping.source import Variant

LadderOf = Callable[[Variant, Buyer], Ladder]


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a row is for: everybody ("", ""), a group, or a customer, who also belongs to a group."""

    buyer: Buyer
    group_key: str = ""
    customer_key: str = ""


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """The public prices of an article, and how its variants differ."""

    price: Decimal
    impacts: Mapping[Variant, Decimal]
    keys: Mapping[Variant, str]
    """Variant -> combination key."""


def specific_prices(
    book: PriceBook, article: Article, product: PricedProduct, audiences: Sequence[Audience], *, tiers: bool
) -> list[CataloguePrice]:
    """All rows of one article. ``audiences``: everybody first, then groups, then customers."""

    def ladder(variant: Variant, buyer: Buyer) -> Ladder:
        return book.ladder(article, variant, buyer, tiers=tiers)

    if _same_for_all_variants(ladder, product, audiences):
        return list(rows_of(ladder, article.reference, NO_VARIANT, "", product.price, audiences))
    return [
        row
        for variant, key in product.keys.items()
        for row in rows_of(ladder, article.reference, variant, key, product.price + product.impacts[variant], audiences)
    ]


def _same_for_all_variants(ladder: LadderOf, product: PricedProduct, audiences: Sequence[Audience]) -> bool:
    """Do all audiences see the same differences between variants, at every quantity?"""
    for audience in audiences:
        own = ladder(NO_VARIANT, audience.buyer)
        for variant, impact in product.impacts.items():
            varied = ladder(variant, audience.buyer)
            quantities = own.quantities | varied.quantities
            if any(varied.at(quantity).amount != own.at(quantity).amount + impact for quantity in quantities):
                return False
    return True


def rows_of(
    ladder: LadderOf,
    product_key: str,
    variant: Variant,
    combination_key: str,
    base: Decimal,
    audiences: Sequence[Audience],
) -> Iterator[CataloguePrice]:
    """The rows on one combination ("": on the product), whose public price is ``base``."""
    written: dict[tuple[str, str], dict[int, Decimal]] = {}
    for audience in audiences:
        own = ladder(variant, audience.buyer)
        quantities = _needed(own, _broader(audience, written), base)
        for quantity in quantities:
            price = own.at(quantity)
            yield CataloguePrice(
                product_key=product_key,
                combination_key=combination_key,
                group_key="" if audience.customer_key else audience.group_key,
                customer_key=audience.customer_key,
                from_quantity=quantity,
                price=price.amount,
                steps=price.steps,
            )
        written[audience.group_key, audience.customer_key] = {one: own.at(one).amount for one in quantities}


def _broader(
    audience: Audience, written: Mapping[tuple[str, str], Mapping[int, Decimal]]
) -> list[Mapping[int, Decimal]]:
    """The rows already written that also hold for this audience, the most specific first."""
    names = [("", "")] if audience.group_key or audience.customer_key else []
    if audience.customer_key and audience.group_key:
        names.insert(0, (audience.group_key, ""))
    return [written[name] for name in names if name in written]


def _needed(ladder: Ladder, broader: Sequence[Mapping[int, Decimal]], base: Decimal) -> list[int]:
    """The quantities at which a row is needed, so that the shop answers the ladder's price at every quantity."""
    needed: list[int] = []
    for quantity in sorted(ladder.quantities.union(*broader)):
        shown = _shown(quantity, [{one: ladder.at(one).amount for one in needed}, *broader], base)
        if shown != ladder.at(quantity).amount:
            needed.append(quantity)
    return needed


def _shown(quantity: int, rows: Sequence[Mapping[int, Decimal]], base: Decimal) -> Decimal:
    """What the shop would answer: the highest quantity reached, then the most specific row (the first of ``rows``)."""
    reached = max((start for row in rows for start in row if start <= quantity), default=0)
    return next((row[reached] for row in rows if reached in row), base)
