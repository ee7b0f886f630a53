"""The state of an article base, article by article."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.catalogue import CatalogueImage, CatalogueProduct, ProductText
from mapping.quality import TOPICS, Base, findings, same_designs
from mapping.rules import ShopRules
from tests.mapping.builders import article, colours, d, product

GOOD: dict[str, Any] = {"barcode": "4006381333931", "net_weight": d("0.2"), "photo": "polo.jpg"}
DESCRIBED = {"description": {"fr": ProductText("<p>Un polo.</p>", "")}}


def topics(found: CatalogueProduct, base: Base | None = None, **fields: Any) -> list[str]:
    told = findings(found, article(**fields), ShopRules(), Base() if base is None else base)
    return [one.topic for one in told]


def good(**fields: Any) -> CatalogueProduct:
    return replace(product(article(**(GOOD | fields))), texts=DESCRIBED)


def test_a_sound_article_has_nothing_to_be_said_of_it() -> None:
    assert topics(good(), **GOOD) == []


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        pytest.param({"label": " "}, "name_missing", id="no designation"),
        pytest.param({"sale_price": d(0), "purchase_price": d(0)}, "price_zero", id="no price"),
        pytest.param({"barcode": ""}, "ean_missing", id="no barcode"),
        pytest.param({"barcode": "123"}, "ean_invalid", id="a wrong barcode"),
        pytest.param({"net_weight": d(0)}, "weight_missing", id="no weight"),
        pytest.param({"photo": ""}, "photo_missing", id="no photo"),
        pytest.param({"purchase_price": d(21)}, "price_below_cost", id="sold at a loss"),
        pytest.param({"gamme1": 1, "kind": 1}, "combination_missing", id="a gamme without values"),
        pytest.param({"published": False, "photo": ""}, "photo_missing", id="unpublished articles are looked at too"),
    ],
)
def test_what_is_wrong_with_an_article_is_said(fields: dict[str, Any], topic: str) -> None:
    assert topic in topics(good(**fields), **(GOOD | fields))


def test_a_barcode_that_is_wrong_is_not_said_to_be_missing() -> None:
    fields = GOOD | {"barcode": "123"}
    assert topics(good(**fields), **fields) == ["ean_invalid"]


def test_every_topic_is_said_once_and_in_its_order() -> None:
    fields: dict[str, Any] = {"label": "", "barcode": "123", "sale_price": d(0), "purchase_price": d(0)}
    said = topics(product(article(**fields)), **fields)
    assert said == [topic for topic in TOPICS if topic in said]
    assert len(said) == len(set(said))


def test_a_designation_on_several_articles_names_the_others() -> None:
    base = Base(
        designs=same_designs(iter([("POLO", "Polo d'accueil"), ("POLO2", "POLO  d'accueil"), ("MUG", "Tasse")]))
    )
    (found,) = findings(good(), article(**GOOD), ShopRules(), base)
    assert (found.topic, found.facts) == ("design_doubled", {"others": "POLO2", "count": "1"})


def test_a_group_may_share_its_designation() -> None:
    base = Base(designs={"polo d'accueil": ("POLO", "POLO2")})
    assert topics(replace(good(), members=("POLO", "POLO2")), base, **GOOD) == []
    assert topics(replace(good(), grouped_in="POLO2"), base, **GOOD) == []


def test_a_photo_whose_file_is_away_is_no_missing_photo() -> None:
    found = replace(good(), images=(CatalogueImage("POLO", "POLO|polo.jpg", "polo.jpg", "", 1),))
    assert topics(found, Base(missing_files=frozenset({"polo.jpg"})), **GOOD) == ["photo_file_missing"]


def test_a_text_that_was_cut_is_said_with_its_place() -> None:
    cut = {**DESCRIBED, "description_short": {"fr": ProductText("Un", "design ; coupé à 2 caractères")}}
    (found,) = findings(replace(good(), texts=cut), article(**GOOD), ShopRules(), Base())
    assert (found.topic, found.facts) == ("text_cut", {"field": "description_short", "language": "fr"})


def test_a_combination_without_barcode_makes_its_product_lack_one() -> None:
    found = product(article(kind=1, gamme1=1, **GOOD), *colours("POLO", "Bleu"))
    assert "ean_missing" in topics(found, kind=1, gamme1=1, **GOOD)


def test_every_topic_has_its_words() -> None:
    for name, topic in TOPICS.items():
        assert all((topic.french, topic.english, topic.french_remedy, topic.english_remedy)), name


@given(
    st.lists(st.tuples(st.text(max_size=4), st.sampled_from(["a", "A ", "b", "", " "])), unique_by=lambda one: one[0])
)
def test_shared_designations_do_not_depend_on_the_order(articles: list[tuple[str, str]]) -> None:
    assert same_designs(iter(articles)) == same_designs(iter(articles[::-1]))
