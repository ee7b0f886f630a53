"""A long run is gone through once, not once for each few hundred of its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import ShopConnection
from mapping.state import Held
from sync_portal.sync import lines, scope, undo
from sync_portal.sync.context import RunContext
from sync_portal.sync.models import Change, ChangeState, Run, RunState
from sync_portal.sync.plan import PlannedChange
from sync_portal.sync.planned import Planned
from sync_portal.sync.resolver import Resolver
from tests.sync.fake_shop import FakeWebservice

pytestmark = pytest.mark.django_db

MANY = 1600
"""Lines: four parts of 500 and less."""


@pytest.fixture
def make_run(shop: ShopConnection) -> Callable[..., Run]:
    """A run with that many lines, "ART-0" and so on."""

    def make(amount: int, they_are: str = ChangeState.PLANNED, **fields: Any) -> Run:
        run = Run.objects.create(client=shop.client, flow="catalogue", **({"state": "succeeded"} | fields))
        rows = (
            Change(run=run, shop=shop, kind="stock", key=f"ART-{number}", label="x", action="update", state=they_are)
            for number in range(amount)
        )
        Change.objects.bulk_create(rows)
        return run

    return make


def keys(parts: Iterable[Iterable[Change]]) -> list[str]:
    return [row.key for part in parts for row in part]


def searches(act: Callable[[], Any]) -> int:
    """How many times all lines of a run are looked through."""
    with CaptureQueriesContext(connection) as asked:
        act()
    texts = [query["sql"] for query in asked if '"sync_change"."run_id" = ' in query["sql"]]
    return sum("UPDATE" not in text for text in texts)


def test_the_parts_of_a_preview_are_all_of_it_in_its_order(make_run: Callable[..., Run]) -> None:
    preview = make_run(MANY)
    chosen: list[list[Change]] = []
    assert searches(lambda: chosen.extend(scope.chosen_parts({"plan": preview.pk}))) == 1
    assert keys(chosen) == [f"ART-{number}" for number in range(MANY)]
    assert max(map(len, chosen)) == 500


def test_what_was_previewed_is_looked_up_without_going_through_the_preview_again(
    make_run: Callable[..., Run], shop: ShopConnection
) -> None:
    preview = make_run(MANY, ended_at=timezone.now())
    plan = [PlannedChange("stock", f"ART-{number}", "x", "update", {}, [], 0, "") for number in range(-100, MANY)]
    kept: list[PlannedChange] = []

    def select() -> None:
        wanted = scope.selector({"plan": preview.pk}, shop.pk)
        for start in range(0, len(plan), 500):
            kept.extend(wanted(plan[start : start + 500]))

    assert searches(select) == 1
    assert [one.key for one in kept] == [f"ART-{number}" for number in range(MANY)]


def test_what_an_earlier_attempt_told_as_held_is_found_without_going_through_it_again(
    make_run: Callable[..., Run], shop: ShopConnection
) -> None:
    run = make_run(MANY, ChangeState.HELD, state=RunState.RUNNING, claim="mine", lease_until=timezone.now())
    held = Held("shop.conflict", {})
    plan = [PlannedChange("stock", f"ART-{number}", "x", "update", {}, [], 0, "", held) for number in range(MANY + 1)]
    fake: Any = FakeWebservice()
    planned = Planned(RunContext(run), Resolver(shop, fake))
    # Which line is the newest is asked when it begins, and they are gone through once.
    assert searches(lambda: planned.keep([plan])) == 1
    assert (run.changes.count(), run.changes.latest("pk").key) == (MANY + 1, f"ART-{MANY}")


def test_what_was_chosen_and_is_no_longer_so_is_told_without_going_through_the_run_again(
    make_run: Callable[..., Run], shop: ShopConnection
) -> None:
    preview = make_run(MANY, ended_at=timezone.now())
    run = make_run(700, state=RunState.RUNNING, claim="mine", lease_until=timezone.now(), scope={"plan": preview.pk})
    fake: Any = FakeWebservice()
    planned = Planned(RunContext(run), Resolver(shop, fake))
    assert searches(lambda: planned.keep([])) == 2, "the run, and the preview"
    stale = run.changes.filter(state=ChangeState.STALE).order_by("pk")
    assert [row.key for row in stale] == [f"ART-{number}" for number in range(700, MANY)]


def test_a_run_backwards_goes_through_the_run_once(make_run: Callable[..., Run], shop: ShopConnection) -> None:
    few, many = make_run(1, ChangeState.CONFIRMED), make_run(MANY, ChangeState.CONFIRMED)
    fake: Any = FakeWebservice()
    taken = [searches(lambda run=run: list(undo.plan_undo(run.pk, Resolver(shop, fake)))) for run in (few, many)]
    assert taken[0] == taken[1]


def test_two_places_of_the_same_hash_are_told_apart(make_run: Callable[..., Run], monkeypatch: Any) -> None:
    rows = Change.objects.filter(run=make_run(3))
    monkeypatch.setattr(lines, "hash", lambda place: 1, raising=False)
    found = lines.ByPlace(rows).find([("stock", "ART-2"), ("stock", "ART-0"), ("products", "ART-2")])
    assert list(found) == [("stock", "ART-2")], "one is missed, none is taken for another"
