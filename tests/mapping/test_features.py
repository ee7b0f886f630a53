"""Free fields and statistics as features: typed, named, in order; a person's value wins."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.rules import accepts
from mapping.catalogue import Catalogue, CatalogueFeature, CatalogueFeatureValue
from mapping.choices import Choices, ChoiceValue, FeatureChoice, GroupChoice, ProductChoice
from mapping.derive import derive
from mapping.features import KEY_LENGTH, clean, feature_of, published_features, published_values, shown
from mapping.rules import load_rules
from mapping.sources import SourceValue
from tests.mapping.builders import TODAY, article, company

TEXT, LIST = FeatureChoice(), FeatureChoice(type="list")
CENTIMETRES, BARE, DAY = (
    FeatureChoice(type="number", unit="cm"),
    FeatureChoice(type="number"),
    FeatureChoice(type="date"),
)


@pytest.mark.parametrize(
    ("value", "choice", "expected"),
    [
        pytest.param(Decimal("12.500000"), CENTIMETRES, "12,5 cm", id="a number with its unit"),
        pytest.param(Decimal("1200"), CENTIMETRES, "1200 cm", id="whole numbers keep their zeros"),
        pytest.param(Decimal("-3.10"), BARE, "-3,1", id="without a unit"),
        pytest.param(Decimal(0), CENTIMETRES, "", id="an amount at 0 was never filled in"),
        pytest.param("12.50", CENTIMETRES, "12,5 cm", id="a number typed as text, decimal point"),
        pytest.param(" 12,50 ", CENTIMETRES, "12,5 cm", id="a number typed as text, decimal comma"),
        pytest.param("1 250,5", CENTIMETRES, "1250,5 cm", id="blanks between thousands"),
        pytest.param("12 x 20", CENTIMETRES, "12 x 20", id="no number: shown as it is"),
        pytest.param(date(2026, 9, 12), DAY, "12/09/2026", id="a day"),
        pytest.param(datetime(2026, 9, 12, 8, 30), DAY, "12/09/2026", id="a moment"),
        pytest.param("2026-09-12", DAY, "12/09/2026", id="a day typed as text"),
        pytest.param("12/9/26", DAY, "12/09/2026", id="a short day"),
        pytest.param("31/02/2026", DAY, "31/02/2026", id="no such day: shown as it is"),
        pytest.param("  Coton   bio ", TEXT, "Coton bio", id="blanks folded"),
        pytest.param("Inox <18/10> {a} = b", TEXT, "Inox 18/10 a b", id="signs that the shop refuses"),
        pytest.param("Taille #3; M", LIST, "Taille #3; M", id="signs that it takes"),
        pytest.param("x" * 300, TEXT, "x" * 255, id="cut at the shop's length"),
        pytest.param(Decimal("1.5"), TEXT, "1,5", id="a number shown as text"),
        pytest.param(date(2026, 1, 2), TEXT, "02/01/2026", id="a date shown as text"),
        pytest.param(True, TEXT, "Oui", id="yes"),
        pytest.param(False, TEXT, "", id="no"),
        pytest.param(None, TEXT, "", id="nothing"),
        pytest.param("", BARE, "", id="empty"),
    ],
)
def test_a_source_value_as_the_shop_shows_it(value: SourceValue, choice: FeatureChoice, expected: str) -> None:
    assert shown(value, choice, "fr") == expected


def test_in_english_numbers_have_a_point() -> None:
    assert (shown(Decimal("12.5"), CENTIMETRES, "en"), shown(True, TEXT, "en")) == ("12.5 cm", "Yes")


def catalogue(fields: dict[str, Any], *choices: tuple[str, str, ChoiceValue], **rules: Any) -> Catalogue:
    records = company(article("POLO", free_fields=fields, statistics=("Été", "")), article("MUG"))
    return derive(records, load_rules(rules), today=TODAY, choices=Choices(choices))


def features(found: Catalogue, key: str = "POLO") -> list[tuple[str, str, str]]:
    (product,) = [one for one in found.products if one.key == key]
    return [(one.label, one.value, one.why) for one in product.features]


MATERIAL = ("feature", "free:Matière", FeatureChoice(position=2))


def test_features_are_named_and_in_the_order_that_people_chose() -> None:
    found = catalogue(
        {"Matière": "Coton", "Hauteur (cm)": Decimal("12.5")},
        MATERIAL,
        ("feature", "free:Hauteur (cm)", FeatureChoice(name={"fr": "Hauteur"}, type="number", unit="cm", position=1)),
        ("feature", "stat1", FeatureChoice()),
        ("feature", "stat2", FeatureChoice(published=False)),
    )
    assert features(found) == [
        ("Hauteur", "12,5 cm", "Hauteur (cm) « 12.5 »"),
        ("Matière", "Coton", "Matière « Coton »"),
        ("Statistique 1", "Été", "AR_Stat01 « Été »"),
    ]
    assert found.features == (
        CatalogueFeature("FEAT:free:Hauteur (cm)", "Hauteur", {"fr": "Hauteur"}, 1),
        CatalogueFeature("FEAT:free:Matière", "Matière", {}, 2),
        CatalogueFeature("FEAT:stat1", "Statistique 1", {}, None),
    )
    assert found.feature_values == (
        CatalogueFeatureValue("FVAL:free:Hauteur (cm)|12,5 cm", "FEAT:free:Hauteur (cm)", "12,5 cm"),
        CatalogueFeatureValue("FVAL:free:Matière|Coton", "FEAT:free:Matière", "Coton"),
        CatalogueFeatureValue("FVAL:stat1|Été", "FEAT:stat1", "Été"),
    )


@pytest.mark.parametrize(
    ("by_person", "expected"),
    [
        pytest.param({}, [("Matière", "Coton", "Matière « Coton »")], id="nothing said: Sage's"),
        pytest.param(
            {"FEAT:free:Matière": "Laine"}, [("Matière", "Laine", "choisi par une personne")], id="another value"
        ),
        pytest.param({"FEAT:free:Matière": ""}, [], id="taken away"),
        pytest.param(
            {"FEAT:free:Lot": "12"},
            [("Matière", "Coton", "Matière « Coton »")],
            id="of a feature that is not published",
        ),
    ],
)
def test_a_person_s_value_wins(by_person: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    found = catalogue({"Matière": "Coton"}, MATERIAL, ("product", "POLO", ProductChoice(features=by_person)))
    assert features(found) == expected


def test_a_group_s_product_has_the_values_that_a_person_gave_it() -> None:
    group = GroupChoice(master="POLO", axes=("Taille",), members={"MUG": ("M",), "POLO": ("L",)})
    mine = ProductChoice(features={"FEAT:free:Matière": "Laine"})
    found = catalogue({"Matière": "Coton"}, MATERIAL, ("group", "MUG", group), ("product", "MUG", mine))
    assert features(found, "MUG") == [("Matière", "Laine", "choisi par une personne")]


def test_without_a_choice_nothing_is_said_of_features() -> None:
    (product, *_) = catalogue({"Matière": "Coton"}).products
    assert (product.features, "features" in product.explanations) == ((), False)


def test_values_of_a_feature_that_is_no_longer_published_are_not_made() -> None:
    shared = ["FEAT:free:Matière", "FVAL:free:Matière|Coton"]
    nothing = Choices([("feature", "free:Matière", FeatureChoice(published=False))])
    rules = load_rules({})
    assert (published_features(shared, nothing, rules), published_values(shared, nothing, rules)) == ((), ())


LABELS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=35)


@given(label=LABELS, value=st.text(max_size=400))
def test_the_keys_are_enough_to_make_the_value_again(label: str, value: str) -> None:
    choices = [("feature", f"free:{label}", FeatureChoice())]
    found = catalogue({label: value}, *choices)
    (product,) = [one for one in found.products if one.key == "POLO"]
    for feature in product.features:
        assert accepts("isGenericName", feature.value)
        assert 0 < len(feature.value) <= 255
        assert len(feature.value_key) <= KEY_LENGTH
        assert "\n" not in feature.value_key
        assert feature_of(feature.value_key) == feature.feature_key
    assert [(one.feature_key, one.key, one.name) for one in found.feature_values] == [
        (one.feature_key, one.value_key, one.value) for one in product.features
    ]
    assert bool(product.features) == bool(clean(value, 255))
