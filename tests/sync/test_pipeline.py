"""Slices on their way: what may overlap, what has to wait, and that nothing is lost when a run stops meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from connectors.errors import RetryableError
from mapping.models import Binding
from sync_portal.sync import jobs, pipeline, sending
from sync_portal.sync.kinds import KINDS, Kind
from sync_portal.sync.models import ChangeState, Run
from sync_portal.sync.tasks import Task
from tests.flows.portal import World, causes_of, writes
from tests.flows.test_standing_still import AtOnce

pytestmark = pytest.mark.flow

Event = tuple[str, str, tuple[str, ...]]
"""(what happened, kind, local keys)"""


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What happens to the slices of a run, in order."""
    told: list[Event] = []

    def telling(name: str, function: Callable[..., Any], of: Callable[..., tuple[Kind, Sequence[Task]]]) -> Any:
        def told_first(*given: Any) -> Any:
            kind, tasks = of(*given)
            told.append((name, kind.name, tuple(task.change.key for task in tasks)))
            result = function(*given)
            if name == "exchange":
                told.append(("answered", kind.name, tuple(task.change.key for task in tasks)))
            return result

        return told_first

    monkeypatch.setattr(
        sending, "exchange", telling("exchange", sending.exchange, lambda _r, p: (p.kind, [*p.new, *p.known]))
    )
    monkeypatch.setattr(sending, "encode", telling("encode", sending.encode, lambda _r, kind, tasks: (kind, tasks)))
    monkeypatch.setattr(pipeline, "store", telling("store", pipeline.store, lambda _c, _r, kind, tasks: (kind, tasks)))
    return told


def one_by_one(monkeypatch: pytest.MonkeyPatch, world: World, *kinds: str) -> None:
    """Every record of these kinds is a slice of its own."""
    world.shop_connection(connections=1)
    for name in kinds:
        monkeypatch.setitem(KINDS, name, replace(KINDS[name], slice=1))


def of(kind: str, events: Sequence[Event]) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, keys) for name, of_kind, keys in events if of_kind == kind]


def meanwhile(events: list[Event], name: str, amount: int) -> bool:
    """Whether so many slices of products get this far; no machine is too slow for that in half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if sum(1 for happened, kind, _keys in events if (happened, kind) == (name, "products")) >= amount:
            return True
        time.sleep(0.01)
    return False


def test_a_slice_is_stored_and_another_one_encoded_while_one_is_on_its_way(
    small: World, monkeypatch: pytest.MonkeyPatch, events: list[Event]
) -> None:
    one_by_one(monkeypatch, small, "products")
    exchange = sending.exchange
    seen: list[tuple[bool, bool]] = []

    def wait(resolver: Any, parcel: Any) -> None:
        if parcel.kind.name == "products":
            number = len(seen) + 1
            encoded = number == 6 or meanwhile(events, "encode", number + 1)
            seen.append((encoded, meanwhile(events, "store", number - 1)))
        exchange(resolver, parcel)

    monkeypatch.setattr(sending, "exchange", wait)
    small.publish("catalogue")
    assert seen == [(True, True)] * 6


def test_what_refers_to_a_slice_on_its_way_waits_until_that_is_stored(
    small: World, monkeypatch: pytest.MonkeyPatch, events: list[Event]
) -> None:
    one_by_one(monkeypatch, small, "categories")
    small.publish("catalogue")
    happened = of("categories", events)
    parents = {key: key.rpartition("/")[0] for name, (key, *_others) in happened if name == "encode"}
    rows = small.client.runs.get().changes.filter(kind="categories")
    for change in rows:
        wanted = {difference["field"]: difference["after"] for difference in change.differences}
        parent = wanted["parent"]["ref"][1]
        if parent in parents:
            assert happened.index(("store", (parent,))) < happened.index(("encode", (change.key,)))
    assert rows.exclude(state=ChangeState.CONFIRMED).count() == 0


def test_another_kind_waits_until_everything_of_the_one_before_is_stored(small: World, events: list[Event]) -> None:
    small.publish("catalogue")
    for place, (name, kind, _keys) in enumerate(events):
        if name == "encode":
            on_their_way = {
                of_kind
                for happened, of_kind, keys in events[:place]
                if happened == "exchange" and ("store", of_kind, keys) not in events[:place]
            }
            assert on_their_way <= {kind}


def test_neighbours_that_look_alike_are_not_taken_for_one(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one looks into the shop after the first one's id is known, and before its binding is stored."""
    one_by_one(monkeypatch, small, "products")
    monkeypatch.setitem(KINDS, "products", replace(KINDS["products"], identity=("active",), lookup=""))
    run = small.run("catalogue")
    assert (run.state, causes_of(run)) == ("succeeded", {})
    assert len(small.shop.list("products")) == 6
    assert run.changes.filter(kind="products", action="create", as_found=False).count() == 6


def test_a_cancelled_run_stores_what_was_on_its_way(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one(monkeypatch, small, "products")
    exchange = sending.exchange
    sent: list[str] = []

    def cancel_at_the_second(resolver: Any, parcel: Any) -> None:
        exchange(resolver, parcel)
        sent.extend(task.change.key for task in parcel.new if parcel.kind.name == "products")

    def beat(context: Any, *, force: bool = False) -> None:
        if len(sent) >= 2:
            raise pipeline_cancelled

    from sync_portal.sync.context import Cancelled, RunContext

    pipeline_cancelled = Cancelled()
    monkeypatch.setattr(sending, "exchange", cancel_at_the_second)
    monkeypatch.setattr(RunContext, "beat", beat)
    run = small.run("catalogue")
    confirmed = run.changes.filter(kind="products", state=ChangeState.CONFIRMED)
    assert run.state == "cancelled"
    assert sorted(confirmed.values_list("key", flat=True)) == sorted(sent)
    assert len(small.shop.list("products")) == len(sent) < 6


def test_while_a_slice_is_on_its_way_the_database_is_not_asked_from_there(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where an answer is lost and the shop is searched for what it did."""
    exchange = sending.exchange
    asked: list[str] = []

    def watched(resolver: Any, parcel: Any) -> None:
        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):  # connections belong to a thread: this is the one of the exchange
            exchange(resolver, parcel)

    monkeypatch.setattr(sending, "exchange", watched)
    small.running.shop.misbehaviours.add("cut", times=2, path="/api/products", methods=("POST",))
    small.run("catalogue")
    small.run("catalogue")
    assert asked == []
    assert len(small.shop.list("products")) == 6


def test_what_was_sent_and_could_not_be_read_back_is_not_confirmed(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sending._held

    def lost(resolver: Any, kind: Kind, tasks: Sequence[Task]) -> Any:
        if kind.name == "products" and tasks and tasks[0].sent:
            raise RetryableError("shop.timeout", {"seconds": 30})
        return held(resolver, kind, tasks)

    monkeypatch.setattr(sending, "_held", lost)
    run = small.run("catalogue")
    products = Run.objects.get(pk=run.pk).changes.filter(kind="products")
    assert (run.state, run.cause) == ("failed", "shop.timeout")
    assert set(products.values_list("state", "cause")) == {(ChangeState.LATER, "shop.timeout")}
    monkeypatch.setattr(sending, "_held", held)
    again = small.run("catalogue")
    assert (again.state, len(small.shop.list("products"))) == ("succeeded", 6)
    assert set(again.changes.filter(kind="products").values_list("state", "as_found")) == {
        (ChangeState.CONFIRMED, True)
    }
    assert writes(jobs.run_here(small.client, "catalogue")) == {}


def test_what_somebody_else_stored_of_a_record_on_its_way_is_kept(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another flow writes other fields of the same products, and a person answers a question about one."""
    small.publish("catalogue")
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_PoidsNet="777")
    monkeypatch.setattr(pipeline, "ThreadPoolExecutor", AtOnce)
    exchange = sending.exchange

    def meanwhile(resolver: Any, parcel: Any) -> None:
        exchange(resolver, parcel)
        if parcel.kind.name == "products":
            row = Binding.objects.get(kind="products", key="SECATEUR")
            row.confirmed["price"] = "99.000000"
            row.save(update_fields=["confirmed"])

    monkeypatch.setattr(sending, "exchange", meanwhile)
    small.publish("catalogue")
    confirmed = Binding.objects.get(kind="products", key="SECATEUR").confirmed
    assert (confirmed["weight"], confirmed["price"]) == ("0.777000", "99.000000")
