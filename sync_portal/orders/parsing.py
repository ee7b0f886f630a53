"""The shop's entities become typed orders. Pure: text in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from connectors.prestashop.xml import Entity
from sync_portal.orders.shop_orders import (
    ZERO,
    ShopAddress,
    ShopBuyer,
    ShopOrder,
    ShopOrderLine,
    ShopPayment,
    ShopVoucher,
)

SHOP_TIME = "%Y-%m-%d %H:%M:%S"
NO_DATE = datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's times carry no zone

ById = Mapping[int, Entity]
ByOrder = Mapping[int, list[Entity]]
NOTHING = Entity()


@dataclass(frozen=True, kw_only=True)
class References:
    """What a page of orders refers to: entities by id, rows by the order's id."""

    details: ByOrder = field(default_factory=dict)
    vouchers: ByOrder = field(default_factory=dict)
    messages: ByOrder = field(default_factory=dict)
    payments: Mapping[str, list[Entity]] = field(default_factory=dict)
    """By order reference: the only link a payment has."""
    buyers: ById = field(default_factory=dict)
    addresses: ById = field(default_factory=dict)
    countries: ById = field(default_factory=dict)
    carriers: ById = field(default_factory=dict)
    currencies: ById = field(default_factory=dict)
    states: ById = field(default_factory=dict)
    taxes: ById = field(default_factory=dict)


def order_of(order: Entity, page: References) -> ShopOrder:
    """The whole order, from its entity and what it refers to."""
    identity = order.id or 0
    carrier = page.carriers.get(number(order, "id_carrier"), NOTHING)
    currency = page.currencies.get(number(order, "id_currency"), NOTHING)
    return ShopOrder(
        id=identity,
        reference=order.text("reference"),
        state=number(order, "current_state"),
        state_name=page.states.get(number(order, "current_state"), NOTHING).text("name"),
        valid=order.text("valid") == "1",
        placed_at=moment_of(order.text("date_add")) or moment_of(order.text("date_upd")) or NO_DATE,
        updated_at=order.text("date_upd"),
        currency=currency.text("iso_code"),
        module=order.text("module"),
        payment=order.text("payment"),
        carrier_id=number(order, "id_carrier"),
        carrier_reference=number(carrier, "id_reference"),
        carrier=carrier.text("name"),
        carrier_tax_rate=amount(order, "carrier_tax_rate"),
        round_type=number(order, "round_type"),
        total_paid=amount(order, "total_paid"),
        total_paid_tax_incl=amount(order, "total_paid_tax_incl"),
        total_paid_tax_excl=amount(order, "total_paid_tax_excl"),
        total_products_tax_incl=amount(order, "total_products_wt"),
        total_products_tax_excl=amount(order, "total_products"),
        shipping_tax_incl=amount(order, "total_shipping_tax_incl"),
        shipping_tax_excl=amount(order, "total_shipping_tax_excl"),
        wrapping_tax_incl=amount(order, "total_wrapping_tax_incl"),
        wrapping_tax_excl=amount(order, "total_wrapping_tax_excl"),
        discounts_tax_incl=amount(order, "total_discounts_tax_incl"),
        discounts_tax_excl=amount(order, "total_discounts_tax_excl"),
        lines=tuple(_line(detail, page.taxes) for detail in page.details.get(identity, ())),
        vouchers=tuple(_voucher(row) for row in page.vouchers.get(identity, ()) if row.text("deleted") != "1"),
        payments=tuple(_payment(row) for row in page.payments.get(order.text("reference"), ())),
        buyer=_buyer(page.buyers.get(number(order, "id_customer"), NOTHING)),
        invoice=_address(number(order, "id_address_invoice"), page),
        delivery=_address(number(order, "id_address_delivery"), page),
        messages=_words(order, page.messages.get(identity, [])),
    )


def _words(order: Entity, messages: Iterable[Entity]) -> tuple[str, ...]:
    """What the buyer wrote; an employee's answers and private notes stand in the same place."""
    by_buyer = (row for row in messages if not number(row, "id_employee") and row.text("private") != "1")
    texts = [row.text("message").strip() for row in sorted(by_buyer, key=lambda row: row.id or 0)]
    gift = order.text("gift_message").strip() if order.text("gift") == "1" else ""
    return tuple(text for text in (*texts, gift) if text)


def _line(detail: Entity, taxes: Mapping[int, Entity]) -> ShopOrderLine:
    rates = [amount(taxes[tax], "rate") for tax in tax_ids(detail) if tax in taxes]
    return ShopOrderLine(
        id=detail.id or 0,
        product_id=number(detail, "product_id"),
        combination_id=number(detail, "product_attribute_id"),
        reference=detail.text("product_reference"),
        name=detail.text("product_name"),
        quantity=number(detail, "product_quantity"),
        unit_price_tax_excl=amount(detail, "unit_price_tax_excl"),
        unit_price_tax_incl=amount(detail, "unit_price_tax_incl"),
        total_tax_excl=amount(detail, "total_price_tax_excl"),
        total_tax_incl=amount(detail, "total_price_tax_incl"),
        tax_rate=sum(rates, ZERO),
    )


def _voucher(row: Entity) -> ShopVoucher:
    return ShopVoucher(
        id=row.id or 0,
        name=row.text("name"),
        value=amount(row, "value"),
        value_tax_excl=amount(row, "value_tax_excl"),
        free_shipping=row.text("free_shipping") == "1",
    )


def _payment(row: Entity) -> ShopPayment:
    return ShopPayment(
        id=row.id or 0,
        amount=amount(row, "amount"),
        method=row.text("payment_method"),
        transaction_id=row.text("transaction_id"),
        paid_at=moment_of(row.text("date_add")),
    )


def _buyer(customer: Entity) -> ShopBuyer:
    return ShopBuyer(
        id=customer.id or 0,
        email=customer.text("email").strip(),
        last_name=customer.text("lastname").strip(),
        first_name=customer.text("firstname").strip(),
        company=customer.text("company").strip(),
        siret=customer.text("siret").strip(),
        ape=customer.text("ape").strip(),
        guest=customer.text("is_guest") == "1",
    )


def _address(identity: int, page: References) -> ShopAddress:
    address = page.addresses.get(identity, NOTHING)
    country = page.countries.get(number(address, "id_country"), NOTHING)
    return ShopAddress(
        id=identity,
        alias=address.text("alias").strip(),
        company=address.text("company").strip(),
        last_name=address.text("lastname").strip(),
        first_name=address.text("firstname").strip(),
        address1=address.text("address1").strip(),
        address2=address.text("address2").strip(),
        postcode=address.text("postcode").strip(),
        city=address.text("city").strip(),
        country=country.text("name"),
        country_iso=country.text("iso_code"),
        phone=address.text("phone").strip(),
        mobile=address.text("phone_mobile").strip(),
        vat_number=address.text("vat_number").strip(),
        other=address.text("other").strip(),
    )


def tax_ids(detail: Entity) -> list[int]:
    """The taxes of a line."""
    rows = (detail.associations or {}).get("taxes", [])
    return [int(row["id"]) for row in rows if row.get("id", "").isdecimal()]


def moment_of(text: str) -> datetime | None:
    """The shop's local time; None for a blank and for `0000-00-00 00:00:00`."""
    try:
        return datetime.strptime(text, SHOP_TIME)  # noqa: DTZ007 - the shop's times carry no zone
    except ValueError:
        return None


def number(entity: Entity, name: str) -> int:
    """The field as a whole number, 0 when it is blank or absent."""
    text = entity.text(name)
    return int(text) if text.isdecimal() else 0


def amount(entity: Entity, name: str) -> Decimal:
    """The field as an exact amount, 0 when it is blank or absent."""
    try:
        return Decimal(entity.text(name) or 0)
    except InvalidOperation:
        return ZERO
