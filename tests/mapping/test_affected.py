from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.sage.records import (
    ArticleAccounting,
    ArticleSupplier,
    ArticleText,
    CatalogueNode,
    Contact,
    Country,
    Family,
    FamilyAccounting,
    GlossaryText,
    KitComponent,
    Media,
    Record,
    Supplier,
    Tax,
)
from mapping.affected import (
    ARTICLE_STREAMS,
    COMMON_STREAMS,
    CUSTOMER_STREAMS,
    LINKED_STREAMS,
    Place,
    Touched,
    dated,
    place,
)
from mapping.derive import STREAMS
from tests.mapping.builders import (
    TODAY,
    article,
    colours,
    customer,
    d,
    data,
    gamme_stock,
    stock,
    tariff,
    tier,
    variant_price,
)

EAN, UPC = "4006381333931", "036000291452"


def test_every_stream_that_is_derived_is_loaded_one_way() -> None:
    loaded = (*ARTICLE_STREAMS, *CUSTOMER_STREAMS, *COMMON_STREAMS, *LINKED_STREAMS)
    assert sorted(loaded) == sorted(STREAMS)


LOT = KitComponent(kit="LOT", component="MUG", gamme1=0, gamme2=0, kit_gamme1=0, kit_gamme2=0, position=1)
CARE = GlossaryText(number=7, label="Entretien", text="Lavage à 30 °C")
VALUE, ROW = colours("POLO", "Bleu")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            article("Pôlo", barcode="", family_code="T"),
            Place("Pôlo", None, "polo", "T"),
            id="an article by its family",
        ),
        pytest.param(
            article("POLO", barcode=f"0{UPC}"), Place("POLO", f"0{UPC}", "polo", "TEXTILE"), id="and by its barcode"
        ),
        pytest.param(
            article("POLO", barcode="rien"), Place("POLO", None, "polo", "TEXTILE"), id="a barcode that is none"
        ),
        pytest.param(replace(ROW, barcode=UPC), Place("POLO", f"0{UPC}"), id="a UPC is the EAN with a 0"),  # type: ignore[type-var]
        pytest.param(
            LOT,
            Place("LOT", "MUG"),
            id="a kit by its component",
        ),
        pytest.param(tariff("POLO", 2), Place("POLO"), id="the tariff of a category"),
        pytest.param(tariff("POLO", "DUPONT"), Place("POLO", "DUPONT"), id="the tariff of a customer"),
        pytest.param(variant_price("POLO", "a02", 1, "9"), Place("POLO"), id="a variant's price for a category"),
        pytest.param(variant_price("POLO", "DUPONT", 1, "9"), Place("POLO", "DUPONT"), id="and for a customer"),
        pytest.param(customer("DUPONT", email="x; A@B.fr"), Place("DUPONT", "a@b.fr"), id="a customer by e-mail"),
        pytest.param(Contact(customer="DUPONT", number=1), Place("DUPONT"), id="a contact"),
        pytest.param(Tax(code="C20"), Place(), id="a tax is nobody's"),
    ],
)
def test_where_a_row_belongs(row: Record, expected: Place) -> None:
    assert place(row) == expected


MUG = article("MUG", barcode=EAN)
CODE = place(MUG).link
TEXTILE = Family(code="TEXTILE", label="Textile")


@pytest.mark.parametrize(
    ("stream", "old", "new", "expected"),
    [
        (
            "articles",
            MUG,
            replace(MUG, label="Tasse"),
            {"in_kits": {"MUG"}, "twins": {"mug"}, "eans": {CODE}, "barcodes_of": {"MUG"}},
        ),
        (
            "articles",
            MUG,
            replace(MUG, barcode=UPC),
            {"in_kits": {"MUG"}, "twins": {"mug"}, "eans": {CODE, f"0{UPC}"}},
        ),
        (
            "articles",
            MUG,
            replace(MUG, asleep=True),
            {"in_kits": {"MUG"}, "twins": {"mug"}, "eans": {CODE}, "barcodes_of": {"MUG"}},
        ),
        (
            "articles",
            None,
            article("POLO", gamme1=1),
            {"in_kits": {"POLO"}, "twins": {"polo"}, "barcodes_of": {"POLO"}, "vocabulary": True},
        ),
        ("article_gammes", VALUE, None, {"articles": {"POLO"}, "vocabulary": True}),
        ("combinations", ROW, replace(ROW, barcode=EAN), {"articles": {"POLO"}, "eans": {CODE}}),  # type: ignore[type-var]
        ("stock", None, stock("MUG", "1"), {"in_kits": {"MUG"}}),
        ("gamme_stock", gamme_stock("POLO", 1, "1"), None, {"in_kits": {"POLO"}}),
        ("kit_components", None, LOT, {"in_kits": {"LOT"}}),
        ("media", None, Media(article="MUG", path="a.jpg"), {"articles": {"MUG"}}),
        ("article_tariffs", None, tariff("MUG", "DUPONT"), {"in_kits": {"MUG"}}),
        ("quantity_tiers", None, tier("MUG", "a01", "9"), {"articles": {"MUG"}}),
        ("gamme_prices", None, variant_price("POLO", "a01", 1, "2"), {"in_kits": {"POLO"}}),
        ("families", TEXTILE, replace(TEXTILE, label="Habits"), {"branches": {"TEXTILE"}}),
        ("families", TEXTILE, replace(TEXTILE, coefficient=d(2)), {}),
        ("families", TEXTILE, replace(TEXTILE, parent_code="MODE"), {"everything": True}),
        ("families", TEXTILE, None, {"everything": True}),
        (
            "family_accounting",
            None,
            FamilyAccounting(family="TEXTILE", domain=0, category=1, invoice_kind=0),
            {"families": {"TEXTILE"}},
        ),
        ("customers", customer(), replace(customer(), city="Brest"), {"accounts": True}),
        (
            "customers",
            customer(),
            replace(customer(), buying_group="CENTRALE"),
            {"accounts": True, "buyers": {"DUPONT", "CENTRALE"}, "emails": {"dupont@example.com"}},
        ),
        ("contacts", None, Contact(customer="DUPONT", number=1), {"accounts": True}),
        ("countries", None, Country(label="France"), {"accounts": True}),
        ("taxes", None, Tax(code="C20"), {"everything": True}),
        ("catalogue_nodes", None, CatalogueNode(number=1), {"everything": True}),
        ("glossary_texts", CARE, replace(CARE, text="Lavage à 60 °C"), {"texts": {"7"}}),
        ("article_texts", None, ArticleText(article="POLO", text=7), {"articles": {"POLO"}}),
        ("article_suppliers", ArticleSupplier(article="POLO", supplier="F1"), None, {"articles": {"POLO"}}),
        ("suppliers", None, Supplier(number="F1", name="Tricots"), {"everything": True}),
        ("sales_lines", None, MUG, {}),
    ],
)
def test_what_a_changed_row_touches(
    stream: str, old: Record | None, new: Record | None, expected: dict[str, Any]
) -> None:
    touched = Touched()
    touched.add(stream, old, new)
    assert touched == Touched(**expected)
    assert touched.nothing == (not expected)


@pytest.mark.parametrize(
    ("after", "until", "due"),
    [
        pytest.param(date(2026, 11, 29), date(2026, 11, 30), set(), id="the day before its period"),
        pytest.param(date(2026, 11, 30), date(2026, 12, 1), {"POLO"}, id="its first day"),
        pytest.param(date(2026, 12, 1), date(2026, 12, 24), set(), id="up to its last day"),
        pytest.param(date(2026, 12, 24), date(2026, 12, 25), {"POLO"}, id="the day after its last one"),
    ],
)
def test_a_glossary_text_is_due_when_its_period_begins_and_is_over(after: date, until: date, due: set[str]) -> None:
    sales = replace(CARE, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 24))
    found = data(article("POLO"), article("MUG"), sales, ArticleText(article="POLO", text=7))
    assert dated(found, after=after, until=until) == due


def test_prices_and_taxes_that_begin_in_between_are_due() -> None:
    tomorrow = date(2026, 11, 25)
    accounting: dict[str, Any] = {"domain": 0, "category": 1, "invoice_kind": 0, "tax_change_dates": (tomorrow,)}
    found = data(
        article("A", next_price_date=tomorrow),
        article("B", next_price_date=TODAY),
        article("C", family_code="CAVE"),
        FamilyAccounting(family="CAVE", **accounting),
        article("D"),
        tariff("D", 2, next_price_date=tomorrow),
        article("E"),
        ArticleAccounting(article="E", **accounting),
        article("F"),
    )
    assert dated(found, after=TODAY, until=tomorrow) == {"A", "C", "D", "E"}
