"""What is written into Sage, in Sage's terms. Pure: values only. Amounts are in the document's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal(0)

FreeValue = str | Decimal | date | None

QUOTE, ORDER = 0, 1
"""DO_Type of the two kinds of documents that are ever written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAccount:
    """A customer account to create. Ranks (tariff, accounting category, carrier...) are 1-based, never 0."""

    number: str = ""
    """The number wanted; '' to take the next free one of ``number_prefix``."""
    number_prefix: str = "WEB"
    number_digits: int = 6
    name: str
    sort_name: str = ""
    title: str = ""
    contact: str = ""
    address: str = ""
    """The whole street: it is split on words over the address and its complement."""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    siret: str = ""
    ape: str = ""
    vat_number: str = ""
    main_account: str = "4110000"
    tariff_category: int = 1
    accounting_category: int = 1
    period: int = 1
    carrier: int = 1
    delivery_condition: int = 1
    risk: int = 1
    currency: int = 0
    language: int = 0
    salesperson: int = 0
    depot: int = 0
    statistics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAddress:
    """A place to deliver to. One that the customer already has, identical, is used again."""

    label: str
    address: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    carrier: int = 0
    """0: the customer's."""
    delivery_condition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line: an article, or a comment (``comment`` True, only the label counts). Totals are after the discount."""

    article: str = ""
    gamme1: int = 0
    gamme2: int = 0
    label: str = ""
    quantity: Decimal = ZERO
    """In sales units: packs times their quantity."""
    unit: str = ""
    """The packaging's label; '' for the article's sales unit."""
    unit_quantity: Decimal | None = None
    """Packs; None: ``quantity``."""
    unit_price: Decimal = ZERO
    unit_price_with_tax: Decimal = ZERO
    entered_with_tax: bool = False
    """Which of the two prices rules (DL_TTC)."""
    tax_rate: Decimal = ZERO
    """Percent."""
    tax_code: str = ""
    discount: Decimal = ZERO
    """Percent."""
    total_without_tax: Decimal = ZERO
    total_with_tax: Decimal = ZERO
    weight: Decimal = ZERO
    """Of the whole line, in grams."""
    kit: str = ""
    """The reference of the kit whose component this is (AR_RefCompose)."""
    comment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A payment announced on the order (acompte). The accounted payment itself is never written."""

    amount: Decimal
    dated: date
    payment_mode: int = 1
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDocument:
    """A quote or an order. A rank left at 0 is the customer's own."""

    web_number: str
    """The shop's number: unique among everything ever written, so that a retry finds the document. 17 characters."""
    reference: str = ""
    """What users see (DO_Ref, 17 characters)."""
    kind: int = ORDER
    dated: datetime
    customer: str | CustomerAccount
    delivery: DeliveryAddress | None = None
    """None: the customer's main place."""
    billing: tuple[str, ...] = ()
    """Who is billed, for an account that many buyers share: four columns of 25 characters."""
    souche: int = 0
    depot: int = 1
    carrier: int = 0
    tariff_category: int = 0
    accounting_category: int = 0
    payment_mode: int = 1
    status: int = 2
    delivery_date: date | None = None
    lines: tuple[OrderLine, ...]
    comments: tuple[str, ...] = ()
    """Written as comment lines after the others, as many as the text needs."""
    deposits: tuple[Deposit, ...] = ()
    free_fields: Mapping[str, FreeValue] = field(default_factory=dict, hash=False)
    """The company's own fields of the header ("informations libres"), by their label in Sage."""
    total_without_tax: Decimal
    total_with_tax: Decimal
    """What the lines must add up to, to the cent."""


@dataclass(frozen=True, slots=True)
class TextLoss:
    """A text that could not enter as it was: ``kept`` is what Sage holds now, ``place`` the table and column."""

    place: str
    wanted: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOrder:
    """``created`` is False when the document was already there: nothing was written."""

    piece: str
    """The document's number; '' in ``file`` mode, where Sage gives it at the import."""
    created: bool
    customer_number: str
    notes: tuple[TextLoss, ...] = ()
    file: str = ""
    """In ``file`` mode, the name of the order's file."""
