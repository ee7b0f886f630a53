"""The rows are judged by what a shop would answer with them: `Shop` chooses as PrestaShop does."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import Record
from mapping.catalogue import CataloguePrice, CatalogueProduct
from mapping.pricing import NO_VARIANT, Buyer, PriceBook
from mapping.source import SageData
from tests.mapping.builders import (
    TODAY,
    article,
    causes,
    colours,
    company,
    customer,
    d,
    product,
    tariff,
    tier,
    variant_price,
)

PUBLISH = {"customers": {"publish": "with_email"}}


class Shop:
    """What PrestaShop answers: combination before product, then the highest quantity, then the most specific buyer."""

    def __init__(self, found: CatalogueProduct) -> None:
        self._product = found

    def price(self, *, combination: str = "", group: str = "", customer: str = "", quantity: int = 1) -> Decimal:
        impact = next((one.price_impact for one in self._product.combinations if one.key == combination), d(0))
        row = self._best(combination, group, customer, quantity)
        if row is None:
            return self._product.price + impact
        return row.price if row.combination_key else row.price + impact

    def _best(self, combination: str, group: str, customer: str, quantity: int) -> CataloguePrice | None:
        rows = [
            row
            for row in self._product.specific_prices
            if row.combination_key in {"", combination}
            and row.group_key in {"", group}
            and row.customer_key in {"", customer}
            and row.from_quantity <= quantity
        ]
        return max(
            rows,
            key=lambda row: (bool(row.combination_key), row.from_quantity, bool(row.customer_key), bool(row.group_key)),
            default=None,
        )


def rows(found: CatalogueProduct) -> list[tuple[str, str]]:
    return [(row.key, str(row.price)) for row in found.specific_prices]


def test_without_tariffs_there_is_nothing_to_write() -> None:
    assert rows(product(article())) == []


def test_a_category_row_becomes_a_price_of_its_group() -> None:
    found = product(article(), tariff("POLO", 2, price=d("15")), tariff("POLO", 3, price=d("18"), with_tax=True))
    assert rows(found) == [("POLO||2||1", "15.000000"), ("POLO||3||1", "15.000000")]


def test_a_group_without_a_row_pays_the_article_s_price_and_not_the_public_category_s() -> None:
    found = product(article(), tariff("POLO", 1, price=d("25")), prices={"groups": [2]})
    assert found.price == d("25")
    assert rows(found) == [("POLO||2||1", "20.000000")]


def test_only_the_groups_that_the_rules_name_are_priced() -> None:
    found = product(
        article(), tariff("POLO", 2, price=d("15")), tariff("POLO", 3, price=d("14")), prices={"groups": [3]}
    )
    assert rows(found) == [("POLO||3||1", "14.000000")]


def test_public_tiers_are_repeated_for_a_group_with_another_price() -> None:
    found = product(
        article(),
        tariff("POLO", 1, tiers=1),
        tier("POLO", "a01", "9"),
        tier("POLO", "a01", "99", "10"),
        tariff("POLO", 2, price=d("15")),
        prices={"groups": [2]},
    )
    assert rows(found) == [
        ("POLO||||10", "18.000000"),
        ("POLO||2||1", "15.000000"),
        ("POLO||2||10", "15.000000"),
    ]


def test_tiers_are_left_out_when_the_rules_say_so() -> None:
    grid = [tariff("POLO", 1, tiers=1), tier("POLO", "a01", "9"), tier("POLO", "a01", "99", "10")]
    assert rows(product(article(), *grid, prices={"groups": [1], "tiers": False})) == []


def test_a_customer_of_the_shop_has_its_own_price() -> None:
    records = [article(), customer("DUPONT", tariff_category=2), tariff("POLO", "DUPONT", price=d("13"))]
    assert rows(product(*records, **PUBLISH)) == [("POLO|||DUPONT|1", "13.000000")]
    assert rows(product(*records)) == [], "customers are not published"
    assert rows(product(*records, **PUBLISH, prices={"customer_prices": False})) == []


def test_the_members_of_a_buying_group_have_its_price() -> None:
    found = product(
        article(), customer("MEMBRE", buying_group="CENTRALE"), tariff("POLO", "CENTRALE", price=d("12")), **PUBLISH
    )
    assert rows(found) == [("POLO|||MEMBRE|1", "12.000000")]


def test_one_row_on_the_product_serves_all_variants_that_differ_alike() -> None:
    found = product(
        article(gamme1=1, kind=1),
        *colours("POLO", "Bleu", "Rouge"),
        tariff("POLO", 2, price=d("15")),
        prices={"groups": [2]},
    )
    assert rows(found) == [("POLO||2||1", "15.000000")]


def test_variants_that_differ_otherwise_for_a_group_are_priced_one_by_one() -> None:
    found = product(
        article(gamme1=1, kind=1),
        *colours("POLO", "Bleu", "Rouge"),
        variant_price("POLO", "a01", 2, "22"),
        tariff("POLO", 2, price=d("15")),
        prices={"groups": [2]},
    )
    assert [one.price_impact for one in found.combinations] == [d("0"), d("2")]
    assert rows(found) == [("POLO|POLO|1|0|2||1", "15.000000"), ("POLO|POLO|2|0|2||1", "15.000000")]


def test_a_price_of_zero_is_never_published() -> None:
    found = product(article(), tariff("POLO", 2, discount=d("100")), prices={"groups": [2]})
    assert rows(found) == []
    assert causes(found) == ["prices.specific_price_zero"]


def test_tiers_by_amount_are_shown_as_a_problem() -> None:
    assert causes(product(article(), tariff("POLO", 1, tiers=2))) == ["prices.tiers_by_amount"]


PRICES = st.integers(min_value=5, max_value=40).map(str)
OWNERS = st.sampled_from([1, 2, 3, "DUPONT", "CENTRALE"])


@st.composite
def companies(draw: Any) -> Sequence[Record]:
    """A polo in two colours with any mixture of tariffs, tiers and variant prices."""
    made: list[Record] = [
        article(gamme1=1, kind=1),
        *colours("POLO", "Bleu", "Rouge"),
        customer("DUPONT", tariff_category=2),
        customer("MARTIN", tariff_category=1, buying_group="CENTRALE"),
    ]
    for owner in draw(st.sets(OWNERS)):
        code = f"a{owner:02}" if isinstance(owner, int) else owner
        kind = draw(st.sampled_from([0, 0, 1, 3]))
        made.append(
            tariff(
                "POLO",
                owner,
                price=d(draw(st.one_of(st.just("0"), PRICES))),
                discount=d(draw(st.integers(0, 30))),
                net=draw(st.booleans()),
                with_tax=draw(st.booleans()),
                tiers=kind,
            )
        )
        bounds = sorted(draw(st.sets(st.integers(2, 40), max_size=3))) if kind else []
        for bound in bounds:
            net = draw(PRICES) if kind == 3 else "0"
            made.append(tier("POLO", code, str(bound), str(draw(st.integers(0, 40))), net=net))
        if draw(st.booleans()):
            made.append(variant_price("POLO", code, draw(st.sampled_from([1, 2])), draw(PRICES)))
    return made


@given(companies(), st.sampled_from([1, 2, 3, 5, 10, 20, 39, 40, 41, 500]))
def test_the_shop_answers_sage_s_price_to_every_buyer_at_every_quantity(
    records: Sequence[Record], quantity: int
) -> None:
    found = product(*records, **PUBLISH)
    shop = Shop(found)
    sage = SageData(company(*records))
    book = PriceBook(sage, accounting_category=1, today=TODAY)
    buyers = {
        ("", ""): Buyer(1),
        ("2", ""): Buyer(2),
        ("3", ""): Buyer(3),
        ("2", "DUPONT"): Buyer(2, ("DUPONT",)),
        ("", "MARTIN"): Buyer(1, ("MARTIN", "CENTRALE")),
    }
    for (group, number), buyer in buyers.items():
        for variant, combination in (((1, 0), "POLO|1|0"), ((2, 0), "POLO|2|0")):
            wanted = book.ladder(sage.articles["POLO"], variant, buyer).at(quantity).amount
            assert shop.price(combination=combination, group=group, customer=number, quantity=quantity) == wanted


def test_the_product_s_own_price_is_that_of_no_variant() -> None:
    found = product(article(gamme1=1, kind=1), *colours("POLO", "Bleu"), variant_price("POLO", "a01", 1, "25"))
    book = PriceBook(SageData(company(article(gamme1=1))), accounting_category=1, today=TODAY)
    assert found.price == book.ladder(article(), NO_VARIANT, Buyer(1)).at(1).amount
    assert found.combinations[0].price_impact == d("5")
