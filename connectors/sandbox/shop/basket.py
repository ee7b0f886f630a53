"""What a cart costs: lines, shipping, taxes, rounded line by line as a French shop does by default."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.shop import prices
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.values import money, rounded

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


@dataclass(frozen=True)
class Line:
    """One order line. Unit prices have 6 decimals, totals 2 (PrestaShop rounds each line: PS_ROUND_TYPE 2)."""

    product: Row
    combination: Row | None
    quantity: int
    name: str
    unit_excl: Decimal
    unit_incl: Decimal
    original_excl: Decimal
    special: Row | None
    group_reduction: Decimal
    tax: int

    @property
    def total_excl(self) -> Decimal:
        return rounded(self.unit_excl * self.quantity)

    @property
    def total_incl(self) -> Decimal:
        return rounded(self.unit_incl * self.quantity)


@dataclass(frozen=True)
class Basket:
    """Lines and shipping; the totals of the order are sums of these rounded amounts, so they add up to the cent."""

    lines: Sequence[Line]
    shipping_excl: Decimal
    shipping_incl: Decimal
    carrier_rate: Decimal

    @property
    def products_excl(self) -> Decimal:
        return sum((line.total_excl for line in self.lines), Decimal(0))

    @property
    def products_incl(self) -> Decimal:
        return sum((line.total_incl for line in self.lines), Decimal(0))

    @property
    def total_excl(self) -> Decimal:
        return self.products_excl + self.shipping_excl

    @property
    def total_incl(self) -> Decimal:
        return self.products_incl + self.shipping_incl


def of_cart(shop: Shop, cart: Row) -> Basket:
    """The basket of a stored cart, at the prices of its customer's default group and its delivery country."""
    customer = shop.get("customers", cart["id_customer"]) or {}
    address = shop.get("addresses", cart["id_address_delivery"]) or {}
    country = int(address.get("id_country") or prices.FRANCE)
    rows = shop.database.links("carts", [cart["id"]], "cart_rows").get(cart["id"], [])
    lines = [_line(shop, row, customer, country) for row in rows]
    products = sum((line.total_incl for line in lines), Decimal(0))
    carrier = shop.get("carriers", cart["id_carrier"])
    shipping = _shipping(shop, carrier, country, products)
    rate = prices.tax_rate(shop, carrier["id_tax_rules_group"], country) if carrier else Decimal(0)
    return Basket(lines, shipping, rounded(shipping * (1 + rate / 100)), rate)


def _line(shop: Shop, row: dict[str, str], customer: Row, country: int) -> Line:
    product_id, combination_id = int(row["id_product"]), int(row.get("id_product_attribute") or 0)
    quantity = int(row.get("quantity") or 1)
    group = int(customer.get("id_default_group") or 0)
    asked = prices.Asked(
        product=product_id,
        combination=combination_id,
        quantity=quantity,
        group=group,
        customer=int(customer.get("id") or 0),
        country=country,
    )
    product = shop.get("products", product_id) or {"id": product_id, "id_tax_rules_group": 0, "name": "{}"}
    combination = shop.get("combinations", combination_id) if combination_id else None
    return Line(
        product=product,
        combination=combination,
        quantity=quantity,
        name=_name(shop, product, combination),
        unit_excl=prices.price(shop, _with(asked, use_tax=False)),
        unit_incl=prices.price(shop, asked),
        original_excl=prices.price(shop, _with(asked, use_tax=False, use_reduction=False)),
        special=prices.specific_price(shop, asked, combination_id, group),
        group_reduction=prices.group_reduction(shop, group),
        tax=prices.tax_id(shop, product["id_tax_rules_group"], country),
    )


def _with(asked: prices.Asked, *, use_tax: bool, use_reduction: bool = True) -> prices.Asked:
    return prices.Asked(
        product=asked.product,
        combination=asked.combination,
        quantity=asked.quantity,
        group=asked.group,
        customer=asked.customer,
        country=asked.country,
        use_tax=use_tax,
        use_reduction=use_reduction,
    )


def text(shop: Shop, stored: str | None) -> str:
    """A stored multi-language text in the shop's default language."""
    return str(json.loads(stored or "{}").get(str(shop.default_language)) or "")


def combination_label(shop: Shop, combination: int) -> str:
    """`Taille : M, Couleur : Bleu`."""
    sql = """SELECT o.public_name AS option, v.name AS value FROM links l
             JOIN ps_product_option_values v ON v.id = l.target
             JOIN ps_product_options o ON o.id = v.id_attribute_group
             WHERE l.resource = 'combinations' AND l.name = 'product_option_values' AND l.id = ?
             ORDER BY o.position, l.position"""
    rows = shop.database.rows(sql, (combination,))
    return ", ".join(f"{text(shop, row['option'])} : {text(shop, row['value'])}" for row in rows)


def _name(shop: Shop, product: Row, combination: Row | None) -> str:
    name = text(shop, product["name"])
    label = combination_label(shop, combination["id"]) if combination else ""
    return f"{name} - {label}" if label else name


def _shipping(shop: Shop, carrier: Row | None, country: int, products: Decimal) -> Decimal:
    """Without tax: the carrier's price range for the country's zone, plus the shop's handling charge."""
    if carrier is None or carrier["is_free"]:
        return Decimal(0)
    sql = """SELECT d.price FROM ps_deliveries d JOIN ps_price_ranges r ON r.id = d.id_range_price
             WHERE d.id_carrier = :carrier AND d.id_zone = (SELECT id_zone FROM ps_countries WHERE id = :country)
             AND CAST(r.delimiter1 AS REAL) <= :total AND CAST(r.delimiter2 AS REAL) > :total"""
    values = {"carrier": carrier["id"], "country": country, "total": float(products)}
    handling = money(shop.configuration("PS_SHIPPING_HANDLING")) if carrier["shipping_handling"] else Decimal(0)
    return rounded(money(shop.database.value(sql, values)) + handling)
