"""The price a buyer pays, as PrestaShop computes it: specific price, combination, tax, reduction, group discount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.values import money, rounded

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

FRANCE = 8
NO_DATE = "0000-00-00 00:00:00"

SPECIFIC_PRICE = """
    SELECT *, (id_customer = :customer) * 32 + (id_shop = 1) * 16 + (id_currency = 1) * 8 + (id_country = :country) * 4
        + (id_group = :group) * 2 AS score
    FROM ps_specific_prices
    WHERE id_product IN (0, :product) AND id_product_attribute IN (0, :combination) AND id_customer IN (0, :customer)
        AND id_group IN (0, :group) AND id_country IN (0, :country) AND id_shop IN (0, 1) AND id_currency IN (0, 1)
        AND id_cart = 0 AND (from_quantity <= 1 OR from_quantity <= :quantity)
        AND ("from" = :never OR "from" <= :now) AND ("to" = :never OR "to" >= :now)
    ORDER BY id_product_attribute DESC, from_quantity DESC, id_specific_price_rule, score DESC, "to" DESC, "from" DESC
    LIMIT 1"""


@dataclass(frozen=True)
class Asked:
    """Whose price, for how many. `combination` None means the product's default one; `group` 0 the visitor's."""

    product: int
    combination: int | None = None
    quantity: int = 1
    group: int = 0
    customer: int = 0
    country: int = FRANCE
    use_tax: bool = True
    use_reduction: bool = True
    decimals: int = 6


def tax_rate(shop: Shop, rules_group: int, country: int) -> Decimal:
    """Percent of tax of a tax rules group in a country; 0 where there is no rule."""
    sql = """SELECT t.rate FROM ps_tax_rules r JOIN ps_taxes t ON t.id = r.id_tax
             WHERE r.id_tax_rules_group = ? AND r.id_country IN (0, ?) AND t.active = 1 ORDER BY r.id_country DESC"""
    return money(shop.database.value(sql, (rules_group, country)))


def tax_id(shop: Shop, rules_group: int, country: int) -> int:
    """The tax behind `tax_rate`, 0 when there is none."""
    sql = "SELECT id_tax FROM ps_tax_rules WHERE id_tax_rules_group = ? AND id_country = ?"
    return int(shop.database.value(sql, (rules_group, country)) or 0)


def group_reduction(shop: Shop, group: int) -> Decimal:
    """Percent that a customer group gets on the whole catalogue."""
    return money(shop.database.value("SELECT reduction FROM ps_groups WHERE id = ?", (group,)))


def specific_price(shop: Shop, asked: Asked, combination: int, group: int) -> Row | None:
    """The specific price that applies, by PrestaShop's priority: customer, shop, currency, country, group."""
    return shop.database.row(
        SPECIFIC_PRICE,
        {
            "product": asked.product,
            "combination": combination,
            "customer": asked.customer,
            "group": group,
            "country": asked.country,
            "quantity": max(1, asked.quantity),
            "never": NO_DATE,
            "now": shop.now(),
        },
    )


def price(shop: Shop, asked: Asked) -> Decimal:
    """The unit price, rounded to `decimals`; 0 for an unknown product."""
    product = shop.get("products", asked.product)
    if product is None:
        return Decimal(0)
    combination = product["cache_default_attribute"] if asked.combination is None else asked.combination
    group = asked.group or int(shop.configuration("PS_UNIDENTIFIED_GROUP") or 1)
    special = specific_price(shop, asked, combination, group)
    amount = _base(shop, product, combination, special)
    rate = tax_rate(shop, product["id_tax_rules_group"], asked.country) / 100
    if asked.use_tax:
        amount *= 1 + rate
    if asked.use_reduction and special is not None:
        amount -= _reduction(special, amount, rate, use_tax=asked.use_tax)
    if asked.use_reduction:
        amount *= 1 - group_reduction(shop, group) / 100
    return max(rounded(amount, asked.decimals), Decimal(0))


def _base(shop: Shop, product: Row, combination: int, special: Row | None) -> Decimal:
    """Without tax: the specific price when it fixes one, else the product's; plus the combination's impact."""
    fixed = money(special["price"]) if special is not None else Decimal(-1)
    amount = fixed if fixed >= 0 else money(product["price"])
    if special is not None and special["id_product_attribute"] and fixed >= 0:
        return amount
    impact = shop.database.value(
        "SELECT price FROM ps_combinations WHERE id = ? AND id_product = ?", (combination, product["id"])
    )
    return amount + money(impact)


def _reduction(special: Row, amount: Decimal, rate: Decimal, *, use_tax: bool) -> Decimal:
    reduction = money(special["reduction"])
    if special["reduction_type"] == "percentage":
        return amount * reduction
    if use_tax and not special["reduction_tax"]:
        return reduction * (1 + rate)
    if not use_tax and special["reduction_tax"]:
        return reduction / (1 + rate)
    return reduction
