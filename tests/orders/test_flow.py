"""The flow "orders" as the engine runs it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import SageConnection, ShopConnection
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.sync import claims
from sync_portal.sync.engine import execute
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Change, ChangeState, Cursor, Run, RunState
from tests.orders.conftest import KNIFE, LOST, World

pytestmark = [pytest.mark.django_db, pytest.mark.flow]


@pytest.fixture
def connected(world: World) -> World:
    """The client's Sage connection is the base that the world looks into."""
    SageConnection.objects.create(
        client=world.client, dialect="sqlite", path=world.session.settings.path, write_enabled=True
    )
    ShopConnection.objects.filter(pk=world.connection.pk).update(private_network=True)
    return world


def _run(world: World, *, preview: bool = False, scope: dict[str, Any] | None = None) -> Run:
    queued = Run.objects.create(client=world.client, flow="orders", preview=preview, scope=scope or {})
    run = claims.claim(queued.pk)
    assert run is not None
    execute(run)
    run.refresh_from_db()
    return run


def test_the_flow_is_declared() -> None:
    flow = get_flow("orders")
    assert (flow.lane, flow.promise_minutes) == ("fast", 15)


def test_a_run_imports_holds_and_then_does_nothing(connected: World) -> None:
    connected.place(KNIFE)
    connected.place(LOST)
    run = _run(connected)
    assert (run.state, run.cause) == (RunState.SUCCEEDED, ""), run.detail
    assert (run.written, run.confirmed, run.held, run.requests["sage"]) == (1, 1, 1, 1)
    assert set(run.requests) <= {"GET", "sage"}
    assert sorted(Change.objects.filter(run=run).values_list("state", "cause")) == [
        (ChangeState.CONFIRMED, ""),
        (ChangeState.HELD, "orders.unknown_article"),
    ]
    second = _run(connected)
    assert (second.state, second.written, second.held, second.requests["sage"]) == (RunState.SUCCEEDED, 0, 0, 0)
    assert not Change.objects.filter(run=second).exists()
    assert len(connected.documents()) == 1


def test_a_preview_leaves_no_trace_but_its_history(connected: World) -> None:
    connected.place(KNIFE)
    run = _run(connected, preview=True)
    assert (run.state, run.to_write, run.written) == (RunState.SUCCEEDED, 1, 0), run.detail
    assert (LedgerOrder.objects.count(), Cursor.objects.count(), connected.documents()) == (0, 0, [])


def test_a_run_that_may_not_write_into_sage_stops_with_its_cause(connected: World) -> None:
    connected.place(KNIFE)
    SageConnection.objects.update(write_enabled=False)
    run = _run(connected)
    assert (run.state, run.cause) == (RunState.FAILED, "sage.write_disabled")
    SageConnection.objects.update(write_enabled=True)
    assert _run(connected).written == 1


def test_a_shop_that_is_away_does_not_keep_the_others_waiting(connected: World) -> None:
    away = ShopConnection.objects.create(
        client=connected.client,
        name="Absente",
        url="http://127.0.0.1:9",
        key=connected.connection.key,
        private_network=True,
    )
    ShopConnection.objects.filter(pk=connected.connection.pk).update(position=1)
    order = connected.place(KNIFE)
    run = _run(connected)
    assert (run.state, run.cause) == (RunState.FAILED, "shop.unreachable")
    assert connected.client.shops.first() == away
    assert connected.row(order).state == OrderState.IMPORTED


@pytest.fixture
def three(connected: World, bind: Any) -> World:
    """One order is held and could enter by now, a second one is held, a third is not known yet."""
    connected.place(LOST)
    connected.place(LOST)
    assert _run(connected).held == 2
    bind("products", KNIFE, connected.products[LOST])
    connected.place(KNIFE)
    return connected


def test_an_order_that_a_person_names_is_the_only_one_examined(three: World) -> None:
    first, second = LedgerOrder.objects.order_by("shop_order_id")
    run = _run(three, scope={"orders": [first.pk]})
    assert (run.state, run.changes.count(), run.written, run.held) == (RunState.SUCCEEDED, 1, 1, 0), run.detail
    assert [row.state for row in (_fresh(first), _fresh(second))] == [OrderState.IMPORTED, OrderState.HELD]
    assert LedgerOrder.objects.count() == 2, "the shop is not asked for new ones"
    assert _run(three).written == 1, "the next whole run finds the third, as if nothing had been"


def test_an_order_that_entered_meanwhile_is_left_alone(three: World) -> None:
    first = LedgerOrder.objects.order_by("shop_order_id")[0]
    assert _run(three, scope={"orders": [first.pk]}).written == 1
    again = _run(three, scope={"orders": [first.pk]})
    assert (again.state, again.changes.count(), again.written, len(three.documents())) == (RunState.SUCCEEDED, 0, 0, 1)


def test_retrying_a_run_examines_what_it_held_and_nothing_else(three: World) -> None:
    held_by = Run.objects.get()
    run = _run(three, scope={"retry": held_by.pk})
    assert (run.state, run.changes.count(), run.written) == (RunState.SUCCEEDED, 2, 2), run.detail
    assert LedgerOrder.objects.count() == 2


def test_what_is_chosen_of_a_preview_is_all_that_enters(three: World) -> None:
    LedgerOrder.objects.update(state=OrderState.SEEN)
    preview = _run(three, preview=True)
    lines = preview.changes.filter(state=ChangeState.PLANNED).order_by("key")
    assert len(lines) == 3
    run = _run(three, scope={"plan": preview.pk, "changes": [lines[2].pk], "fields": []})
    assert (run.changes.count(), run.written, len(three.documents())) == (1, 1, 1)
    whole = _run(three, scope={"plan": preview.pk, "changes": [], "fields": []})
    assert (whole.changes.count(), whole.written, len(three.documents())) == (2, 2, 3)


def test_a_preview_that_is_too_old_lets_nothing_enter(three: World) -> None:
    preview = _run(three, preview=True)
    Run.objects.filter(pk=preview.pk).update(ended_at=timezone.now() - timedelta(hours=5))
    run = _run(three, scope={"plan": preview.pk, "changes": [], "fields": []})
    assert (run.state, run.cause, three.documents()) == (RunState.FAILED, "portal.plan_expired", [])


def _fresh(row: LedgerOrder) -> LedgerOrder:
    return LedgerOrder.objects.get(pk=row.pk)
