"""What the shop has sold and Sage does not know yet stays sold when Sage's stock moves: no oversell, no jump."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.credentials import Secret
from connectors.models import ShopConnection
from connectors.sandbox.shop import ordering as shop_ordering
from connectors.sandbox.shop import placing
from connectors.sandbox.shop.server import running_shop
from mapping.models import OrderedStock
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.sync import collect, shop_plan
from sync_portal.sync.models import Decision, Run
from tests.flows.company import keep_only
from tests.flows.portal import World, writes

pytestmark = pytest.mark.flow

BOX = ("COFFRET-APERO", "TERRINE-CAN", "SARDINE-VIN", "SEL-GUER", "OUVRE-HUITRE")
SOLD = ("SECATEUR", "STYLO-BILLE", "CARNET-A5", *BOX, "PORT-FR")
SHEARS, PEN, BOOK = "SECATEUR", "STYLO-BILLE", "CARNET-A5"
CANCELLED, REFUNDED, REFUSED = 6, 7, 8


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Published, and the orders of the shop are imported from now on."""
    world = make_world()
    keep_only(world.company, SOLD)
    world.publish("catalogue", "stock", "prices", "orders")
    quiet(world)
    return world


def order(world: World, reference: str, quantity: int, *, combination: str = "", paid: bool = True) -> int:
    """Somebody buys in the shop, which takes it off its own stock."""
    found = {row["reference"]: int(row["id"]) for row in world.shop.combinations(reference)}
    line = (int(world.shop.product(reference)["id"]), found[combination] if combination else 0, quantity)
    return placing.place_order(world.running.shop, lines=[line], buyer=placing.PRIVATE_BUYERS[0], paid=paid)


def to_state(world: World, number: int, state: int) -> None:
    """The shop's staff moves the order on, later than in the second in which it came."""
    shop = world.running.shop
    with shop.database.entity():
        shop_ordering.change_state(shop, number, state)
        shop.database.execute("UPDATE ps_orders SET date_upd = '2099-01-01 00:00:00' WHERE id = ?", (number,))


def deliver(world: World, reference: str, by: int) -> None:
    """Goods come in: Sage's stock moves without any order."""
    touch = "cbModification = datetime('now', 'localtime')"
    sql = f"UPDATE F_ARTSTOCK SET AS_QteSto = AS_QteSto + ?, {touch} WHERE AR_Ref = ? AND DE_No = 1"
    world.company.execute((sql, (by, reference)))


def rule(world: World, **rules: Any) -> None:
    shop = world.client.shops.get()
    shop.rules = shop.rules | rules
    shop.save(update_fields=["rules"])


def hold_orders(world: World) -> None:
    """No order can be imported: no payment mode is mapped."""
    orders = world.client.shops.get().rules["orders"]
    rule(world, orders={**orders, "payments": {}})


def stock_of(world: World, reference: str) -> int:
    return world.shop.stock(reference)[""]


def moved(world: World, flow: str = "stock") -> dict[str, int]:
    """The writes of a run that goes well."""
    run = world.run(flow)
    assert (run.state, run.cause, run.rejected) == ("succeeded", "", 0), run.detail
    return writes(run)


def quiet(world: World) -> None:
    """Everything is as it should be, nobody is asked anything, and not one request is needed to know it."""
    assert moved(world) == {}
    assert asked(world.run("stock")) == 0
    assert not Decision.objects.exists()


def asked(run: Run) -> int:
    assert run.state == "succeeded", run.detail
    return sum(run.requests.values())


def why(world: World, reference: str) -> str:
    return str(world.client.products.get(key=reference).explanations["quantity"])


def test_an_order_that_sage_does_not_know_is_not_sold_twice_and_its_import_moves_nothing(world: World) -> None:
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3)
    deliver(world, SHEARS, 5)
    assert moved(world) == {"PATCH": 1}
    assert stock_of(world, SHEARS) == before + 5 - 3
    assert f"({before + 5} en stock, dont 3 commandés sur la boutique et pas encore réservés dans Sage)" in why(
        world, SHEARS
    )
    quiet(world)
    assert moved(world, "orders") == {"sage": 1}
    quiet(world)
    assert (stock_of(world, SHEARS), OrderedStock.objects.count()) == (before + 5 - 3, 0)
    assert "pas encore" not in why(world, SHEARS)
    assert moved(world, "orders") == {}
    quiet(world)


def test_an_order_that_is_held_stays_subtracted_and_gives_its_stock_back_when_it_is_cancelled(world: World) -> None:
    before = stock_of(world, SHEARS)
    hold_orders(world)
    number = order(world, SHEARS, 3)
    assert moved(world, "orders") == {}
    assert LedgerOrder.objects.get().state == OrderState.HELD
    quiet(world)
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5 - 3
    quiet(world)
    to_state(world, number, CANCELLED)
    assert stock_of(world, SHEARS) == before + 5, "the shop gives it back by itself"
    moved(world, "orders")
    quiet(world)
    assert (stock_of(world, SHEARS), OrderedStock.objects.count()) == (before + 5, 0)


@pytest.mark.parametrize("state", [CANCELLED, REFUNDED, REFUSED])
def test_an_order_that_takes_no_stock_is_not_subtracted(world: World, state: int) -> None:
    before = stock_of(world, SHEARS)
    to_state(world, order(world, SHEARS, 3), state)
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5
    quiet(world)


def test_an_order_that_waits_for_its_payment_is_subtracted(world: World) -> None:
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3, paid=False)
    moved(world, "orders")
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5 - 3
    quiet(world)


def test_more_sold_than_there_is_leaves_nothing_to_sell(world: World) -> None:
    before = stock_of(world, SHEARS)
    hold_orders(world)
    order(world, SHEARS, before)
    deliver(world, SHEARS, -1)
    moved(world)
    assert stock_of(world, SHEARS) == 0
    assert f"({before - 1} en stock, pour {before} commandés" in why(world, SHEARS)
    quiet(world)


@pytest.mark.parametrize("formula", ["real", "available"])
def test_a_formula_that_counts_no_orders_counts_those_of_the_shop_neither(world: World, formula: str) -> None:
    """And the import then moves nothing: the shop keeps what it took off by itself until Sage's stock moves."""
    rule(world, stock={"formula": formula})
    moved(world)
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3)
    quiet(world)
    assert moved(world, "orders") == {"sage": 1}
    quiet(world)
    assert stock_of(world, SHEARS) == before - 3
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5
    quiet(world)


def test_a_shop_can_do_without(world: World) -> None:
    rule(world, stock={"deduct_orders": False})
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3)
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5


def test_what_was_ordered_before_the_first_day_of_the_import_is_in_sage_already(world: World) -> None:
    orders = world.client.shops.get().rules["orders"]
    rule(world, orders={**orders, "since": "2099-01-01"})
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3)
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5


def test_without_an_import_of_orders_nothing_is_known_of_them(world: World) -> None:
    world.client.cursors.filter(flow="orders").delete()
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3)
    deliver(world, SHEARS, 5)
    moved(world)
    assert stock_of(world, SHEARS) == before + 5


def test_an_ordered_box_takes_its_units_from_every_packaging(world: World) -> None:
    single, box = world.shop.stock(PEN)["STYLO-BILLE-X1"], world.shop.stock(PEN)["STYLO-BILLE-X50"]
    order(world, PEN, 2, combination="STYLO-BILLE-X50")
    deliver(world, PEN, 10)
    moved(world)
    rest = single + 10 - 100
    expected = {"": rest + rest // 50, "STYLO-BILLE-X1": rest, "STYLO-BILLE-X50": rest // 50}
    assert (world.shop.stock(PEN), rest // 50 < box) == (expected, True)
    quiet(world)
    assert moved(world, "orders") == {"sage": 1}
    quiet(world)
    assert (world.shop.stock(PEN), OrderedStock.objects.count()) == (expected, 0)


def test_a_pack_takes_its_components(world: World) -> None:
    boxes, salt = stock_of(world, "COFFRET-APERO"), stock_of(world, "SEL-GUER")
    tins = world.shop.stock("SARDINE-VIN")["SARDINE-VIN-X1"]
    order(world, "COFFRET-APERO", 2)
    moved(world, "orders")
    moved(world)
    assert (stock_of(world, "SEL-GUER"), world.shop.stock("SARDINE-VIN")["SARDINE-VIN-X1"]) == (salt - 2, tins - 4)
    assert (stock_of(world, "COFFRET-APERO"), OrderedStock.objects.count()) == (boxes - 2, 0)
    quiet(world)


def test_a_pack_that_is_held_takes_its_components_as_its_import_will(world: World) -> None:
    boxes, salt = stock_of(world, "COFFRET-APERO"), stock_of(world, "SEL-GUER")
    hold_orders(world)
    order(world, "COFFRET-APERO", 2)
    moved(world, "orders")
    moved(world)
    held = {reference: world.shop.stock(reference) for reference in BOX}
    assert (stock_of(world, "SEL-GUER"), stock_of(world, "COFFRET-APERO")) == (salt - 2, boxes - 2)
    rule(world, orders={**world.client.shops.get().rules["orders"], "payments": {"ps_wirepayment": 2}})
    assert moved(world, "orders") == {"sage": 1}
    quiet(world)
    assert {reference: world.shop.stock(reference) for reference in BOX} == held


def test_a_sage_that_reserves_nothing_for_an_order_does_not_make_the_shop_show_more(world: World) -> None:
    """Whether an order reserves depends on settings of Sage that nobody could name (semantics 2.4)."""
    order(world, SHEARS, 3)
    assert moved(world, "orders") == {"sage": 1}
    sql = "UPDATE F_ARTSTOCK SET AS_QteRes = AS_QteRes - 3 WHERE AR_Ref = ?"
    world.company.execute((sql, (SHEARS,)))
    before = stock_of(world, SHEARS)
    quiet(world)
    assert stock_of(world, SHEARS) == before
    deliver(world, SHEARS, 5)
    moved(world)
    assert (stock_of(world, SHEARS), OrderedStock.objects.count()) == (before + 3 + 5, 0), "as Sage says from now on"
    quiet(world)


def test_a_variant_is_taken_from_its_own_stock_and_from_its_articles(world: World) -> None:
    before = world.shop.stock(BOOK)
    variant, left = next((name, amount) for name, amount in sorted(before.items()) if name and amount > 3)
    hold_orders(world)
    order(world, BOOK, 2, combination=variant)
    moved(world, "orders")
    sql = (
        "UPDATE F_GAMSTOCK SET GS_QteSto = GS_QteSto + 1, cbModification = datetime('now', 'localtime') WHERE DE_No = 1"
    )
    world.company.execute((sql, ()))
    moved(world)
    after = world.shop.stock(BOOK)
    assert after[variant] == left + 1 - 2
    others = {name for name in before if name not in {"", variant} and before[name]}
    assert {name: after[name] for name in others} == {name: before[name] + 1 for name in others}
    quiet(world)


def test_a_refund_leaves_the_shops_stock_alone_until_sages_moves(world: World) -> None:
    """The shop puts nothing back on its shelf; neither does the portal, of its own accord."""
    before = stock_of(world, SHEARS)
    hold_orders(world)
    number = order(world, SHEARS, 3)
    moved(world, "orders")
    moved(world)
    to_state(world, number, REFUNDED)
    moved(world, "orders")
    quiet(world)
    assert stock_of(world, SHEARS) == before - 3
    deliver(world, SHEARS, 5)
    moved(world)
    assert (stock_of(world, SHEARS), OrderedStock.objects.count()) == (before + 5, 0)
    quiet(world)


@pytest.mark.parametrize("moment", ["before it is read", "after it is read", "before it is written"])
def test_an_import_in_the_middle_of_a_run_makes_nothing_jump(
    world: World, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    before = stock_of(world, SHEARS)
    order(world, SHEARS, 3)
    deliver(world, SHEARS, 5)
    imported: list[dict[str, int]] = []

    def importing(act: Callable[..., Any], *, first: bool) -> Callable[..., Any]:
        def both(*given: Any, **named: Any) -> Any:
            done = None if first else act(*given, **named)
            if not imported:
                imported.append({})
                imported[0].update(moved(world, "orders"))
            return act(*given, **named) if first else done

        return both

    written = moment == "before it is written"
    place = f"sync_portal.sync.{'shop_plan.apply' if written else 'engine.collect.collect'}"
    act = shop_plan.apply if written else collect.collect
    monkeypatch.setattr(place, importing(act, first=moment != "after it is read"))
    assert moved(world) == {"PATCH": 1}
    monkeypatch.undo()
    assert (imported, stock_of(world, SHEARS)) == ([{"sage": 1}], before + 5 - 3)
    quiet(world)
    assert (stock_of(world, SHEARS), OrderedStock.objects.count()) == (before + 5 - 3, 0)


def test_a_run_that_has_something_to_look_at_asks_for_the_newest_orders_once(world: World) -> None:
    order(world, SHEARS, 1)
    moved(world, "orders")
    mark = world.shop.mark()
    run = world.run("stock")
    assert (run.state, writes(run)) == ("succeeded", {}), "the shop holds it already"
    sql = "SELECT path FROM journal WHERE id > ? AND resource = 'orders'"
    assert len(world.running.shop.database.rows(sql, (mark,))) == 1
    quiet(world)


def test_another_shop_of_the_client_does_not_sell_it_either(world: World, tmp_path: Path) -> None:
    """Both stand on one stock of Sage's."""
    first = world.client.shops.get()
    before = stock_of(world, SHEARS)
    with running_shop(tmp_path / "second") as running:
        second = World(client=world.client, company=world.company, running=running)
        ShopConnection.objects.create(
            client=world.client,
            name="Deuxième",
            url=running.url,
            key=Secret(running.key),
            rules=first.rules,
            private_network=True,
        )
        world.publish("catalogue", "stock", "customers", "prices", "orders")
        quiet(world)
        order(second, SHEARS, 3)
        deliver(world, SHEARS, 5)
        moved(world)
        assert (stock_of(world, SHEARS), stock_of(second, SHEARS)) == (before + 5 - 3, before + 5 - 3)
        quiet(world)
        assert moved(world, "orders") == {"sage": 1}
        quiet(world)
        assert (stock_of(world, SHEARS), stock_of(second, SHEARS)) == (before + 5 - 3, before + 5 - 3)
