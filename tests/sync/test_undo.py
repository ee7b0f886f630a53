"""A run backwards, what it leaves alone, and the undo of an undo."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sync_portal.sync import approvals, jobs
from sync_portal.sync.models import Run, Trigger
from tests.flows.portal import World, changes_of, writes
from tests.sync.shop_edits import edit

pytestmark = [pytest.mark.flow, pytest.mark.django_db]

POLO = ("products", "POLO-BLEU-M")


def undo(world: World, run: Run) -> Run:
    asked = jobs.undo(run)
    assert (asked.trigger, asked.scope) == (Trigger.UNDO, {"undo": run.pk})
    assert jobs.carry(asked.lane) == "succeeded"
    return Run.objects.get(pk=asked.pk)


def undo_past_the_brakes(world: World, run: Run, user: Any) -> Run:
    """Many deletions stop before the first one; a person lets them pass."""
    asked = jobs.undo(run)
    assert jobs.carry(asked.lane) == "stopped"
    passed = approvals.approve(Run.objects.get(pk=asked.pk), user=user, comment="Voulu")
    assert jobs.carry(passed.lane) == "succeeded"
    return Run.objects.get(pk=passed.pk)


def price_in_sage(world: World, price: str, reference: str = "POLO-BLEU-M") -> None:
    world.company.update("F_ARTICLE", "AR_Ref", reference, AR_PrixVen=price)


def price(world: World, reference: str = "POLO-BLEU-M") -> str:
    return str(world.shop.product(reference)["price"])


@pytest.fixture
def dearer(small: World) -> tuple[World, Run]:
    """A published shop whose last run raised one price from 19.90 to 21.40."""
    small.begin("catalogue")
    price_in_sage(small, "21.40")
    run = small.run("catalogue")
    assert price(small) == "21.400000"
    return small, run


def test_a_price_is_put_back_and_left_alone_until_sage_changes_it(dearer: tuple[World, Run]) -> None:
    world, run = dearer
    undone = undo(world, run)
    assert changes_of(undone) == {POLO: {"price": ("21.400000", "19.900000")}}
    assert price(world) == "19.900000"
    assert [writes(world.run(flow)) for flow in ("catalogue", "catalogue")] == [{}, {}]
    price_in_sage(world, "24.00")
    world.publish("catalogue")
    assert price(world) == "24.000000"


def test_other_fields_of_an_undone_product_are_still_written(dearer: tuple[World, Run]) -> None:
    world, run = dearer
    undo(world, run)
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_Design="Polo nuit")
    before, maker = "Polo d'accueil manches courtes bleu M", " - Armor Textile"
    assert list(changes_of(world.run("catalogue")).values()) == [
        {
            "name": ({"fr": before}, {"fr": "Polo nuit"}),
            "meta_title": ({"fr": before + maker}, {"fr": "Polo nuit" + maker}),
        }
    ]
    assert price(world) == "19.900000"


def test_two_undone_runs_both_stay_undone(dearer: tuple[World, Run]) -> None:
    world, first = dearer
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PoidsNet="300")
    second = world.run("catalogue")
    undo(world, first)
    undo(world, second)
    assert writes(world.run("catalogue")) == {}
    product = world.shop.product("POLO-BLEU-M")
    assert (product["price"], product["weight"]) == ("19.900000", "0.220000")


def test_what_changed_since_is_skipped_with_its_cause_and_the_rest_put_back(small: World) -> None:
    small.begin("catalogue")
    price_in_sage(small, "21.40")
    price_in_sage(small, "31.00", "SECATEUR")
    small.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PrixVen="9.99")
    run = small.run("catalogue")
    price_in_sage(small, "22.00")
    small.publish("catalogue")
    undone = undo(small, run)
    held = undone.changes.get(state="held")
    assert (held.key, held.cause, held.facts["field"]) == ("POLO-BLEU-M", "undo.changed_since", "price")
    assert price(small) == "22.000000"
    assert price(small, "CARNET-A5") != "9.990000"
    assert undone.held == 1


def test_created_products_are_taken_offline_and_stay_so(small: World) -> None:
    first = small.run("catalogue")
    undone = undo(small, first)
    assert undone.rejected == 0
    assert {row["active"] for row in small.shop.list("products")} == {"0"}
    assert writes(small.run("catalogue")) == {}
    assert {row["active"] for row in small.shop.list("products")} == {"0"}


def test_created_specific_prices_are_deleted_and_not_made_again(small: World, make_user: Any) -> None:
    small.begin("catalogue", "customers")
    run = small.run("prices")
    assert small.shop.list("specific_prices")
    undo_past_the_brakes(small, run, make_user("alix"))
    assert small.shop.list("specific_prices") == []
    assert writes(small.run("prices")) == {}
    assert small.shop.list("specific_prices") == []


def test_stock_is_what_it_was_before_us(small: World) -> None:
    small.begin("catalogue")
    run = small.run("stock")
    assert small.shop.stock("POLO-BLEU-M") == {"": 44}
    undo(small, run)
    assert small.shop.stock("POLO-BLEU-M") == {"": 0}
    assert writes(small.run("stock")) == {}


def test_an_adopted_product_gets_back_what_it_was_and_is_not_hidden(small: World) -> None:
    small.begin("catalogue")
    polo = small.shop.product("POLO-BLEU-M")["id"]
    forget_everything(small)
    edit(small, "products", polo, price="5.000000")
    run = small.run("catalogue")
    assert price(small) == "19.900000"
    undo(small, run)
    assert (price(small), small.shop.product("POLO-BLEU-M")["active"]) == ("5.000000", "1")
    assert writes(small.run("catalogue")) == {}


def forget_everything(world: World) -> None:
    """As if the portal met the shop for the first time."""
    from mapping.models import Binding, DerivationMark

    Binding.objects.all().delete()
    DerivationMark.objects.all().delete()


# --- the undo of an undo ----------------------------------------------------------------------------------------------


def test_the_undo_of_an_undo_writes_the_value_again(dearer: tuple[World, Run]) -> None:
    world, run = dearer
    undo(world, undo(world, run))
    assert price(world) == "21.400000"
    assert writes(world.run("catalogue")) == {}
    price_in_sage(world, "19.90")
    world.publish("catalogue")
    assert price(world) == "19.900000", "nothing is left undone: Sage may go back to the old price"


def test_a_third_undo_is_an_undo_again(dearer: tuple[World, Run]) -> None:
    world, run = dearer
    undo(world, undo(world, undo(world, run)))
    assert price(world) == "19.900000"
    assert writes(world.run("catalogue")) == {}


def test_products_taken_offline_come_back_and_sage_may_hide_them(small: World) -> None:
    first = small.run("catalogue")
    undo(small, undo(small, first))
    assert {row["active"] for row in small.shop.list("products")} == {"1"}
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Sommeil=1)
    small.publish("catalogue")
    assert small.shop.product("SECATEUR")["active"] == "0"


def test_deleted_specific_prices_are_made_again_as_they_were(small: World, make_user: Any) -> None:
    small.begin("catalogue", "customers")
    run = small.run("prices")
    before = shown_prices(small)
    again = undo(small, undo_past_the_brakes(small, run, make_user("alix")))
    assert (again.rejected, again.held) == (0, 0)
    assert shown_prices(small) == before
    assert writes(small.run("prices")) == {}


def shown_prices(world: World) -> list[Any]:
    names = ("id_product", "id_group", "id_customer", "from_quantity", "price")
    return sorted(tuple(str(row[name]) for name in names) for row in world.shop.list("specific_prices"))


def test_what_a_flow_deleted_is_told_and_not_made_again(small: World) -> None:
    small.begin("catalogue", "customers", "prices")
    small.company.execute(("DELETE FROM F_TARIFQTE WHERE AR_Ref = ? AND TQ_BorneSup > 200", ("STYLO-BILLE",)))
    from tests.flows.test_changes import a_day_passes

    a_day_passes()
    run = small.run("prices")
    assert run.requests["DELETE"] >= 1
    undone = undo(small, run)
    assert set(undone.changes.values_list("state", "cause")) == {("held", "undo.deleted")}
    assert writes(undone) == {}


def test_an_undo_that_died_half_way_finishes_what_is_left(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    from sync_portal.sync import claims, engine, sending

    first = small.run("catalogue")
    run = claims.claim(jobs.undo(first).pk)
    assert run is not None
    sent: list[str] = []

    def dies_at_the_second_kind(resolver: Any, parcel: Any) -> None:
        sent.append(parcel.kind.name)
        if len(sent) > 1:
            raise KeyboardInterrupt
        original(resolver, parcel)

    original = sending.exchange
    monkeypatch.setattr(sending, "exchange", dies_at_the_second_kind)
    with pytest.raises(KeyboardInterrupt):
        engine.execute(run)
    monkeypatch.setattr(sending, "exchange", original)
    Run.objects.update(lease_until=timezone.now())
    assert claims.sweep() == [run.pk]
    assert jobs.carry("slow") == "succeeded"
    assert {row["active"] for row in small.shop.list("products")} == {"0"}
    run.refresh_from_db()
    held = list(run.changes.filter(state="held").values_list("cause", "kind", "key"))
    assert (run.attempt, run.held, len(set(held))) == (2, len(held), len(held)), "each is told once"
    assert {cause for cause, _kind, _key in held} == {"undo.still_used"}


# --- what a run made --------------------------------------------------------------------------------------------------

FREE = {"max_deletions_percent": 100, "max_hidden_percent": 100, "max_closed_percent": 100}
ADDED = ("CARNET-A5-02", "Terracotta")


@pytest.fixture
def added(small: World) -> tuple[World, Run]:
    """A published shop and the run that gave one product a third combination, and its option a third value."""
    small.shop_connection(rules=small.client.shops.get().rules | {"brakes": FREE})
    rows = taken_out(small)
    small.publish()
    assert names(small) == {"CARNET-A5-01", "CARNET-A5-03"}
    small.company.execute(*rows)
    run = small.run("catalogue")
    assert set(run.changes.filter(action="create").values_list("kind", flat=True)) == {
        "combinations",
        "product_option_values",
    }
    return small, run


def taken_out(world: World) -> list[tuple[str, tuple[Any, ...]]]:
    """Take the third value and its combination out of Sage; returns what puts them back."""
    import sqlite3

    back: list[tuple[str, tuple[Any, ...]]] = []
    with sqlite3.connect(world.company.path) as base:
        for table, column in (("F_ARTGAMME", "AG_No"), ("F_ARTENUMREF", "AG_No1")):
            cursor = base.execute(f"SELECT * FROM {table} WHERE AR_Ref = 'CARNET-A5' AND {column} = 51")
            columns = [one[0] for one in cursor.description]
            for row in cursor:
                fresh = dict(zip(columns, row, strict=True)) | {
                    "cbModification": datetime.now().isoformat(" ", "milliseconds")
                }
                places = ", ".join("?" * len(columns))
                back.append((f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", tuple(fresh.values())))
            base.execute(f"DELETE FROM {table} WHERE AR_Ref = 'CARNET-A5' AND {column} = 51")
    assert len(back) == 2
    return back


def names(world: World) -> set[str]:
    """What the shop has of the product with combinations and of what was added to it."""
    values = {name for name in world.shop.names("product_option_values").values() if name in ADDED}
    return {row["reference"] for row in world.shop.combinations("CARNET-A5")} | values


def told(run: Run) -> list[tuple[str, str]]:
    return sorted(run.changes.filter(state="held").values_list("kind", "cause"))


def test_an_added_combination_and_its_value_go_and_stay_away(added: tuple[World, Run]) -> None:
    world, run = added
    undone = undo(world, run)
    assert (undone.rejected, told(undone), names(world)) == (0, [], {"CARNET-A5-01", "CARNET-A5-03"})
    for flow in ("catalogue", "stock", "prices", "images", "catalogue"):
        again = world.run(flow)
        assert (again.state, writes(again)) == ("succeeded", {}), flow


def test_the_undo_of_that_undo_makes_them_again_with_their_stock(added: tuple[World, Run]) -> None:
    world, run = added
    world.publish("stock", "prices", "images")
    before = (world.shop.stock("CARNET-A5"), shown_prices(world), names(world))
    first = undo(world, run)
    world.publish("stock", "prices", "images")
    again = undo(world, first)
    assert (again.rejected, told(again)) == (0, [])
    world.publish("catalogue", "stock", "prices", "images")
    after = (world.shop.stock("CARNET-A5"), shown_prices(world), names(world))
    assert after == before
    assert [writes(world.run(flow)) for flow in ("catalogue", "stock", "prices", "images")] == [{}] * 4


def test_a_combination_that_was_ordered_stays_and_so_does_its_value(added: tuple[World, Run]) -> None:
    world, run = added
    combination = next(row["id"] for row in world.shop.combinations("CARNET-A5") if row["reference"] == "CARNET-A5-02")
    world.running.shop.database.execute(
        "INSERT INTO ps_order_details (id_order, product_attribute_id) VALUES (1, ?)", (combination,)
    )
    undone = undo(world, run)
    assert told(undone) == [("combinations", "undo.used_in_shop"), ("product_option_values", "undo.used_in_shop")]
    assert names(world) == {"CARNET-A5-01", "CARNET-A5-03", *ADDED}
    assert writes(world.run("catalogue")) == {}


def test_a_value_that_the_shop_uses_itself_stays(added: tuple[World, Run]) -> None:
    world, run = added
    value = next(key for key, name in world.shop.names("product_option_values").items() if name == "Terracotta")
    polo = world.shop.product("POLO-BLEU-M")["id"]
    own = f"""<prestashop><combination><id_product>{polo}</id_product><minimal_quantity>1</minimal_quantity>
        <reference>A-LA-MAIN</reference><associations><product_option_values><product_option_value><id>{value}</id>
        </product_option_value></product_option_values></associations></combination></prestashop>"""
    post(world, "combinations", own)
    undone = undo(world, run)
    assert told(undone) == [("product_option_values", "undo.used_in_shop")]
    assert [row["reference"] for row in world.shop.combinations("POLO-BLEU-M")] == ["A-LA-MAIN"]
    assert names(world) == {"CARNET-A5-01", "CARNET-A5-03", "Terracotta"}


def post(world: World, resource: str, body: str) -> None:
    import requests

    answer = requests.post(
        f"{world.running.url}/api/{resource}", data=body.encode(), auth=(world.running.key, ""), timeout=30
    )
    answer.raise_for_status()


def test_what_somebody_changed_in_the_shop_is_not_deleted(added: tuple[World, Run]) -> None:
    world, run = added
    combination = next(row["id"] for row in world.shop.combinations("CARNET-A5") if row["reference"] == "CARNET-A5-02")
    edit(world, "combinations", combination, reference="RENOMMEE")
    undone = undo(world, run)
    assert ("combinations", "undo.changed_since") in told(undone)
    assert "RENOMMEE" in names(world)


@pytest.mark.parametrize(
    ("taken", "cause"),
    [
        pytest.param(("order_details", "get"), "undo.cannot_tell", id="orders cannot be read"),
        pytest.param(("combinations", "delete"), "undo.no_right", id="nothing may be deleted"),
    ],
)
def test_a_key_without_the_rights_deletes_nothing(
    added: tuple[World, Run], monkeypatch: pytest.MonkeyPatch, taken: tuple[str, str], cause: str
) -> None:
    from connectors.prestashop.versions import ShopCapabilities

    world, run = added
    may = ShopCapabilities.may
    monkeypatch.setattr(ShopCapabilities, "may", lambda self, *asked: asked != taken and may(self, *asked))
    undone = undo(world, run)
    assert ("combinations", cause) in told(undone)
    assert names(world) == {"CARNET-A5-01", "CARNET-A5-03", *ADDED}


def test_something_new_that_needs_an_undone_value_brings_it_back(added: tuple[World, Run]) -> None:
    world, run = added
    undo(world, run)
    world.company.update("F_ARTENUMREF", "AE_Ref", "CARNET-A5-02", AE_Ref="CARNET-A5-TC")
    world.publish("catalogue")
    assert names(world) == {"CARNET-A5-01", "CARNET-A5-03", "CARNET-A5-TC", "Terracotta"}
    assert writes(world.run("catalogue")) == {}


def test_created_accounts_are_closed_and_their_groups_stay(small: World) -> None:
    small.shop_connection(rules=small.client.shops.get().rules | {"brakes": FREE})
    run = small.run("customers")
    undone = undo(small, run)
    assert {row["active"] for row in small.shop.list("customers")} == {"0"}
    assert set(told(undone)) == {("groups", "undo.still_used")}
    assert writes(small.run("customers")) == {}
    undo(small, undone)
    assert {row["active"] for row in small.shop.list("customers")} == {"1"}
    assert writes(small.run("customers")) == {}


def test_what_the_portal_does_not_know_is_told_and_left(small: World) -> None:
    small.begin("catalogue", "customers")
    small.company.update("F_COMPTET", "CT_Num", "ABBAYE", CT_Siret="73282932000074")
    run = small.run("customers")
    undone = undo(small, run)
    assert ("customers", "undo.unknown_before") in told(undone)


def test_closing_many_accounts_stops_at_the_brake(small: World) -> None:
    run = small.run("customers")
    asked = jobs.undo(run)
    assert jobs.carry(asked.lane) == "stopped"
    assert Run.objects.get(pk=asked.pk).cause == "brake.closed"
