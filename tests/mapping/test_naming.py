from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.naming import (
    FORBIDDEN_IN_NAMES,
    NAME_LENGTH,
    cut,
    folded,
    link_rewrite,
    person_name,
    reference_is_accepted,
    shop_name,
    without_accents,
)
from mapping.rules import NAME_REPLACEMENTS


@pytest.mark.parametrize(
    ("sage", "shop", "changes"),
    [
        pytest.param("Polo bleu", "Polo bleu", (), id="nothing to change"),
        pytest.param("Vis #8", "Vis n°8", ("« # » remplacé",), id="number sign"),
        pytest.param("Lot ; 3 pièces", "Lot , 3 pièces", ("« ; » remplacé",), id="semicolon"),
        pytest.param("A < B", "A B", ("« < » remplacé",), id="sign to a blank, blanks folded"),
        pytest.param("  Deux   blancs\t", "Deux blancs", (), id="blanks"),
        pytest.param("Œuvre d'été 12 €", "Œuvre d'été 12 €", (), id="accents and signs stay"),
    ],
)
def test_a_name_is_made_acceptable_and_says_what_changed(sage: str, shop: str, changes: tuple[str, ...]) -> None:
    name = shop_name(sage, NAME_REPLACEMENTS)
    assert (name.text, name.changes) == (shop, changes)


def test_a_dictionary_that_forgets_a_character_still_gives_an_acceptable_name() -> None:
    name = shop_name("A{B}", {})
    assert (name.text, name.changes) == ("A B", ("caractères refusés par la boutique enlevés",))


@given(st.text(max_size=300))
def test_any_text_becomes_a_name_the_shop_takes(text: str) -> None:
    name = shop_name(text, NAME_REPLACEMENTS).text
    assert len(name) <= NAME_LENGTH
    assert not FORBIDDEN_IN_NAMES.search(name)
    assert name == name.strip()


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        pytest.param("un deux trois", 7, "un deux", id="on a word"),
        pytest.param("un deux trois", 9, "un deux", id="not in the middle of one"),
        pytest.param("anticonstitutionnellement", 4, "anti", id="one long word"),
        pytest.param("court", 10, "court", id="short enough"),
    ],
)
def test_cut_ends_on_a_word(text: str, length: int, expected: str) -> None:
    assert cut(text, length) == expected


def test_spellings_are_compared_without_blanks_and_case_but_with_accents() -> None:
    assert folded(" Bleu  Nuit ") == folded("bleu nuit")
    assert folded("Pêche") != folded("Péché")
    assert folded("Pe\u0302che") == folded("Pêche")
    assert without_accents("Pêche") == without_accents("PECHE")


@pytest.mark.parametrize(
    ("name", "link"),
    [("Œuvre d'été", "oeuvre-d-ete"), ("Vis n°12", "vis-n12"), ("!!!", "article")],
)
def test_the_link_is_readable_and_never_empty(name: str, link: str) -> None:
    assert link_rewrite(name) == link


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Dupont 2", "Dupont", id="digits"),
        pytest.param("SARL L&M (Lyon) / Co.", "SARL L&M Lyon Co.", id="brackets and slash"),
        pytest.param("Jean-Marc d'Été", "Jean-Marc d'Été", id="hyphen and apostrophe stay"),
        pytest.param("J.Martin", "J Martin", id="dot before a letter"),
        pytest.param("3D", "D", id="digit first"),
        pytest.param("42", "", id="nothing left"),
    ],
)
def test_a_person_name_is_what_the_shop_takes(text: str, expected: str) -> None:
    assert person_name(text) == expected


@given(st.text(max_size=80))
def test_any_text_becomes_an_acceptable_person_name(text: str) -> None:
    name = person_name(text)
    assert len(name) <= 32
    assert not re.search(r"""[0-9!<>,;?=+()/\\@#"°*{}_^$%:\[\]|]|\.\w""", name)


@pytest.mark.parametrize(
    ("reference", "accepted"),
    [("GANT/CUIR/8", True), ("A" * 64, True), ("A" * 65, False), ("A;B", False), ("A=B", False), ("", False)],
)
def test_references_are_taken_as_they_are_or_not_at_all(reference: str, accepted: bool) -> None:
    assert reference_is_accepted(reference) is accepted
