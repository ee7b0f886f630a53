"""Sage's quantity tiers in the shop's terms: "up to and including" becomes "from". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from connectors.sage.records import ArticleTariff, QuantityTier

BY_AMOUNT, NET_PRICE = 2, 3
"""AC_QteMont: 2, tiers on the line's amount, which a shop cannot express; 3, each tier has its net price."""
AMOUNT, PERCENT = 0, 1
"""TQ_RemiseREM_Type that are understood; what 2 (quantity) does is not established: such a tier is not published."""
LAST_QUANTITY = 16_777_215
"""The shop's from_quantity is an unsigned medium integer: a tier that begins beyond it is never reached."""


@dataclass(frozen=True, slots=True)
class Break:
    """From this quantity on: a net price (0: none), then discounts (kind, value) one after the other."""

    from_quantity: int
    net_price: Decimal
    discounts: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Breaks:
    breaks: tuple[Break, ...]
    unpublishable: tuple[str, ...] = ()


def breaks(row: ArticleTariff, tiers: Sequence[QuantityTier], *, discount: Decimal) -> Breaks:
    """What the row grants by quantity; without a grid, its one discount from the first unit on."""
    if row.tiers == BY_AMOUNT:
        return Breaks((), ("prices.tiers_by_amount",))
    if row.tiers == 0 or not tiers:
        return Breaks((Break(1, Decimal(0), ((PERCENT, discount),) if discount > 0 else ()),))
    kept = tuple(_break(row, start, tier) for start, tier in _from_quantities(tiers) if _understood(tier))
    return Breaks(kept, () if all(map(_understood, tiers)) else ("prices.tier_not_understood",))


def _break(row: ArticleTariff, start: int, tier: QuantityTier) -> Break:
    pairs = zip(tier.discount_types, tier.discount_values, strict=False)
    discounts = tuple((kind, value) for kind, value in pairs if value > 0)
    net_price = tier.net_price if row.tiers == NET_PRICE or not discounts else Decimal(0)
    return Break(start, net_price, discounts)


def _from_quantities(tiers: Sequence[QuantityTier]) -> Iterator[tuple[int, QuantityTier]]:
    """Each tier with its first whole quantity. A tier without one is left out; the last one has no end."""
    start = 1
    for tier in tiers:
        last = int(tier.upper_bound.to_integral_value(ROUND_FLOOR))
        is_last = tier is tiers[-1]
        if (last >= start or is_last) and start <= LAST_QUANTITY:
            yield start, tier
        start = max(start, last + 1)


def _understood(tier: QuantityTier) -> bool:
    pairs = zip(tier.discount_types, tier.discount_values, strict=False)
    return all(kind in {AMOUNT, PERCENT} for kind, value in pairs if value)
