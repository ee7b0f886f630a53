"""A stored value is told in the reader's words, never as the shop's webservice writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from sync_portal.pages.differences import change_rows
from sync_portal.pages.values import value_text
from tests.pages import factories
from tests.pages.conftest import World

PERCENTAGE = {"reduction_type": "percentage"}
NAMES = {("groups", "2"): "Revendeurs", ("categories", "CAT:3"): "Maison > Thé"}


def ref(kind: str, key: str) -> dict[str, list[str]]:
    return {"ref": [kind, key]}


@pytest.mark.parametrize(
    ("name", "value", "beside", "fr", "en"),
    [
        ("reduction", "0.150000", PERCENTAGE, "15 %", "15%"),
        ("reduction", "0.055000", PERCENTAGE, "5,5 %", "5.5%"),
        (
            "reduction",
            "15.000000",
            {"reduction_type": "amount", "reduction_tax": "1"},
            "15,00 € TTC",
            "€15.00 incl. tax",
        ),
        (
            "reduction",
            "15.000000",
            {"reduction_type": "amount", "reduction_tax": "0"},
            "15,00 € HT",
            "€15.00 excl. tax",
        ),
        ("reduction", "15.000000", {}, "15,00 €", "€15.00"),
        ("reduction", "0.000000", {}, "aucune remise", "no reduction"),
        ("reduction", "?", PERCENTAGE, "?", "?"),
        ("reduction_type", "percentage", {}, "un pourcentage", "a percentage"),
        ("price", "1234.500000", {}, "1 234,50 €", "€1,234.50"),
        ("price", "-1.000000", {}, "celui de l’article", "the product's own"),
        ("price_impact", "-8.000000", {}, "-8,00 €", "-€8.00"),
        ("total_paid", "123.40", {}, "123,40 €", "€123.40"),
        ("deposit", "20.00", {}, "20,00 €", "€20.00"),
        ("weight", "0.350000", {}, "0,35 kg", "0.35 kg"),
        ("quantity", "1200", {}, "1 200", "1,200"),
        ("begins", "2026-12-11 00:00:00", {}, "11/12/2026", "11 Dec 2026"),
        ("ends", "2026-12-11 14:05:00", {}, "11/12/2026 14:05", "11 Dec 2026, 14:05"),
        ("ends", "0000-00-00 00:00:00", {}, "sans fin", "without end"),
        ("ends", "soon", {}, "soon", "soon"),
        ("active", "0", {}, "non", "no"),
        ("is_color_group", "1", {}, "oui", "yes"),
        ("reduction_tax", "1", {}, "oui", "yes"),
        ("visibility", "none", {}, "nulle part", "nowhere"),
        ("product_type", "combinations", {}, "avec déclinaisons", "with combinations"),
        ("type", "pack", {}, "un pack", "a pack"),
        ("state", "1", {}, "terminé", "finished"),
        ("tax", ref("taxes", "5.5"), {}, "5,5 %", "5.5%"),
        ("tax", ref("taxes", "#7"), {}, "n° 7 dans la boutique", "No. 7 in the shop"),
        ("language", ref("languages", "fr"), {}, "français", "French"),
        ("language", ref("languages", "#3"), {}, "n° 3 dans la boutique", "No. 3 in the shop"),
        ("language", ref("languages", "xx"), {}, "xx", "xx"),
        (
            "groups",
            [ref("groups", "@customer"), ref("groups", "2")],
            {},
            "Acheteurs, Revendeurs",
            "Customers, Revendeurs",
        ),
        ("category", ref("categories", "CAT:3"), {}, "Maison > Thé", "Maison > Thé"),
        ("description", {"fr": "<p>Thé &amp; café</p>"}, {}, "Thé & café", "Thé & café"),
        ("name", {"fr": "Thé", "en": "Tea"}, {}, "fr : Thé · en : Tea", "fr: Thé · en: Tea"),
        ("reference", "007", {}, "007", "007"),
        ("reference", None, {}, "", ""),
    ],
)
def test_a_value_is_told_in_words(name: str, value: Any, beside: Mapping[str, Any], fr: str, en: str) -> None:
    told = {}
    for language in ("fr", "en"):
        with translation.override(language):
            told[language] = value_text(name, value, NAMES, beside).replace("\xa0", " ").replace("\u202f", " ")

    assert told == {"fr": fr, "en": en}


def told_differences(world: World, kind: str, *pairs: tuple[str, Any, Any]) -> dict[str, tuple[str, str, str]]:
    differences = [{"field": name, "before": before, "after": after, "why": ""} for name, before, after in pairs]
    change = factories.ChangeFactory(run=world.run, kind=kind, action="update", differences=differences)
    with translation.override("fr"):
        (row,) = change_rows(world.client, [change])
    return {
        one.name: tuple(text.replace("\xa0", " ").replace("\u202f", " ") for text in (one.before, one.after, one.size))
        for one in [*row.differences, *row.technical]
    }  # type: ignore[misc]


def test_a_reduction_is_told_as_what_it_was_and_as_what_it_becomes(world: World) -> None:
    told = told_differences(
        world, "specific_prices", ("reduction", "0.150000", "15.000000"), ("reduction_type", "percentage", "amount")
    )

    assert told["reduction"] == ("15 %", "15,00 €", "")


def test_a_reduction_in_euros_has_a_size(world: World) -> None:
    assert told_differences(world, "specific_prices", ("reduction", "10.000000", "15.000000")) == {
        "reduction": ("10,00 €", "15,00 €", "+50 %")
    }


def test_tags_are_shown_where_they_are_all_that_changes(world: World) -> None:
    told = told_differences(world, "products", ("description", {"fr": "<p>Thé</p>"}, {"fr": "<h2>Thé</h2>"}))

    assert told["description"] == ("<p>Thé</p>", "<h2>Thé</h2>", "")


def test_a_document_is_no_photo(world: World) -> None:
    assert told_differences(world, "attachments", ("content", "a4eb", "77aa"))["content"] == (
        *("document", "document remplacé"),
        "",
    )


def test_a_cover_is_told_by_the_name_of_its_file(world: World) -> None:
    factories.ProductImageFactory(product=world.product, key="TH|photos/face.jpg", source_path="Photos\\Face.jpg")

    told = told_differences(world, "covers", ("cover", None, ref("images", "TH|photos/face.jpg")))

    assert told["cover"] == ("", "Face.jpg", "")


def test_a_country_has_the_name_that_sage_gives_it(world: World) -> None:
    factories.SourceRecordFactory(
        client=world.client, stream="countries", key="1", data={"iso_code": "BE", "label": "Belgique"}
    )

    assert told_differences(world, "addresses", ("country", None, ref("countries", "BE")))["country"][1] == "Belgique"


def test_a_question_about_a_reduction_says_percent(world: World, signed_in: Callable[..., Browser]) -> None:
    place = {"shop": world.shop, "kind": "specific_prices", "key": "TH||2||1", "label": "TH", "question": "changed"}
    facts = {"sent": "0.000000", "shop": "0.150000", "sage": "0.000000"}
    factories.DecisionFactory(**place, field="reduction", facts=facts)
    kinds = {"sent": "amount", "shop": "percentage", "sage": "amount"}
    factories.DecisionFactory(**place, field="reduction_type", facts=kinds)

    page = signed_in(world.client).get(reverse("pages:decisions", args=[world.client.slug])).content.decode()

    assert "15 %" in page.replace("\xa0", " ").replace("\u202f", " ")
    assert "0,15" not in page
