"""The flow "orders" as the engine runs it."""

from __future__ import annotations

import pytest

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


def _run(world: World, *, preview: bool = False) -> Run:
    queued = Run.objects.create(client=world.client, flow="orders", preview=preview)
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
