"""Automatic cart rules (those without a code) on orders made from a cart."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.prices import NO_DATE
from connectors.sandbox.shop.values import money, rounded

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

AUTOMATIC = """
    SELECT * FROM ps_cart_rules WHERE active = 1 AND quantity > 0 AND coalesce(code, '') = ''
        AND id_customer IN (0, :customer) AND (date_from = :never OR date_from <= :now)
        AND (date_to = :never OR date_to >= :now) ORDER BY priority, id"""


def apply(shop: Shop, order: Row) -> list[tuple[Row, Decimal, Decimal]]:
    """(rule, value with tax, value without tax) of every automatic rule that applies; the values are not rounded.

    A real shop compares `total_paid` with the cart *before* these: whoever sends the lowered sum gets a payment error.
    """
    values = {"customer": order["id_customer"], "now": shop.now(), "never": NO_DATE}
    found = []
    for rule in shop.database.rows(AUTOMATIC, values):
        products, bare = money(order["total_products_wt"]), money(order["total_products"])
        if products < money(rule["minimum_amount"]) or not products:
            continue
        found.append((rule, *_value(rule, order, products, bare)))
    return found


def _value(rule: Row, order: Row, products: Decimal, bare: Decimal) -> tuple[Decimal, Decimal]:
    share = money(rule["reduction_percent"]) / 100
    incl, excl = products * share, bare * share
    amount = min(money(rule["reduction_amount"]), products)
    if amount and rule["reduction_tax"]:
        incl, excl = incl + amount, excl + amount * bare / products
    elif amount:
        incl, excl = incl + amount * products / bare, excl + amount
    if rule["free_shipping"]:
        incl, excl = incl + money(order["total_shipping_tax_incl"]), excl + money(order["total_shipping_tax_excl"])
    return incl, excl


def lowered(order: Row, incl: Decimal, excl: Decimal) -> Row:
    """The order's totals after discounts of these sums."""
    incl, excl = rounded(incl), rounded(excl)
    paid, bare = money(order["total_paid_tax_incl"]) - incl, money(order["total_paid_tax_excl"]) - excl
    totals = {
        "total_discounts": incl,
        "total_discounts_tax_incl": incl,
        "total_discounts_tax_excl": excl,
        "total_paid": paid,
        "total_paid_tax_incl": paid,
        "total_paid_tax_excl": bare,
    }
    return {name: str(rounded(total, 6)) for name, total in totals.items()}
