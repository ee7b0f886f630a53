from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import Article, ArticleAccounting, Record
from mapping.price_steps import SENTENCES, PriceStep, sentence
from mapping.pricing import NO_VARIANT, Buyer, Ladder, PriceBook
from mapping.tiers import LAST_QUANTITY
from tests.mapping.builders import TODAY, article, d, data, tariff, tier, variant_price

PUBLIC, RESELLER, COMMITTEE = Buyer(1), Buyer(2), Buyer(3)
DUPONT = Buyer(2, ("DUPONT",))
MEMBER = Buyer(2, ("MEMBRE", "CENTRALE"))


def ladder(
    *records: Record, buyer: Buyer = PUBLIC, variant: tuple[int, int] = NO_VARIANT, today: date = TODAY, **fields: Any
) -> Ladder:
    sold: Article = article(**fields)
    book = PriceBook(data(sold, *records), accounting_category=1, today=today)
    return book.ladder(sold, variant, buyer)


def unit_price(*records: Record, **options: Any) -> Decimal:
    return ladder(*records, **options).at(1).amount


@pytest.mark.parametrize(
    ("records", "buyer", "expected"),
    [
        pytest.param([], PUBLIC, "20", id="the article's price"),
        pytest.param([tariff("POLO", 1, price=d("18"))], PUBLIC, "18", id="the category's row"),
        pytest.param([tariff("POLO", 2, price=d("15"))], PUBLIC, "20", id="another category's row is not ours"),
        pytest.param([tariff("POLO", 2)], RESELLER, "20", id="a row at 0 is passed over, not read as free"),
        pytest.param([tariff("POLO", 2, coefficient=d("1.5"))], RESELLER, "15", id="coefficient on the purchase price"),
        pytest.param(
            [tariff("POLO", 2, price=d("14"), coefficient=d("1.5"))], RESELLER, "14", id="price before coefficient"
        ),
        pytest.param(
            [tariff("POLO", 2, price=d("15")), tariff("POLO", "DUPONT", price=d("13"))],
            DUPONT,
            "13",
            id="the customer's row first",
        ),
        pytest.param(
            [tariff("POLO", 2, price=d("15")), tariff("POLO", "DUPONT")], DUPONT, "15", id="then the category's"
        ),
        pytest.param([tariff("POLO", "CENTRALE", price=d("12"))], MEMBER, "12", id="the buying group's row"),
        pytest.param(
            [tariff("POLO", "CENTRALE", price=d("12")), tariff("POLO", "MEMBRE", price=d("12.5"))],
            MEMBER,
            "12.5",
            id="the customer's own before its buying group's",
        ),
        pytest.param([tariff("POLO", 3, price=d("18"), with_tax=True)], COMMITTEE, "15", id="a row kept with tax"),
        pytest.param([tariff("POLO", 3, price=d("18"))], COMMITTEE, "18", id="the row's flag wins over the category's"),
        pytest.param([tariff("POLO", 2, discount=d("10"))], RESELLER, "18", id="a discount on the article's price"),
        pytest.param(
            [tariff("POLO", 2, price=d("16"), discount=d("10"))], RESELLER, "14.4", id="a discount on the row's price"
        ),
        pytest.param(
            [tariff("POLO", 2, discount=d("10")), tariff("POLO", "DUPONT", price=d("16"))],
            DUPONT,
            "14.4",
            id="the category's discount when the customer has none",
        ),
        pytest.param(
            [tariff("POLO", 2, discount=d("10")), tariff("POLO", "DUPONT", price=d("16"), net=True)],
            DUPONT,
            "16",
            id="hors remise stops the other discounts",
        ),
        pytest.param(
            [tariff("POLO", 2, discount=d("10")), tariff("POLO", "DUPONT", discount=d("5"))],
            DUPONT,
            "19",
            id="the customer's discount first, not both",
        ),
    ],
)
def test_the_price_of_one_unit(records: list[Record], buyer: Buyer, expected: str) -> None:
    assert unit_price(*records, buyer=buyer) == d(expected)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"sale_price_with_tax": True}, "16.666667", id="kept with tax, six decimals"),
        pytest.param({"sale_price": d("0"), "coefficient": d("2.5")}, "25", id="coefficient when there is no price"),
        pytest.param({"sale_price": d("0")}, "0", id="nothing at all"),
        pytest.param({"next_sale_price": d("22"), "next_price_date": TODAY}, "22", id="a future price on its day"),
        pytest.param(
            {"next_sale_price": d("22"), "next_price_date": date(2026, 11, 25)},
            "20",
            id="a future price before its day",
        ),
    ],
)
def test_the_article_s_own_price(fields: dict[str, Any], expected: str) -> None:
    assert unit_price(**fields) == d(expected)


@pytest.mark.parametrize(
    ("records", "buyer", "expected"),
    [
        pytest.param([variant_price("POLO", "a01", 7, "21")], PUBLIC, "21", id="the category's price of the variant"),
        pytest.param([variant_price("POLO", "a01", 8, "21")], PUBLIC, "20", id="another variant's"),
        pytest.param(
            [variant_price("POLO", "a02", 7, "17"), tariff("POLO", 2, price=d("16"))],
            RESELLER,
            "17",
            id="the variant's before the row's",
        ),
        pytest.param(
            [variant_price("POLO", "a02", 7, "17"), tariff("POLO", "DUPONT", price=d("13"))],
            DUPONT,
            "13",
            id="the customer's row before the category's variant",
        ),
        pytest.param([variant_price("POLO", "DUPONT", 7, "11")], DUPONT, "11", id="the customer's own variant price"),
        pytest.param([variant_price("POLO", "a03", 7, "24")], COMMITTEE, "20", id="kept with tax as its category is"),
        pytest.param(
            [variant_price("POLO", "a03", 7, "24"), tariff("POLO", 3, with_tax=False)],
            COMMITTEE,
            "24",
            id="without tax as its row is",
        ),
        pytest.param([variant_price("POLO", "a01", 7, "0")], PUBLIC, "20", id="0 means the article's price"),
    ],
)
def test_the_price_of_a_variant(records: list[Record], buyer: Buyer, expected: str) -> None:
    assert unit_price(*records, buyer=buyer, variant=(7, 0)) == d(expected)


def test_ecotax_is_inside_a_price_with_tax_and_outside_one_without() -> None:
    row = ArticleAccounting(article="POLO", domain=0, category=1, invoice_kind=0, tax_codes=("C20", "ECO"))
    assert unit_price(row, sale_price=d("12.6"), sale_price_with_tax=True) == d("10")
    assert unit_price(row, sale_price=d("12.6")) == d("12.6")


QUANTITY, AMOUNT, NET = 1, 2, 3


@pytest.mark.parametrize(
    ("row", "tiers", "expected"),
    [
        pytest.param(
            {"tiers": QUANTITY},
            [tier("POLO", "a01", "9"), tier("POLO", "a01", "49", "5"), tier("POLO", "a01", "9999", "10")],
            {1: "20", 9: "20", 10: "19", 49: "19", 50: "18", 100000: "18"},
            id="upper bounds are inclusive, the last tier has no end",
        ),
        pytest.param(
            {"tiers": QUANTITY},
            [tier("POLO", "a01", "9"), tier("POLO", "a01", "99", "10", "10", "5")],
            {9: "20", 10: "15.39"},
            id="discounts cascade",
        ),
        pytest.param(
            {"tiers": QUANTITY},
            [tier("POLO", "a01", "9"), tier("POLO", "a01", "99", "1.5", kinds=[0])],
            {10: "18.5"},
            id="an amount is per unit",
        ),
        pytest.param(
            {"tiers": NET},
            [tier("POLO", "a01", "4", net="19"), tier("POLO", "a01", "99", net="17.5")],
            {1: "19", 5: "17.5"},
            id="net prices",
        ),
        pytest.param(
            {"tiers": QUANTITY, "discount": d("50")},
            [tier("POLO", "a01", "99", "10")],
            {1: "18"},
            id="the grid stands in place of the row's own discount",
        ),
        pytest.param(
            {"tiers": QUANTITY},
            [tier("POLO", "a01", "9.5"), tier("POLO", "a01", "9.9", "5"), tier("POLO", "a01", "99", "10")],
            {9: "20", 10: "18"},
            id="a tier that holds no whole quantity is left out",
        ),
        pytest.param(
            {"tiers": QUANTITY},
            [tier("POLO", "a02", "99", "10")],
            {1: "20"},
            id="another owner's grid",
        ),
    ],
)
def test_prices_by_quantity(row: dict[str, Any], tiers: list[Record], expected: dict[int, str]) -> None:
    found = ladder(tariff("POLO", 1, **row), *tiers)
    assert {quantity: found.at(quantity).amount for quantity in expected} == {
        quantity: d(price) for quantity, price in expected.items()
    }


@pytest.mark.parametrize(
    ("row", "tiers", "cause"),
    [
        pytest.param({"tiers": AMOUNT}, [tier("POLO", "a01", "500", "5")], "prices.tiers_by_amount", id="by amount"),
        pytest.param(
            {"tiers": QUANTITY},
            [tier("POLO", "a01", "9"), tier("POLO", "a01", "99", "1", kinds=[2])],
            "prices.tier_not_understood",
            id="a discount in quantity",
        ),
    ],
)
def test_what_a_shop_cannot_express_is_named_and_not_published(
    row: dict[str, Any], tiers: list[Record], cause: str
) -> None:
    found = ladder(tariff("POLO", 1, **row), *tiers)
    assert found.unpublishable == (cause,)
    assert found.at(1000).amount == d("20")


def test_the_explanation_says_every_step() -> None:
    found = ladder(
        tariff("POLO", 3, price=d("24"), with_tax=True, tiers=QUANTITY),
        tier("POLO", "a03", "9"),
        tier("POLO", "a03", "99", "10"),
        buyer=COMMITTEE,
    )
    steps = found.at(10).steps
    assert [sentence(step) for step in steps] == [
        "Catégorie tarifaire 3 « Comités » : AC_PrixVen = 24,00 TTC",
        "TTC converti en HT avec la TVA à 20 % : 20,00",
        "À partir de 10 unités",
        "Remise de 10 % : 18,00",
    ]
    assert sentence(steps[0], "en") == "Tariff category 3 « Comités »: AC_PrixVen = 24.00 incl. tax"


def test_the_explanation_names_a_future_price() -> None:
    found = ladder(next_sale_price=d("22"), next_price_date=date(2026, 9, 1))
    assert [sentence(step) for step in found.at(1).steps] == [
        "Prix futur, appliqué depuis le 01/09/2026",
        "Fiche article : AR_PrixVen = 22,00 HT",
    ]


def test_both_languages_quote_the_same_facts() -> None:
    facts = {
        "owner": "1",
        "amount": d("1"),
        "mode": True,
        "purchase": d("1"),
        "coefficient": d("2"),
        "date": TODAY,
        "rate": d("20"),
        "ecotax": d("1"),
        "quantity": 10,
        "percent": d("5"),
        "discount": d("1"),
        "units": d("50"),
    }
    for code, texts in SENTENCES.items():
        assert len({frozenset(_placeholders(text)) for text in texts}) == 1, code
        assert sentence(PriceStep(code, facts), "fr")
        assert sentence(PriceStep(code, facts), "en")


def _placeholders(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


PERCENTS = st.lists(st.integers(min_value=0, max_value=90), min_size=1, max_size=6)
STEPS = st.lists(st.integers(min_value=1, max_value=500), min_size=6, max_size=6)


@given(PERCENTS, STEPS)
def test_growing_discounts_give_a_ladder_that_never_climbs(percents: list[int], steps: list[int]) -> None:
    bounds = [sum(steps[: place + 1]) for place in range(len(percents))]
    grid = [tier("POLO", "a01", str(b), str(p)) for b, p in zip(bounds, sorted(percents), strict=True)]
    found = ladder(tariff("POLO", 1, tiers=QUANTITY), *grid)
    starts = [one.from_quantity for one in found.tiers]
    prices = [one.price.amount for one in found.tiers]
    assert starts == sorted(set(starts))
    assert starts[0] == 1
    assert prices == sorted(prices, reverse=True)


@given(st.integers(min_value=1, max_value=LAST_QUANTITY))
def test_the_last_tier_holds_at_every_quantity_beyond_its_bound(quantity: int) -> None:
    found = ladder(tariff("POLO", 1, tiers=QUANTITY), tier("POLO", "a01", "9"), tier("POLO", "a01", "10", "50"))
    assert found.at(quantity).amount == d("20" if quantity <= 9 else "10")
