"""Orders: made from a cart, moved from state to state, with invoice, payment and stock."""

from __future__ import annotations

import hashlib
import json
import random
import string
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.shop import basket, discounts
from connectors.sandbox.shop.basket import Basket, Line
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.hooks.combinations import sum_stock
from connectors.sandbox.shop.values import money, rounded

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

CANCELED, PAYMENT_ERROR = 6, 8
WITHOUT_STOCK = {0, CANCELED, PAYMENT_ERROR}
"""States in which the goods are back on the shelf."""


def new_reference(rng: random.Random) -> str:
    """Nine capitals, as `FLIGWCVVW`."""
    return "".join(rng.choice(string.ascii_uppercase) for _ in range(9))


def insert(shop: Shop, resource: str, **values: Any) -> int:
    """Add a row, blanks elsewhere; fields that the version lacks are dropped."""
    known = shop.resources[resource]
    row: Row = {field.name: values.get(field.name, field.blank) for field in known.fields}
    for field in known.fields:
        if field.is_clock and field.name not in values:
            row[field.name] = shop.now()
        if field.lang:
            row[field.name] = values.get(field.name) or json.dumps({str(number): "" for number in shop.languages()})
    return shop.database.insert(known.table, row)


def complete_from_cart(
    shop: Shop, order: int, *, paid: Decimal, state: int | None = None, rng: random.Random | None = None
) -> None:
    """Give a stored order its lines, totals, carrier, state and payment.

    `state` None is the webservice's way: PS_OS_WS_PAYMENT, or the payment error (8) when `paid` differs from the cart.
    """
    row = shop.get("orders", order) or {}
    cart = shop.get("carts", row["id_cart"]) or {}
    found = basket.of_cart(shop, cart | {"id_carrier": row["id_carrier"] or cart["id_carrier"]})
    wanted = int(shop.configuration("PS_OS_WS_PAYMENT")) if state is None else state
    if state is None and rounded(paid) != rounded(found.total_incl):
        wanted = PAYMENT_ERROR
    customer = shop.get("customers", row["id_customer"]) or {}
    # Not `random.Random()` per order: a seeded one makes the demo's references repeatable.
    reference = new_reference(rng or random.Random())  # noqa: S311 - a label, not a secret
    shop.database.update("ps_orders", order, _header(shop, found, reference, customer, paid))
    _apply_discounts(shop, order)
    for line in found.lines:
        _add_line(shop, order, line)
    insert(
        shop,
        "order_carriers",
        id_order=order,
        id_carrier=row["id_carrier"],
        weight=str(rounded(sum((_weight(line) for line in found.lines), Decimal(0)), 6)),
        shipping_cost_tax_excl=_six(found.shipping_excl),
        shipping_cost_tax_incl=_six(found.shipping_incl),
    )
    change_state(shop, order, wanted, first=True)


def _apply_discounts(shop: Shop, order: int) -> None:
    row = shop.get("orders", order) or {}
    applied = discounts.apply(shop, row)
    resource = "order_cart_rules" if "order_cart_rules" in shop.resources else "order_discounts"
    for rule, incl, excl in applied:
        name = str(json.loads(rule["name"] or "{}").get(str(shop.default_language)) or "")
        values = {"id_order": order, "id_cart_rule": rule["id"], "name": name}
        insert(shop, resource, **values, value=str(rounded(incl, 6)), value_tax_excl=str(rounded(excl, 6)))
    if applied:
        sums = sum((incl for _, incl, _ in applied), Decimal(0)), sum((excl for _, _, excl in applied), Decimal(0))
        shop.database.update("ps_orders", order, discounts.lowered(row, *sums))


def _header(shop: Shop, found: Basket, reference: str, customer: Row, paid: Decimal) -> Row:
    return {
        "reference": reference,
        "secure_key": customer.get("secure_key", ""),
        "id_shop": 1,
        "id_shop_group": 1,
        "current_state": 0,
        "round_mode": 2,
        "round_type": 2,
        "conversion_rate": "1.000000",
        "carrier_tax_rate": str(rounded(found.carrier_rate, 3)),
        "total_products": _six(found.products_excl),
        "total_products_wt": _six(found.products_incl),
        "total_shipping": _six(found.shipping_incl),
        "total_shipping_tax_incl": _six(found.shipping_incl),
        "total_shipping_tax_excl": _six(found.shipping_excl),
        "total_paid": _six(found.total_incl),
        "total_paid_tax_incl": _six(found.total_incl),
        "total_paid_tax_excl": _six(found.total_excl),
        "total_paid_real": _six(paid),
        "date_upd": shop.now(),
    }


def _six(amount: Decimal) -> str:
    return str(rounded(amount, 6))


def _weight(line: Line) -> Decimal:
    extra = money(line.combination["weight"]) if line.combination else Decimal(0)
    return (money(line.product.get("weight")) + extra) * line.quantity


def _add_line(shop: Shop, order: int, line: Line) -> None:
    product, combination, special = line.product, line.combination or {}, line.special or {}
    percentage = special.get("reduction_type") == "percentage"
    reduction = money(special.get("reduction"))
    identity = insert(
        shop,
        "order_details",
        id_order=order,
        id_shop=1,
        product_id=product["id"],
        product_attribute_id=combination.get("id", 0),
        product_name=line.name,
        product_quantity=line.quantity,
        product_quantity_in_stock=line.quantity,
        product_price=_six(line.original_excl),
        original_product_price=product.get("price", "0.000000"),
        original_wholesale_price=product.get("wholesale_price", "0.000000"),
        reduction_percent=str(rounded(reduction * 100)) if percentage else "0.00",
        reduction_amount="0.000000" if percentage else _six(reduction),
        group_reduction=str(rounded(line.group_reduction)),
        product_reference=combination.get("reference") or product.get("reference", ""),
        product_ean13=combination.get("ean13") or product.get("ean13", ""),
        product_supplier_reference=product.get("supplier_reference", ""),
        product_weight=product.get("weight", "0.000000"),
        id_tax_rules_group=product["id_tax_rules_group"],
        unit_price_tax_excl=_six(line.unit_excl),
        unit_price_tax_incl=_six(line.unit_incl),
        total_price_tax_excl=_six(line.total_excl),
        total_price_tax_incl=_six(line.total_incl),
    )
    if line.tax:
        shop.database.set_links("order_details", identity, "taxes", [{"id": str(line.tax)}], "id")


def change_state(shop: Shop, order: int, state: int, *, first: bool = False) -> None:
    """Move an order to a state, with its history row."""
    insert(shop, "order_histories", id_order=order, id_order_state=state)
    apply_state(shop, order, state, first=first)


def apply_state(shop: Shop, order: int, state: int, *, first: bool = False) -> None:
    """What a state brings: validity, stock, invoice, payment, delivery number."""
    row = shop.get("orders", order) or {}
    flags = shop.get("order_states", state) or {}
    taken = row["current_state"] not in WITHOUT_STOCK
    if taken != (state not in WITHOUT_STOCK):
        _move_stock(shop, order, 1 if taken else -1)
    changes: Row = {"current_state": state, "valid": flags.get("logable", 0), "date_upd": shop.now()}
    if flags.get("invoice") and not row["invoice_number"]:
        changes |= _invoice(shop, row)
    if flags.get("delivery") and not row["delivery_number"]:
        number = shop.database.value("SELECT coalesce(max(delivery_number), 0) + 1 FROM ps_orders")
        changes |= {"delivery_number": number, "delivery_date": shop.now()}
    if flags.get("paid"):
        changes |= _payment(shop, row)
    elif first and state != PAYMENT_ERROR:
        changes["total_paid_real"] = "0.000000"
    shop.database.update("ps_orders", order, changes)


def _move_stock(shop: Shop, order: int, direction: int) -> None:
    for line in shop.database.rows("SELECT * FROM ps_order_details WHERE id_order = ?", (order,)):
        product, combination = line["product_id"], line["product_attribute_id"]
        sql = """UPDATE ps_stock_availables SET quantity = quantity + ?
                 WHERE id_product = ? AND id_product_attribute = ? AND id_shop = 1"""
        shop.database.execute(sql, (direction * line["product_quantity"], product, combination))
        if combination:
            sum_stock(shop, product)


def _invoice(shop: Shop, row: Row) -> Row:
    number = shop.database.value("SELECT coalesce(max(invoice_number), 0) + 1 FROM ps_orders")
    invoice = insert(
        shop,
        "order_invoices",
        id_order=row["id"],
        number=number,
        total_paid_tax_excl=row["total_paid_tax_excl"],
        total_paid_tax_incl=row["total_paid_tax_incl"],
        total_products=row["total_products"],
        total_products_wt=row["total_products_wt"],
        total_shipping_tax_excl=row["total_shipping_tax_excl"],
        total_shipping_tax_incl=row["total_shipping_tax_incl"],
    )
    for table in ("ps_order_details", "ps_order_carriers"):
        shop.database.execute(f"UPDATE {table} SET id_order_invoice = ? WHERE id_order = ?", (invoice, row["id"]))  # noqa: S608
    return {"invoice_number": number, "invoice_date": shop.now()}


def _payment(shop: Shop, row: Row) -> Row:
    """A paid state adds what no payment row of this reference covers yet."""
    sql = "SELECT coalesce(sum(CAST(amount AS REAL)), 0) FROM ps_order_payments WHERE fold(order_reference) = fold(?)"
    covered = rounded(money(shop.database.value(sql, (row["reference"],))))
    due = rounded(money(row["total_paid_tax_incl"])) - covered
    if due > 0:
        insert(
            shop,
            "order_payments",
            order_reference=row["reference"],
            id_currency=1,
            amount=_six(due),
            payment_method=row["payment"],
            conversion_rate="1.000000",
        )
    return {"total_paid_real": row["total_paid_tax_incl"]}


def hex_key(text: str) -> str:
    """A customer's secure_key: 32 hexadecimal digits, here repeatable for the same person."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
