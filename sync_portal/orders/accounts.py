"""On which Sage account an order is booked. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.errors import RejectedRecordError
from connectors.sage.orders import CustomerAccount, DeliveryAddress
from connectors.sage.records import Customer
from mapping.rules import ShopRules
from sync_portal.orders.sage_side import SageSide
from sync_portal.orders.shop_orders import ShopAddress, ShopOrder

COMPANY_CURRENCY = "EUR"
"""Sage 100 France keeps its books in euros; documents are written in the company's currency only."""
BLOCKED = 2
"""CT_ControlEnc: no orders accepted."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account, and what its documents inherit. `shared`: many buyers are booked on it."""

    customer: str | CustomerAccount
    tariff_category: int
    accounting_category: int
    shared: bool = False


def account_for(order: ShopOrder, rules: ShopRules, side: SageSide) -> Account:
    """The buyer's own account (bound, remembered, or found by e-mail), else the generic or a new one, as the rules say.

    Raises:
        RejectedRecordError: `orders.customer_blocked`, `orders.several_customers`, `orders.unknown_customer`,
            `orders.no_generic_account`, `orders.unknown_currency`.
    """
    for way in rules.orders.existing_customers:
        account = _bound(order, rules, side) if way == "binding" else _by_email(order, rules, side)
        if account is not None:
            return account
    if rules.orders.private_buyers == "account":
        return _new(order, rules, side)
    generic = side.data.customers.get(rules.orders.generic_account)
    if generic is None:
        raise RejectedRecordError("orders.no_generic_account", {"number": rules.orders.generic_account})
    return _existing(generic, side, shared=True)


def delivery_for(order: ShopOrder, side: SageSide, *, shared: bool, carrier: int) -> DeliveryAddress:
    """Where the order goes. On a shared account the place bears the recipient's name, else the buyer's name for it."""
    address = order.delivery
    own_label = address.company or address.alias or address.person
    return DeliveryAddress(
        label=address.recipient if shared else own_label,
        address=street(address),
        postcode=address.postcode,
        city=address.city,
        country=side.country_label(address.country_iso, address.country),
        contact=address.person,
        phone=address.phone or address.mobile,
        email=order.buyer.email,
        carrier=carrier,
    )


def billing_for(order: ShopOrder) -> tuple[str, ...]:
    """Who is billed, for a shared account: DO_Coord01 to 04, which hold 25 characters each."""
    address = order.invoice
    town = f"{address.postcode} {address.city}".strip()
    last = town if address.country_iso in ("", "FR") else f"{town} {address.country_iso}"
    return (address.recipient, address.address1, address.address2, last)


def street(address: ShopAddress) -> str:
    return f"{address.address1} {address.address2}".strip()


def _bound(order: ShopOrder, rules: ShopRules, side: SageSide) -> Account | None:
    if number := side.accounts.get(order.buyer.id):
        customer = side.data.customers.get(number)
        if customer is None:
            facts = {"number": number, "buyer": order.buyer.company or order.buyer.person}
            raise RejectedRecordError("orders.unknown_customer", facts)
        return _existing(customer, side)
    return _remembered(order.buyer.id, rules, side)


def _by_email(order: ShopOrder, rules: ShopRules, side: SageSide) -> Account | None:
    email = order.buyer.email
    found = side.customers_with(email) if email else []
    # A sleeping twin is how Sage users retire an account: the awake one is meant.
    awake = [customer for customer in found if not customer.asleep] or found
    if len(awake) > 1:
        numbers = ", ".join(sorted(customer.number for customer in awake))
        raise RejectedRecordError("orders.several_customers", {"email": email, "numbers": numbers})
    if awake and awake[0].number != rules.orders.generic_account:
        return _existing(awake[0], side)
    return _remembered(email.casefold(), rules, side) if email else None


def _remembered(buyer: int | str, rules: ShopRules, side: SageSide) -> Account | None:
    number = side.remembered.get(buyer)
    if not number:
        return None
    if customer := side.data.customers.get(number):
        return _existing(customer, side)
    # Created by an order of this very run: the mirror will know it at the next one.
    return Account(number, rules.prices.public_category, rules.prices.accounting_category)


def _existing(customer: Customer, side: SageSide, *, shared: bool = False) -> Account:
    if customer.asleep or customer.credit_control == BLOCKED:
        raise RejectedRecordError("orders.customer_blocked", {"number": customer.number, "name": customer.name})
    currency = side.currency_of(customer)
    if currency not in ("", COMPANY_CURRENCY):
        raise RejectedRecordError("orders.unknown_currency", {"currency": currency, "expected": COMPANY_CURRENCY})
    return Account(customer.stored_number, customer.tariff_category, customer.accounting_category, shared)


def _new(order: ShopOrder, rules: ShopRules, side: SageSide) -> Account:
    buyer, address = order.buyer, order.invoice
    company = address.company or buyer.company
    generic = side.data.customers.get(rules.orders.generic_account)
    account = CustomerAccount(
        name=company or buyer.person,
        contact=buyer.person if company else "",
        address=street(address),
        postcode=address.postcode,
        city=address.city,
        country=side.country_label(address.country_iso, address.country),
        phone=address.phone or address.mobile,
        email=buyer.email,
        siret=buyer.siret,
        ape=buyer.ape,
        vat_number=address.vat_number,
        main_account=generic.main_account if generic and generic.main_account else "4110000",
        tariff_category=rules.prices.public_category,
        accounting_category=rules.prices.accounting_category,
    )
    return Account(account, account.tariff_category, account.accounting_category)
