from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.rules import accepts
from mapping.catalogue import CatalogueTag
from mapping.tags import LENGTH, clean_tags, published


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("polo, coton piqué", "polo, coton piqué", id="between commas"),
        pytest.param(" polo ;; Coton\n,polo,POLO", "polo, Coton", id="each once, whatever its case"),
        pytest.param("T-shirt #1 <été> 100 %", "T-shirt 1 été 100", id="signs that the shop's form refuses"),
        pytest.param(", ;", "", id="none"),
        pytest.param("vêtement de travail haute visibilité", "vêtement de travail haute", id="cut on a word"),
    ],
)
def test_tags_are_parted_and_cleaned(text: str, tags: str) -> None:
    assert clean_tags(text).text == tags


def test_a_cut_tag_says_so() -> None:
    assert clean_tags("a" * 40 + ", polo").changes == ("coupé à 32 caractères",)


@given(st.text(max_size=120))
def test_every_tag_is_one_that_the_shop_takes(text: str) -> None:
    cleaned = clean_tags(text).text
    assert clean_tags(cleaned).text == cleaned
    for tag in cleaned.split(", ") if cleaned else ():
        assert 0 < len(tag) <= LENGTH
        assert accepts("isGenericName", tag)


def test_tags_are_named_again_by_their_keys_alone() -> None:
    assert published(["TAG:fr|polo", "MAN:Armor", "TAG:en|polo"]) == (
        CatalogueTag("TAG:en|polo", "en", "polo"),
        CatalogueTag("TAG:fr|polo", "fr", "polo"),
    )
