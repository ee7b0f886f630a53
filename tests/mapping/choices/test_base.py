"""Keys and values of choices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records.base import join_key
from mapping.choices import CHOICE_KINDS, Choices, TextChoice
from mapping.choices.base import split
from mapping.choices.texts import TEXT


@given(st.lists(st.text(), min_size=2, max_size=5))
def test_a_key_gives_its_parts_back(parts: list[str]) -> None:
    assert split(join_key(parts)) == tuple(parts)


def test_a_key_of_too_few_parts_is_an_error() -> None:
    with pytest.raises(ValueError, match="'POLO'"):
        TEXT.make_key("POLO", "name")


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        pytest.param("text", {"txet": "Polo"}, "txet: 'Polo'", id="an unknown name"),
        pytest.param("value", {"colour": "red"}, "colour: 'red'", id="no colour code"),
        pytest.param(
            "group",
            {"master": "C", "axes": ["Taille"], "members": {"A": ["S"], "B": ["M"]}},
            "master 'C' is not among",
            id="a master from outside",
        ),
        pytest.param(
            "group",
            {"master": "A", "axes": ["Taille", "Couleur"], "members": {"A": ["S"], "B": ["M", "Bleu"]}},
            "'A' has 1 values for 2 axes",
            id="a member without a value",
        ),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_the_value_and_the_place(
    kind: str, data: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        CHOICE_KINDS[kind].load(data)


def test_later_choices_stand_in_for_earlier_ones() -> None:
    key = TEXT.make_key("POLO", "name", "fr")
    first = Choices([("text", key, TextChoice(text="Polo"))])
    second = Choices([("text", key, TextChoice(text="Chemise"))])
    assert first.joined(second).get(TEXT, TextChoice, "POLO", "name", "fr") == TextChoice(text="Chemise")
