"""Commercial nomenclatures (AR_Nomencl 2 and 3) as packs of the shop. Pure.

A pack's content is whole numbers of things that are in the shop. What is not so is sold as a plain product, whose stock
is still what its components allow, and the reason is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sage.records import Article, KitComponent
from mapping.catalogue import PackItem, Problem
from mapping.choices.base import join_key
from mapping.numbers import said_plain
from mapping.packagings import PACK, has_packagings, usable
from mapping.source import Variant
from mapping.stock import KITS

if TYPE_CHECKING:
    from mapping.articles import Workshop

IsForSale = Callable[["Workshop", Article], bool]
NO_VARIANT: Variant = (0, 0)


@dataclass(frozen=True, slots=True)
class Pack:
    """The content of a pack; none and a reason when the shop cannot have it as one."""

    items: tuple[PackItem, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """What the shop knows of a component: the combination, and the sales units in one of it."""

    combination_key: str
    units: Decimal = Decimal(1)


def pack_of(shop: Workshop, article: Article, is_for_sale: IsForSale) -> Pack:
    """The pack that an article is; ``is_for_sale`` says whether a component is in the shop."""
    if article.nomenclature not in KITS or not shop.rules.packs.publish:
        return Pack()
    rows = shop.data.kit_components.get(article.reference, [])
    if not rows:
        return Pack()
    facts = {"reference": article.reference, "name": article.label}
    if article.gamme1 > 0 or has_packagings(shop.data, article, shop.rules):
        return Pack(problems=(Problem("catalogue.pack_with_combinations", facts),))
    amounts: dict[tuple[str, str, str], Decimal] = {}
    for row in rows:
        part, amount, problem = _line(shop, article, row, is_for_sale)
        if problem is not None:
            return Pack(problems=(problem,))
        place = (row.component, shop.groups.product_key(row.component), part)
        amounts[place] = amounts.get(place, Decimal(0)) + amount
    return Pack(tuple(PackItem(*place, int(amount)) for place, amount in amounts.items()))


def _line(
    shop: Workshop, kit: Article, row: KitComponent, is_for_sale: IsForSale
) -> tuple[str, Decimal, Problem | None]:
    """The combination of a component, how many of it, and what stands against that."""
    facts = {"reference": kit.reference, "name": kit.label, "component": row.component}
    quantity = row.quantity / (kit.kit_quantity or Decimal(1))
    component = shop.data.articles.get(row.component)
    part = _part(shop, component, row, quantity) if component and is_for_sale(shop, component) else None
    if part is None:
        return "", quantity, Problem("catalogue.pack_component_away", facts)
    amount = quantity / part.units
    if amount <= 0 or amount != amount.to_integral_value():
        said = {**facts, "quantity": said_plain(quantity, "fr")}
        return "", quantity, Problem("catalogue.pack_fraction", said)
    return part.combination_key, amount, None


def _part(shop: Workshop, component: Article, row: KitComponent, quantity: Decimal) -> _Part | None:
    """The combination that the component is sold as; None when the nomenclature does not say which one."""
    variant, units = (row.gamme1, row.gamme2), Decimal(1)
    rest: tuple[object, ...] = variant
    if component.gamme1 > 0 and variant == NO_VARIANT:
        return None
    if has_packagings(shop.data, component, shop.rules):
        found = [one for one in usable(shop.data, component) if quantity % one.quantity == 0]
        if not found:
            return None
        rest, units = (PACK, found[0].number), found[0].quantity
    anchor = shop.groups.anchor_of(component.reference)
    if anchor is not None and anchor != component.reference:
        return _Part(join_key((anchor, component.reference, *rest)), units)
    alone = anchor is None and rest == NO_VARIANT
    return _Part("" if alone else join_key((component.reference, *rest)), units)
