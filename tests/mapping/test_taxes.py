from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import ArticleAccounting, Record
from mapping.taxes import article_taxes, with_tax, without_tax
from tests.mapping.builders import TODAY, article, d, data

CENTS = st.integers(min_value=0, max_value=10**8).map(lambda cents: Decimal(cents) / 100)
RATES = st.sampled_from([d("0"), d("2.1"), d("5.5"), d("10"), d("20")])


def accounting(*codes: str, **fields: object) -> ArticleAccounting:
    row: dict[str, object] = {"article": "POLO", "domain": 0, "category": 1, "invoice_kind": 0, "tax_codes": codes}
    return ArticleAccounting(**(row | fields))


@pytest.mark.parametrize(
    ("rows", "rate", "ecotax"),
    [
        pytest.param([], "20", "0", id="the family's"),
        pytest.param([accounting("C55")], "5.5", "0", id="the article's own first"),
        pytest.param([accounting("ECO", "C20")], "20", "0.5", id="eco-tax in the first slot"),
        pytest.param([accounting("C55", invoice_kind=2)], "20", "0", id="a row for credits is not one for sales"),
        pytest.param([accounting("C55", category=2)], "20", "0", id="another accounting category"),
        pytest.param([accounting("ECO")], None, "0.5", id="no VAT among the codes"),
        pytest.param([accounting("GONE")], None, "0", id="a code that F_TAXE does not have"),
    ],
)
def test_vat_is_found_by_the_kind_of_tax(rows: list[Record], rate: str | None, ecotax: str) -> None:
    found = article_taxes(data(*rows), article(), category=1, today=TODAY)
    assert found.rate == (None if rate is None else d(rate))
    assert found.ecotax == d(ecotax)


def test_before_the_date_of_a_change_the_former_code_applies() -> None:
    change = date(2027, 1, 1)
    row = accounting("C20", former_tax_codes=("C55",), tax_change_dates=(change,))
    rates = [article_taxes(data(row), article(), category=1, today=day).rate for day in (date(2026, 12, 31), change)]
    assert rates == [d("5.5"), d("20")]


@given(CENTS, RATES)
def test_a_price_with_tax_comes_back_to_the_cent(amount: Decimal, rate: Decimal) -> None:
    assert round(with_tax(without_tax(amount, rate), rate), 2) == amount


@given(st.decimals(min_value=0, max_value=10**7, places=6), RATES)
def test_a_round_trip_moves_a_price_by_a_millionth_at_most(amount: Decimal, rate: Decimal) -> None:
    assert abs(with_tax(without_tax(amount, rate), rate) - amount) <= d("0.000001")
