"""What a buyer ordered in the shop, complete and typed. Pure: values only.

Amounts are `Decimal` in the order's currency, at the shop's precision (6 decimals). Times are naive: the shop's local
time, as the webservice gives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrderLine:
    """One row of `order_details`."""

    id: int
    product_id: int
    combination_id: int = 0
    """0 for a product without combinations."""
    reference: str = ""
    name: str = ""
    quantity: int
    unit_price_tax_excl: Decimal
    unit_price_tax_incl: Decimal
    total_tax_excl: Decimal
    total_tax_incl: Decimal
    tax_rate: Decimal = ZERO
    """Percent: 20 for 20 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopVoucher:
    """One row of `order_cart_rules` (`order_discounts` on 1.6). `value` includes tax and is not rounded by the shop."""

    id: int
    name: str
    value: Decimal
    value_tax_excl: Decimal = ZERO
    free_shipping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPayment:
    """One row of `order_payments`. Rows are not payments: a change of state can write the same payment again."""

    id: int
    amount: Decimal
    method: str = ""
    transaction_id: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopAddress:
    id: int
    alias: str = ""
    company: str = ""
    last_name: str = ""
    first_name: str = ""
    address1: str = ""
    address2: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    """Name in the shop's default language."""
    country_iso: str = ""
    phone: str = ""
    mobile: str = ""
    vat_number: str = ""
    other: str = ""

    @property
    def person(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def recipient(self) -> str:
        """The company where there is one, else the person."""
        return self.company or self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopBuyer:
    id: int
    email: str = ""
    last_name: str = ""
    first_name: str = ""
    company: str = ""
    siret: str = ""
    ape: str = ""
    guest: bool = False

    @property
    def person(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """One order with everything that Sage is told about it."""

    id: int
    reference: str
    state: int
    state_name: str = ""
    valid: bool = True
    """The shop counts it as a sale (a state with `logable`)."""
    placed_at: datetime
    updated_at: str = ""
    """`date_upd` as the shop wrote it: compared, never computed with."""
    currency: str = "EUR"
    """ISO code."""
    module: str = ""
    payment: str = ""
    """The payment method as the buyer read it."""
    carrier_id: int = 0
    carrier_reference: int = 0
    """`id_reference`: stays the same when the carrier is edited, while its id changes."""
    carrier: str = ""
    carrier_tax_rate: Decimal = ZERO
    round_type: int = 2
    """What the shop rounded: 1 each item, 2 each line, 3 the total."""
    total_paid: Decimal
    total_paid_tax_incl: Decimal
    total_paid_tax_excl: Decimal
    total_products_tax_incl: Decimal
    total_products_tax_excl: Decimal
    shipping_tax_incl: Decimal = ZERO
    shipping_tax_excl: Decimal = ZERO
    wrapping_tax_incl: Decimal = ZERO
    wrapping_tax_excl: Decimal = ZERO
    discounts_tax_incl: Decimal = ZERO
    discounts_tax_excl: Decimal = ZERO
    lines: tuple[ShopOrderLine, ...]
    vouchers: tuple[ShopVoucher, ...] = ()
    payments: tuple[ShopPayment, ...] = ()
    buyer: ShopBuyer
    invoice: ShopAddress
    delivery: ShopAddress
    messages: tuple[str, ...] = ()
    """What the buyer wrote, oldest first."""
