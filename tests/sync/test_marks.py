"""What a run leaves to be looked at again, asked of both databases in the way that is quick there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connectors.models import Client, ShopConnection
from mapping.models import Binding
from sync_portal.sync import marks
from sync_portal.sync.models import Change, ChangeState, Run

pytestmark = pytest.mark.django_db

KINDS = ("products", "stock")


@pytest.fixture
def run(client_acme: Client) -> Run:
    return Run.objects.create(client=client_acme, flow="catalogue", state="running")


@pytest.fixture
def shop(client_acme: Client) -> ShopConnection:
    return ShopConnection.objects.create(client=client_acme, name="Shop", url="http://127.0.0.1:9")


def told(run: Run, shop: ShopConnection, key: str, state: str, **fields: Any) -> None:
    fields = {"kind": "products", "label": key, "action": "update"} | fields
    Change.objects.create(run=run, shop=shop, key=key, state=state, **fields)


def found(run: Run, shop: ShopConnection) -> set[str]:
    parts = marks.unconfirmed(run, shop, KINDS, since=timezone.now() - timedelta(hours=1))
    return set().union(*parts)


def test_what_did_not_get_through_is_left_and_what_did_is_not(run: Run, shop: ShopConnection) -> None:
    for state in ChangeState.values:
        told(run, shop, state.upper(), state, wanted="hash")
    assert found(run, shop) == {state.upper() for state in ChangeState.values} - {"CONFIRMED"}


def test_what_the_derivation_holds_is_not_left(run: Run, shop: ShopConnection) -> None:
    told(run, shop, "A", ChangeState.HELD)
    told(run, shop, "B", ChangeState.HELD, wanted="parked by the shop's refusal")
    assert found(run, shop) == {"B"}


def test_what_a_later_attempt_confirmed_is_not_left(run: Run, shop: ShopConnection) -> None:
    for kind in KINDS:
        told(run, shop, "A", ChangeState.REJECTED, kind=kind)
    told(run, shop, "B", ChangeState.REJECTED)
    told(run, shop, "A", ChangeState.CONFIRMED)
    assert found(run, shop) == {"A", "B"}, "the stock of A is still left"
    told(run, shop, "A", ChangeState.CONFIRMED, kind="stock")
    assert found(run, shop) == {"B"}


def test_other_runs_and_shops_confirm_nothing_here(client_acme: Client, run: Run, shop: ShopConnection) -> None:
    other = ShopConnection.objects.create(client=client_acme, name="Other", url="http://127.0.0.1:9")
    told(run, shop, "A", ChangeState.REJECTED)
    told(run, other, "A", ChangeState.CONFIRMED)
    told(Run.objects.create(client=client_acme, flow="stock"), shop, "A", ChangeState.CONFIRMED)
    assert found(run, shop) == {"A"}


def test_what_others_moved_meanwhile_is_left_but_not_what_the_run_wrote(run: Run, shop: ShopConnection) -> None:
    now = timezone.now()
    for key, kind, at in [
        ("MINE", "products", now),
        ("MOVED", "products", now),
        ("MINE", "stock", now),
        ("LONG-AGO", "products", now - timedelta(hours=2)),
        ("NOBODY-S", "categories", now),
    ]:
        Binding.objects.create(shop=shop, kind=kind, key=key, confirmed_at=at)
    told(run, shop, "MINE", ChangeState.CONFIRMED)
    assert found(run, shop) == {"MOVED", "MINE"}, "the stock of MINE was moved by another flow"
    told(run, shop, "MINE", ChangeState.CONFIRMED, kind="stock")
    assert found(run, shop) == {"MOVED"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL joins, by what it knows of the tables")
def test_sqlite_collects_the_confirmed_once_for_a_kind(run: Run, shop: ShopConnection) -> None:
    """Row by row it took minutes where a run had confirmed 40,000 changes."""
    confirmed = Change.objects.filter(run=run, shop=shop, state=ChangeState.CONFIRMED)
    told(run, shop, "A", ChangeState.REJECTED)
    plans = [rows.explain() for rows in marks._without(Change.objects.filter(run=run).order_by(), confirmed)]
    assert len(plans) == 1
    assert "LIST SUBQUERY" in plans[0]
    assert "CORRELATED" not in plans[0]
