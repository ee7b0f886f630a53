"""The shop's tree: renamed and moved with Sage, arranged by people, hidden where nothing leads to it any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.models import ShopConnection
from mapping.choices import CategoryChoice, ChoiceValue, ProductChoice
from mapping.choosing import choose
from mapping.models import Product, SourceRecord
from tests.flows.portal import World, changes_of
from tests.flows.shop import text
from tests.flows.test_features import VERSIONS, post, quiet

pytestmark = pytest.mark.flow


def chosen(world: World, choices: dict[tuple[str, str], ChoiceValue | None]) -> None:
    choose(world.client, choices, by=None, verb="category.map")


def rules(world: World, **categories: Any) -> None:
    shop: ShopConnection = world.client.shops.get()
    shop.rules = {**shop.rules, "categories": categories}
    shop.save()


def own_category(world: World, name: str) -> int:
    """A category that the shop has by itself, below its home."""
    link = f"<link_rewrite><language id='1'>{name.lower()}</language></link_rewrite>"
    inner = f"<id_parent>2</id_parent><active>1</active><name><language id='1'>{name}</language></name>{link}"
    return post(world, "category", inner, resource="categories")


def where(world: World, reference: str) -> set[str]:
    """The paths of all categories that the product is in."""
    rows = world.shop.product(reference)["associations"]["categories"]
    return {world.shop.path(row["id"]) for row in rows}


def active(world: World) -> dict[str, str]:
    """Path -> whether the shop shows the category."""
    rows = [row for row in world.shop.list("categories") if int(row["id"]) > 2]
    return {world.shop.path(row["id"]): str(row["active"]) for row in rows}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rename_and_a_move_are_one_update_each(make_world: Callable[..., World], version: str) -> None:
    world = make_world(small=True, version=version)
    world.publish("catalogue")
    above, _, name = deepest(world, "SECATEUR").rpartition(" > ")
    number = node_of(world, "SECATEUR")
    world.company.update("F_CATALOGUE", "CL_No", number, CL_Intitule="Outils de taille")
    run = world.run("catalogue")
    assert changes_of(run) == {("categories", f"CAT:{number}"): {"name": ({"fr": name}, {"fr": "Outils de taille"})}}
    assert deepest(world, "SECATEUR") == f"{above} > Outils de taille"
    world.company.update("F_CATALOGUE", "CL_No", number, CL_NoParent=0)
    run = world.run("catalogue")
    assert changes_of(run)["categories", f"CAT:{number}"].keys() == {"parent"}
    assert where(world, "SECATEUR") == {"Outils de taille"}
    quiet(world)


def node_of(world: World, reference: str) -> int:
    """CL_No of the article's category."""
    return int(Product.objects.get(client=world.client, key=reference).category_key.partition(":")[2])


def deepest(world: World, reference: str) -> str:
    return max(where(world, reference), key=lambda path: path.count(">"))


def test_what_nothing_leads_to_any_more_is_hidden_and_comes_back(small: World) -> None:
    small.begin("catalogue")
    number = node_of(small, "SECATEUR")
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Publie=0)
    path = deepest(small, "SECATEUR")
    run = small.run("catalogue")
    hidden = {key for kind, key in changes_of(run) if kind == "categories"}
    assert f"CAT:{number}" in hidden
    assert active(small)[path] == "0"
    quiet(small)
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Publie=1)
    small.publish("catalogue")
    assert active(small)[path] == "1"
    quiet(small)


def test_a_client_may_keep_empty_categories_shown(small: World) -> None:
    rules(small, hide_empty=False)
    small.publish("catalogue")
    before = active(small)
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Publie=0)
    small.publish("catalogue")
    assert active(small) == before


def test_a_hidden_node_gives_its_products_to_the_one_above(small: World) -> None:
    small.begin("catalogue")
    number = node_of(small, "SECATEUR")
    path = deepest(small, "SECATEUR")
    chosen(small, {("category", f"CAT:{number}"): CategoryChoice(hidden=True)})
    small.publish("catalogue")
    assert deepest(small, "SECATEUR") == path.rpartition(" > ")[0]
    assert active(small)[path] == "0"
    quiet(small)


def test_a_node_may_stand_for_a_category_of_the_shop_s_own(small: World) -> None:
    small.begin("catalogue")
    number = node_of(small, "SECATEUR")
    own = own_category(small, "Jardinage")
    name = small.client.shops.get().name
    chosen(small, {("category", f"CAT:{number}"): CategoryChoice(shop_categories={name: own})})
    run = small.run("catalogue")
    assert ("categories", f"#{own}") not in changes_of(run)
    product = small.shop.product("SECATEUR")
    assert (str(product["id_category_default"]), where(small, "SECATEUR")) == (str(own), {"Jardinage"})
    assert text(small.shop.one("categories", id=str(own))["name"]) == "Jardinage"
    quiet(small)
    small.company.update("F_CATALOGUE", "CL_No", number, CL_Intitule="Autre nom")
    run = small.run("catalogue")
    assert changes_of(run) == {}, "its name is the shop's"


def test_further_categories_come_from_a_family_and_a_free_field(small: World) -> None:
    rules(small, more=["family_label", "free:Coloris"])
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", Coloris="Bois > Frêne")
    small.publish("catalogue")
    paths = where(small, "SECATEUR")
    assert {"Bois", "Bois > Frêne"} < paths
    family = SourceRecord.objects.get(client=small.client, stream="families", key="JARDIN").data["label"]
    assert family in paths
    quiet(small)
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", Coloris="")
    small.publish("catalogue")
    assert "Bois > Frêne" not in where(small, "SECATEUR")
    assert active(small)["Bois > Frêne"] == "0"
    quiet(small)


def test_a_person_s_categories_win(small: World) -> None:
    small.begin("catalogue")
    number = node_of(small, "SECATEUR")
    other = node_of(small, "CARNET-A5")
    mine = ProductChoice(category=f"CAT:{other}", categories=(f"CAT:{number}",))
    chosen(small, {("product", "SECATEUR"): mine})
    small.publish("catalogue")
    default = small.shop.product("SECATEUR")["id_category_default"]
    assert small.shop.path(default) == small.shop.path(small.shop.product("CARNET-A5")["id_category_default"])
    quiet(small)


def test_the_tree_stands_under_the_category_that_the_rules_name(small: World) -> None:
    own = own_category(small, "Sage")
    rules(small, root=own)
    small.publish("catalogue")
    assert all(path.startswith("Sage > ") for path in where(small, "SECATEUR"))
    quiet(small)
