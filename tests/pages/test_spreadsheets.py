"""No formula that somebody else wrote reaches a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_portal.pages.spreadsheets import harmless, plain_text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("+33 5 46", "'+33 5 46", id="plus"),
        pytest.param("-10 %", "'-10 %", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'\t=1", id="tab before"),
        pytest.param("Polo = beau", "Polo = beau", id="inside"),
        pytest.param("'=1", "''=1", id="guarded already"),
        pytest.param("'aube", "'aube", id="a quote of its own"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_cell_never_begins_a_formula(text: str, cell: str) -> None:
    assert harmless(text) == cell


@given(st.text(alphabet=st.sampled_from("'=+-@\ta ")))
def test_what_goes_out_comes_back(text: str) -> None:
    assert plain_text(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
