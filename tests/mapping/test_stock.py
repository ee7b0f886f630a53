from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import Depot, GammeStock, KitComponent, Record
from mapping.rules import load_rules
from mapping.stock import NO_VARIANT, Availability, StockBook
from tests.mapping.builders import article, d, data, gamme_stock, stock

BUSY = {"reserved": d("3"), "preparing": d("2"), "to_control": d("1"), "ordered": d("10")}
CONTRA = {"reserved_back_to_back": d("5"), "ordered_back_to_back": d("7")}


def availability(
    *records: Record, variant: tuple[int, int] = NO_VARIANT, rules: dict[str, Any] | None = None, **fields: Any
) -> Availability:
    sold = article(**fields)
    book = StockBook(data(sold, *records), load_rules(rules or {}))
    return book.availability(sold, variant)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("real", 20), ("available", 17), ("available_advanced", 14), ("future", 24)],
)
def test_each_formula(formula: str, expected: int) -> None:
    found = availability(stock("POLO", "20", **BUSY, **CONTRA), rules={"stock": {"formula": formula}})
    assert found.quantity == expected


@pytest.mark.parametrize(
    ("rows", "depots", "expected"),
    [
        pytest.param([stock("POLO", "5"), stock("POLO", "7", depot=2)], [], 5, id="the main depot by default"),
        pytest.param([stock("POLO", "5"), stock("POLO", "7", depot=2)], [1, 2], 12, id="the client's list"),
        pytest.param([stock("POLO", "5"), stock("POLO", "-7", depot=2)], [1, 2], 5, id="negative is 0 before the sum"),
        pytest.param([stock("POLO", "2.6"), stock("POLO", "1.6", depot=2)], [1, 2], 4, id="whole units of the sum"),
        pytest.param([], [], 0, id="no row is no stock"),
    ],
)
def test_depots_are_clamped_then_summed(rows: list[Record], depots: list[int], expected: int) -> None:
    assert availability(*rows, rules={"stock": {"depots": depots}}).quantity == expected


def test_an_article_that_sage_does_not_track_has_no_quantity() -> None:
    assert availability(stock("POLO", "5"), stock_tracking=0).quantity is None


def test_a_company_without_a_main_depot_uses_the_first_one() -> None:
    records = [Depot(number=1, label="La Rochelle"), stock("POLO", "5"), stock("POLO", "7", depot=2)]
    assert availability(*records).quantity == 5


def test_a_variant_has_the_stock_of_its_own_rows() -> None:
    records = [stock("POLO", "99"), gamme_stock("POLO", 7, "4"), gamme_stock("POLO", 8, "6")]
    assert availability(*records, variant=(7, 0)).quantity == 4
    assert availability(*records, variant=(9, 0)).quantity == 0


def test_the_formula_holds_for_variants_too() -> None:
    row = GammeStock(article="POLO", depot=1, gamme1=7, gamme2=0, physical=d("10"), reserved=d("4"))
    assert availability(row, variant=(7, 0)).quantity == 6


def component(reference: str, quantity: str, **fields: Any) -> KitComponent:
    given: dict[str, Any] = {"gamme1": 0, "gamme2": 0, "kit_gamme1": 0, "kit_gamme2": 0, "position": 1}
    return KitComponent(kit="POLO", component=reference, quantity=d(quantity), **(given | fields))


KIT = {"nomenclature": 2, "stock_tracking": 0}
PEN, BOX, NOTE = article("STYLO"), article("BOITE"), article("NOTICE", stock_tracking=0)


@pytest.mark.parametrize(
    ("records", "fields", "expected"),
    [
        pytest.param(
            [PEN, BOX, component("STYLO", "2"), component("BOITE", "1"), stock("STYLO", "11"), stock("BOITE", "8")],
            {},
            5,
            id="the component that runs out first",
        ),
        pytest.param(
            [PEN, component("STYLO", "2"), stock("STYLO", "11")], {"kit_quantity": d("4")}, 22, id="per 4 kits"
        ),
        pytest.param(
            [PEN, NOTE, component("STYLO", "1"), component("NOTICE", "1"), stock("STYLO", "3")],
            {},
            3,
            id="an untracked component does not limit",
        ),
        pytest.param([NOTE, component("NOTICE", "1")], {}, None, id="nothing tracked"),
        pytest.param(
            [article("TEE", gamme1=1), component("TEE", "1", gamme1=7), gamme_stock("TEE", 7, "4"), stock("TEE", "50")],
            {},
            4,
            id="a component's variant",
        ),
        pytest.param(
            [PEN, component("STYLO", "2"), stock("STYLO", "11"), stock("POLO", "3")],
            {"nomenclature": 1, "stock_tracking": 2},
            3,
            id="a manufactured article has its own stock",
        ),
    ],
)
def test_a_kit_is_limited_by_its_components(
    records: list[Record], fields: dict[str, Any], expected: int | None
) -> None:
    assert availability(*records, **(KIT | fields)).quantity == expected


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param([article("STYLO", asleep=True)], id="asleep"),
        pytest.param([article("STYLO", published=False)], id="unpublished"),
        pytest.param([], id="not in Sage any more"),
    ],
)
def test_a_component_that_is_not_sold_makes_the_kit_unavailable(missing: list[Record]) -> None:
    found = availability(*missing, component("STYLO", "1"), stock("STYLO", "9"), **KIT)
    assert found.quantity == 0
    assert [(problem.cause, problem.facts["component"]) for problem in found.problems] == [
        ("stock.kit_component_unavailable", "STYLO")
    ]


def test_a_kit_inside_a_kit_counts_its_own_components() -> None:
    inner = article("BOITE", nomenclature=2, stock_tracking=0)
    inside = KitComponent(
        kit="BOITE", component="STYLO", quantity=d("3"), gamme1=0, gamme2=0, kit_gamme1=0, kit_gamme2=0, position=1
    )
    found = availability(inner, PEN, inside, component("BOITE", "1"), stock("STYLO", "10"), **KIT)
    assert found.quantity == 3


def test_a_kit_that_contains_itself_does_not_turn_for_ever() -> None:
    assert availability(component("POLO", "1"), **KIT).quantity is None


@given(st.lists(st.integers(-50, 50), max_size=5))
def test_stock_is_never_negative(quantities: list[int]) -> None:
    rows = [stock("POLO", str(quantity), depot=depot) for depot, quantity in enumerate(quantities, start=1)]
    found = availability(*rows, rules={"stock": {"depots": [1, 2, 3, 4, 5]}})
    assert found.quantity == sum(quantity for quantity in quantities if quantity > 0)


def test_the_explanation_names_the_formula_and_the_depots() -> None:
    assert availability(stock("POLO", "5")).explanation == "réel - réservé - préparé - à contrôler, dépôts 1 : 5"
