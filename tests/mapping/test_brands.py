from __future__ import annotations

from typing import Any

import pytest

from connectors.sage.records import ArticleSupplier, Record, Supplier
from mapping.brands import MANUFACTURER, SUPPLIER, published
from mapping.catalogue import CatalogueBrand, CatalogueProduct
from mapping.choices import BrandChoice, Choices, ProductChoice
from mapping.choices.base import ChoiceValue
from mapping.derive import derive
from mapping.rules import load_rules
from tests.mapping.builders import TODAY, article, company

BRANDS = {"manufacturer": "stat1", "suppliers": True}


def made(*records: Record, choices: Choices | None = None, brands: Any = BRANDS) -> tuple[CatalogueProduct, ...]:
    return derive(company(*records), load_rules({"brands": brands}), today=TODAY, choices=choices).products


def branded(reference: str, brand: str) -> Record:
    return article(reference, statistics=(brand, "", "", "", ""))


def chosen(kind: str, key: str, value: ChoiceValue) -> Choices:
    return Choices([(kind, key, value)])


@pytest.mark.parametrize(
    ("brand", "choices", "name", "why"),
    [
        pytest.param("Armor Lux", None, "Armor Lux", "AR_Stat01 « Armor Lux »", id="as Sage has it"),
        pytest.param(" Armor   Lux ", None, "Armor Lux", "AR_Stat01 « Armor Lux »", id="blanks are folded"),
        pytest.param("A;B <C>", None, "A,B C", "AR_Stat01 « A;B <C> »", id="signs that the shop refuses"),
        pytest.param("a" * 70, None, "a" * 64, f"AR_Stat01 « {'a' * 70} »", id="at most 64 characters"),
        pytest.param("", None, "", "", id="none"),
        pytest.param(
            "ARMOR",
            chosen("brand", "armor", BrandChoice(name="Armor Lux")),
            "Armor Lux",
            "AR_Stat01 « ARMOR », appelé « Armor Lux »",
            id="renamed, and so merged with another",
        ),
        pytest.param(
            "Divers",
            chosen("brand", "divers", BrandChoice(ignored=True)),
            "",
            "AR_Stat01 « Divers » : à ignorer",
            id="ignored",
        ),
        pytest.param(
            "Armor",
            chosen("product", "POLO", ProductChoice(manufacturer="Saint James")),
            "Saint James",
            "choisi par une personne",
            id="a person's word for one product",
        ),
        pytest.param(
            "Armor",
            chosen("product", "POLO", ProductChoice(manufacturer="")),
            "",
            "choisi par une personne",
            id="a person says that there is none",
        ),
    ],
)
def test_the_maker(brand: str, choices: Choices | None, name: str, why: str) -> None:
    (found,) = made(branded("POLO", brand), choices=choices)
    assert (found.manufacturer, found.explanations.get("manufacturer", "")) == (name, why)


def test_no_maker_and_no_supplier_unless_the_rules_say_so() -> None:
    (found,) = made(branded("POLO", "Armor"), supplied("POLO", "F1", main=True), brands={})
    assert (found.manufacturer, found.supplier) == ("", "")


def supplied(reference: str, supplier: str, *, main: bool = False, code: str = "") -> ArticleSupplier:
    return ArticleSupplier(article=reference, supplier=supplier, main=main, reference=code)


def test_the_supplier_is_the_main_one_by_its_name() -> None:
    (found,) = made(
        article("POLO"),
        supplied("POLO", "F1"),
        supplied("POLO", "F2", main=True, code="X-9"),
        Supplier(number="F2", name="Tricots de l'Ouest"),
    )
    assert (found.supplier, found.supplier_reference) == ("Tricots de l'Ouest", "X-9")
    assert found.explanations["supplier"] == "F_ARTFOURNISS, fournisseur principal F2 « Tricots de l'Ouest »"


def test_a_supplier_that_is_not_marked_as_main_is_better_than_none() -> None:
    (found,) = made(article("POLO"), supplied("POLO", "F2"), supplied("POLO", "F1"))
    assert (found.supplier, found.explanations["supplier"]) == ("F1", "F_ARTFOURNISS, fournisseur premier F1 « F1 »")


@pytest.mark.parametrize(
    ("spellings", "shown"),
    [
        pytest.param(["ARMOR LUX", "Armor Lux", "armor lux"], "Armor Lux", id="mixed case first"),
        pytest.param(["ARMOR LUX", "armor lux"], "ARMOR LUX", id="else the first by name"),
    ],
)
def test_spellings_that_differ_by_case_are_one_maker(spellings: list[str], shown: str) -> None:
    keys = [f"MAN:{name}" for name in spellings]
    for order in (keys, keys[::-1]):
        assert published([*order, "SUP:Autre"], MANUFACTURER) == (CatalogueBrand("MAN:armor lux", shown),)
    assert published([*keys, "SUP:Autre"], SUPPLIER) == (CatalogueBrand("SUP:autre", "Autre"),)
