"""An order is proved to the cent, or held with the two amounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_portal.orders.amounts import amounts_of, cents, spread, unit_price
from sync_portal.orders.proof import payments_received, prove, prove_sage
from sync_portal.orders.shop_orders import ShopOrder, ShopPayment
from tests.orders.orders import demo_order, make_line, make_order, make_voucher

PRICES = st.decimals(min_value="0.01", max_value="900", places=6)
RATES = st.sampled_from(["20", "10", "5.5", "2.1", "0"])


@st.composite
def carts(draw: st.DrawFn) -> ShopOrder:
    """Orders as a shop that rounds lines (or only the total) makes them, with shipping and at most one voucher."""
    lines = [
        make_line(str(draw(PRICES)), draw(st.integers(1, 30)), draw(RATES), number=number)
        for number in range(1, draw(st.integers(1, 6)) + 1)
    ]
    round_type = draw(st.sampled_from([2, 3]))
    if round_type == 3:
        lines = [
            replace(
                line,
                total_tax_incl=line.unit_price_tax_incl * line.quantity,
                total_tax_excl=line.unit_price_tax_excl * line.quantity,
            )
            for line in lines
        ]
    products = cents(sum((line.total_tax_incl for line in lines), Decimal(0)))
    share = draw(st.decimals(min_value="0", max_value="0.9", places=3))
    rate = draw(RATES)
    vouchers = (make_voucher(str(products * share), str(lines[0].tax_rate)),) if share else ()
    if len({line.tax_rate for line in lines}) > 1:
        vouchers = ()
    return make_order(*lines, shipping=str(draw(PRICES)), shipping_rate=rate, vouchers=vouchers, round_type=round_type)


@given(carts())
def test_every_cart_that_adds_up_is_proved(order: ShopOrder) -> None:
    proof = prove(order)
    assert (proof.ok, proof.difference, proof.explanation) == (True, 0, ""), proof.rows


@given(carts(), st.sampled_from(["-0.01", "0.01"]), st.sampled_from(["total_paid", "total_paid_tax_incl"]))
def test_a_cart_one_cent_off_is_not_proved(order: ShopOrder, cent: str, field: str) -> None:
    off = replace(order, payments=(), **{field: getattr(order, field) + Decimal(cent)})
    proof = prove(off)
    assert proof.explanation == "orders.money_difference"
    assert abs(proof.difference) == Decimal("0.01")


@given(carts())
def test_the_amounts_of_an_order_make_its_total(order: ShopOrder) -> None:
    assert sum(amount.tax_incl for amount in amounts_of(order)) == order.total_paid_tax_incl


def test_the_demo_orders_of_a_fresh_shop_are_held_with_both_amounts() -> None:
    proof = prove(demo_order())
    assert not proof.ok
    assert proof.explanation == "orders.money_difference"
    assert proof.facts == {"row": "paid", "shop": "61.80", "computed": "68.20", "difference": "+6.40"}


WRONG = {
    "a line is missing": ({"lines": (make_line("10", 1),)}, "products", "orders.money_difference"),
    "a voucher is missing": ({"vouchers": ()}, "vouchers", "orders.money_difference"),
    "the shipping changed": ({"shipping_tax_incl": Decimal("7.00")}, "total", "orders.money_difference"),
    "the shop asked for less": ({"total_paid": Decimal("10.00")}, "paid", "orders.money_difference"),
    "a rate was read wrongly": ({"carrier_tax_rate": Decimal(0)}, "vat", "orders.tax_difference"),
    "more was paid than asked": (
        {"payments": (ShopPayment(id=1, amount=Decimal(500)),)},
        "received",
        "orders.payment_difference",
    ),
    "more was paid back than paid": (
        {"payments": (ShopPayment(id=1, amount=Decimal(-5)),)},
        "received",
        "orders.payment_difference",
    ),
}


@pytest.mark.parametrize(("fields", "row", "cause"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_named(fields: dict, row: str, cause: str) -> None:
    order = make_order(
        make_line("10", 1), make_line("8.5", 3, number=2), shipping="5", vouchers=(make_voucher("4.80"),)
    )
    assert prove(order).ok
    failed = prove(replace(order, **fields)).failed
    assert failed is not None
    assert (failed.name, failed.cause) == (row, cause)


def test_a_voucher_is_rounded_before_it_is_added() -> None:
    order = make_order(make_line("100", 1), vouchers=(make_voucher("24.5555"),))
    assert order.total_paid == Decimal("95.44")
    assert prove(order).ok


def test_a_voucher_on_mixed_rates_lowers_each_rate_in_proportion() -> None:
    lines = (make_line("100", 1, "20"), make_line("100", 1, "10", number=2))
    voucher = make_voucher("23", value_tax_excl=Decimal("20"))
    amounts = [amount for amount in amounts_of(make_order(*lines, vouchers=(voucher,))) if amount.kind == "voucher"]
    assert [(amount.rate, amount.tax_incl) for amount in amounts] == [
        (Decimal(10), Decimal("-11.00")),
        (Decimal(20), Decimal("-12.00")),
    ]


def test_a_voucher_whose_own_amounts_name_a_rate_is_booked_at_that_rate() -> None:
    lines = (make_line("100", 1, "20"), make_line("100", 1, "5.5", number=2))
    order = make_order(*lines, vouchers=(make_voucher("24", "20"),))
    amounts = [amount for amount in amounts_of(order) if amount.kind == "voucher"]
    assert [(amount.rate, amount.tax_incl, amount.tax_excl) for amount in amounts] == [
        (Decimal(20), Decimal("-24.00"), Decimal("-20.00"))
    ]
    assert prove(order).ok


def test_free_shipping_is_taken_off_at_the_carriers_rate() -> None:
    line = make_line("100", 1, "5.5")
    order = make_order(line, shipping="10", vouchers=(make_voucher("12", "20", free_shipping=True),))
    amounts = [amount for amount in amounts_of(order) if amount.kind == "voucher"]
    assert [(amount.rate, amount.tax_incl) for amount in amounts] == [(Decimal(20), Decimal("-12.00"))]
    assert prove(order).ok


def _payment(number: int, amount: str, transaction: str = "") -> ShopPayment:
    return ShopPayment(id=number, amount=Decimal(amount), transaction_id=transaction)


RECEIVED = {
    "nothing": ([], "0", ()),
    "in full": ([_payment(1, "24")], "24", ()),
    "a deposit": ([_payment(1, "10")], "10", ()),
    "in two halves": ([_payment(1, "12"), _payment(2, "12")], "24", ()),
    "written again by a change of state": ([_payment(1, "24"), _payment(2, "24")], "24", (2,)),
    "the same transaction twice": ([_payment(1, "12", "T1"), _payment(2, "12", "T1")], "12", (2,)),
    "paid twice for real": ([_payment(1, "24", "T1"), _payment(2, "24", "T2")], "48", ()),
    "paid and given back": ([_payment(1, "24"), _payment(2, "-24")], "0", ()),
}


@pytest.mark.parametrize(("payments", "received", "repeated"), RECEIVED.values(), ids=RECEIVED.keys())
def test_a_repeated_payment_counts_once(payments: list, received: str, repeated: tuple) -> None:
    assert payments_received(payments, Decimal("24.00")) == (Decimal(received), repeated)


@given(st.decimals(min_value=0, max_value=9000, places=2), st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_a_spread_total_keeps_every_cent(total: Decimal, weights: list[int]) -> None:
    parts = spread(total, [Decimal(weight) for weight in weights])
    assert sum(parts) == total
    assert len(parts) == len(weights)


@given(st.integers(1, 9_000_000), st.integers(1, 9999), PRICES)
def test_a_unit_price_gives_its_total_back(total_cents: int, quantity: int, price: Decimal) -> None:
    total = Decimal(total_cents) / 100
    assert cents(unit_price(total, quantity, price) * quantity) == total


def test_what_sage_would_get_is_part_of_the_proof() -> None:
    order = make_order(make_line("10", 2))
    proof = prove(order)
    assert prove_sage(proof, order, [Decimal("24.00")]).ok
    off = prove_sage(proof, order, [Decimal("23.99")])
    assert off.facts == {"row": "sage", "shop": "24.00", "computed": "23.99", "difference": "-0.01"}


def test_the_ledger_keeps_the_proof_as_text() -> None:
    stored = prove(make_order(make_line("10", 2))).to_json()
    assert stored["ok"] is True
    assert {"name": "total", "shop": "24.00", "computed": "24.00", "ok": True} in stored["rows"]
    assert stored["rates"] == [{"rate": "20", "tax_excl": "20.00", "tax_incl": "24.00"}]
