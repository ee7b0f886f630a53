"""Shop orders for tests: short to write, right to the cent unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync_portal.orders.shop_orders import (
    ShopAddress,
    ShopBuyer,
    ShopOrder,
    ShopOrderLine,
    ShopPayment,
    ShopVoucher,
)

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def make_line(
    price: str = "10", quantity: int = 1, rate: str = "20", *, number: int = 1, **fields: Any
) -> ShopOrderLine:
    """A line as the shop stores it: `price` excl. tax, 6 decimals, totals rounded per line."""
    tax_excl = Decimal(price).quantize(Decimal("0.000001"))
    tax_incl = (tax_excl * (100 + Decimal(rate)) / 100).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    given = {
        "id": number,
        "product_id": 100 + number,
        "reference": f"ART-{number}",
        "name": f"Article {number}",
        "quantity": quantity,
        "unit_price_tax_excl": tax_excl,
        "unit_price_tax_incl": tax_incl,
        "total_tax_excl": cents(tax_excl * quantity),
        "total_tax_incl": cents(tax_incl * quantity),
        "tax_rate": Decimal(rate),
    }
    return ShopOrderLine(**{**given, **fields})


def make_address(**fields: Any) -> ShopAddress:
    given = {
        "id": 7,
        "alias": "Maison",
        "last_name": "Lefèvre",
        "first_name": "Zoé",
        "address1": "12 rue de l'Œuvre",
        "postcode": "17000",
        "city": "La Rochelle",
        "country": "France",
        "country_iso": "FR",
        "phone": "05 46 00 00 00",
    }
    return ShopAddress(**{**given, **fields})


def make_order(
    *lines: ShopOrderLine,
    shipping: str = "0",
    shipping_rate: str = "20",
    vouchers: tuple[ShopVoucher, ...] = (),
    paid: bool = True,
    round_type: int = 2,
    **fields: Any,
) -> ShopOrder:
    """An order whose totals are what the shop makes of its lines, `shipping` (excl. tax) and vouchers."""
    lines = lines or (make_line(),)
    rate = Decimal(shipping_rate)
    shipping_excl = cents(Decimal(shipping))
    shipping_incl = cents(Decimal(shipping) * (100 + rate) / 100)
    products_excl = cents(sum((line.total_tax_excl for line in lines), Decimal(0)))
    products_incl = cents(sum((line.total_tax_incl for line in lines), Decimal(0)))
    off_incl = sum((cents(voucher.value) for voucher in vouchers), Decimal(0))
    off_excl = sum((cents(voucher.value_tax_excl) for voucher in vouchers), Decimal(0))
    total = products_incl + shipping_incl - off_incl
    payments = (ShopPayment(id=1, amount=total, method="Virement", paid_at=datetime(2026, 11, 20, 9, 5)),)
    given: dict[str, Any] = {
        "id": 42,
        "reference": "XKBKNABJK",
        "state": 2,
        "placed_at": datetime(2026, 11, 20, 9, 0),
        "updated_at": "2026-11-20 09:05:00",
        "module": "ps_wirepayment",
        "payment": "Virement bancaire",
        "carrier_id": 12,
        "carrier_reference": 2,
        "carrier": "Livraison à domicile",
        "carrier_tax_rate": rate,
        "round_type": round_type,
        "total_paid": total,
        "total_paid_tax_incl": total,
        "total_paid_tax_excl": products_excl + shipping_excl - off_excl,
        "total_products_tax_incl": products_incl,
        "total_products_tax_excl": products_excl,
        "shipping_tax_incl": shipping_incl,
        "shipping_tax_excl": shipping_excl,
        "discounts_tax_incl": off_incl,
        "discounts_tax_excl": off_excl,
        "lines": lines,
        "vouchers": vouchers,
        "payments": payments if paid else (),
        "buyer": ShopBuyer(id=9, email="zoe@example.com", last_name="Lefèvre", first_name="Zoé"),
        "invoice": make_address(),
        "delivery": make_address(id=8, alias="Bureau"),
    }
    return ShopOrder(**{**given, **fields})


def make_voucher(value: str, rate: str = "20", **fields: Any) -> ShopVoucher:
    incl = Decimal(value)
    given = {"id": 1, "name": "Bienvenue", "value": incl, "value_tax_excl": incl * 100 / (100 + Decimal(rate))}
    return ShopVoucher(**{**given, **fields})


def demo_order() -> ShopOrder:
    """Order 1 of a fresh PrestaShop 8.2: it says 61.80 and its amounts make 68.20."""
    lines = (
        make_line("23.90", 1, "0", number=1, reference="demo_1"),
        make_line("35.90", 1, "0", number=2, reference="demo_3"),
    )
    order = make_order(*lines, shipping="7", paid=False)
    return replace(
        order, total_paid=Decimal("61.80"), total_paid_tax_excl=Decimal("66.80"), carrier_tax_rate=Decimal(0)
    )
