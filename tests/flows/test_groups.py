"""Separate articles sold as one product, seen in the shop."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mapping import choosing
from mapping.choices.groups import GROUP, GroupChoice
from mapping.models import ChoiceAct, GroupSuggestion
from sync_portal.sync.models import Run
from tests.flows.company import keep_only
from tests.flows.portal import World, changes_of, writes

pytestmark = pytest.mark.flow

POLOS = ("POLO-BLEU-M", "POLO-BLEU-L", "POLO-BLEU-XL", "POLO-ECRU-M", "POLO-ROUGE-L", "POLO-ROUGE-M")
TABLIERS = ("TAB4471", "TAB4498", "TAB5012")
ANCHOR = "POLO-BLEU-M"
FLOWS = ("catalogue", "stock", "prices", "images")


@pytest.fixture
def few(make_world: Callable[..., World]) -> World:
    """The whole company but for the articles that have nothing to do with groups."""
    world = make_world()
    keep_only(world.company, (*POLOS, *TABLIERS, "STYLO-BILLE"))
    # Of so few articles a group is a large part: what it hides and removes would stop the run for a person.
    rules(world, brakes={"max_deletions_percent": 100, "max_hidden_percent": 100})
    return world


def rules(world: World, **more: Any) -> None:
    world.shop_connection(rules=world.client.shops.get().rules | more)


def values(*, without: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    shown = {"BLEU": "Bleu", "ECRU": "Écru", "ROUGE": "Rouge"}
    parts = {reference: reference.split("-") for reference in POLOS if reference not in without}
    return {reference: (shown[colour], size) for reference, (_polo, colour, size) in parts.items()}


def group(world: World, **fields: Any) -> ChoiceAct:
    """Approve or change the group of the polos."""
    given = {"master": ANCHOR, "axes": ("Couleur", "Taille"), "members": values()}
    choice = GroupChoice(**given | {"rule": "reference", "pattern": "TEXTILE|POLO-*-*"} | fields)
    act = choosing.choose(world.client, {(GROUP.name, ANCHOR): choice}, by=None, verb="group.edit")
    assert act is not None
    return act


def again(world: World) -> dict[str, dict[str, int]]:
    """What a second run of each flow writes: nothing, we hope."""
    return {flow: wrote for flow in FLOWS if (wrote := writes(world.run(flow)))}


def ids(world: World) -> dict[str, int]:
    """Reference -> id of the combination in the shop."""
    return {row["reference"]: int(row["id"]) for row in world.shop.combinations(ANCHOR)}


def shown_values(world: World) -> dict[str, set[str]]:
    """Reference of the combination -> names of its values in the shop."""
    names = world.shop.names("product_option_values")
    return {
        row["reference"]: {names[str(one["id"])] for one in row["associations"]["product_option_values"]}
        for row in world.shop.combinations(ANCHOR)
    }


def online(world: World) -> set[str]:
    return {row["reference"] for row in world.shop.list("products") if row["active"] == "1"}


def default(world: World) -> str:
    product = world.shop.product(ANCHOR)
    return {str(shop_id): reference for reference, shop_id in ids(world).items()}[
        str(product["id_default_combination"])
    ]


def test_a_group_is_one_product_with_a_combination_for_each_article(few: World) -> None:
    few.company.update("F_ARTICLE", "AR_Ref", "POLO-ECRU-M", AR_PoidsNet="300", AR_CodeBarre="3760000000017")
    group(few)
    few.publish(*FLOWS)
    assert online(few) == {ANCHOR, *TABLIERS, "STYLO-BILLE"}
    assert shown_values(few) == {reference: set(cell) for reference, cell in values().items()}
    rows = {row["reference"]: row for row in few.shop.combinations(ANCHOR)}
    assert {one: row["price"] for one, row in rows.items() if Decimal(row["price"])} == {"POLO-BLEU-XL": "1.000000"}
    assert rows["POLO-ECRU-M"]["ean13"] == "3760000000017"
    assert Decimal(rows["POLO-ECRU-M"]["weight"]) != 0
    stock = few.shop.stock(ANCHOR)
    assert stock[""] == sum(amount for reference, amount in stock.items() if reference)
    assert set(stock) == {"", *POLOS}
    assert default(few) == ANCHOR
    assert len(few.shop.images(ANCHOR)) > 1
    assert again(few) == {}


def test_each_combination_shows_the_photos_of_its_article(few: World) -> None:
    group(few)
    few.publish(*FLOWS)
    photos = {
        row["reference"]: {int(one["id"]) for one in row["associations"].get("images", [])}
        for row in few.shop.combinations(ANCHOR)
    }
    assert set().union(*photos.values()) == set(few.shop.images(ANCHOR))
    assert all(photos.values())
    assert photos["POLO-BLEU-M"].isdisjoint(photos["POLO-ROUGE-M"])


def test_pages_that_members_had_are_hidden_and_lead_to_the_group(few: World) -> None:
    few.publish(*FLOWS)
    before = few.shop.product(ANCHOR)["id"]
    group(few)
    few.publish(*FLOWS)
    assert few.shop.product(ANCHOR)["id"] == before
    page = few.shop.product("POLO-ROUGE-M")
    assert (page["active"], str(page["id_type_redirected"])) == ("0", str(before))
    assert set(ids(few)) == set(POLOS)
    assert again(few) == {}


def test_other_values_and_another_master_keep_every_combination(few: World) -> None:
    group(few)
    few.publish(*FLOWS)
    before = ids(few)
    mark = few.shop.mark()
    changed = {**values(), "POLO-ECRU-M": ("Naturel", "M")}
    group(few, master="POLO-ROUGE-L", members=dict(reversed(changed.items())))
    few.publish(*FLOWS)
    assert ids(few) == before
    assert shown_values(few)["POLO-ECRU-M"] == {"Naturel", "M"}
    assert default(few) == "POLO-ROUGE-L"
    assert "DELETE" not in few.shop.since(mark).entities
    assert again(few) == {}


def test_a_member_put_to_sleep_keeps_its_combination_without_stock(few: World) -> None:
    group(few)
    few.publish(*FLOWS)
    before = ids(few)
    few.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-L", AR_Sommeil=1)
    few.publish(*FLOWS)
    assert (ids(few), few.shop.stock(ANCHOR)["POLO-BLEU-L"]) == (before, 0)
    assert ANCHOR in online(few)
    assert again(few) == {}


def test_a_new_article_joins_by_itself_where_the_rules_let_it(few: World) -> None:
    rules(few, grouping={"joins": True})
    few.company.update("F_ARTICLE", "AR_Ref", "POLO-ROUGE-L", AR_Sommeil=1)
    group(few, members=values(without=("POLO-ROUGE-L",)))
    few.publish(*FLOWS)
    before = ids(few)
    few.company.update("F_ARTICLE", "AR_Ref", "POLO-ROUGE-L", AR_Sommeil=0)
    few.publish(*FLOWS)
    joined = ids(few)
    assert set(joined) == set(POLOS)
    assert {reference: joined[reference] for reference in before} == before
    assert shown_values(few)["POLO-ROUGE-L"] == {"Rouge", "L"}
    assert ChoiceAct.objects.get(verb="group.join").why == "POLO-ROUGE-L"
    assert again(few) == {}


def test_a_preview_lets_nobody_join(few: World) -> None:
    rules(few, grouping={"joins": True})
    group(few, members=values(without=("POLO-ROUGE-L",)))
    few.run("catalogue", preview=True)
    assert not ChoiceAct.objects.filter(verb="group.join").exists()


def test_a_member_that_leaves_loses_its_combination_and_gets_its_page_back(few: World) -> None:
    group(few)
    few.publish(*FLOWS)
    before = ids(few)
    act = group(few, members=values(without=("POLO-ROUGE-L",)))
    few.publish(*FLOWS)
    assert ids(few) == {one: shop_id for one, shop_id in before.items() if one != "POLO-ROUGE-L"}
    assert "POLO-ROUGE-L" in online(few)
    choosing.undo(act, by=None)
    few.publish(*FLOWS)
    assert set(ids(few)) == set(POLOS)
    assert "POLO-ROUGE-L" not in online(few)
    assert again(few) == {}


def test_a_dissolved_group_leaves_each_article_its_own_page(few: World) -> None:
    few.publish(*FLOWS)
    pages = {row["reference"]: row["id"] for row in few.shop.list("products")}
    group(few)
    few.publish(*FLOWS)
    act = choosing.choose(few.client, {(GROUP.name, ANCHOR): None}, by=None, verb="group.dissolve")
    assert act is not None
    few.publish(*FLOWS)
    assert few.shop.combinations(ANCHOR) == []
    assert {row["reference"]: row["id"] for row in few.shop.list("products")} == pages
    assert online(few) == set(pages)
    assert few.shop.stock("POLO-ROUGE-M")[""] > 0
    assert again(few) == {}
    choosing.undo(act, by=None)
    few.publish(*FLOWS)
    assert set(ids(few)) == set(POLOS)
    assert online(few) == {ANCHOR, *TABLIERS, "STYLO-BILLE"}
    assert again(few) == {}


def test_prices_of_members_hold_for_their_combinations(few: World) -> None:
    group(few)
    few.publish(*FLOWS)
    alone = {"POLO-BLEU-M": "19.90", "POLO-BLEU-XL": "20.90"}
    rows = {row["reference"]: row for row in few.shop.combinations(ANCHOR)}
    base = Decimal(few.shop.product(ANCHOR)["price"])
    assert {one: f"{base + Decimal(rows[one]['price']):.2f}" for one in alone} == alone


def test_the_articles_check_proposes_the_groups(few: World) -> None:
    run: Run = few.run("quality")
    assert run.state == "succeeded"
    found = {row.master: (row.rule, row.size) for row in GroupSuggestion.objects.all()}
    assert found == {"POLO-BLEU-L": ("reference", 6), "TAB4471": ("source", 3)}
    assert changes_of(run) == {}
