from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.choices import WordChoice
from mapping.dictionary import Dictionary


def word(to: str, *, whole_word: bool = True, match_case: bool = False) -> WordChoice:
    return WordChoice(to=to, whole_word=whole_word, match_case=match_case)


WORDS = {
    "pantal": word("pantalon"),
    "BTE": word("boîte"),
    "BTE de": word("carton de"),
    "S/": word("sans "),
    "cm": word("centimètres", match_case=True),
    "ref": word("", whole_word=False),
    "c++": word("C plus plus"),
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("PANTAL bleu", "pantalon bleu", id="whatever the case"),
        pytest.param("PANTALON bleu", "PANTALON bleu", id="not within a word"),
        pytest.param("BTE de 50", "carton de 50", id="the longest entry first"),
        pytest.param("Une bte", "Une boîte", id="then the shorter one"),
        pytest.param("Polo S/manche", "Polo sans manche", id="an entry that ends in a sign"),
        pytest.param("12 cm, 12 CM", "12 centimètres, 12 CM", id="its own case"),
        pytest.param("Polo REF 12 préfixe", "Polo 12 préfixe", id="removed, with the blank that it leaves"),
        pytest.param("En C++ !", "En C plus plus !", id="signs are no pattern"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_an_abbreviation_becomes_a_word(text: str, said: str) -> None:
    assert Dictionary(WORDS).apply(text) == said


def test_what_an_entry_wrote_is_not_changed_by_another() -> None:
    assert Dictionary({"a": word("b"), "b": word("a")}).apply("a b") == "b a"


def test_an_accent_typed_in_two_ways_is_one() -> None:
    assert Dictionary({"e\u0301te\u0301": word("summer")}).apply("\u00e9t\u00e9") == "summer"


@given(st.text(alphabet="abc é", max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_does_not_matter(text: str, shuffle: random.Random) -> None:
    words = {"a": word("x"), "ab": word("y"), "abc": word("z", whole_word=False), "é": word("e", whole_word=False)}
    shuffled = list(words.items())
    shuffle.shuffle(shuffled)
    assert Dictionary(dict(shuffled)).apply(text) == Dictionary(words).apply(text)
