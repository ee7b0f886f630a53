"""One order of the shop gives one document in Sage, whatever fails in between; no order is silently missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import ConfigurationError, RejectedRecordError, RetryableError
from connectors.models import ShopConnection
from connectors.prestashop.xml import Entity
from connectors.sandbox.shop.placing import PRIVATE_BUYERS, PROFESSIONAL
from mapping.models import Binding
from sync_portal.orders import importer, ledger
from sync_portal.orders.importer import ShopImport
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.sync.models import Cursor
from tests.orders.conftest import KNIFE, LOST, SEEDS, World

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a `kill -9` looks like from inside: nothing below may catch it."""


def test_a_paid_order_becomes_a_document_with_its_lines_and_deposit(world: World) -> None:
    order = world.place(KNIFE, SEEDS, quantity=3, message="Sonnez deux fois")
    context = world.run()
    row = world.row(order)
    assert (row.state, row.sage_customer, row.cause) == (OrderState.IMPORTED, "CLIENTWEB", "")
    assert row.proof["ok"] is True
    assert context.outcomes == [("confirmed", "")]
    assert context.counters == {
        "read": 1, "unchanged": 0, "to_write": 1, "written": 1, "confirmed": 1, "sage": 1
    }  # fmt: skip
    assert world.documents() == [(str(order), row.sage_piece)]
    lines = world.session.rows(
        "SELECT AR_Ref, DL_MontantTTC, DL_Design FROM F_DOCLIGNE WHERE DO_Piece = ? ORDER BY DL_Ligne",
        [row.sage_piece],
    )
    assert [article for article, _amount, _label in lines if article] == [KNIFE, SEEDS, "PORT-FR"]
    assert sum(Decimal(str(amount or 0)) for _article, amount, _label in lines) == row.total_paid
    assert lines[-1][2] == "Sonnez deux fois"
    ((deposit,),) = world.session.rows(
        "SELECT DR_Montant FROM F_DOCREGL WHERE DO_Piece = ? AND DR_TypeRegl = 0", [row.sage_piece]
    )
    assert Decimal(str(deposit)) == row.total_paid


def test_a_second_run_asks_the_shop_twice_and_writes_nothing(world: World) -> None:
    world.place()
    world.place(LOST)
    world.run()
    documents, mark = world.documents(), world.served.shop.journal.mark()
    context = world.run()
    assert context.changes == []
    assert (context.counters["written"], context.counters["held"], context.counters["sage"]) == (0, 0, 0)
    assert context.counters["unchanged"] == context.counters["read"] == 2
    assert world.documents() == documents
    since = world.served.shop.journal.since(mark)
    assert since.writes == 0
    assert context.webservice(world.connection).counters.requests["GET", "order_details"] == 0


def test_an_unpaid_order_waits_and_enters_when_its_state_changes(world: World) -> None:
    order = world.place(module="ps_checkpayment", paid=False)
    assert world.run().outcomes == [("held", "orders.state_not_accepted")]
    assert world.row(order).facts["state"]
    assert world.documents() == []
    world.set_state(order, 2)
    assert world.run().outcomes == [("confirmed", "")]
    assert world.row(order).state == OrderState.IMPORTED


def test_an_order_dated_in_the_future_hides_nothing_that_moves_after_it(world: World) -> None:
    """A module or a wrong clock of the shop wrote it: until then nothing would seem to have moved."""
    waiting = world.place(module="ps_checkpayment", paid=False)
    future = world.place()
    orders = world.served.shop.database
    orders.execute("UPDATE ps_orders SET date_upd = '2099-01-01 00:00:00' WHERE id = ?", (future,))
    assert world.run().outcomes == [("held", "orders.state_not_accepted"), ("confirmed", "")]
    world.set_state(waiting, 2)
    soon = f"{timezone.localtime() + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"
    orders.execute("UPDATE ps_orders SET date_upd = ? WHERE id = ?", (soon, waiting))
    assert world.run().outcomes == [("confirmed", "")]


def test_an_order_whose_money_does_not_add_up_is_held_with_both_amounts(world: World) -> None:
    order = world.place()
    world.served.shop.database.execute("UPDATE ps_orders SET total_paid = total_paid - 0.01 WHERE id = ?", (order,))
    assert world.run().outcomes == [("held", "orders.money_difference")]
    row = world.row(order)
    assert (row.facts["difference"], row.proof["ok"]) == ("+0.01", False)
    assert world.documents() == []


def test_a_held_order_enters_after_its_button(world: World, bind: Callable[..., Binding]) -> None:
    order = world.place(LOST)
    world.run()
    row = world.row(order)
    assert (row.state, row.cause, row.facts["reference"]) == (OrderState.HELD, "orders.unknown_article", LOST)
    assert ledger.held_by_cause(world.client) == {"orders.unknown_article": 1}
    bind("products", KNIFE, world.products[LOST])
    assert world.run().changes == []
    assert ledger.retry_order(row)
    assert not ledger.retry_order(row)
    assert world.run().outcomes == [("confirmed", "")]
    assert ledger.counts_of(world.client) == {"seen": 0, "held": 0, "writing": 0, "imported": 1}


def test_held_orders_are_examined_again_when_the_order_rules_change(world: World) -> None:
    world.place()
    world.connection.rules["orders"]["carriers"] = {}
    world.connection.save()
    assert world.run().outcomes == [("held", "orders.unknown_carrier")]
    assert world.run().changes == []
    world.connection.rules["orders"]["carriers"] = {"Livraison à domicile": 1}
    world.connection.save()
    assert world.run().outcomes == [("confirmed", "")]


@pytest.mark.parametrize(("since", "documents"), [("", 1), ("2000-01-01", 1), ("2999-01-01", 0)])
def test_orders_from_before_the_first_day_of_the_import_stay_out(world: World, since: str, documents: int) -> None:
    world.place()
    world.connection.rules["orders"]["since"] = since
    world.connection.save(update_fields=["rules"])
    world.run()
    assert len(world.documents()) == documents
    assert LedgerOrder.objects.count() == documents


def test_a_preview_shows_and_keeps_nothing(world: World) -> None:
    world.place()
    world.place(LOST)
    context = world.run(preview=True)
    assert context.outcomes == [("planned", ""), ("held", "orders.unknown_article")]
    fields = [one["field"] for one in context.changes[0]["differences"]]
    assert fields == ["sage_customer", "total_paid", "lines", "deposit"]
    assert (LedgerOrder.objects.count(), Cursor.objects.count(), world.documents()) == (0, 0, [])


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Kill the process at a point of the import: once."""

    def at(point: str) -> None:
        write = importer.write_order

        def killed(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(importer, "write_order", write)
            if point == "after the commit in Sage":
                write(*args, **kwargs)
            raise Killed

        monkeypatch.setattr(importer, "write_order", killed)

    return at


@pytest.mark.parametrize("point", ["before the write into Sage", "after the commit in Sage"])
def test_a_run_that_is_killed_leaves_one_document_in_the_end(
    world: World, kill: Callable[[str], None], point: str
) -> None:
    orders = [world.place(), world.place(SEEDS, buyer=PRIVATE_BUYERS[1])]
    kill(point)
    with pytest.raises(Killed):
        world.run()
    assert world.row(orders[0]).state == OrderState.WRITING
    context = world.run()
    assert context.outcomes == [("confirmed", ""), ("confirmed", "")]
    assert context.counters["sage"] == (1 if point.startswith("after") else 2)
    assert [web for web, _piece in world.documents()] == [str(order) for order in orders]
    assert {row.shop_order_id: row.sage_piece for row in LedgerOrder.objects.all()} == {
        int(web): piece for web, piece in world.documents()
    }
    assert world.run().changes == []


def test_an_order_cancelled_after_a_killed_run_is_not_held_while_sage_has_it(
    world: World, kill: Callable[[str], None]
) -> None:
    order = world.place()
    kill("after the commit in Sage")
    with pytest.raises(Killed):
        world.run()
    world.set_state(order, 6)
    assert world.run().outcomes == [("confirmed", "")]
    row = world.row(order)
    assert (row.state, [(str(order), row.sage_piece)]) == (OrderState.IMPORTED, world.documents())


def _fail_once(monkeypatch: pytest.MonkeyPatch, error: Exception, *, write_first: bool = False) -> None:
    write = importer.write_order

    def failing(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(importer, "write_order", write)
        if write_first:
            write(*args, **kwargs)
        raise error

    monkeypatch.setattr(importer, "write_order", failing)


def test_a_locked_record_waits_while_the_others_enter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [world.place(), world.place()]
    _fail_once(monkeypatch, RetryableError("sage.locked"))
    context = world.run()
    assert context.outcomes == [("later", "sage.locked"), ("confirmed", "")]
    assert world.row(orders[0]).state == OrderState.SEEN
    assert world.run().outcomes == [("confirmed", "")]
    assert len(world.documents()) == 2


@pytest.mark.parametrize("write_first", [False, True], ids=["nothing was written", "the document was written"])
def test_a_cut_connection_ends_the_run_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, write_first: bool
) -> None:
    orders = [world.place(), world.place()]
    _fail_once(monkeypatch, RetryableError("sage.connection_lost"), write_first=write_first)
    with pytest.raises(RetryableError):
        world.run()
    assert not LedgerOrder.objects.filter(shop_order_id=orders[1]).exists()
    assert world.run().outcomes == [("confirmed", ""), ("confirmed", "")]
    assert [web for web, _piece in world.documents()] == [str(order) for order in orders]


def test_a_refusal_of_sage_holds_the_order_with_its_cause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.place()
    _fail_once(monkeypatch, RejectedRecordError("sage.trigger_refused", {"number": "82019"}, detail="[82019] tiers"))
    context = world.run()
    assert context.outcomes == [("held", "sage.trigger_refused")]
    row = world.row(order)
    assert (row.state, row.facts, row.detail) == (OrderState.HELD, {"number": "82019"}, "[82019] tiers")


def test_an_order_that_breaks_the_program_is_held_and_the_others_enter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = world.place(), world.place()
    _fail_once(monkeypatch, ZeroDivisionError("a mistake of ours"))
    assert world.run().outcomes == [("held", "portal.unexpected"), ("confirmed", "")]
    row = world.row(broken)
    assert (row.state, row.facts) == (OrderState.HELD, {"error": "ZeroDivisionError"})
    assert "a mistake of ours" in row.detail
    assert [web for web, _piece in world.documents()] == [str(other)]


def test_a_wrong_setting_stops_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.place()
    _fail_once(monkeypatch, ConfigurationError("sage.write_disabled"))
    with pytest.raises(ConfigurationError):
        world.run()
    assert Cursor.objects.count() == 0
    assert world.run().outcomes == [("confirmed", "")]
    assert [web for web, _piece in world.documents()] == [str(order)]


def test_a_held_order_moved_during_an_unfinished_first_run_is_not_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = world.place(paid=False)
    world.place()
    _fail_once(monkeypatch, RetryableError("sage.connection_lost"))
    with pytest.raises(RetryableError):
        world.run()
    assert world.row(waiting).state == OrderState.HELD
    world.set_state(waiting, 2)
    world.run()
    assert world.row(waiting).state == OrderState.IMPORTED


def test_an_order_deleted_in_the_shop_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.place()
    _fail_once(monkeypatch, RetryableError("sage.locked"))
    world.run()
    world.served.shop.database.execute("DELETE FROM ps_orders WHERE id = ?", (order,))
    assert world.run().outcomes == [("held", "orders.gone")]
    assert world.run().changes == []


def test_a_bound_customer_is_booked_on_its_own_account(world: World, bind: Callable[..., Binding]) -> None:
    order = world.place(buyer=PROFESSIONAL)
    buyer = world.served.shop.get("orders", order)["id_customer"]  # type: ignore[index]
    bind("customers", "DUMAS", buyer)
    world.run()
    assert world.row(order).sage_customer == "DUMAS"


def test_two_orders_of_a_new_buyer_share_one_new_account(world: World) -> None:
    world.connection.rules["orders"]["private_buyers"] = "account"
    world.connection.save()
    first = world.place(buyer=PRIVATE_BUYERS[0])
    second = world.place(buyer=PRIVATE_BUYERS[0])
    other = world.place(buyer=PRIVATE_BUYERS[1])
    world.run()
    third = world.place(buyer=PRIVATE_BUYERS[0])
    world.run()
    account = world.row(first).sage_customer
    assert account.startswith("WEB")
    assert {world.row(order).sage_customer for order in (second, third)} == {account}
    assert world.row(other).sage_customer not in {account, "CLIENTWEB", ""}


def test_what_sage_could_not_hold_is_noted(world: World) -> None:
    order = world.place(message="Merci 🙂 " + "à très bientôt, " * 3)
    world.run()
    row = world.row(order)
    assert [note["cause"] for note in row.notes] == ["orders.note_text"]
    (told,) = row.told_notes
    assert "🙂" in told


def test_the_orders_of_two_shops_are_not_mixed_up(world: World) -> None:
    other = ShopConnection.objects.create(
        client=world.client, name="Autre", url="http://127.0.0.1:1", key=world.connection.key
    )
    context = world.context()
    assert ShopImport(context, world.connection).web_number(7) == "7"  # type: ignore[arg-type]
    assert ShopImport(context, other).web_number(7) == f"{other.pk}-7"  # type: ignore[arg-type]


def test_a_cancelled_run_keeps_what_it_did(world: World) -> None:
    orders = [world.place(), world.place()]
    context = world.context()

    def cancel(done: int) -> None:
        raise KeyboardInterrupt

    context.on_progress = cancel
    with pytest.raises(KeyboardInterrupt):
        world.run_in(context)
    context.close()
    assert world.row(orders[0]).state == OrderState.IMPORTED
    world.run()
    assert len(world.documents()) == 2


def test_a_voucher_of_the_shop_reaches_sage_as_a_negative_line(world: World) -> None:
    order = world.place(KNIFE)
    shop = world.served.shop
    context = world.context()
    rule = Entity(
        {
            "id_order": str(order),
            "id_cart_rule": "1",
            "name": "Bienvenue",
            "value": "5.9999",
            "value_tax_excl": "4.9999",
            "free_shipping": "0",
        }
    )
    context.webservice(world.connection).create("order_cart_rules", [rule], find=None)
    context.close()
    shop.database.execute(
        "UPDATE ps_orders SET total_discounts = 6, total_discounts_tax_incl = 6, total_discounts_tax_excl = 5, "
        "total_paid = total_paid - 6, total_paid_tax_incl = total_paid_tax_incl - 6, "
        "total_paid_tax_excl = total_paid_tax_excl - 5 WHERE id = ?",
        (order,),
    )
    shop.database.execute("UPDATE ps_order_payments SET amount = amount - 6")
    assert world.run().outcomes == [("confirmed", "")]
    rows = world.session.rows("SELECT DL_MontantTTC FROM F_DOCLIGNE WHERE AR_Ref = 'REMISE-WEB'")
    assert [Decimal(str(amount)) for (amount,) in rows] == [Decimal(-6)]
