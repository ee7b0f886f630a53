from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from connectors.sage import values


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        pytest.param(None, "", id="NULL is empty"),
        pytest.param("", "", id="empty stays empty"),
        pytest.param("CSQL  ", "CSQL", id="padding of a CHAR column"),
        pytest.param("  \tA B\t", "  \tA B\t", id="only trailing blanks are not significant"),
        pytest.param(b"caf\xe9 ", "café", id="bytes are CP1252"),
        pytest.param(12, "12", id="a number where text was expected"),
    ],
)
def test_text_is_read_without_its_padding(stored: object, read: str) -> None:
    assert values.text(stored) == read


def test_verbatim_text_keeps_its_blanks_for_writing() -> None:
    assert values.verbatim("A  ") == "A  "
    assert values.verbatim(None) == ""


@pytest.mark.parametrize(
    ("stored", "read"),
    [(None, 0), ("", 0), (3, 3), (True, 1), (Decimal("7.000000"), 7), ("12", 12), (2.0, 2)],
)
def test_ranks_and_numbers_are_whole(stored: object, read: int) -> None:
    assert values.integer(stored) == read
    assert type(values.integer(stored)) is int


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        pytest.param(None, "0", id="NULL"),
        pytest.param("", "0", id="empty text"),
        pytest.param(0.1 + 0.2, "0.3", id="a float is rounded at six decimals"),
        pytest.param(Decimal("123456789012345678.123456"), "123456789012345678.123456", id="decimal as it is"),
        pytest.param("7,25", "7.25", id="French text"),
        pytest.param(" 7.250000 ", "7.25", id="text of a driver"),
        pytest.param(12, "12", id="whole"),
    ],
)
def test_amounts_are_decimals_whatever_the_driver(stored: object, read: str) -> None:
    assert values.decimal(stored) == Decimal(read)
    assert isinstance(values.decimal(stored), Decimal)


@pytest.mark.parametrize("pasted", ["#N/A", "nan", "inf", "12 pièces"])
def test_what_is_not_a_number_is_refused(pasted: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        values.decimal(pasted)


@pytest.mark.parametrize(
    "stored",
    [None, "", datetime(1753, 1, 1), datetime(1900, 1, 1), date(1900, 1, 1), "1753-01-01 00:00:00.000", "1900-01-01"],
)
def test_each_of_sages_empty_dates_is_none(stored: object) -> None:
    assert values.day(stored) is None
    assert values.moment(stored) is None


def test_dates_are_read_from_dates_and_from_text() -> None:
    assert values.day(datetime(2024, 2, 29, 8, 30)) == date(2024, 2, 29)
    assert values.moment("2024-02-29 08:30:00.500") == datetime(2024, 2, 29, 8, 30, 0, 500000)
    assert values.moment(date(2024, 2, 29)) == datetime(2024, 2, 29)


@pytest.mark.parametrize(
    ("number", "spelt"),
    [("12.500000", "12.5"), ("0E-6", "0"), ("-0.000000", "0"), ("1E+3", "1000"), ("100", "100"), ("-2.50", "-2.5")],
)
def test_a_number_has_one_spelling(number: str, spelt: str) -> None:
    assert values.plain_number(Decimal(number)) == spelt
