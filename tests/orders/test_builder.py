"""An order becomes a document whose lines make its total to the cent, or it is held with a cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import RejectedRecordError
from connectors.sage.orders import CustomerAccount, DeliveryAddress, Deposit, OrderDocument
from connectors.sage.records import Combination, Packaging
from mapping.source import PACKAGING
from sync_portal.orders.amounts import without_tax
from sync_portal.orders.builder import Built, build, check_state, sage_amounts
from sync_portal.orders.causes import CAUSES
from sync_portal.orders.proof import prove
from sync_portal.orders.sage_side import SageSide
from sync_portal.orders.shop_orders import ShopBuyer, ShopOrder, ShopPayment
from tests.orders.orders import make_address, make_line, make_order, make_voucher
from tests.orders.sage import accounting, make_article, make_customer, make_rules, make_side
from tests.orders.test_proof import carts

ALL_RATES = tuple(
    accounting(reference, code)
    for reference, code in {
        "ART-1": "C20", "ART-2": "C10", "ART-3": "C55", "ART-4": "C21", "ART-5": "C0", "PORT": "C20", "BON": "C20"
    }.items()
)  # fmt: skip
BY_RATE = {"20": "ART-1", "10": "ART-2", "5.5": "ART-3", "2.1": "ART-4", "0": "ART-5"}
PRO = ShopBuyer(id=9, email="ZOE@pro.example", last_name="Lefèvre", first_name="Zoé")


def build_order(order: ShopOrder, *, side: SageSide | None = None, **rules: Any) -> Built:
    return build(order, make_rules(**rules), side or make_side(), prove(order), web_number="42")


def held(order: ShopOrder, *, side: SageSide | None = None, **rules: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(RejectedRecordError) as error:
        build_order(order, side=side, **rules)
    assert error.value.cause in CAUSES
    for sentence in CAUSES[error.value.cause][:2]:
        sentence.format(**error.value.facts)  # every fact the sentences quote is given
    return error.value.cause, error.value.facts


def test_a_private_buyers_order_is_booked_on_the_generic_account() -> None:
    order = make_order(make_line("10", 3), shipping="5", messages=("Sonnez deux fois",))
    document = build_order(order).document
    assert replace(document, lines=()) == OrderDocument(
        web_number="42",
        reference="XKBKNABJK",
        dated=datetime(2026, 11, 20, 9, 0),
        customer="WEB",
        delivery=DeliveryAddress(
            label="Lefèvre Zoé",
            address="12 rue de l'Œuvre",
            postcode="17000",
            city="La Rochelle",
            country="FRANCE",
            contact="Lefèvre Zoé",
            phone="05 46 00 00 00",
            email="zoe@example.com",
            carrier=3,
        ),
        billing=("Lefèvre Zoé", "12 rue de l'Œuvre", "", "17000 La Rochelle"),
        souche=1,
        depot=5,
        carrier=3,
        tariff_category=3,
        accounting_category=1,
        payment_mode=2,
        status=2,
        lines=(),
        comments=("Commande web XKBKNABJK du 20/11/2026 - Virement bancaire", "Sonnez deux fois"),
        deposits=(Deposit(amount=Decimal("42.00"), dated=date(2026, 11, 20), payment_mode=2, label="XKBKNABJK"),),
        total_without_tax=Decimal("35.00"),
        total_with_tax=Decimal("42.00"),
    )


def test_an_account_kept_with_tax_gets_prices_with_tax() -> None:
    lines = build_order(make_order(make_line("10", 3), shipping="5")).document.lines
    assert [
        (line.article, line.quantity, line.unit_price_with_tax, line.unit_price, line.total_with_tax, line.tax_code)
        for line in lines
    ] == [
        ("ART-1", 3, Decimal(12), Decimal(10), Decimal(36), "C20"),
        ("PORT", 1, Decimal(6), Decimal(5), Decimal(6), "C20"),
    ]
    assert all(line.entered_with_tax for line in lines)


def test_an_account_kept_without_tax_gets_prices_without_tax() -> None:
    document = build_order(make_order(make_line("10.123456", 3), buyer=PRO)).document
    (line,) = document.lines
    assert document.customer == "PRO"
    assert document.billing == ()
    assert document.delivery is not None
    assert document.delivery.label == "Bureau"
    assert not line.entered_with_tax
    assert (line.unit_price, line.total_without_tax, line.total_with_tax) == (
        Decimal("10.123456"),
        Decimal("30.37"),
        Decimal("36.44"),
    )


def test_a_total_that_prices_without_tax_cannot_make_is_entered_with_tax_and_said() -> None:
    # 10.05 with 20 % tax: 8.37 gives 10.04 and 8.38 gives 10.06.
    line = make_line("8.375", total_tax_excl=Decimal("8.37"))
    built = build_order(make_order(line, buyer=PRO))
    assert built.document.total_with_tax == Decimal("10.05")
    assert built.document.lines[0].entered_with_tax
    assert built.notes == ({"cause": "orders.note_entered_with_tax", "facts": {"difference": "-0.01"}},)


def test_a_voucher_is_a_line_with_a_negative_price() -> None:
    document = build_order(make_order(make_line("10", 3), vouchers=(make_voucher("6"),))).document
    line = document.lines[-1]
    assert (line.article, line.label, line.quantity) == ("BON", "Bienvenue", 1)
    assert (line.unit_price_with_tax, line.unit_price, line.total_with_tax) == (Decimal(-6), Decimal(-5), Decimal(-6))


def test_a_variant_is_known_by_its_binding() -> None:
    side = make_side(make_article("POLO", gamme1=1, gamme2=2), variants={77: ("POLO", 11, 22)})
    line = build_order(make_order(make_line(combination_id=77, reference="autre")), side=side).document.lines[0]
    assert (line.article, line.gamme1, line.gamme2) == ("POLO", 11, 22)


def test_a_variant_is_known_by_its_own_reference() -> None:
    variant = Combination(article="POLO", gamme1=11, gamme2=0, reference="POLO-M")
    side = make_side(make_article("POLO", gamme1=1), variant)
    line = build_order(make_order(make_line(combination_id=77, reference="POLO-M")), side=side).document.lines[0]
    assert (line.article, line.gamme1) == ("POLO", 11)


def test_a_product_is_known_by_its_binding_before_its_reference() -> None:
    side = make_side(products={101: "ART-6"})
    assert build_order(make_order(make_line()), side=side).document.lines[0].article == "ART-6"


def test_trailing_blanks_of_a_reference_go_back_to_sage() -> None:
    side = make_side(replace(make_article("VIS"), stored_reference="VIS  "))
    assert build_order(make_order(make_line(reference="VIS")), side=side).document.lines[0].article == "VIS  "


def test_the_weight_of_a_line_is_in_grams() -> None:
    side = make_side(make_article("SAC", weight_unit=2, net_weight=Decimal("0.25")))
    assert build_order(make_order(make_line("5", 4, reference="SAC")), side=side).document.lines[0].weight == 1000


def test_a_new_account_is_made_where_the_rules_say_so() -> None:
    order = make_order(invoice=make_address(company="Œuvre & Fils", vat_number="FR1"))
    document = build_order(order, private_buyers="account").document
    assert document.customer == CustomerAccount(
        name="Œuvre & Fils",
        contact="Lefèvre Zoé",
        address="12 rue de l'Œuvre",
        postcode="17000",
        city="La Rochelle",
        country="FRANCE",
        phone="05 46 00 00 00",
        email="zoe@example.com",
        vat_number="FR1",
    )
    assert document.billing == ()


def test_a_buyer_goes_back_to_the_account_of_an_earlier_order() -> None:
    side = make_side(remembered={9: "WEB000007"})
    document = build_order(make_order(), side=side, private_buyers="account").document
    assert (document.customer, document.tariff_category) == ("WEB000007", 1)


def test_a_bound_customer_comes_before_the_address() -> None:
    side = make_side(make_customer("AUTRE"), accounts={9: "AUTRE"})
    assert build_order(make_order(buyer=PRO), side=side).document.customer == "AUTRE"


def test_one_of_several_addresses_of_an_account_is_enough() -> None:
    side = make_side(make_customer("DEUX", email="compta@deux.example; Zoe@Example.com"))
    assert build_order(make_order(), side=side).document.customer == "DEUX"


def test_a_part_of_an_address_is_not_enough() -> None:
    side = make_side(make_customer("DEUX", email="azoe@example.com"))
    assert build_order(make_order(), side=side).document.customer == "WEB"


def test_a_sleeping_twin_does_not_hide_the_account_in_use() -> None:
    side = make_side(make_customer("VIEUX", email="zoe@pro.example", asleep=True))
    assert build_order(make_order(buyer=PRO), side=side).document.customer == "PRO"


def test_an_order_without_a_carrier_takes_the_accounts_own() -> None:
    assert build_order(make_order(carrier_id=0, carrier="")).document.carrier == 0


def test_a_carrier_may_be_mapped_by_name() -> None:
    assert build_order(make_order(), carriers={"Livraison à domicile": 4}).document.carrier == 4


def test_an_unpaid_order_has_no_deposit() -> None:
    assert build_order(make_order(paid=False)).document.deposits == ()


def test_deposits_can_be_switched_off() -> None:
    assert build_order(make_order(), deposit=False).document.deposits == ()


def test_two_payments_are_two_deposits() -> None:
    payments = (
        ShopPayment(id=1, amount=Decimal("5"), transaction_id="T1", paid_at=datetime(2026, 11, 19, 8, 0)),
        ShopPayment(id=2, amount=Decimal("7"), transaction_id="T2", paid_at=datetime(2026, 11, 20, 8, 0)),
    )
    deposits = build_order(make_order(payments=payments)).document.deposits
    assert [(one.amount, one.dated, one.label) for one in deposits] == [
        (Decimal(5), date(2026, 11, 19), "T1"),
        (Decimal(7), date(2026, 11, 20), "T2"),
    ]


def test_a_repeated_payment_is_one_deposit_and_said() -> None:
    payments = (ShopPayment(id=1, amount=Decimal("12")), ShopPayment(id=2, amount=Decimal("12")))
    built = build_order(make_order(payments=payments))
    assert [one.amount for one in built.document.deposits] == [Decimal(12)]
    assert built.notes == ({"cause": "orders.note_repeated_payment", "facts": {"ids": "2"}},)


def test_money_given_back_makes_one_deposit_of_the_rest() -> None:
    payments = (ShopPayment(id=1, amount=Decimal("12")), ShopPayment(id=2, amount=Decimal("-2")))
    assert [one.amount for one in build_order(make_order(payments=payments)).document.deposits] == [Decimal(10)]


POLO = make_article("POLO", gamme1=1)
HELD: dict[str, tuple[ShopOrder, dict[str, Any], str, dict[str, str]]] = {
    "no lines": (replace(make_order(), lines=()), {}, "orders.no_lines", {}),
    "unknown article": (
        make_order(make_line(reference="JAMAIS-VU")),
        {},
        "orders.unknown_article",
        {"reference": "JAMAIS-VU", "name": "Article 1"},
    ),
    "a reference that differs by case": (
        make_order(make_line(reference="art-1")),
        {},
        "orders.unknown_article",
        {"reference": "art-1", "name": "Article 1"},
    ),
    "a variant that is not bound": (
        make_order(make_line(combination_id=5, reference="POLO")),
        {"side": make_side(POLO)},
        "orders.unknown_combination",
        {"reference": "POLO", "name": "Article 1"},
    ),
    "a combination whose product alone is bound": (
        make_order(make_line(combination_id=5, reference="")),
        {"side": make_side(POLO, products={101: "POLO"})},
        "orders.unknown_combination",
        {"reference": "POLO", "name": "Article 1"},
    ),
    "article asleep": (
        make_order(make_line(reference="DODO")),
        {"side": make_side(make_article("DODO", asleep=True))},
        "orders.article_asleep",
        {"reference": "DODO"},
    ),
    "another VAT in Sage": (
        make_order(make_line(rate="5.5")),
        {},
        "orders.unknown_tax",
        {"name": "Article 1", "reference": "ART-1", "rate": "5.5", "category": "1"},
    ),
    "no shipping article": (
        make_order(shipping="5"),
        {"shipping_article": ""},
        "orders.no_shipping_article",
        {"name": "Livraison à domicile", "amount": "6.00"},
    ),
    "no discount article": (
        make_order(vouchers=(make_voucher("2"),)),
        {"discount_article": ""},
        "orders.no_discount_article",
        {"name": "Bienvenue", "amount": "2.00"},
    ),
    "unknown carrier": (make_order(), {"carriers": {}}, "orders.unknown_carrier", {"carrier": "Livraison à domicile"}),
    "unknown payment": (
        make_order(),
        {"payments": {}},
        "orders.unknown_payment",
        {"module": "ps_wirepayment", "payment": "Virement bancaire"},
    ),
    "another currency": (
        make_order(currency="GBP"),
        {},
        "orders.unknown_currency",
        {"currency": "GBP", "expected": "EUR"},
    ),
    "an account in another currency": (
        make_order(buyer=PRO),
        {"side": make_side(make_customer("UK", currency=2), accounts={9: "UK"})},
        "orders.unknown_currency",
        {"currency": "GBP", "expected": "EUR"},
    ),
    "blocked account": (
        make_order(),
        {"side": make_side(make_customer("KO", credit_control=2), accounts={9: "KO"})},
        "orders.customer_blocked",
        {"number": "KO", "name": "Ko"},
    ),
    "sleeping account": (
        make_order(),
        {"side": make_side(make_customer("KO", asleep=True), accounts={9: "KO"})},
        "orders.customer_blocked",
        {"number": "KO", "name": "Ko"},
    ),
    "one address on two accounts": (
        make_order(buyer=PRO),
        {"side": make_side(make_customer("PRO2", email="zoe@pro.example"))},
        "orders.several_customers",
        {"email": "ZOE@pro.example", "numbers": "PRO, PRO2"},
    ),
    "a bound account that is gone": (
        make_order(),
        {"side": make_side(accounts={9: "PARTI"})},
        "orders.unknown_customer",
        {"number": "PARTI", "buyer": "Lefèvre Zoé"},
    ),
    "no generic account": (
        make_order(),
        {"generic_account": "RIEN"},
        "orders.no_generic_account",
        {"number": "RIEN"},
    ),
    "unknown depot": (make_order(), {"depot": 99}, "orders.no_depot", {"depot": "99"}),
}


@pytest.mark.parametrize(("order", "given_", "cause", "facts"), HELD.values(), ids=HELD.keys())
def test_what_has_no_mapping_holds_the_order(
    order: ShopOrder, given_: dict[str, Any], cause: str, facts: dict[str, str]
) -> None:
    assert held(order, **given_) == (cause, facts)


@pytest.mark.parametrize(
    ("state", "valid", "accepted", "enters"),
    [(2, True, [], True), (10, False, [], False), (10, False, [2, 10], True), (2, True, [10], False)],
    ids=["a sale", "not a sale", "named", "a sale that is not named"],
)
def test_an_order_enters_in_an_accepted_state(state: int, valid: bool, accepted: list[int], enters: bool) -> None:
    order = make_order(state=state, state_name="En attente", valid=valid)
    rules = make_rules(accepted_states=accepted).orders
    if enters:
        check_state(order, rules)
        return
    with pytest.raises(RejectedRecordError) as error:
        check_state(order, rules)
    assert (error.value.cause, error.value.facts) == ("orders.state_not_accepted", {"state": "En attente"})


@given(carts(), st.booleans())
def test_the_lines_of_every_document_make_the_shops_total_to_the_cent(order: ShopOrder, with_tax: bool) -> None:
    lines = tuple(replace(line, reference=BY_RATE[str(line.tax_rate)]) for line in order.lines)
    rate = lines[0].tax_rate
    shipped = replace(
        order,
        lines=lines,
        carrier_tax_rate=rate,
        shipping_tax_excl=without_tax(order.shipping_tax_incl, rate),
        payments=(),
        buyer=order.buyer if with_tax else PRO,
    )
    document = build_order(shipped, side=make_side(*ALL_RATES)).document
    assert sum(line.total_with_tax for line in document.lines) == order.total_paid_tax_incl
    assert sum(sage_amounts(document.lines)) == document.total_with_tax == order.total_paid_tax_incl
    assert sum(line.total_without_tax for line in document.lines) == document.total_without_tax


@pytest.mark.parametrize(
    ("price", "packs", "expected"),
    [
        pytest.param("46", 2, (100, 2, "0.920000", "92.00"), id="the price of one unit"),
        pytest.param("10", 3, (150, 3, "0.200000", "30.00"), id="several boxes"),
        pytest.param("9.99", 7, (350, 7, "0.199800", "69.93"), id="cents that no unit price has"),
    ],
)
def test_an_ordered_packaging_is_so_many_units_at_the_price_of_one(
    price: str, packs: int, expected: tuple[int, int, str, str]
) -> None:
    box = Packaging(number=7, article="ART-1", label="Boîte de 50", quantity=Decimal(50))
    side = make_side(box, variants={21: ("ART-1", 7, PACKAGING)})
    order = make_order(make_line(price, packs, combination_id=21))
    line = build_order(replace(order, buyer=PRO), side=side).document.lines[0]
    found = (line.quantity, line.unit_quantity, str(line.unit_price), str(line.total_without_tax))
    assert found == expected
    assert (line.article, line.unit, line.gamme1, line.gamme2) == ("ART-1", "Boîte de 50", 0, 0)


def test_a_packaging_that_sage_no_longer_has_is_held() -> None:
    side = make_side(variants={21: ("ART-1", 7, PACKAGING)}, products={101: "ART-1"})
    order = make_order(make_line("46", 2, combination_id=21, reference="ART-1-X50"))
    assert held(order, side=side)[0] == "orders.unknown_combination"
