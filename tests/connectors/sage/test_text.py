from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.text import split_words, to_cp1252


@pytest.mark.parametrize(
    ("sent", "kept", "replaced"),
    [
        pytest.param("Crêpe à l'œuf — 3 €", "Crêpe à l'œuf — 3 €", "", id="French is kept"),
        pytest.param("Cafe\u0301", "Café", "", id="composed first"),
        pytest.param("Łódź Erdős", "Lódz Erdos", "Łźő", id="accents that CP1252 lacks"),
        pytest.param("rue\tdu\r\nPort \u00a0 12", "rue du Port 12", "", id="blanks and controls are folded"),
        pytest.param("Merci 😀!", "Merci ?!", "😀", id="emoji"),
        pytest.param("Иван", "????", "Иван", id="another alphabet, each letter named once"),
        pytest.param("12‑14 ½", "12-14 ½", "‑", id="typographic hyphen"),
        pytest.param("", "", "", id="nothing"),
    ],
)
def test_text_is_brought_to_cp1252_and_what_was_replaced_is_named(sent: str, kept: str, replaced: str) -> None:
    assert to_cp1252(sent) == (kept, replaced)


@given(st.text())
def test_what_comes_out_always_enters_a_varchar_column(text: str) -> None:
    kept, _ = to_cp1252(text)

    assert kept.encode("cp1252").decode("cp1252") == kept
    assert to_cp1252(kept) == (kept, "")


@pytest.mark.parametrize(
    ("text", "widths", "parts", "lost"),
    [
        pytest.param("12 rue du Port", [35, 35], ["12 rue du Port", ""], "", id="fits"),
        pytest.param("12 rue du Port", [9, 9], ["12 rue du", "Port"], "", id="on words"),
        pytest.param("12 rue du Port", [9], ["12 rue du"], "Port", id="the rest is reported"),
        pytest.param("Anticonstitutionnellement", [10, 20], ["Anticonsti", "tutionnellement"], "", id="long word"),
        pytest.param("abc", [0, 3], ["", "abc"], "", id="a missing column takes nothing"),
        pytest.param("abc", [], [], "abc", id="no column"),
    ],
)
def test_text_is_split_on_words(text: str, widths: list[int], parts: list[str], lost: str) -> None:
    assert split_words(text, widths) == (parts, lost)


@given(st.text(), st.lists(st.integers(min_value=0, max_value=40), max_size=5))
def test_splitting_loses_nothing_silently(text: str, widths: list[int]) -> None:
    parts, lost = split_words(text, widths)

    assert [len(part) <= width for part, width in zip(parts, widths, strict=True)] == [True] * len(widths)
    assert "".join("".join([*parts, lost]).split()) == "".join(text.split())
