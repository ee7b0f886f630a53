from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sage.records import Article, CatalogueNode, Family, Media, Record, TariffCategory
from connectors.sage.streams import STREAMS as SAGE_STREAMS
from mapping.causes import CAUSES
from mapping.derive import STREAMS, derive
from mapping.rules import load_rules
from tests.mapping.builders import (
    TODAY,
    article,
    causes,
    colours,
    company,
    customer,
    d,
    derived,
    product,
    stock,
    tariff,
    tier,
    variant_price,
)

EAN = "3017620422003"


@pytest.mark.parametrize(
    ("fields", "readiness", "cause"),
    [
        pytest.param({}, "ready", [], id="all is well"),
        pytest.param({"published": False}, "out", ["catalogue.unpublished"], id="unpublished"),
        pytest.param({"asleep": True}, "out", ["catalogue.asleep"], id="asleep"),
        pytest.param({"kind": 2}, "out", ["catalogue.not_sellable"], id="single resource"),
        pytest.param({"kind": 3}, "out", ["catalogue.not_sellable"], id="multiple resource"),
        pytest.param({"sale_price": d("0")}, "held", ["catalogue.price_zero"], id="no price"),
        pytest.param({"label": "  "}, "held", ["catalogue.no_name"], id="no name"),
        pytest.param({"family_code": "?"}, "held", ["catalogue.no_tax", "catalogue.no_family"], id="no family"),
        pytest.param(
            {"gamme1": 1, "kind": 0}, "held", ["catalogue.no_combination", "catalogue.kind_disagrees"], id="kind"
        ),
        pytest.param({"barcode": "12"}, "ready", ["catalogue.ean_invalid"], id="a barcode that is no EAN"),
    ],
)
def test_readiness_and_its_reasons(fields: dict[str, Any], readiness: str, cause: list[str]) -> None:
    found = product(article(**fields))
    assert (found.readiness, causes(found), found.active) == (readiness, cause, readiness == "ready")


def test_a_reference_that_the_shop_refuses_is_held_and_not_rewritten() -> None:
    found = product(article("A;B"), key="A;B")
    assert (found.readiness, found.reference) == ("held", "A;B")
    assert found.problems[0].facts == {"reference": "A;B", "name": "Polo d'accueil", "characters": ";"}


@pytest.mark.parametrize("twin", ["polo  bleu", "Polo Bleu", "PÔLO BLEU"])
def test_references_that_the_shop_cannot_tell_apart_are_both_held(twin: str) -> None:
    catalogue = derived(article("POLO BLEU"), article(twin))
    assert [(one.readiness, causes(one)) for one in catalogue.products] == [
        ("held", ["catalogue.twin_reference"]),
        ("held", ["catalogue.twin_reference"]),
    ]


def test_a_twin_that_is_not_for_sale_holds_nobody() -> None:
    assert product(article(), article("polo", published=False)).readiness == "ready"


@pytest.mark.parametrize(
    ("rules", "fields"),
    [
        pytest.param({"articles": {"published_only": False}}, {"published": False}, id="everything is published"),
        pytest.param({"articles": {"sleeping": "keep"}}, {"asleep": True}, id="sleepers are kept"),
    ],
)
def test_the_rules_say_what_is_for_this_shop(rules: dict[str, Any], fields: dict[str, Any]) -> None:
    assert product(article(**fields), **rules).readiness == "ready"


def test_the_same_ean_on_two_articles_is_sent_on_none() -> None:
    catalogue = derived(article("A", barcode=EAN), article("B", barcode=EAN), article("C", barcode="96385074"))
    assert [(one.ean13, causes(one)) for one in catalogue.products] == [
        ("", ["catalogue.ean_doubled"]),
        ("", ["catalogue.ean_doubled"]),
        ("96385074", []),
    ]


def test_an_ean_on_an_article_that_is_out_does_not_count() -> None:
    assert product(article(barcode=EAN), article("B", barcode=EAN, published=False)).ean13 == EAN


@pytest.mark.parametrize(
    ("unit", "net", "gross", "rule", "kilograms"),
    [
        pytest.param(3, "250", "0", "net", "0.25", id="grams"),
        pytest.param(2, "1.5", "0", "net", "1.5", id="kilograms"),
        pytest.param(0, "0.002", "0", "net", "2", id="tonnes"),
        pytest.param(1, "0.5", "0", "net", "50", id="quintals"),
        pytest.param(4, "250000", "0", "net", "0.25", id="milligrams"),
        pytest.param(3, "0", "300", "net", "0.3", id="gross when there is no net"),
        pytest.param(3, "250", "300", "gross", "0.3", id="gross by rule"),
        pytest.param(2, "-1", "0", "net", "0", id="nonsense"),
    ],
)
def test_weights_become_kilograms(unit: int, net: str, gross: str, rule: str, kilograms: str) -> None:
    sold = article(weight_unit=unit, net_weight=d(net), gross_weight=d(gross))
    assert product(sold, articles={"weight": rule}).weight == d(kilograms)


def test_families_are_categories_and_only_those_that_lead_to_a_product() -> None:
    catalogue = derived(
        Family(code="HABITS", label="Habillement", kind=1),
        Family(code="PULLS", label="Pulls # laine", parent_code="HABITS"),
        Family(code="PORT", label="Frais de port"),
        article("POLO"),
        article("PULL", family_code="PULLS"),
        article("PORT", family_code="PORT", published=False),
    )
    assert [(node.key, node.path, node.parent_key, node.product_count) for node in catalogue.categories] == [
        ("FAM:HABITS", "Habillement", "", 0),
        ("FAM:TEXTILE", "Textile", "", 1),
        ("FAM:PULLS", "Habillement > Pulls n° laine", "FAM:HABITS", 1),
    ]


def test_the_commercial_catalogue_is_a_tree_of_categories() -> None:
    catalogue = derived(
        CatalogueNode(number=1, label="Maison"),
        CatalogueNode(number=2, label="Cuisine", parent_number=1, level=1),
        CatalogueNode(number=3, label="Vide", parent_number=1, level=1),
        article(catalogue_path=(1, 2, 0, 0)),
        categories_from="catalogue",
    )
    assert [(node.key, node.path) for node in catalogue.categories] == [
        ("CAT:1", "Maison"),
        ("CAT:2", "Maison > Cuisine"),
    ]
    assert catalogue.products[0].category_path == "Maison > Cuisine"


def test_a_loop_among_families_is_cut() -> None:
    catalogue = derived(
        Family(code="A", label="Aa", parent_code="B"),
        Family(code="B", label="Bb", parent_code="A"),
        Family(code="C", label="Cc", parent_code="C"),
        article("UN", family_code="A"),
        article("DEUX", family_code="B"),
        article("TROIS", family_code="C"),
    )
    assert [(node.path, node.parent_key) for node in catalogue.categories] == [
        ("Aa", ""),
        ("Cc", ""),
        ("Aa > Bb", "FAM:A"),
    ]


def test_tariff_categories_are_groups_and_the_public_one_is_marked() -> None:
    catalogue = derived(TariffCategory(rank=4, label=""))
    assert [(one.key, one.name, one.with_tax, one.public) for one in catalogue.groups] == [
        ("1", "Public", False, True),
        ("2", "Revendeurs", False, False),
        ("3", "Comités", True, False),
    ]


def test_photos_come_in_order_and_each_path_once() -> None:
    found = product(
        article(photo="C:\\Photos\\Polo.JPG"),
        Media(article="POLO", path="c:/photos/polo.jpg", comment="la même"),
        Media(article="POLO", path="dos.png", comment="Vue de dos"),
        Media(article="POLO", path="fiche.pdf"),
        Media(article="POLO", path="Col.webp"),
    )
    assert [(one.key, one.legend, one.position) for one in found.images] == [
        ("POLO|c:/photos/polo.jpg", "Polo d'accueil", 1),
        ("POLO|col.webp", "Polo d'accueil", 2),
        ("POLO|dos.png", "Vue de dos", 3),
    ]


@pytest.mark.parametrize(("rule", "count"), [({"enabled": False}, 0), ({"per_product": 1}, 1)])
def test_photos_follow_the_rules(rule: dict[str, Any], count: int) -> None:
    records = [article(photo="a.jpg"), Media(article="POLO", path="b.jpg")]
    assert len(product(*records, images=rule).images) == count


def test_every_field_says_the_rule_and_the_value_of_sage() -> None:
    found = product(article(label="Polo # bleu", net_weight=d("0.25"), barcode=EAN), stock("POLO", "5"))
    assert found.explanations == {
        "reference": "AR_Ref « POLO »",
        "name": "AR_Design « Polo # bleu » ; « # » remplacé",
        "ean13": f"AR_CodeBarre « {EAN} »",
        "weight": "AR_PoidsNet = 0.25 kg",
        "price": "Fiche article : AR_PrixVen = 20,00 HT",
        "tax": "taxe C20 de F_FAMCOMPTA (famille TEXTILE), catégorie comptable 1",
        "active": "AR_Publie = 1, AR_Sommeil = 0, AR_Type = 0 : en ligne",
        "category": "famille TEXTILE « Textile »",
        "quantity": "réel - réservé - préparé - à contrôler, dépôts 1 : 5",
    }


def test_an_article_without_a_price_takes_its_first_combination_s() -> None:
    prices = [variant_price("POLO", "a01", 1, "25"), variant_price("POLO", "a01", 2, "27")]
    found = product(article(gamme1=1, kind=1, sale_price=d("0")), *colours("POLO", "Bleu", "Rouge"), *prices)
    assert (found.readiness, found.price) == ("ready", d("25"))
    assert [one.price_impact for one in found.combinations] == [d("0"), d("2")]
    assert found.explanations["price"].startswith("Article sans prix propre : prix de la première déclinaison ; ")


def test_future_prices_begin_on_their_day() -> None:
    sold: Article = article(next_sale_price=d("25"), next_price_date=date(2026, 12, 1))
    prices = [derived(sold, today=day).products[0].price for day in (date(2026, 11, 30), date(2026, 12, 1))]
    assert prices == [d("20"), d("25")]


COMPANY: tuple[Record, ...] = (
    article("POLO", gamme1=1, kind=1),
    article("polo", barcode=EAN),
    article("MUG", barcode=EAN, photo="mug.jpg", kind=0),
    article("LOT", nomenclature=2, stock_tracking=0),
    *colours("POLO", "Bleu", "BLEU", "Rouge"),
    tariff("POLO", 2, price=d("15")),
    tariff("MUG", "DUPONT", price=d("7")),
    tariff("MUG", 1, tiers=1),
    tier("MUG", "a01", "9"),
    tier("MUG", "a01", "99", "10"),
    Media(article="MUG", path="b.jpg"),
    Media(article="MUG", path="a.jpg"),
    stock("MUG", "4"),
    customer("DUPONT"),
    customer("MARTIN", email="dupont@example.com"),
)


@settings(max_examples=30)
@given(st.permutations(company(*COMPANY)["everything"]))
def test_the_order_in_which_sage_answers_changes_nothing(records: list[Record]) -> None:
    rules = load_rules({"customers": {"publish": "with_email"}})
    assert derive({"everything": records}, rules, today=TODAY) == derive(company(*COMPANY), rules, today=TODAY)


def test_every_stream_named_exists() -> None:
    assert set(STREAMS) <= set(SAGE_STREAMS)


def test_every_problem_found_has_its_cause() -> None:
    catalogue = derived(*COMPANY, customers={"publish": "with_email"})
    found = {problem.cause for one in (*catalogue.products, *catalogue.customers) for problem in one.problems}
    assert found
    assert found <= set(CAUSES)
