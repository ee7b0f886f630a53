"""What shops have sold and Sage does not count yet: the number is the one that the import leads to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import Article, ArticleStock, KitComponent, Packaging, Record
from mapping.ordered import Item, Ordered, movement, reserved_by
from mapping.rules import load_rules
from mapping.source import PACKAGING, Variant
from mapping.stock import FORMULAS, NO_VARIANT, Availability, StockBook, counts_orders
from tests.mapping.builders import article, d, data, gamme_stock, stock

POLO: Item = ("POLO", 0, 0)
RED: Item = ("POLO", 7, 0)
COUNTING = ("available_advanced", "future")


def availability(
    *records: Record,
    ordered: list[tuple[Item, int, Decimal]],
    variant: Variant = NO_VARIANT,
    sold: Article | None = None,
    **rules: Any,
) -> Availability:
    sold = sold or article()
    book = StockBook(data(sold, *records), load_rules({"stock": rules}), Ordered(ordered))
    return book.availability(sold, variant)


@pytest.mark.parametrize(
    ("rows", "ordered", "rules", "expected"),
    [
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("3"))], {}, 9, id="subtracted"),
        pytest.param([stock("POLO", "12")], [], {}, 12, id="nothing ordered"),
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("3")), (POLO, 1, d("4"))], {}, 5, id="two orders"),
        pytest.param([stock("POLO", "2")], [(POLO, 1, d("3"))], {}, 0, id="never below nothing"),
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("-3"))], {}, 12, id="an order never adds"),
        pytest.param([stock("POLO", "12")], [(("SOCK", 0, 0), 1, d("3"))], {}, 12, id="another article"),
        pytest.param([stock("POLO", "12")], [(POLO, 2, d("3"))], {}, 12, id="reserved in a depot that does not serve"),
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("3"))], {"deduct_orders": False}, 12, id="switched off"),
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("3"))], {"formula": "real"}, 12, id="real counts no orders"),
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("3"))], {"formula": "available"}, 12, id="nor does available"),
        pytest.param([stock("POLO", "12")], [(POLO, 1, d("3"))], {"formula": "future"}, 9, id="future does"),
        pytest.param(
            [stock("POLO", "2"), stock("POLO", "10", depot=2)],
            [(POLO, 1, d("5"))],
            {"depots": [1, 2]},
            10,
            id="Sage's reservation would not reach the other depot either",
        ),
        pytest.param([], [(POLO, 1, d("3"))], {}, 0, id="no row"),
    ],
)
def test_what_is_ordered_counts_as_reserved(
    rows: list[Record], ordered: list[tuple[Item, int, Decimal]], rules: dict[str, Any], expected: int
) -> None:
    assert availability(*rows, ordered=ordered, **rules).quantity == expected


@pytest.mark.parametrize(
    ("in_stock", "sold", "expected"),
    [
        ("12", "3", "9 (12 en stock, dont 3 commandés sur la boutique et pas encore réservés dans Sage)"),
        ("12", "1", "11 (12 en stock, dont 1 commandé sur la boutique et pas encore réservé dans Sage)"),
        ("2", "3", "0 (2 en stock, pour 3 commandés sur la boutique et pas encore réservés dans Sage)"),
        ("0", "3", "0"),
    ],
)
def test_the_explanation_tells_both_numbers(in_stock: str, sold: str, expected: str) -> None:
    found = availability(stock("POLO", in_stock), ordered=[(POLO, 1, d(sold))])
    assert found.explanation == f"réel - réservé - préparé - à contrôler, dépôts 1 : {expected}"


def test_a_variant_counts_in_its_own_row_and_in_its_articles() -> None:
    records = [stock("POLO", "20"), gamme_stock("POLO", 7, "4"), gamme_stock("POLO", 8, "6")]
    ordered = [(RED, 1, d("3"))]
    found = [availability(*records, ordered=ordered, variant=(number, 0)).quantity for number in (7, 8, 0)]
    assert found == [1, 6, 17]


def test_a_packaging_is_taken_in_sales_units() -> None:
    box = Packaging(article="POLO", number=3, label="Boîte", quantity=d("50"))
    records = [box, stock("POLO", "785")]
    found = availability(*records, ordered=[(POLO, 1, d("100"))], variant=(3, PACKAGING))
    assert (found.quantity, found.less) == (13, True)
    assert found.explanation.endswith("dans Sage), par 50 : 13")


PEN, BOX, NOTE = article("STYLO"), article("BOITE"), article("NOTICE", stock_tracking=0)
KIT = article(nomenclature=2, stock_tracking=0)


def component(reference: str, quantity: str, **fields: Any) -> KitComponent:
    given: dict[str, Any] = {"gamme1": 0, "gamme2": 0, "kit_gamme1": 0, "kit_gamme2": 0, "position": 1}
    return KitComponent(kit="POLO", component=reference, quantity=d(quantity), **(given | fields))


def test_a_kit_is_limited_by_what_is_left_of_its_components() -> None:
    records = [PEN, component("STYLO", "2"), stock("STYLO", "11")]
    found = availability(*records, ordered=[(("STYLO", 0, 0), 1, d("6"))], sold=KIT)
    assert (found.quantity, found.less) == (2, True)
    assert "STYLO (5 en stock, commandes de la boutique déduites, 2 par " in found.explanation


@pytest.mark.parametrize(
    ("sold", "records", "variant", "expected"),
    [
        pytest.param(article(), [], NO_VARIANT, {POLO: d("6")}, id="an article"),
        pytest.param(article(gamme1=1), [], (7, 0), {RED: d("6")}, id="a variant"),
        pytest.param(article(stock_tracking=0), [], NO_VARIANT, {}, id="not tracked"),
        pytest.param(
            KIT,
            [PEN, BOX, NOTE, component("STYLO", "2"), component("BOITE", "1"), component("NOTICE", "1")],
            NO_VARIANT,
            {("STYLO", 0, 0): d("12"), ("BOITE", 0, 0): d("6")},
            id="the tracked components of a kit",
        ),
        pytest.param(
            replace(KIT, kit_quantity=d("4")),
            [PEN, component("STYLO", "2")],
            NO_VARIANT,
            {("STYLO", 0, 0): d("3")},
            id="for 4 kits",
        ),
        pytest.param(
            KIT, [component("STYLO", "2")], NO_VARIANT, {}, id="a component that Sage does not have reserves nothing"
        ),
        pytest.param(
            article(nomenclature=1, stock_tracking=2),
            [PEN, component("STYLO", "2")],
            NO_VARIANT,
            {POLO: d("6")},
            id="a manufactured article is reserved itself",
        ),
        pytest.param(
            article(nomenclature=3, stock_tracking=2),
            [PEN, component("STYLO", "2")],
            NO_VARIANT,
            {POLO: d("6")},
            id="Sage is given no components of a nomenclature by component",
        ),
        pytest.param(
            article(nomenclature=2, stock_tracking=0, gamme1=1),
            [PEN, BOX, component("STYLO", "1", kit_gamme1=7), component("BOITE", "1", kit_gamme1=8)],
            (7, 0),
            {("STYLO", 0, 0): d("6")},
            id="a component of one variant of the kit",
        ),
        pytest.param(
            KIT,
            [article("LOT", nomenclature=2), component("LOT", "1")],
            NO_VARIANT,
            {},
            id="a kit in a kit is not taken apart",
        ),
    ],
)
def test_a_line_of_an_order_takes_what_sage_will_reserve_for_it(
    sold: Article, records: list[Record], variant: Variant, expected: dict[Item, Decimal]
) -> None:
    assert reserved_by(data(sold, *records), sold, variant, d("6")) == expected


def test_the_formulas_that_count_orders() -> None:
    assert [name for name in FORMULAS if counts_orders(load_rules({"stock": {"formula": name}}).stock)] == [
        "available_advanced",
        "future",
    ]


@pytest.mark.parametrize(
    ("fields", "moved"),
    [
        ({"reserved": d("3")}, True),
        ({"physical": d("9")}, True),
        ({"preparing": d("3")}, True),
        ({"ordered": d("3")}, False),
        ({"minimum": d("3")}, False),
        ({"value": d("3")}, False),
        ({"physical": d("12.000000")}, False),
    ],
)
def test_what_moves_when_sage_takes_or_reserves_something(fields: dict[str, Any], moved: bool) -> None:
    before = stock("POLO", "12")
    rows = [movement({POLO: one}, POLO) for one in (before, replace(before, **fields))]
    assert (rows[0] != rows[1]) is moved


def test_an_item_without_a_row_moves_when_it_gets_one() -> None:
    assert movement({}, POLO) == "" != movement({POLO: stock("POLO", "0")}, POLO)


amounts = st.decimals("0", "50", places=2)
rows_of_sage = st.builds(
    ArticleStock,
    article=st.just("POLO"),
    depot=st.sampled_from([1, 2, 3]),
    physical=st.decimals("-20", "60", places=2),
    reserved=amounts,
    preparing=amounts,
    to_control=amounts,
    ordered=amounts,
)
orders = st.lists(st.tuples(st.just(POLO), st.sampled_from([1, 2, 3]), amounts), max_size=4)
depots = st.lists(st.sampled_from([1, 2, 3]), unique=True)
stocks = st.lists(rows_of_sage, unique_by=lambda row: row.depot)


@given(stocks, orders, depots, st.sampled_from(sorted(FORMULAS)))
def test_never_more_than_sage_says_and_never_below_nothing(
    rows: list[ArticleStock], ordered: list[tuple[Item, int, Decimal]], served: list[int], formula: str
) -> None:
    rules = {"depots": served, "formula": formula}
    found, in_sage = availability(*rows, ordered=ordered, **rules), availability(*rows, ordered=[], **rules)
    assert found.quantity is not None
    assert in_sage.quantity is not None
    assert 0 <= found.quantity <= in_sage.quantity
    assert found.less is (found.quantity < in_sage.quantity)


@given(stocks, orders, depots, st.sampled_from(sorted(FORMULAS)), st.integers(0, 4))
def test_the_import_of_any_of_the_orders_changes_nothing(
    rows: list[ArticleStock],
    ordered: list[tuple[Item, int, Decimal]],
    served: list[int],
    formula: str,
    imported: int,
) -> None:
    """Sage reserves in the depot of the document, where it has a row."""
    rules = {"depots": served, "formula": formula}
    in_sage = Ordered(ordered[:imported])
    after = [replace(row, reserved=row.reserved + in_sage.of("POLO", NO_VARIANT, row.depot)) for row in rows]
    found = availability(*after, ordered=ordered[imported:], **rules)
    assert found.quantity == availability(*rows, ordered=ordered, **rules).quantity


@given(stocks, orders, depots, st.sampled_from(COUNTING))
def test_a_kit_never_counts_more_for_what_is_ordered_of_its_components(
    rows: list[ArticleStock], ordered: list[tuple[Item, int, Decimal]], served: list[int], formula: str
) -> None:
    kit = article("LOT", nomenclature=2, stock_tracking=0)
    inside = KitComponent(
        kit="LOT", component="POLO", quantity=d("3"), gamme1=0, gamme2=0, kit_gamme1=0, kit_gamme2=0, position=1
    )
    rules = {"depots": served, "formula": formula}
    records = [article(), inside, *rows]
    alone = availability(*rows, ordered=ordered, **rules).quantity
    assert alone is not None
    assert availability(*records, ordered=ordered, sold=kit, **rules).quantity == alone // 3
