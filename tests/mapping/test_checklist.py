"""What a client asks of a product before it is sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.sage.records import Record
from mapping.catalogue import CatalogueImage, CatalogueProduct, ProductText
from mapping.checklist import checked, without_own_photo
from mapping.rules import load_rules
from tests.mapping.builders import article, causes, colours, d, product

PHOTO = {"photo": "polo.jpg"}


def asked(*records: Record, required: Sequence[str] = (), **checks: Any) -> CatalogueProduct:
    return product(*records, checks={"required": list(required), **checks})


@pytest.mark.parametrize(
    ("cause", "without", "with_it"),
    [
        pytest.param("catalogue.check_photo", {}, PHOTO, id="photo"),
        pytest.param("catalogue.check_weight", {}, {"net_weight": d("0.2")}, id="weight"),
        pytest.param("catalogue.check_category", {"family_code": "SANS"}, {}, id="category"),
        pytest.param("catalogue.check_ean", {}, {"barcode": "4006381333931"}, id="barcode"),
        pytest.param("catalogue.check_ean", {"barcode": "123"}, {"barcode": "4006381333931"}, id="valid barcode"),
    ],
)
def test_a_product_without_it_is_held_and_with_it_is_not(
    cause: str, without: dict[str, Any], with_it: dict[str, Any]
) -> None:
    name = cause.removeprefix("catalogue.check_")
    held = asked(article(**without), required=[name])
    assert (held.readiness, held.active) == ("held", False)
    assert cause in causes(held)
    ready = asked(article(**with_it), required=[name])
    assert cause not in causes(ready)
    assert ready.readiness == "ready"


def test_nothing_is_asked_unless_the_client_says_so() -> None:
    assert asked(article()).readiness == "ready"


def test_what_held_it_before_stays_in_front() -> None:
    held = asked(article(sale_price=d(0), purchase_price=d(0)), required=["photo"])
    assert causes(held)[:2] == ["catalogue.price_zero", "catalogue.check_photo"]


def test_what_is_out_stays_out() -> None:
    out = asked(article(published=False), required=["photo"])
    assert (out.readiness, causes(out)) == ("out", ["catalogue.unpublished"])


def test_a_combination_without_a_barcode_counts() -> None:
    found = asked(article(kind=1, gamme1=1, barcode="4006381333931"), *colours("POLO", "Bleu"), required=["ean"])
    assert "catalogue.check_ean" in causes(found)


def described(text: str) -> CatalogueProduct:
    texts = {"description": {"fr": ProductText(text, "")}} if text else {}
    return replace(product(article()), texts=texts)


@pytest.mark.parametrize(
    ("text", "checks", "cause"),
    [
        pytest.param("", {"required": ["description"]}, ["catalogue.check_description"], id="none"),
        pytest.param("<p> </p>", {"required": ["description"]}, ["catalogue.check_description"], id="only tags"),
        pytest.param(
            "<p>Court</p>", {"min_description": 6}, ["catalogue.check_short"], id="too short, tags not counted"
        ),
        pytest.param("<p>Assez</p>", {"min_description": 5}, [], id="just long enough"),
        pytest.param(
            "", {"required": ["description"], "min_description": 5}, ["catalogue.check_description"], id="said once"
        ),
    ],
)
def test_a_description_is_asked_for_by_its_words(text: str, checks: dict[str, Any], cause: list[str]) -> None:
    assert causes(checked(described(text), load_rules({"checks": checks}))) == cause


@pytest.mark.parametrize(
    ("shown", "lacks"),
    [
        pytest.param([], True, id="no photo at all"),
        pytest.param([()], False, id="one photo for all"),
        pytest.param([("POLO|1|0",)], True, id="one combination only"),
        pytest.param([("POLO|1|0",), ("POLO|2|0",)], False, id="one each"),
    ],
)
def test_each_combination_with_a_photo(shown: list[tuple[str, ...]], lacks: bool) -> None:
    found = product(article(kind=1, gamme1=1), *colours("POLO", "Bleu", "Rouge"))
    images = tuple(
        CatalogueImage("POLO", f"POLO|{place}", f"{place}.jpg", "", place, combination_keys=keys)
        for place, keys in enumerate(shown, start=1)
    )
    assert without_own_photo(replace(found, images=images)) is lacks
    rules = load_rules({"checks": {"required": ["combination_photos"]}})
    assert ("catalogue.check_combination_photos" in causes(checked(replace(found, images=images), rules))) is lacks


def test_a_brand_is_asked_for() -> None:
    rules = load_rules({"checks": {"required": ["manufacturer"]}})
    assert causes(checked(product(article()), rules)) == ["catalogue.check_manufacturer"]
    assert causes(checked(replace(product(article()), manufacturer="Armor"), rules)) == []
