from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.colours import COLOURS, proposed
from mapping.naming import without_accents


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("Bleu nuit", "#191970", id="two words"),
        pytest.param("BLEU PÉTROLE", "#1d4851", id="capitals and accents"),
        pytest.param("Rouge foncé", "#a60000", id="darker"),
        pytest.param("Rouge fonce", "#a60000", id="darker, without its accent"),
        pytest.param("vert clair", "#59ac59", id="lighter"),
        pytest.param("Noir mat", "#000000", id="a finish is no colour"),
        pytest.param("Blanche", "#ffffff", id="feminine"),
        pytest.param("Bleu/blanc", "", id="two colours are none"),
        pytest.param("Frêne", "", id="not a colour"),
        pytest.param("clair", "", id="a modifier alone"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_code_of_a_colour_s_name(name: str, code: str) -> None:
    assert proposed(name) == code


def test_the_dictionary_is_spelt_as_it_is_looked_up() -> None:
    assert [name for name in COLOURS if without_accents(name) != name or not proposed(name)] == []


@given(st.text())
def test_whatever_the_name_the_code_is_one_that_the_shop_takes(name: str) -> None:
    assert re.fullmatch(r"(#[0-9a-f]{6})?", proposed(name))
