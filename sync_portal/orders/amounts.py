"""An order as a list of amounts, each to the cent with its VAT rate: what is proved, and what Sage is given. Pure.

The shop keeps 6 decimals and rounds as it is configured (`round_type`: each item, each line, or the total only).
Everything after this module works in cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from sync_portal.orders.shop_orders import ZERO, ShopOrder, ShopOrderLine, ShopVoucher

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.000001")
"""What Sage's price columns and the shop keep."""
HUNDRED = Decimal(100)
ROUND_TOTAL = 3

Kind = Literal["product", "shipping", "wrapping", "voucher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount of the order in cents; vouchers are negative."""

    kind: Kind
    label: str
    rate: Decimal
    """VAT in percent."""
    tax_incl: Decimal
    tax_excl: Decimal
    quantity: int = 1
    line: ShopOrderLine | None = None

    @property
    def vat(self) -> Decimal:
        return self.tax_incl - self.tax_excl


def cents(value: Decimal) -> Decimal:
    """Rounded half away from zero, as the shop's default and Sage do."""
    return value.quantize(CENT, ROUND_HALF_UP)


def with_tax(value: Decimal, rate: Decimal) -> Decimal:
    return value * (HUNDRED + rate) / HUNDRED


def without_tax(value: Decimal, rate: Decimal) -> Decimal:
    return value * HUNDRED / (HUNDRED + rate)


def unit_price(total: Decimal, quantity: Decimal | int, shop_price: Decimal) -> Decimal:
    """A unit price that gives `total` to the cent: the shop's own where it does, else the total's share.

    With 6 decimals the share is exact to the cent up to a quantity of 9999.
    """
    price = shop_price.quantize(PRICE_STEP, ROUND_HALF_UP)
    if cents(price * quantity) == total or quantity == 0:
        return price
    return (total / quantity).quantize(PRICE_STEP, ROUND_HALF_UP)


def amounts_of(order: ShopOrder) -> tuple[Amount, ...]:
    """Products, shipping, wrapping, then vouchers; together they make what the shop asked for."""
    charged = (*_products(order), *_shipping(order), *_wrapping(order))
    return (*charged, *_vouchers(order.vouchers, charged))


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The total in cents split in proportion to the weights; the parts add up to it exactly."""
    whole = sum(weights, ZERO)
    if not whole:
        return [cents(total), *([ZERO] * (len(weights) - 1))] if weights else []
    return list(_rounded_steps(total * weight / whole for weight in weights))


def _products(order: ShopOrder) -> Iterator[Amount]:
    rounded = _rounded_steps if order.round_type == ROUND_TOTAL else _rounded_each
    tax_incl = rounded(line.total_tax_incl for line in order.lines)
    tax_excl = rounded(line.total_tax_excl for line in order.lines)
    for line, incl, excl in zip(order.lines, tax_incl, tax_excl, strict=True):
        yield Amount(
            kind="product",
            label=line.name,
            rate=line.tax_rate,
            tax_incl=incl,
            tax_excl=excl,
            quantity=line.quantity,
            line=line,
        )


def _rounded_each(values: Iterable[Decimal]) -> Iterator[Decimal]:
    return map(cents, values)


def _rounded_steps(values: Iterable[Decimal]) -> Iterator[Decimal]:
    """Each value in cents, the remainder carried on: their sum is the rounded sum of the values."""
    exact = given = ZERO
    for value in values:
        exact += value
        step = cents(exact) - given
        given += step
        yield step


def _shipping(order: ShopOrder) -> Iterator[Amount]:
    if order.shipping_tax_incl:
        yield Amount(
            kind="shipping",
            label=order.carrier,
            rate=order.carrier_tax_rate,
            tax_incl=cents(order.shipping_tax_incl),
            tax_excl=cents(order.shipping_tax_excl),
        )


def _wrapping(order: ShopOrder) -> Iterator[Amount]:
    if order.wrapping_tax_incl:
        yield Amount(
            kind="wrapping",
            label="",
            rate=_nearest_rate(order.wrapping_tax_incl, order.wrapping_tax_excl, order.lines),
            tax_incl=cents(order.wrapping_tax_incl),
            tax_excl=cents(order.wrapping_tax_excl),
        )


def _nearest_rate(tax_incl: Decimal, tax_excl: Decimal, lines: Sequence[ShopOrderLine]) -> Decimal:
    """The order does not say the wrapping's rate: the rate of the order that explains the two amounts best."""
    rates = sorted({line.tax_rate for line in lines} | {ZERO})
    return min(rates, key=lambda rate: abs(with_tax(tax_excl, rate) - tax_incl))


def _vouchers(vouchers: Sequence[ShopVoucher], charged: Sequence[Amount]) -> Iterator[Amount]:
    for voucher in vouchers:
        # The shop rounds each voucher, although `order_cart_rules.value` is not rounded.
        rest, rest_tax_excl = cents(voucher.value), voucher.value_tax_excl
        if voucher.free_shipping:
            shipping = [amount for amount in charged if amount.kind == "shipping"]
            offered = min(rest, sum((amount.tax_incl for amount in shipping), ZERO))
            yield from (_voucher(voucher.name, amount.rate, offered) for amount in shipping if offered)
            rest -= offered
            rest_tax_excl -= sum((without_tax(offered, amount.rate) for amount in shipping), ZERO)
        products = [amount for amount in charged if amount.kind == "product"]
        yield from _by_rate(voucher.name, rest, rest_tax_excl, products)


def _by_rate(label: str, value: Decimal, tax_excl: Decimal, amounts: Sequence[Amount]) -> Iterator[Amount]:
    """A voucher on products of one rate is at that rate (its own two amounts say so); any other lowers all rates.

    The shop computes the VAT of the latter in proportion to what was bought at each rate.
    """
    rates = sorted({amount.rate for amount in amounts})
    explained = [rate for rate in rates if abs(without_tax(value, rate) - tax_excl) <= CENT]
    if len(explained) == 1:
        rates = explained
    weights = [sum((amount.tax_incl for amount in amounts if amount.rate == rate), ZERO) for rate in rates]
    for rate, part in zip(rates, spread(value, weights), strict=True):
        if part:
            yield _voucher(label, rate, part)


def _voucher(label: str, rate: Decimal, value: Decimal) -> Amount:
    return Amount(kind="voucher", label=label, rate=rate, tax_incl=-value, tax_excl=-cents(without_tax(value, rate)))
