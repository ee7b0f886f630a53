"""Reads orders from the shop: which ones moved, and everything about those, in list requests.

A page of orders costs about ten requests however many orders it holds; a poll that finds nothing costs two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Protocol

from connectors.prestashop.filters import After, FilterValue
from connectors.prestashop.reading import Display
from connectors.prestashop.versions import ShopCapabilities
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

OVERLAP = timedelta(minutes=10)
"""`>` is strict, the resolution is a second and a transaction may end later than its date: read a little again."""
SHOP_TIME = "%Y-%m-%d %H:%M:%S"
NO_DATE = datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's times carry no zone
PAGE = 50
"""Orders completed together: bounds the memory and the length of the lists in the URL."""

Rows = Mapping[int, list[Entity]]


class OrderSource(Protocol):
    """The part of `connectors.prestashop.webservice.Webservice` that reading orders needs."""

    def read(
        self,
        resource: str,
        *,
        display: Display,
        filters: Mapping[str, FilterValue] | None = None,
        date: bool = False,
    ) -> Iterator[Entity]: ...

    def capabilities(self) -> ShopCapabilities: ...


def poll(shop: OrderSource, *, since: datetime | None, last_id: int) -> list[Entity]:
    """The orders that moved since the cursor or came after the last known one, by id, each once.

    `since` is the highest `date_upd` seen (shop's local time), None for a first poll, which reads every order. Ids are
    asked as well, because an order that a module or a person writes may carry an old date.
    """
    found: dict[int, Entity] = {}
    if since is not None:
        moment = (since - OVERLAP).strftime(SHOP_TIME)
        _collect(found, shop.read("orders", display="full", filters={"date_upd": After(moment)}, date=True))
    _collect(found, shop.read("orders", display="full", filters={"id": After(str(last_id))}))
    return [found[number] for number in sorted(found)]


def read_again(shop: OrderSource, ids: Iterable[int]) -> list[Entity]:
    """These orders as they are now; one that the shop no longer has is left out."""
    found: dict[int, Entity] = {}
    wanted = sorted(set(ids))
    if wanted:
        _collect(found, shop.read("orders", display="full", filters={"id": wanted}))
    return [found[number] for number in sorted(found)]


def newest_update(orders: Iterable[Entity]) -> datetime | None:
    """The highest `date_upd`: where the cursor moves to."""
    return max((moment for order in orders if (moment := moment_of(order.text("date_upd")))), default=None)


def complete(shop: OrderSource, orders: Sequence[Entity]) -> Iterator[ShopOrder]:
    """The orders with their lines, buyers, addresses, vouchers and payments, and the buyers' words where the key may
    read them."""
    for start in range(0, len(orders), PAGE):
        part = orders[start : start + PAGE]
        page = _Page(shop, part)
        for order in part:
            yield _order(order, page)


def moment_of(text: str) -> datetime | None:
    """The shop's local time; None for a blank and for `0000-00-00 00:00:00`."""
    try:
        return datetime.strptime(text, SHOP_TIME)  # noqa: DTZ007 - the shop's times carry no zone
    except ValueError:
        return None


def _collect(found: dict[int, Entity], orders: Iterable[Entity]) -> None:
    found.update((order.id, order) for order in orders if order.id)


class _Page:
    """What the orders of a page refer to, each resource read once."""

    def __init__(self, shop: OrderSource, orders: Sequence[Entity]) -> None:
        self.shop = shop
        self.known = shop.capabilities()
        ids = [order.id or 0 for order in orders]
        self.details = self._grouped("order_details", "id_order", ids)
        self.vouchers = self._vouchers(orders, ids)
        self.buyers = self._by_id("customers", (number(order, "id_customer") for order in orders))
        addresses = (number(order, f"id_address_{kind}") for order in orders for kind in ("delivery", "invoice"))
        self.addresses = self._by_id("addresses", addresses)
        countries = (number(address, "id_country") for address in self.addresses.values())
        self.countries = self._by_id("countries", countries)
        self.carriers = self._by_id("carriers", (number(order, "id_carrier") for order in orders))
        self.states = self._by_id("order_states", (number(order, "current_state") for order in orders))
        self.currencies = self._by_id("currencies", (number(order, "id_currency") for order in orders))
        details = [detail for rows in self.details.values() for detail in rows]
        self.taxes = self._by_id("taxes", (tax for detail in details for tax in _tax_ids(detail)))
        self.payments = self._payments(order.text("reference") for order in orders)
        self.messages = self._messages(ids)

    def _by_id(self, resource: str, ids: Iterable[int]) -> dict[int, Entity]:
        wanted = sorted({identity for identity in ids if identity})
        if not wanted:
            return {}
        return {entity.id or 0: entity for entity in self.shop.read(resource, display="full", filters={"id": wanted})}

    def _grouped(self, resource: str, owner: str, ids: list[int]) -> Rows:
        rows: defaultdict[int, list[Entity]] = defaultdict(list)
        if ids:
            for entity in self.shop.read(resource, display="full", filters={owner: ids}):
                rows[number(entity, owner)].append(entity)
        return rows

    def _vouchers(self, orders: Sequence[Entity], ids: list[int]) -> Rows:
        discounted = [
            identity
            for order, identity in zip(orders, ids, strict=True)
            if amount(order, "total_discounts_tax_incl") or amount(order, "total_discounts")
        ]
        # 1.6 calls the same table `order_discounts`.
        resource = "order_cart_rules" if "order_cart_rules" in self.known.resources else "order_discounts"
        return self._grouped(resource, "id_order", discounted)

    def _payments(self, references: Iterable[str]) -> dict[str, list[Entity]]:
        rows: defaultdict[str, list[Entity]] = defaultdict(list)
        wanted = sorted({reference for reference in references if reference})
        filters = {"order_reference": wanted}
        for payment in self.shop.read("order_payments", display="full", filters=filters) if wanted else ():
            rows[payment.text("order_reference")].append(payment)
        return rows

    def _messages(self, ids: list[int]) -> dict[int, list[str]]:
        """The buyer's words, oldest first. 1.6 has no `messages`, but files them in a thread of the order."""
        if self.known.may("messages", "get"):
            found = self._grouped("messages", "id_order", ids)
            return {order: _texts(rows) for order, rows in found.items()}
        if all(self.known.may(resource, "get") for resource in ("customer_threads", "customer_messages")):
            return self._threads(ids)
        return {}

    def _threads(self, ids: list[int]) -> dict[int, list[str]]:
        threads = self._grouped("customer_threads", "id_order", ids)
        owners = {thread.id or 0: order for order, rows in threads.items() for thread in rows}
        texts: defaultdict[int, list[str]] = defaultdict(list)
        for thread, rows in self._grouped("customer_messages", "id_customer_thread", sorted(owners)).items():
            texts[owners[thread]] += _texts(rows)
        return texts


def _texts(messages: Iterable[Entity]) -> list[str]:
    """What the buyer wrote; an employee's answers and private notes stand in the same place."""
    by_buyer = (row for row in messages if not number(row, "id_employee") and row.text("private") != "1")
    return [row.text("message").strip() for row in sorted(by_buyer, key=lambda row: row.id or 0)]


def _order(order: Entity, page: _Page) -> ShopOrder:
    identity = order.id or 0
    carrier = page.carriers.get(number(order, "id_carrier"), Entity())
    currency = page.currencies.get(number(order, "id_currency"), Entity())
    return ShopOrder(
        id=identity,
        reference=order.text("reference"),
        state=number(order, "current_state"),
        state_name=page.states.get(number(order, "current_state"), Entity()).text("name"),
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
        buyer=_buyer(page.buyers.get(number(order, "id_customer"), Entity())),
        invoice=_address(number(order, "id_address_invoice"), page),
        delivery=_address(number(order, "id_address_delivery"), page),
        messages=_words(order, page.messages.get(identity, ())),
    )


def _words(order: Entity, messages: Iterable[str]) -> tuple[str, ...]:
    gift = order.text("gift_message").strip() if order.text("gift") == "1" else ""
    return tuple(text for text in (*messages, gift) if text)


def _line(detail: Entity, taxes: Mapping[int, Entity]) -> ShopOrderLine:
    rates = [amount(taxes[tax], "rate") for tax in _tax_ids(detail) if tax in taxes]
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


def _address(identity: int, page: _Page) -> ShopAddress:
    address = page.addresses.get(identity, Entity())
    country = page.countries.get(number(address, "id_country"), Entity())
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


def _tax_ids(detail: Entity) -> list[int]:
    rows = (detail.associations or {}).get("taxes", [])
    return [int(row["id"]) for row in rows if row.get("id", "").isdecimal()]


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
