"""What is mapped, weighed by use, with proposals for the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Client, ShopConnection
from connectors.sage.records import ArticleGamme, CatalogueNode, Family, Gamme, Record
from mapping import coverage
from mapping.choices import BrandChoice, CategoryChoice, Choices, ChoiceValue, FeatureChoice, OptionChoice, ValueChoice
from mapping.choosing import choose
from mapping.coverage.rows import Coverage, Line, covered
from mapping.coverage.values import of_vocabulary
from mapping.mirror import update_mirror
from mapping.rules import load_rules
from tests.mapping.builders import article

pytestmark = pytest.mark.django_db
STREAMS = {Family: "families", CatalogueNode: "catalogue_nodes", Gamme: "gammes", ArticleGamme: "article_gammes"}


def read(client: Client, *records: Record) -> None:
    streams: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        streams[STREAMS.get(type(record), "articles")].append(record)
    for stream, rows in streams.items():
        update_mirror(client, stream, rows, run_id=1, now=timezone.now(), full=True)


def lines(found: Coverage) -> list[tuple[str, int, str, dict[str, Any]]]:
    return [(one.label, one.used, one.state, dict(one.proposal)) for one in found.lines]


def test_free_fields_and_statistics_are_typed_by_what_they_hold(client_acme: Client) -> None:
    fields = {"Matière": "Coton", "N° de lot": "L{}", "Hauteur (cm)": Decimal(5), "Arrivage": "12/09/2026", "Vide": ""}
    articles = [
        article(f"A{rank}", statistics=("Armor",), free_fields={**fields, "N° de lot": f"L26-A{rank}"})
        for rank in range(10)
    ]
    read(client_acme, *articles, article("B"))
    choose(client_acme, {("feature", "stat1"): FeatureChoice(published=False)}, by=None, verb="test")
    found = coverage.features(client_acme)
    assert lines(found) == [
        ("Arrivage", 10, "unmapped", {"type": "date"}),
        ("Hauteur (cm)", 10, "unmapped", {"type": "number", "unit": "cm", "name": {"fr": "Hauteur"}}),
        ("Matière", 10, "unmapped", {"type": "list"}),
        ("N° de lot", 10, "unmapped", {"published": False}),
        ("Statistique 1", 10, "ignored", {}),
    ]
    assert [one.examples for one in found.lines if one.label == "Hauteur (cm)"] == [("5 cm",)]
    assert (found.percent, found.open) == (20, 4)


def test_a_published_feature_that_no_article_fills_in_is_still_listed(client_acme: Client) -> None:
    choose(client_acme, {("feature", "free:Ancien"): FeatureChoice()}, by=None, verb="test")
    assert lines(coverage.features(client_acme)) == [("Ancien", 0, "mapped", {})]


VOCABULARY = Counter(
    {("Couleur", "Rouge foncé"): 5, ("Couleur", "Rouge fonce"): 2, ("Couleur", "Noir"): 3, ("Taille", "M"): 9}
)
RED, ALSO_RED = "VAL:couleur|rouge foncé", "VAL:couleur|rouge fonce"


def values(**chosen: dict[str, ChoiceValue]) -> dict[str, tuple[int, str, dict[str, Any]]]:
    rows = [(kind, key, value) for kind, by_key in chosen.items() for key, value in by_key.items()]
    found = of_vocabulary(VOCABULARY, Choices(rows))
    return {one.key.partition(":")[2]: (one.used, one.state, dict(one.proposal)) for one in found.lines}


def test_near_twins_are_proposed_as_one_and_colours_as_colours() -> None:
    assert values() == {
        "couleur": (10, "unmapped", {"display": "color"}),
        "couleur|rouge foncé": (5, "twin", {}),
        "couleur|rouge fonce": (2, "twin", {"same_as": RED}),
        "couleur|noir": (3, "mapped", {}),
        "taille": (9, "mapped", {}),
        "taille|m": (9, "mapped", {}),
    }


def test_what_a_person_said_is_settled() -> None:
    found = values(
        option={"OPT:couleur": OptionChoice(display="color")},
        value={ALSO_RED: ValueChoice(same_as=RED), "VAL:couleur|noir": ValueChoice(colour="#000000")},
    )
    assert found["couleur"] == (10, "mapped", {})
    assert found["couleur|noir"] == (3, "mapped", {})
    assert found["couleur|rouge fonce"] == (2, "mapped", {})
    assert found["couleur|rouge foncé"] == (5, "unmapped", {"colour": "#a60000"})


def test_values_are_counted_in_the_mirror(client_acme: Client) -> None:
    read(
        client_acme,
        Gamme(rank=1, label="Taille"),
        article("A", gamme1=1),
        ArticleGamme(article="A", number=1, label="M", axis=0),
        ArticleGamme(article="A", number=2, label="L", axis=0),
    )
    assert [line[:3] for line in lines(coverage.values(client_acme))] == [
        ("Taille", 2, "mapped"),
        ("L", 1, "mapped"),
        ("M", 1, "mapped"),
    ]


def test_nodes_are_proposed_the_category_that_is_called_alike(client_acme: Client) -> None:
    read(
        client_acme,
        Family(code="VET", label="Vêtements", parent_code=""),
        Family(code="POLO", label="Polos", parent_code="VET"),
        Family(code="PORT", label="Port", parent_code=""),
        article("A", family_code="POLO"),
        article("B", family_code="POLO"),
        article("C", family_code="VET"),
    )
    shop = ShopConnection.objects.create(client=client_acme, name="Boutique", url="http://shop.test", rules={})
    choose(client_acme, {("category", "FAM:PORT"): CategoryChoice(hidden=True)}, by=None, verb="test")
    found = coverage.categories(client_acme, shop, {3: "VETEMENTS", 12: "Mode > Polos", 13: "Enfant > Vêtements"})
    assert lines(found) == [
        ("Vêtements > Polos", 2, "unmapped", {"shop_categories": {"Boutique": 12}}),
        ("Vêtements", 1, "unmapped", {"shop_categories": {"Boutique": 3}}),
        ("Port", 0, "ignored", {}),
    ]
    mapped = CategoryChoice(shop_categories={"Boutique": 12})
    choose(client_acme, {("category", "FAM:POLO"): mapped}, by=None, verb="test")
    assert coverage.categories(client_acme, shop).percent == 66


def test_the_commercial_catalogue_is_counted_by_its_deepest_node(client_acme: Client) -> None:
    nodes = [CatalogueNode(number=1, label="Boutique", parent_number=0, level=0)]
    nodes.append(CatalogueNode(number=2, label="Polos", parent_number=1, level=1))
    read(client_acme, *nodes, article("A", catalogue_path=(1, 2, 0, 0)), article("B", catalogue_path=(1, 0, 0, 0)))
    shop = ShopConnection.objects.create(
        client=client_acme, name="B", url="http://shop.test", rules={"categories_from": "catalogue"}
    )
    assert [line[:2] for line in lines(coverage.categories(client_acme, shop))] == [
        ("Boutique", 1),
        ("Boutique > Polos", 1),
    ]


SPELT = ("Le Creuset", "Le Creuset", "LE CREUSET SAS", "Opinel", "Opinél", "Bodum", "")


@pytest.mark.parametrize(
    ("source", "given"),
    [
        pytest.param("stat2", lambda name: {"statistics": ("", name)}, id="a statistic"),
        pytest.param("free:Marque", lambda name: {"free_fields": {"Marque": name}}, id="a free field"),
        pytest.param("short_name", lambda name: {"short_name": name}, id="a column"),
    ],
)
def test_brands_spelt_almost_alike(client_acme: Client, source: str, given: Callable[[str], dict[str, Any]]) -> None:
    read(client_acme, *(article(f"A{rank}", **given(name)) for rank, name in enumerate(SPELT)))
    choices: dict[tuple[str, str], ChoiceValue | None] = {("brand", "opinél"): BrandChoice(name="Opinel")}
    choose(client_acme, choices, by=None, verb="test")
    assert lines(coverage.brands(client_acme, load_rules({"brands": {"manufacturer": source}}))) == [
        ("Le Creuset", 2, "twin", {"name": "Le Creuset"}),
        ("LE CREUSET SAS", 1, "twin", {"name": "Le Creuset"}),
        ("Opinel", 1, "twin", {"name": "Opinel"}),
        ("Bodum", 1, "mapped", {}),
        ("Opinél", 1, "mapped", {}),
    ]


def test_without_a_source_there_are_no_brands(client_acme: Client) -> None:
    found = coverage.brands(client_acme, load_rules({}))
    assert (found.lines, found.percent) == ((), 100)


def test_a_hundred_percent_means_all_of_it() -> None:
    line = Line("brand", "a", "A", 999, "mapped")
    assert covered([line, replace(line, key="b", used=1, state="unmapped")]).percent == 99


@pytest.mark.parametrize("amount", [1, 40])
def test_queries_do_not_follow_the_articles(
    client_acme: Client, django_assert_num_queries: Callable[..., Any], amount: int
) -> None:
    read(client_acme, *(article(f"A{rank}", statistics=("X",)) for rank in range(amount)))
    with django_assert_num_queries(2):
        coverage.features(client_acme)
    with django_assert_num_queries(2):
        coverage.brands(client_acme, load_rules({"brands": {"manufacturer": "stat1"}}))
