"""Separate articles sold as one product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.sage.records import ArticleGamme, Combination, Media, Record
from mapping.catalogue import Catalogue, CatalogueCombination, CatalogueProduct
from mapping.choices import Choices, GroupChoice, TextChoice
from mapping.derive import derive
from mapping.rules import load_rules
from tests.mapping.builders import TODAY, article, causes, company, d, stock, tariff, tier

GROUP = {"master": "P-M", "axes": ("Taille",), "members": {"P-M": ("M",), "P-L": ("L",), "P-XL": ("XL",)}}


def derived(*records: Record, anchor: str = "P-M", rules: dict[str, Any] | None = None, **group: Any) -> Catalogue:
    choices = Choices([("group", anchor, GroupChoice(**{**GROUP, **group}))])
    return derive(company(*records), load_rules(rules or {}), today=TODAY, choices=choices)


def product(*records: Record, anchor: str = "P-M", **group: Any) -> CatalogueProduct:
    return next(one for one in derived(*records, anchor=anchor, **group).products if one.key == anchor)


def member(reference: str, **fields: Any) -> Record:
    return article(reference, **{"label": f"Polo {reference}"} | fields)


POLOS = (
    member("P-M", barcode="3760000000017", net_weight=d("0.2")),
    member("P-L", sale_price=d("22"), net_weight=d("0.25")),
    member("P-XL", sale_price=d("18")),
)


def by_article(found: CatalogueProduct) -> dict[str, CatalogueCombination]:
    return {one.article: one for one in found.combinations}


def test_a_member_of_a_group_has_no_page_of_its_own() -> None:
    products = {one.key: one for one in derived(*POLOS).products}
    assert products["P-L"].readiness == "out"
    assert (products["P-L"].grouped_in, products["P-L"].redirect_to) == ("P-M", "P-M")
    assert causes(products["P-L"]) == ["catalogue.grouped"]
    assert products["P-M"].members == ("P-L", "P-M", "P-XL")


def test_each_member_is_a_combination_that_tells_how_it_differs_from_the_master() -> None:
    found = product(*POLOS, stock("P-L", "7"), stock("P-M", "2"))
    assert (found.price, found.weight, found.name, found.reference) == (d(20), d("0.2"), "Polo P-M", "P-M")
    shown = [
        (one.key, one.reference, one.values, one.price_impact, one.weight_impact, one.quantity, one.default)
        for one in found.combinations
    ]
    assert shown == [
        ("P-M|0|0", "P-M", (("Taille", "M"),), d(0), d(0), 2, True),
        ("P-M|P-L|0|0", "P-L", (("Taille", "L"),), d(2), d("0.05"), 7, False),
        ("P-M|P-XL|0|0", "P-XL", (("Taille", "XL"),), d(-2), d("-0.2"), 0, False),
    ]
    assert [one.ean13 for one in found.combinations] == ["3760000000017", "", ""]
    assert (found.quantity, found.ean13) == (9, "")


def test_the_words_say_which_member_gives_what() -> None:
    found = product(*POLOS, master="P-L")
    assert found.explanations["name"].startswith("article P-L : AR_Design « Polo P-L »")
    assert found.explanations["price"].startswith("article P-L :")
    assert found.explanations["reference"] == "produit groupé : la page est celle de l'article P-M"
    assert "écart avec l'article P-L, 22,00 HT" in by_article(found)["P-M"].explanations["price_impact"]


def test_values_are_shared_with_gammes_that_are_spelt_alike() -> None:
    gammes = [ArticleGamme(article="TEE", number=9, label="m", axis=0)]
    found = derived(*POLOS, article("TEE", gamme1=2, kind=1), *gammes, Combination(article="TEE", gamme1=9, gamme2=0))
    keys = {one.key: [combination.value_keys for combination in one.combinations] for one in found.products}
    assert keys["TEE"] == [("VAL:taille|m",)]
    assert keys["P-M"][0] == ("VAL:taille|m",)
    assert [one.key for one in found.options] == ["OPT:taille"]
    assert [one.name for one in found.values] == ["M", "L", "XL"]


def test_a_member_with_gammes_brings_its_own_combinations() -> None:
    colours = [
        ArticleGamme(article="P-L", number=one, label=label, axis=0) for one, label in ((1, "Bleu"), (2, "Vert"))
    ]
    pairs = [Combination(article="P-L", gamme1=one, gamme2=0, reference=f"P-L-{one}") for one in (1, 2)]
    found = product(POLOS[0], member("P-L", gamme1=1, kind=1), *colours, *pairs)
    assert [(one.key, one.reference, one.values) for one in found.combinations] == [
        ("P-M|0|0", "P-M", (("Taille", "M"),)),
        ("P-M|P-L|1|0", "P-L-1", (("Taille", "L"), ("Couleur", "Bleu"))),
        ("P-M|P-L|2|0", "P-L-2", (("Taille", "L"), ("Couleur", "Vert"))),
    ]


def test_the_anchors_own_combinations_keep_their_keys_and_its_gamme_says_more_than_the_axis() -> None:
    sizes = [ArticleGamme(article="P-M", number=one, label=label, axis=0) for one, label in ((1, "S"), (2, "M"))]
    pairs = [Combination(article="P-M", gamme1=one, gamme2=0) for one in (1, 2)]
    found = product(member("P-M", gamme1=2, kind=1), POLOS[1], *sizes, *pairs)
    assert [(one.key, one.values) for one in found.combinations] == [
        ("P-M|1|0", (("Taille", "S"),)),
        ("P-M|2|0", (("Taille", "M"),)),
        ("P-M|P-L|0|0", (("Taille", "L"),)),
    ]


def test_another_master_and_other_values_change_no_key() -> None:
    before = product(*POLOS)
    after = product(*POLOS, master="P-XL", members={"P-M": ("S",), "P-L": ("M",), "P-XL": ("L",)})
    assert {one.article: one.key for one in before.combinations} == {one.article: one.key for one in after.combinations}
    assert [one.article for one in after.combinations if one.default] == ["P-XL"]
    assert (after.key, after.price, by_article(after)["P-M"].price_impact) == ("P-M", d(18), d(2))


@pytest.mark.parametrize("fields", [{"asleep": True}, {"published": False}, {"sale_price": d(0)}])
def test_a_member_that_is_not_sold_has_an_inactive_combination(fields: dict[str, Any]) -> None:
    found = product(POLOS[0], member("P-L", **fields))
    assert {one.article: one.active for one in found.combinations} == {"P-M": True, "P-L": False}
    assert found.readiness == "ready"


def test_a_master_that_is_not_sold_still_gives_the_texts_and_another_member_is_shown_first() -> None:
    found = product(member("P-M", asleep=True), *POLOS[1:])
    assert (found.readiness, found.name, found.price, found.sleeping) == ("ready", "Polo P-M", d(20), False)
    assert [one.article for one in found.combinations if one.default] == ["P-L"]


def test_a_master_without_a_price_leaves_the_base_price_to_another_member() -> None:
    found = product(member("P-M", sale_price=d(0)), *POLOS[1:])
    assert (found.readiness, found.name, found.price) == ("ready", "Polo P-M", d(22))
    assert "catalogue.price_zero" in causes(found)


def test_all_members_away_the_product_is_out() -> None:
    found = product(member("P-M", asleep=True), member("P-L", published=False))
    assert (found.readiness, causes(found), found.away) == ("out", ["catalogue.asleep"], "hide")


def test_members_that_are_all_held_hold_the_product() -> None:
    found = product(member("P-M", sale_price=d(0)), member("P-L", sale_price=d(0)))
    assert (found.readiness, causes(found)[0]) == ("held", "catalogue.price_zero")


def test_the_first_living_member_stands_in_for_a_master_that_sage_has_no_more() -> None:
    found = product(POLOS[1], POLOS[2])
    assert (found.key, found.name, found.price) == ("P-M", "Polo P-L", d(22))
    assert causes(found) == ["catalogue.group_master_gone"]
    assert [one.key for one in found.combinations] == ["P-M|P-L|0|0", "P-M|P-XL|0|0"]


def test_of_two_members_with_the_same_values_one_is_sold() -> None:
    found = product(*POLOS, members={"P-M": ("M",), "P-L": ("m ",), "P-XL": ("XL",)})
    assert [one.article for one in found.combinations] == ["P-M", "P-XL"]
    (problem,) = found.problems
    assert (problem.cause, problem.facts["reference"], problem.facts["other"]) == (
        "catalogue.group_cell_doubled",
        "P-L",
        "P-M",
    )


def test_a_member_without_a_value_is_not_sold() -> None:
    found = product(*POLOS, members={"P-M": ("M",), "P-L": ("",)})
    assert [one.article for one in found.combinations] == ["P-M"]
    assert causes(found) == ["catalogue.group_value_missing"]


def test_prices_with_the_same_differences_for_all_are_on_the_product() -> None:
    tariffs = [tariff("P-M", 2, price=d(15)), tariff("P-L", 2, price=d(17))]
    found = product(*POLOS[:2], *tariffs)
    assert [(one.key, one.price) for one in found.specific_prices] == [("P-M||2||1", d(15))]


def test_prices_with_other_differences_are_on_each_combination() -> None:
    tariffs = [tariff("P-L", 2, price=d(15)), tariff("P-XL", 2, price=d(16), tiers=1)]
    tiers = [tier("P-XL", "a02", "9", "0"), tier("P-XL", "a02", "99999", "10")]
    found = product(*POLOS, *tariffs, *tiers)
    assert {(one.combination_key, one.from_quantity, one.price) for one in found.specific_prices} == {
        ("P-M|P-L|0|0", 1, d(15)),
        ("P-M|P-XL|0|0", 1, d(16)),
        ("P-M|P-XL|0|0", 10, Decimal("14.4")),
    }
    assert {one.product_key for one in found.specific_prices} == {"P-M"}


def test_photos_of_all_members_are_shown_the_masters_first_and_each_with_its_combinations() -> None:
    media = [Media(article="P-L", path="commune.jpg"), Media(article="P-M", path="commune.jpg")]
    found = product(member("P-M", photo="m.jpg"), member("P-L", photo="l.jpg"), *media, master="P-L")
    shown = {one.source_path: one.combination_keys for one in found.images}
    assert shown == {
        "l.jpg": ("P-M|P-L|0|0",),
        "commune.jpg": ("P-M|P-L|0|0", "P-M|0|0"),
        "m.jpg": ("P-M|0|0",),
    }
    assert [one.source_path for one in found.images] == ["l.jpg", "commune.jpg", "m.jpg"]


def test_values_stand_in_their_natural_order() -> None:
    found = product(*POLOS, members={"P-M": ("10",), "P-L": ("9",), "P-XL": ("8",)})
    assert [one.values[0][1] for one in found.combinations] == ["8", "9", "10"]


def test_a_group_that_has_a_name_is_called_so_and_says_it() -> None:
    found = product(*POLOS, name="Polo d'accueil")
    assert found.name == "Polo d'accueil"
    assert found.explanations["name"].endswith("nom du groupe « Polo d'accueil »")
    assert found.texts["name"]["fr"].text == "Polo d'accueil"


def test_a_person_s_text_goes_before_the_groups_name() -> None:
    choices = Choices(
        [
            ("group", "P-M", GroupChoice(**{**GROUP, "name": "Polo d'accueil"})),
            ("text", "P-M|name|fr", TextChoice(text="Polo brodé")),
        ]
    )
    products = derive(company(*POLOS), load_rules({}), today=TODAY, choices=choices).products
    assert next(one for one in products if one.key == "P-M").name == "Polo brodé"
