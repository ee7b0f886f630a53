"""Options and values as people arranged them: one value for several spellings, names, colours, the order."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import ArticleGamme, Combination, Gamme, GammeValue, Record
from mapping.catalogue import Catalogue, CatalogueOption, CatalogueValue
from mapping.choices import Choices, ChoiceValue, OptionChoice, ValueChoice
from mapping.derive import derive
from mapping.gammes import SameValues, undecided_twins
from mapping.rules import load_rules
from tests.mapping.builders import TODAY, article, causes, company

COLOUR = Gamme(rank=1, label="Couleur")


def polo(reference: str, *labels: str) -> list[Record]:
    """An article with these values of its gamme, a combination each."""
    found: list[Record] = [article(reference, gamme1=1)]
    for number, label in enumerate(labels, start=1):
        found.append(ArticleGamme(article=reference, number=number, label=label, axis=0))
        found.append(Combination(article=reference, gamme1=number, gamme2=0))
    return found


def catalogue(*records: Record, choices: dict[tuple[str, str], ChoiceValue] | None = None) -> Catalogue:
    rows = [(kind, key, value) for (kind, key), value in (choices or {}).items()]
    return derive(company(COLOUR, *records), load_rules({}), today=TODAY, choices=Choices(rows))


RED, ALSO_RED = "VAL:couleur|rouge foncé", "VAL:couleur|rouge fonce"


def test_a_spelling_that_stands_for_another_value_is_that_value() -> None:
    found = catalogue(
        *polo("A", "Rouge foncé"), *polo("B", "Rouge fonce"), choices={("value", ALSO_RED): ValueChoice(same_as=RED)}
    )
    assert [value.key for value in found.values] == [RED]
    assert {one.value_keys for product in found.products for one in product.combinations} == {(RED,)}
    assert {one.values for product in found.products for one in product.combinations} == {(("Couleur", "Rouge foncé"),)}
    assert found.problems == ()


def test_two_values_of_one_article_that_become_the_same_are_a_doubled_cell() -> None:
    found = catalogue(*polo("A", "Rouge foncé", "Rouge fonce"), choices={("value", ALSO_RED): ValueChoice(same_as=RED)})
    (product,) = found.products
    assert [one.value_keys for one in product.combinations] == [(RED,)]
    assert "catalogue.combination_doubled" in causes(product)


def test_people_name_show_colour_and_order() -> None:
    found = catalogue(
        GammeValue(gamme=1, label="Vert", position=2),
        GammeValue(gamme=1, label="Bleu", position=1),
        *polo("A", "Bleu", "Vert", "Noir"),
        choices={
            ("option", "OPT:couleur"): OptionChoice(
                name={"fr": "Coloris", "en": "Colour"}, display="color", position=4
            ),
            ("value", "VAL:couleur|noir"): ValueChoice(colour="#00000A", position=0, name={"en": "Black"}),
        },
    )
    names = {"fr": "Coloris", "en": "Colour"}
    assert found.options == (CatalogueOption("OPT:couleur", "Coloris", names, "color", 4),)
    assert found.values == (
        CatalogueValue("VAL:couleur|noir", "OPT:couleur", "Noir", {"en": "Black"}, "#00000a", 0),
        CatalogueValue("VAL:couleur|bleu", "OPT:couleur", "Bleu", {}, "", 1),
        CatalogueValue("VAL:couleur|vert", "OPT:couleur", "Vert", {}, "", 2),
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, [(ALSO_RED, RED)], id="nobody said anything"),
        pytest.param({RED: ValueChoice(distinct=True)}, [], id="they are two"),
        pytest.param({RED: ValueChoice(colour="#990000")}, [(ALSO_RED, RED)], id="a colour says nothing of it"),
    ],
)
def test_near_twins_are_a_question_until_a_person_answers(
    said: dict[str, ChoiceValue], expected: list[tuple[str, str]]
) -> None:
    choices = Choices([("value", key, value) for key, value in said.items()])
    assert list(undecided_twins([RED, ALSO_RED, "VAL:couleur|bleu"], choices)) == expected


KNOWN = frozenset({"VAL:c|a", "VAL:c|b", "VAL:c|d", "VAL:t|a"})


def same(**said: str) -> SameValues:
    rows = [("value", f"VAL:c|{key}", ValueChoice(same_as=f"VAL:{value}")) for key, value in said.items()]
    return SameValues(Choices(rows), KNOWN)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"a": "c|b"}, "VAL:c|b", id="another value"),
        pytest.param({"a": "c|b", "b": "c|d"}, "VAL:c|d", id="which stands for a third"),
        pytest.param({"a": "c|b", "b": "c|a"}, "VAL:c|a", id="a circle: the first of the alphabet"),
        pytest.param({"a": "c|gone"}, "VAL:c|a", id="one that is no longer in Sage"),
        pytest.param({"a": "t|a"}, "VAL:c|a", id="a value of another option"),
        pytest.param({}, "VAL:c|a", id="itself"),
    ],
)
def test_which_value_a_spelling_stands_for(said: dict[str, str], expected: str) -> None:
    assert same(**said).shown("VAL:c|a") == expected


@given(st.dictionaries(st.sampled_from("abd"), st.sampled_from(["c|a", "c|b", "c|d"]), max_size=3))
def test_what_a_value_stands_for_stands_for_itself(said: dict[str, str]) -> None:
    book = same(**said)
    for key in sorted(KNOWN):
        assert book.shown(book.shown(key)) == book.shown(key)


def test_the_order_of_the_articles_never_matters() -> None:
    articles = [polo("A", "Rouge foncé", "Bleu"), polo("B", "Rouge fonce"), polo("C", "bleu")]
    said = {("value", ALSO_RED): ValueChoice(same_as=RED)}
    found = [catalogue(*(row for rows in order for row in rows), choices=said) for order in permutations(articles)]
    assert all(one == found[0] for one in found)
