"""Commercial nomenclatures as packs, and packagings as combinations: what is derived, by tables of cases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import KitComponent, Packaging, PackagingPrice, Record
from mapping.catalogue import PackItem
from mapping.choices import GROUP, Choices, GroupChoice
from mapping.derive import derive
from mapping.rules import load_rules
from tests.mapping.builders import TODAY, article, causes, colours, company, d, derived, product, stock, tariff, tier

KIT = {"nomenclature": 2, "stock_tracking": 0}


def part(component: str, quantity: str, **fields: Any) -> KitComponent:
    numbers = dict.fromkeys(("gamme1", "gamme2", "kit_gamme1", "kit_gamme2", "position"), 0)
    return KitComponent(kit="LOT", component=component, quantity=d(quantity), **(numbers | fields))


def pack(*records: Record, **rules: Any) -> tuple[tuple[PackItem, ...], set[str]]:
    """The pack LOT, and the causes that speak of packs."""
    found = product(*records, key="LOT", **rules)
    return found.pack, {cause for cause in causes(found) if cause.startswith("catalogue.pack")}


MUG, TRAY = article("MUG"), article("TRAY")
BOX = Packaging(number=7, article="MUG", label="Boîte de 6", quantity=d(6))
SINGLE = Packaging(number=6, article="MUG", label="Unité", quantity=d(1))
BY_BOX = {"articles": {"packagings": "combinations"}}


@pytest.mark.parametrize(
    ("records", "rules", "expected"),
    [
        pytest.param(
            (article("LOT", **KIT), MUG, TRAY, part("MUG", "2"), part("TRAY", "1")),
            {},
            ((PackItem("MUG", "MUG", "", 2), PackItem("TRAY", "TRAY", "", 1)), set()),
            id="components and quantities",
        ),
        pytest.param(
            (article("LOT", **KIT), MUG, part("MUG", "2"), part("MUG", "1", position=2)),
            {},
            ((PackItem("MUG", "MUG", "", 3),), set()),
            id="the same component twice",
        ),
        pytest.param(
            (article("LOT", **KIT, kit_quantity=d(2)), MUG, part("MUG", "4")),
            {},
            ((PackItem("MUG", "MUG", "", 2),), set()),
            id="quantities of two kits",
        ),
        pytest.param(
            (article("LOT", **KIT), MUG, part("MUG", "0.5")),
            {},
            ((), {"catalogue.pack_fraction"}),
            id="half a component",
        ),
        pytest.param(
            (article("LOT", **KIT), article("MUG", asleep=True), part("MUG", "1")),
            {},
            ((), {"catalogue.pack_component_away"}),
            id="a component asleep",
        ),
        pytest.param(
            (article("LOT", **KIT), article("MUG", sale_price=d(0)), part("MUG", "1")),
            {},
            ((), {"catalogue.pack_component_away"}),
            id="a component held for its price",
        ),
        pytest.param(
            (article("LOT", **KIT), article("MUG", gamme1=1), *colours("MUG", "Bleu"), part("MUG", "1", gamme1=1)),
            {},
            ((PackItem("MUG", "MUG", "MUG|1|0", 1),), set()),
            id="a component's combination",
        ),
        pytest.param(
            (article("LOT", **KIT), article("MUG", gamme1=1), *colours("MUG", "Bleu"), part("MUG", "1")),
            {},
            ((), {"catalogue.pack_component_away"}),
            id="a component whose combination is not named",
        ),
        pytest.param(
            (article("LOT", **KIT, gamme1=1), *colours("LOT", "Bleu", first=9), MUG, part("MUG", "1")),
            {},
            ((), {"catalogue.pack_with_combinations"}),
            id="a kit with gammes",
        ),
        pytest.param(
            (article("LOT", **KIT), article("MUG", packaging=1), SINGLE, BOX, part("MUG", "2")),
            BY_BOX,
            ((PackItem("MUG", "MUG", "MUG|pack|6", 2),), set()),
            id="a component sold by packagings: its units",
        ),
        pytest.param(
            (article("LOT", **KIT), article("MUG", packaging=1), BOX, part("MUG", "12")),
            BY_BOX,
            ((PackItem("MUG", "MUG", "MUG|pack|7", 2),), set()),
            id="a component sold by the box only",
        ),
        pytest.param(
            (article("LOT", nomenclature=1), MUG, part("MUG", "1")), {}, ((), set()), id="made, not put together"
        ),
        pytest.param(
            (article("LOT", **KIT), MUG, part("MUG", "1")),
            {"packs": {"publish": False}},
            ((), set()),
            id="the rules want none",
        ),
    ],
)
def test_the_pack_of_a_nomenclature(
    records: tuple[Record, ...], rules: dict[str, Any], expected: tuple[tuple[PackItem, ...], set[str]]
) -> None:
    assert pack(*records, **rules) == expected


@given(quantity=st.integers(1, 999), kits=st.integers(1, 99))
def test_a_pack_holds_whole_numbers_or_is_none(quantity: int, kits: int) -> None:
    items, told = pack(article("LOT", **KIT, kit_quantity=d(kits)), MUG, part("MUG", str(quantity)))
    if quantity % kits == 0:
        assert items == (PackItem("MUG", "MUG", "", quantity // kits),)
    else:
        assert (items, told) == ((), {"catalogue.pack_fraction"})


# --- packagings ----------------------------------------------------------------------------------------------------

PEN = article("PEN", packaging=1, sale_price=d("1.20"), net_weight=d("0.01"))


def box(number: int = 2, quantity: str = "50", **fields: Any) -> Packaging:
    return Packaging(
        number=number, article="PEN", label=fields.pop("label", f"Par {quantity}"), quantity=d(quantity), **fields
    )


def by_box(*records: Record, **rules: Any) -> dict[str, Any]:
    """Name -> the combination, of the article PEN."""
    found = product(*records, key="PEN", **(BY_BOX | rules))
    return {one.values[0][1]: one for one in found.combinations}


def shown(one: Any) -> tuple[Any, ...]:
    return one.reference, one.price_impact, one.weight_impact, one.quantity, one.packs, one.default


def price(amount: int, *, owner: str = "a01") -> PackagingPrice:
    """TC_Prix of the dozen."""
    return PackagingPrice(article="PEN", owner=owner, packaging=2, price=d(amount))


def test_a_box_has_its_own_price_weight_stock_and_reference_else_that_of_its_units() -> None:
    own = PackagingPrice(article="PEN", owner="a01", packaging=3, price=d(48))
    boxes = (box(1, "1", main=True), box(2, "12"), box(3, "50", reference="PEN-50"), own, stock("PEN", "120"))
    found = by_box(PEN, *boxes)
    assert {name: shown(one) for name, one in found.items()} == {
        "Par 1": ("PEN-C1", d(0), d(0), 120, 1, True),
        "Par 12": ("PEN-C2", d("13.20"), d("0.11"), 10, 12, False),
        "Par 50": ("PEN-50", d("46.80"), d("0.49"), 2, 50, False),
    }


def test_packagings_are_shown_by_what_they_hold() -> None:
    """The shop sorts by the value, which articles share: a name that holds 6 here and 8 there stands at 6."""
    pens = (PEN, box(1, "50", label="Boîte"), box(2, "1", label="Unité"), box(3, "8", label="Carton"))
    cup = article("CUP", packaging=1)
    cups = (replace(box(4, "1", label="unité"), article="CUP"), replace(box(5, "6", label="Carton"), article="CUP"))
    found = derived(*pens, cup, *cups, **BY_BOX)
    assert [(one.name, one.position) for one in found.values] == [("Unité", 1), ("Carton", 6), ("Boîte", 50)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(None, d("13.20"), id="no row: twelve units"),
        pytest.param(price(0), d("13.20"), id="0: passed over"),
        pytest.param(price(10), d("8.80"), id="its own"),
        pytest.param(price(10, owner="a02"), d("13.20"), id="another owner's"),
    ],
)
def test_the_price_of_a_packaging(row: PackagingPrice | None, expected: Decimal) -> None:
    records = [PEN, box(1, "1"), box(2, "12"), *([row] if row else [])]
    assert by_box(*records)["Par 12"].price_impact == expected


def test_tiers_are_counted_in_sales_units() -> None:
    """From 20 pens on 10 % off: from the second dozen on, and at once by the box of 50."""
    rows = (tariff("PEN", 1, tiers=1), tier("PEN", "a01", "19", "0"), tier("PEN", "a01", "9999", "10"))
    found = product(PEN, box(1, "1"), box(2, "12"), box(3, "50"), *rows, key="PEN", **BY_BOX)
    prices = {(one.combination_key, one.from_quantity): one.price for one in found.specific_prices if not one.group_key}
    assert prices == {("PEN|pack|1", 20): d("1.08"), ("PEN|pack|2", 2): d("12.96")}
    boxes = {one.values[0][1]: one.price_impact for one in found.combinations}
    assert boxes["Par 50"] == d("52.80"), "54.00 against 1.20"


@pytest.mark.parametrize(
    ("records", "names", "told"),
    [
        pytest.param((box(1, "1.5"), box(2, "12")), ["Par 12"], {"catalogue.packaging_not_whole"}, id="not whole"),
        pytest.param((box(1, "0"),), [], set(), id="nothing usable: a plain product"),
        pytest.param((box(2, "12", label="Carton"), box(3, "24", label="CARTON ")), ["CARTON"], set(), id="one name"),
        pytest.param(
            (box(2, "12", reference="<A>"),), ["Par 12"], {"catalogue.combination_reference_refused"}, id="a reference"
        ),
        pytest.param((box(2, "12", barcode="123"),), ["Par 12"], {"catalogue.ean_invalid"}, id="a barcode"),
    ],
)
def test_what_is_wrong_with_a_packaging(records: tuple[Packaging, ...], names: list[str], told: set[str]) -> None:
    found = product(PEN, *records, key="PEN", **BY_BOX)
    assert [one.values[0][1] for one in found.combinations] == names
    assert set(causes(found)) == told


def test_packagings_are_left_alone_unless_the_rules_want_them() -> None:
    assert product(PEN, box(), key="PEN").combinations == ()
    assert product(article("PEN", packaging=0), box(), key="PEN", **BY_BOX).combinations == ()


def in_group(anchor: str, *members: str) -> Choices:
    values = {one: (f"Taille {place}",) for place, one in enumerate(members)}
    group = GroupChoice(master=members[0], axes=("Taille",), members=values)
    return Choices([(GROUP.name, anchor, group)])


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        pytest.param("MUG", PackItem("MUG", "MUG", "MUG|0|0", 1), id="the group's anchor"),
        pytest.param("TRAY", PackItem("TRAY", "MUG", "MUG|TRAY|0|0", 1), id="another member"),
    ],
)
def test_a_component_in_a_group_is_the_combination_of_the_groups_product(component: str, expected: PackItem) -> None:
    records = company(article("LOT", **KIT), MUG, TRAY, part(component, "1"))
    catalogue = derive(records, load_rules({}), today=TODAY, choices=in_group("MUG", "MUG", "TRAY"))
    products = {one.key: one for one in catalogue.products}
    assert products["LOT"].pack == (expected,)
    assert expected.combination_key in {one.key for one in products["MUG"].combinations}
