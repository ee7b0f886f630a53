"""The sandbox company from its ODBC base to what the shop should hold."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSettings, open_session
from connectors.sage.records import Record
from connectors.sage.streams import STREAMS as SAGE_STREAMS
from connectors.sandbox.sage import build_company
from connectors.sandbox.sage.media import IN_THE_STUDIO
from mapping import desired
from mapping.catalogue import Catalogue
from mapping.choices import Choices, FeatureChoice
from mapping.derive import STREAMS, derive
from mapping.rules import ShopRules, load_rules

TODAY = date(2026, 11, 24)
RULES = load_rules(
    {
        "customers": {"publish": "with_email"},
        "orders": {"generic_account": "CLIENTWEB"},
        "brands": {"manufacturer": "stat1", "suppliers": True},
        "texts": {"tags": {"fr": {"templates": ["{family_label}"]}}},
    }
)
CHOICES = Choices([("feature", "free:Matière", FeatureChoice())])


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Record]]:
    folder = tmp_path_factory.mktemp("company")
    base: Path = folder / "sage.sqlite3"
    build_company(base, media=folder / "media")
    with open_session(SageSettings(dialect="sqlite", path=str(base))) as session:
        capabilities = Capabilities.probe(session)
        return {name: list(reading.read(session, capabilities, SAGE_STREAMS[name], since=None)) for name in STREAMS}


@pytest.fixture(scope="module")
def catalogue(records: dict[str, list[Record]]) -> Catalogue:
    return derive(records, RULES, today=TODAY, choices=CHOICES)


def test_most_of_the_company_is_ready_to_sell(catalogue: Catalogue) -> None:
    states = Counter(product.readiness for product in catalogue.products)
    assert states["ready"] > 50
    assert {
        problem.cause for product in catalogue.products if product.readiness == "held" for problem in product.problems
    }


def test_everything_ready_has_a_price_a_tax_a_category_and_a_photo(catalogue: Catalogue) -> None:
    for product in catalogue.products:
        if product.readiness == "ready":
            assert product.price > 0
            assert product.tax_rate is not None
            assert product.category_key
            assert product.images or product.reference in IN_THE_STUDIO


def test_single_and_double_gammes_become_combinations(catalogue: Catalogue) -> None:
    axes = {len(combination.values) for product in catalogue.products for combination in product.combinations}
    assert axes == {1, 2}


@pytest.mark.parametrize("name", desired.__all__)
def test_there_is_something_of_every_kind_with_resolvable_references(catalogue: Catalogue, name: str) -> None:
    found = list(getattr(desired, name)(catalogue, RULES))
    assert found
    assert len({(one.kind, one.key) for one in found}) == len(found)


def test_the_same_records_give_the_same_catalogue(records: dict[str, list[Record]], catalogue: Catalogue) -> None:
    again = derive({name: list(reversed(rows)) for name, rows in records.items()}, RULES, today=TODAY, choices=CHOICES)
    assert again == catalogue


def test_the_commercial_catalogue_can_be_the_tree(records: dict[str, list[Record]]) -> None:
    tree = derive(records, ShopRules(categories_from="catalogue"), today=TODAY).categories
    assert {node.path.count(" > ") for node in tree} >= {0, 1, 2}
    assert all(node.parent_key in {other.key for other in tree} for node in tree if node.parent_key)
