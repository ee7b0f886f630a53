"""What a run made is taken back by its undo: all kinds of things, in a whole flow, and what the next runs do then."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from mapping.models import Binding, ProductImage
from sync_portal.sync import jobs
from sync_portal.sync.models import Run
from tests.flows.company import keep_only
from tests.flows.dying import Killer, Way, carry, die_in, take_up_again
from tests.flows.portal import World, writes
from tests.flows.shop import text
from tests.flows.test_features import FEATURES, chosen, features
from tests.sync.shop_edits import edit, in_french

# Real transactions: what a killed worker had not committed must be undone by the database.
pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]

FREE = {"max_deletions_percent": 100, "max_hidden_percent": 100, "max_closed_percent": 100}
VOCABULARY = ("manufacturers", "suppliers", "tags", "product_features", "product_feature_values", "product_suppliers")
BRAND, WOOD = "Forges de Ré", "Frêne d'Oléron"


def undo(world: World, run: Run) -> Run:
    asked = jobs.undo(run)
    jobs.carry(asked.lane)
    return Run.objects.get(pk=asked.pk)


def told(run: Run) -> list[tuple[str, str]]:
    """(kind, cause) of what the undo left."""
    return sorted(run.changes.filter(state="held").values_list("kind", "cause"))


def holds(world: World, *resources: str) -> dict[str, list[str]]:
    """What the shop has of these resources, by name (or what else tells them apart); doubled shows twice."""
    telling = {
        "product_feature_values": "value",
        "product_suppliers": "product_supplier_reference",
        "addresses": "alias",
    }
    return {
        resource: sorted(text(row[telling.get(resource, "name")]) for row in world.shop.list(resource))
        for resource in resources
    }


def local_keys(world: World) -> set[tuple[str, str]]:
    return set(Binding.objects.values_list("kind", "key"))


def quiet(world: World, *flows: str) -> None:
    """Nothing is written any more, neither by a run of what changed nor by one that derives everything anew."""
    for flow in flows:
        runs = [world.run(flow), jobs.run_here(world.client, flow, scope={"full": True})]
        assert [(run.state, writes(run), run.cause) for run in runs] == [("succeeded", {}, "")] * 2, flow


@pytest.fixture
def small(make_world: Callable[..., World]) -> World:
    world = make_world(small=True)
    world.shop_connection(rules=world.client.shops.get().rules | {"brakes": FREE})
    return world


# --- brands, suppliers, features, tags --------------------------------------------------------------------------------


@pytest.fixture
def forged(small: World) -> tuple[World, Run, dict[str, Any]]:
    """A published shop, the run that gave one product a brand, a supplier, a material and tags of its own, and what
    the shop held before.
    """
    arrival = ("feature", "free:Date d'arrivage")
    chosen(small, {place: choice for place, choice in FEATURES.items() if place != arrival})
    small.publish("catalogue")
    before = holds(small, *VOCABULARY) | {"product": facts(small)}
    forge(small)
    chosen(small, {arrival: FEATURES[arrival]})
    run = small.run("catalogue")
    made = set(run.changes.filter(action="create").values_list("kind", flat=True))
    assert (run.state, made) == ("succeeded", set(VOCABULARY))
    return small, run, before


def forge(world: World, reference: str = "SECATEUR") -> None:
    free = {'"Matière"': WOOD, '"Date d\'arrivage"': "2026-09-12 00:00:00"}
    world.company.update("F_ARTICLE", "AR_Ref", reference, AR_Stat01=BRAND, **free)
    world.company.execute(
        (
            "INSERT INTO F_ARTFOURNISS (AR_Ref, CT_Num, AF_RefFourniss, AF_Principal, cbModification) "
            "VALUES (?, 'FTHIERS', 'T-1', 1, datetime('now', 'localtime'))",
            (reference,),
        )
    )


def facts(world: World, reference: str = "SECATEUR") -> dict[str, Any]:
    product = world.shop.product(reference)
    brands, suppliers, tags = (world.shop.names(name) for name in ("manufacturers", "suppliers", "tags"))
    return {
        "brand": brands.get(str(product["id_manufacturer"]), ""),
        "supplier": suppliers.get(str(product["id_supplier"]), ""),
        "tags": sorted(tags[str(one["id"])] for one in product.get("associations", {}).get("tags", [])),
        "features": features(world, reference),
    }


def test_a_brand_a_supplier_a_material_and_tags_go_and_stay_away(forged: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, before = forged
    undone = undo(world, run)
    assert (undone.state, undone.rejected, told(undone)) == ("succeeded", 0, [])
    assert holds(world, *VOCABULARY) | {"product": facts(world)} == before
    quiet(world, "catalogue")
    assert holds(world, *VOCABULARY) | {"product": facts(world)} == before


def test_a_second_undo_of_the_same_run_writes_nothing(forged: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, before = forged
    undo(world, run)
    keys = local_keys(world)
    again = undo(world, run)
    assert (again.state, writes(again)) == ("succeeded", {})
    assert local_keys(world) == keys
    assert holds(world, *VOCABULARY) | {"product": facts(world)} == before


def test_the_undo_of_that_undo_makes_all_of_it_again_once(forged: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, _before = forged
    made = holds(world, *VOCABULARY) | {"product": facts(world)}
    again = undo(world, undo(world, run))
    assert (again.state, again.rejected, told(again)) == ("succeeded", 0, [])
    assert holds(world, *VOCABULARY) | {"product": facts(world)} == made
    quiet(world, "catalogue")


def test_what_another_product_needs_afterwards_is_made_again_once(forged: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, before = forged
    undo(world, run)
    forge(world, "CAFET-ISO")
    world.publish("catalogue")
    assert facts(world, "CAFET-ISO")["brand"] == BRAND
    assert facts(world) == before["product"], "the undone product stays as it was put back"
    names = holds(world, "manufacturers", "suppliers", "product_feature_values")
    assert [names["manufacturers"].count(BRAND), names["product_feature_values"].count(WOOD)] == [1, 1]
    assert names["suppliers"].count("Coutellerie Thiers") == 1
    quiet(world, "catalogue")


def test_what_a_product_of_the_shop_uses_stays_and_is_told(forged: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, before = forged
    polo = world.shop.product("POLO-BLEU-M")["id"]
    brand = world.shop.one("manufacturers", name=BRAND)["id"]
    supplier = world.shop.one("suppliers", name="Coutellerie Thiers")["id"]
    edit(world, "products", polo, id_manufacturer=brand, id_supplier=supplier)
    undone = undo(world, run)
    assert told(undone) == [("manufacturers", "undo.used_in_shop"), ("suppliers", "undo.used_in_shop")]
    held = undone.changes.get(kind="manufacturers", state="held")
    assert (held.facts["resource"], held.facts["id"]) == ("products", str(polo))
    assert facts(world) == before["product"]
    quiet(world, "catalogue")


@pytest.mark.parametrize(
    ("resource", "name", "values"),
    [
        pytest.param("manufacturers", BRAND, {"name": "Forges"}, id="a brand"),
        pytest.param("suppliers", "Coutellerie Thiers", {"name": "Thiers"}, id="a supplier"),
        pytest.param("product_feature_values", WOOD, {"value": in_french("Frêne")}, id="a material"),
    ],
)
def test_what_somebody_renamed_in_the_shop_is_left_and_told(
    forged: tuple[World, Run, dict[str, Any]], resource: str, name: str, values: dict[str, str]
) -> None:
    world, run, before = forged
    field = "value" if resource == "product_feature_values" else "name"
    number = next(row["id"] for row in world.shop.list(resource) if text(row[field]) == name)
    edit(world, resource, number, **values)
    undone = undo(world, run)
    assert told(undone) == [(resource, "undo.changed_since")]
    assert name not in holds(world, resource)[resource]
    assert len(holds(world, resource)[resource]) == len(before[resource]) + 1
    quiet(world, "catalogue")


# --- groups, accounts, addresses --------------------------------------------------------------------------------------

EMAILS = {
    "ABBAYE": "achats@hotel-abbaye.example",
    "GARAGE": "atelier@garage-lefevre.example",
    "ILEMAG": "redaction@ile-magazine.example",
}


@pytest.fixture
def enrolled(small: World) -> tuple[World, Run, dict[str, Any]]:
    """A published shop, the run that brought a price category, moved one customer there and made another one's account,
    and what the shop held before.
    """
    small.company.update("F_COMPTET", "CT_Num", "ILEMAG", CT_EMail="")
    small.publish("catalogue", "customers", "prices")
    before = holds(small, "groups")
    small.company.execute(("UPDATE P_CATTARIF SET CT_Intitule = 'Mairies' WHERE cbIndice = 4", ()))
    small.company.update("F_COMPTET", "CT_Num", "GARAGE", N_CatTarif=4)
    small.company.update("F_COMPTET", "CT_Num", "ILEMAG", CT_EMail="redaction@ile-magazine.example")
    run = small.run("customers")
    made = set(run.changes.filter(action="create").values_list("kind", flat=True))
    assert (run.state, made, group_of(small, "GARAGE")) == (
        "succeeded",
        {"groups", "customers", "addresses"},
        "Mairies",
    )
    return small, run, before


def group_of(world: World, account: str) -> str:
    return world.shop.names("groups")[str(world.shop.one("customers", email=EMAILS[account])["id_default_group"])]


def test_a_group_goes_its_members_go_back_and_a_new_account_is_closed(
    enrolled: tuple[World, Run, dict[str, Any]],
) -> None:
    world, run, before = enrolled
    undone = undo(world, run)
    assert (undone.state, undone.rejected, told(undone)) == ("succeeded", 0, [])
    assert holds(world, "groups") == before
    assert group_of(world, "GARAGE") != "Mairies"
    assert world.shop.one("customers", email="redaction@ile-magazine.example")["active"] == "0"
    quiet(world, "customers", "prices", "catalogue")
    again = undo(world, run)
    assert writes(again) == {}


def test_a_group_that_another_customer_joins_afterwards_is_made_again_once(
    enrolled: tuple[World, Run, dict[str, Any]],
) -> None:
    world, run, before = enrolled
    undo(world, run)
    world.company.update("F_COMPTET", "CT_Num", "ABBAYE", N_CatTarif=4)
    world.publish("customers")
    assert holds(world, "groups")["groups"] == sorted([*before["groups"], "Mairies"])
    assert group_of(world, "ABBAYE") == "Mairies"
    assert group_of(world, "GARAGE") != "Mairies"
    world.publish("prices")
    quiet(world, "customers", "prices", "catalogue")


def test_a_group_that_a_buyer_of_the_shop_is_in_stays_and_is_told(enrolled: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, before = enrolled
    group = world.shop.one("customers", email=EMAILS["GARAGE"])["id_default_group"]
    edit(world, "customers", world.shop.one("customers", email=EMAILS["ABBAYE"])["id"], id_default_group=group)
    undone = undo(world, run)
    assert told(undone) == [("groups", "undo.used_in_shop")]
    assert holds(world, "groups")["groups"] == sorted([*before["groups"], "Mairies"])
    quiet(world, "customers", "catalogue")


def test_a_group_whose_prices_were_written_since_stays_with_them(enrolled: tuple[World, Run, dict[str, Any]]) -> None:
    world, run, _before = enrolled
    world.publish("prices")
    prices = len(world.shop.list("specific_prices"))
    undone = undo(world, run)
    assert told(undone) == [("groups", "undo.used_in_shop")]
    assert undone.changes.get(state="held").facts["resource"] == "specific_prices"
    world.publish("prices")
    assert len(world.shop.list("specific_prices")) == prices
    quiet(world, "customers", "prices", "catalogue")


def test_an_account_that_is_opened_again_in_sage_comes_back_as_the_same_one(
    enrolled: tuple[World, Run, dict[str, Any]],
) -> None:
    world, run, _before = enrolled
    number = world.shop.one("customers", email=EMAILS["ILEMAG"])["id"]
    undo(world, run)
    world.company.update("F_COMPTET", "CT_Num", "ILEMAG", CT_Intitule="Île Magazine SARL")
    world.publish("customers")
    account = world.shop.one("customers", email=EMAILS["ILEMAG"])
    assert (account["id"], account["company"]) == (number, "Île Magazine SARL")
    assert account["active"] == "0", "closed by a person's undo: another company name does not open it"
    quiet(world, "customers")


# --- prices, photos, documents ----------------------------------------------------------------------------------------


def test_a_price_that_somebody_changed_in_the_shop_stays_and_is_told(small: World) -> None:
    small.begin("catalogue", "customers")
    run = small.run("prices")
    row = small.shop.list("specific_prices")[0]
    edit(small, "specific_prices", row["id"], price="3.000000")
    undone = undo(small, run)
    assert told(undone) == [("specific_prices", "undo.changed_since")]
    assert [(one["id"], one["price"]) for one in small.shop.list("specific_prices")] == [(row["id"], "3.000000")]
    quiet(small, "prices")


@pytest.fixture
def illustrated(make_world: Callable[..., World]) -> tuple[World, Run]:
    """Two articles with photos and a document each, and the run that sent them."""
    world = make_world()
    world.shop_connection(rules=world.client.shops.get().rules | {"brakes": FREE})
    keep_only(world.company, ("COCOTTE-F", "CHSEC42"))
    world.publish("catalogue")
    run = world.run("images")
    assert (run.state, len(world.shop.list("attachments"))) == ("succeeded", 2)
    assert all(world.shop.images(reference) for reference in ("COCOTTE-F", "CHSEC42"))
    return world, run


def files(world: World) -> tuple[list[int], int]:
    photos = [len(world.shop.images(reference)) for reference in ("COCOTTE-F", "CHSEC42")]
    return photos, len(world.shop.list("attachments"))


def test_photos_and_documents_go_and_stay_away(illustrated: tuple[World, Run]) -> None:
    world, run = illustrated
    undone = undo(world, run)
    assert (undone.state, undone.rejected) == ("succeeded", 0)
    assert told(undone) == []
    assert files(world) == ([0, 0], 0)
    quiet(world, "images", "catalogue")
    assert writes(undo(world, run)) == {}


def test_the_undo_of_that_undo_sends_the_files_again(illustrated: tuple[World, Run]) -> None:
    world, run = illustrated
    before = files(world)
    again = undo(world, undo(world, run))
    assert (again.state, again.rejected, told(again)) == ("succeeded", 0, [])
    world.publish("images")
    assert files(world) == before
    quiet(world, "images", "catalogue")


def test_a_photo_whose_file_is_gone_by_then_is_told(illustrated: tuple[World, Run]) -> None:
    world, run = illustrated
    undone = undo(world, run)
    ProductImage.objects.update(file="")
    again = undo(world, undone)
    assert set(again.changes.filter(kind="images").values_list("state", "cause")) == {
        ("rejected", "media.missing_file")
    }


# --- a worker that dies in the middle ---------------------------------------------------------------------------------

POINTS = int(os.environ.get("SYNC_PORTAL_KILLS", "2"))
EVENTS: dict[Way, int] = {"request": 36, "answer": 36, "write": 36}
"""About how many of each there are in this undo."""


@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("way", EVENTS)
def test_an_undo_whose_worker_is_killed_is_taken_up_without_losing_or_doubling(
    forged: tuple[World, Run, dict[str, Any]], way: Way, point: int
) -> None:
    world, run, before = forged
    at = Random(f"undo {way} {point}").randint(1, EVENTS[way])
    asked = jobs.undo(run)
    died = die_in(asked, Killer(way, at))
    asked.refresh_from_db()
    assert died, "there are fewer events than this test expects"
    claimed = bool(asked.attempt)
    assert (take_up_again if claimed else carry)(asked) == "succeeded", f"killed at {way} {at}"
    asked.refresh_from_db()
    assert (asked.state, asked.rejected, told(asked)) == ("succeeded", 0, []), f"killed at {way} {at}"
    assert holds(world, *VOCABULARY) | {"product": facts(world)} == before, f"killed at {way} {at}"
    lines = list(asked.changes.values_list("kind", "key", "state"))
    assert len(lines) == len(set(lines)), "each is told once"
    quiet(world, "catalogue")
