"""The money proof: an order enters Sage only when every cent of it is explained. Pure.

What makes it necessary (all seen on real shops): the demo orders of a fresh install do not add up,
`order_cart_rules.value` is not rounded, and one payment can stand twice in `order_payments`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync_portal.orders.amounts import CENT, Amount, amounts_of, cents
from sync_portal.orders.shop_orders import ZERO, ShopOrder, ShopPayment

ROUND_ITEM = 1
MONEY = "orders.money_difference"
VAT = "orders.tax_difference"
PAYMENT = "orders.payment_difference"


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One comparison: what the shop says beside what its own details add up to (or what Sage is given)."""

    name: str
    """`products`, `vouchers`, `total`, `paid`, `vat`, `received` or `sage`: the pages have a sentence for each."""
    shop: Decimal
    computed: Decimal
    cause: str = MONEY
    tolerance: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        return self.computed - self.shop

    @property
    def ok(self) -> bool:
        return abs(self.difference) <= self.tolerance

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "shop": f"{self.shop:.2f}", "computed": f"{self.computed:.2f}", "ok": self.ok}


@dataclass(frozen=True, slots=True)
class RateRow:
    """What was sold at one VAT rate, vouchers deducted."""

    rate: Decimal
    tax_excl: Decimal
    tax_incl: Decimal

    def to_json(self) -> dict[str, str]:
        rate = f"{self.rate.normalize():f}"
        return {"rate": rate, "tax_excl": f"{self.tax_excl:.2f}", "tax_incl": f"{self.tax_incl:.2f}"}


@dataclass(frozen=True, slots=True)
class Proof:
    """The comparisons of one order. `explanation` is the cause of the first one that fails."""

    rows: tuple[ProofRow, ...]
    rates: tuple[RateRow, ...] = ()
    received: Decimal = ZERO
    """Payments received, repeated rows counted once."""
    repeated: tuple[int, ...] = ()
    """Ids of the `order_payments` rows that repeat a payment."""

    @property
    def failed(self) -> ProofRow | None:
        return next((row for row in self.rows if not row.ok), None)

    @property
    def ok(self) -> bool:
        return self.failed is None

    @property
    def difference(self) -> Decimal:
        return self.failed.difference if self.failed else ZERO

    @property
    def explanation(self) -> str:
        return self.failed.cause if self.failed else ""

    @property
    def facts(self) -> dict[str, str]:
        """What the cause's sentence quotes."""
        if self.failed is None:
            return {}
        return {
            "row": self.failed.name,
            "shop": f"{self.failed.shop:.2f}",
            "computed": f"{self.failed.computed:.2f}",
            "difference": f"{self.failed.difference:+.2f}",
        }

    def with_rows(self, *rows: ProofRow) -> Proof:
        return Proof((*self.rows, *rows), self.rates, self.received, self.repeated)

    def to_json(self) -> dict[str, Any]:
        """For the ledger: every amount of the shop beside the computed one, as text."""
        return {
            "ok": self.ok,
            "rows": [row.to_json() for row in self.rows],
            "rates": [row.to_json() for row in self.rates],
            "received": f"{self.received:.2f}",
            "repeated": list(self.repeated),
        }


def prove(order: ShopOrder) -> Proof:
    """Compare the shop's totals with the order's own details, to the cent (VAT: within what rounding can make)."""
    amounts = amounts_of(order)
    received, repeated = payments_received(order.payments, cents(order.total_paid_tax_incl))
    rows = (
        ProofRow("products", cents(order.total_products_tax_incl), _sum(amounts, "product")),
        ProofRow("vouchers", cents(order.discounts_tax_incl), -_sum(amounts, "voucher")),
        ProofRow("total", cents(order.total_paid_tax_incl), sum((amount.tax_incl for amount in amounts), ZERO)),
        ProofRow("paid", cents(order.total_paid), cents(order.total_paid_tax_incl)),
        _vat_row(order, amounts),
        _received_row(order, received),
    )
    return Proof(rows, rates_of(amounts), received, repeated)


def prove_sage(proof: Proof, order: ShopOrder, sage_amounts: Iterable[Decimal]) -> Proof:
    """The proof with its last row: the lines that Sage would get make the shop's total, tax included."""
    return proof.with_rows(ProofRow("sage", cents(order.total_paid_tax_incl), sum(sage_amounts, ZERO)))


def rates_of(amounts: Sequence[Amount]) -> tuple[RateRow, ...]:
    """The order's amounts by VAT rate, lowest first."""
    return tuple(
        RateRow(
            rate,
            sum((amount.tax_excl for amount in amounts if amount.rate == rate), ZERO),
            sum((amount.tax_incl for amount in amounts if amount.rate == rate), ZERO),
        )
        for rate in sorted({amount.rate for amount in amounts})
    )


def payments_received(payments: Sequence[ShopPayment], total: Decimal) -> tuple[Decimal, tuple[int, ...]]:
    """What was really paid, and the ids of the rows that repeat a payment.

    A row is a repetition when it has the transaction number and amount of an earlier one, or, once the order is paid in
    full, when it is the full amount again (moving an order from "payment error" to "paid" adds such a row).
    """
    kept: list[ShopPayment] = []
    repeated: list[int] = []
    for payment in sorted(payments, key=lambda payment: payment.id):
        if _repeats(payment, kept, total):
            repeated.append(payment.id)
        else:
            kept.append(payment)
    return sum((cents(payment.amount) for payment in kept), ZERO), tuple(repeated)


def _repeats(payment: ShopPayment, earlier: Sequence[ShopPayment], total: Decimal) -> bool:
    same = [other for other in earlier if cents(other.amount) == cents(payment.amount)]
    if payment.transaction_id and any(other.transaction_id == payment.transaction_id for other in same):
        return True
    paid = sum((cents(other.amount) for other in earlier), ZERO)
    # Two different transaction numbers are two payments, even of the same amount: that order was paid twice.
    unnamed = any(not other.transaction_id or not payment.transaction_id for other in same)
    return paid == total and cents(payment.amount) == total and unnamed


def _vat_row(order: ShopOrder, amounts: Sequence[Amount]) -> ProofRow:
    """The VAT the rates make of the amounts with tax, beside the shop's: a rate that was read wrongly shows here.

    Each amount was rounded once with and once without tax, per item on shops that round items: that much may differ.
    """
    computed = sum((amount.tax_incl * amount.rate / (100 + amount.rate) for amount in amounts), ZERO)
    roundings = sum(amount.quantity if order.round_type == ROUND_ITEM else 1 for amount in amounts)
    return ProofRow(
        "vat",
        cents(order.total_paid_tax_incl) - cents(order.total_paid_tax_excl),
        cents(computed),
        cause=VAT,
        tolerance=CENT * (roundings + 1),
    )


def _received_row(order: ShopOrder, received: Decimal) -> ProofRow:
    """Paying less is allowed (a deposit, or nothing yet); money that the order does not ask for is not."""
    total = cents(order.total_paid_tax_incl)
    return ProofRow("received", min(received, total) if received >= ZERO else ZERO, received, cause=PAYMENT)


def _sum(amounts: Iterable[Amount], kind: str) -> Decimal:
    return sum((amount.tax_incl for amount in amounts if amount.kind == kind), ZERO)
