"""Packs, linked articles and packagings, told by the shop; an ordered box comes back to Sage as units."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.sage import connect
from connectors.sandbox.shop import placing
from connectors.sandbox.shop.server import running_shop
from mapping.choices import PRODUCT, ProductChoice
from mapping.choosing import choose
from sync_portal.sync.models import Run
from tests.flows.company import keep_only
from tests.flows.portal import World, load_demo, writes
from tests.flows.shop import text

pytestmark = pytest.mark.flow

BOX = ("COFFRET-APERO", "TERRINE-CAN", "SARDINE-VIN", "SEL-GUER", "OUVRE-HUITRE")
DECANTER = ("CARAFE-DEC", "VERRE-DEG6", "POMPE-VIDE")
PENS = ("STYLO-BILLE", "PORT-FR")
"""With the article on which shipping is booked."""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """The demo client with the articles that these tests are about."""
    world = make_world()
    keep_only(world.company, (*BOX, *DECANTER, *PENS))
    return world


def content(world: World, reference: str) -> dict[str, int]:
    """What the shop says a pack holds: reference of the product or combination -> how many."""
    products = {str(row["id"]): row["reference"] for row in world.shop.list("products")}
    combinations = {str(row["id"]): row["reference"] for row in world.shop.list("combinations")}
    lines = world.shop.product(reference).get("associations", {}).get("product_bundle", [])
    return {
        combinations.get(line.get("id_product_attribute", "0"), products[line["id"]]): int(line["quantity"])
        for line in lines
    }


def accessories(world: World, reference: str) -> set[str]:
    products = {str(row["id"]): row["reference"] for row in world.shop.list("products")}
    linked = world.shop.product(reference).get("associations", {}).get("accessories", [])
    return {products[row["id"]] for row in linked}


def causes(world: World, reference: str) -> list[str]:
    return [problem["cause"] for problem in world.client.products.get(key=reference).problems]


def again(world: World, *flows: str) -> None:
    """What was just published is as it should be: not one write."""
    for flow in flows or ("catalogue", "stock", "prices"):
        run = world.run(flow)
        assert (flow, run.state, writes(run)) == (flow, "succeeded", {})


# --- packs ---------------------------------------------------------------------------------------------------------

WHOLE_BOX = {"TERRINE-CAN": 1, "SARDINE-VIN-X1": 2, "SEL-GUER": 1, "OUVRE-HUITRE": 1}


def test_a_commercial_nomenclature_is_a_pack_with_its_components(world: World) -> None:
    world.begin("catalogue", "stock", "prices")
    assert content(world, "COFFRET-APERO") == WHOLE_BOX, "the sardines are sold by the tin and by the carton of 12"
    pack = world.shop.product("COFFRET-APERO")
    assert (pack["type"], pack["product_type"], pack["pack_stock_type"]) == ("pack", "pack", "0")
    again(world)


def test_a_component_that_goes_away_makes_the_pack_a_plain_product_until_it_is_back(world: World) -> None:
    world.begin("catalogue", "stock")
    world.company.update("F_ARTICLE", "AR_Ref", "SEL-GUER", AR_Sommeil=1)
    world.publish("catalogue", "stock")
    assert content(world, "COFFRET-APERO") == {}
    assert world.shop.product("COFFRET-APERO")["type"] == "simple"
    assert world.shop.stock("COFFRET-APERO") == {"": 0}
    assert "catalogue.pack_component_away" in causes(world, "COFFRET-APERO")
    world.company.update("F_ARTICLE", "AR_Ref", "SEL-GUER", AR_Sommeil=0)
    world.publish("catalogue", "stock")
    assert content(world, "COFFRET-APERO") == WHOLE_BOX
    again(world, "catalogue", "stock")


def test_half_a_component_cannot_be_in_a_pack(world: World) -> None:
    world.company.execute(
        ("UPDATE F_NOMENCLAT SET NO_Qte = 0.5 WHERE AR_Ref = ? AND NO_RefDet = ?", ("COFFRET-APERO", "SEL-GUER"))
    )
    world.publish("catalogue")
    assert content(world, "COFFRET-APERO") == {}
    assert world.shop.product("COFFRET-APERO")["product_type"] == "standard"
    assert "catalogue.pack_fraction" in causes(world, "COFFRET-APERO")
    again(world, "catalogue")


def test_a_quantity_for_several_kits_is_divided(world: World) -> None:
    """AR_QteComp: the components are those of two boxes."""
    world.company.update("F_ARTICLE", "AR_Ref", "COFFRET-APERO", AR_QteComp="2")
    world.company.execute(("UPDATE F_NOMENCLAT SET NO_Qte = NO_Qte * 2 WHERE AR_Ref = ?", ("COFFRET-APERO",)))
    world.publish("catalogue")
    assert content(world, "COFFRET-APERO") == WHOLE_BOX


def test_packs_that_the_rules_do_not_want_are_plain_products(world: World) -> None:
    world.begin("catalogue")
    rule(world, packs={"publish": False})
    world.publish("catalogue")
    assert (content(world, "COFFRET-APERO"), world.shop.product("COFFRET-APERO")["type"]) == ({}, "simple")


def rule(world: World, **rules: Any) -> None:
    """Change the shop's rules."""
    shop = world.client.shops.get()
    shop.rules = shop.rules | rules
    shop.save(update_fields=["rules"])


@pytest.mark.parametrize(
    ("version", "packagings", "expected"),
    [
        # 1.6 puts the default combination of a component into a pack, whatever it is told.
        ("1.6.1.24", "ignore", {"TERRINE-CAN": 1, "SARDINE-VIN": 2, "SEL-GUER": 1, "OUVRE-HUITRE": 1}),
        ("1.7.8.11", "combinations", WHOLE_BOX),
    ],
)
def test_earlier_versions_take_packs_and_accessories_too(
    world: World, tmp_path: Path, version: str, packagings: str, expected: dict[str, int]
) -> None:
    world.client.delete()
    with running_shop(tmp_path / "old", version=version) as shop:
        older = World(client=load_demo(world.company, shop), company=world.company, running=shop)
        rule(older, articles={"packagings": packagings})
        run = older.run("catalogue")
        assert (run.state, run.cause, run.rejected) == ("succeeded", "", 0), refused(run)
        assert content(older, "COFFRET-APERO") == expected
        assert accessories(older, "CARAFE-DEC") == {"VERRE-DEG6", "POMPE-VIDE"}
        again(older, "catalogue")


def refused(run: Run) -> list[tuple[str, str, str, Any]]:
    return list(run.changes.exclude(cause="").values_list("kind", "key", "cause", "facts"))


# --- accessories ---------------------------------------------------------------------------------------------------


def test_linked_articles_are_accessories_while_they_are_for_sale(world: World) -> None:
    world.begin("catalogue")
    assert accessories(world, "CARAFE-DEC") == {"VERRE-DEG6", "POMPE-VIDE"}
    assert world.shop.product("CARAFE-DEC")["type"] == "simple"
    world.company.update("F_ARTICLE", "AR_Ref", "POMPE-VIDE", AR_Publie=0)
    world.publish("catalogue")
    assert accessories(world, "CARAFE-DEC") == {"VERRE-DEG6"}
    again(world, "catalogue")


def test_a_persons_accessories_stand_in_for_sages_and_follow_what_is_for_sale(world: World) -> None:
    world.begin("catalogue")
    place = (PRODUCT.name, "STYLO-BILLE")
    choose(world.client, {place: ProductChoice(accessories=("SEL-GUER", "POMPE-VIDE"))}, by=None, verb="product.edit")
    world.publish("catalogue")
    assert accessories(world, "STYLO-BILLE") == {"SEL-GUER", "POMPE-VIDE"}
    world.company.update("F_ARTICLE", "AR_Ref", "SEL-GUER", AR_Sommeil=1)
    world.publish("catalogue")
    assert accessories(world, "STYLO-BILLE") == {"POMPE-VIDE"}
    choose(world.client, {place: None}, by=None, verb="product.edit")
    world.publish("catalogue")
    assert accessories(world, "STYLO-BILLE") == set()
    again(world, "catalogue")


# --- packagings ----------------------------------------------------------------------------------------------------


def packagings(world: World, reference: str) -> dict[str, tuple[str, str, str, str]]:
    """Name of the packaging -> (reference, price impact, weight impact, chosen first) as the shop has them."""
    values = world.shop.names("product_option_values")
    return {
        values[row["associations"]["product_option_values"][0]["id"]]: (
            row["reference"],
            row["price"],
            row["weight"],
            row["default_on"] or "0",
        )
        for row in world.shop.combinations(reference)
    }


def test_packagings_are_combinations_with_price_weight_and_stock(world: World) -> None:
    world.begin("catalogue", "stock", "prices")
    assert packagings(world, "STYLO-BILLE") == {
        "Unité": ("STYLO-BILLE-X1", "0.000000", "0.000000", "1"),
        # 57.50 for the box (TC_Prix) less the 20 % that 50 pens get, against 1.20 for one.
        "Boîte de 50": ("STYLO-BILLE-X50", "44.800000", "0.588000", "0"),
    }
    assert packagings(world, "SARDINE-VIN")["Carton de 12"][1] == "51.611375", "12 tins, against one"
    assert world.shop.stock("STYLO-BILLE") == {"": 800, "STYLO-BILLE-X1": 785, "STYLO-BILLE-X50": 15}
    option = world.shop.one("product_options", name="Conditionnement")
    assert text(option["public_name"]) == "Conditionnement"
    rows = world.shop.list("product_option_values", id_attribute_group=str(option["id"]))
    places = {text(row["name"]): int(row["position"]) for row in rows}
    assert places == {"Unité": 1, "Boîte": 1, "Carton de 12": 12, "Boîte de 50": 50}, "by what they hold"
    again(world)


def test_what_a_group_pays_for_a_box_is_what_it_pays_for_that_many_units(world: World) -> None:
    world.begin("catalogue", "stock", "customers", "prices")
    group = next(name for name in world.shop.names("groups").values() if name.startswith("Revendeur"))
    groups = {name: key for key, name in world.shop.names("groups").items()}
    box = next(row for row in world.shop.combinations("SARDINE-VIN") if row["reference"] == "SARDINE-VIN-X12")
    rows = world.shop.list("specific_prices", id_product=box["id_product"], id_group=groups[group])
    paid = {row["id_product_attribute"]: Decimal(row["price"]) for row in rows if row["from_quantity"] == "1"}
    unit = next(row for row in world.shop.combinations("SARDINE-VIN") if row["reference"] == "SARDINE-VIN-X1")
    assert abs(paid[str(box["id"])] - 12 * paid[str(unit["id"])]) < Decimal("0.00001")


def test_packagings_that_the_rules_ignore_leave_the_shop(world: World) -> None:
    world.begin("catalogue", "stock", "prices")
    rule(world, articles={"packagings": "ignore"}, brakes={"max_deletions_percent": 100})
    world.publish("catalogue", "stock", "prices")
    assert world.shop.combinations("STYLO-BILLE") == []
    assert world.shop.stock("STYLO-BILLE") == {"": 785}
    again(world)


def test_an_ordered_box_enters_sage_as_so_many_units(world: World) -> None:
    world.begin("catalogue", "stock", "prices")
    box = next(row for row in world.shop.combinations("STYLO-BILLE") if row["reference"] == "STYLO-BILLE-X50")
    line = (int(box["id_product"]), int(box["id"]), 2)
    placing.place_order(world.running.shop, lines=[line], buyer=placing.PRIVATE_BUYERS[0])
    run = world.run("orders")
    assert (run.state, run.written, refused(run)) == ("succeeded", 1, [])
    base = connect(world.company.path)
    sql = """SELECT l.DL_Qte, l.EU_Qte, l.EU_Enumere, l.DL_MontantHT FROM F_DOCLIGNE l
             JOIN F_DOCENTETE e ON e.DO_Piece = l.DO_Piece WHERE e.DO_NoWeb <> '' AND l.AR_Ref = 'STYLO-BILLE'"""
    (found,) = base.execute(sql).fetchall()
    base.close()
    assert (Decimal(found[0]), Decimal(found[1]), found[2], Decimal(found[3])) == (100, 2, "Boîte de 50", 92)
