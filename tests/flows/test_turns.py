"""Two workers carry two flows of one client at the same moment: what both want made is made once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from connectors.prestashop.transport import Transport
from mapping.models import Binding
from sync_portal.sync import flows, heartbeat, pipeline, turns
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.models import Run
from sync_portal.sync.pipeline import Pipeline
from tests.flows.dying import Killed, carry, start, take_up_again
from tests.flows.portal import World, writes
from tests.flows.shop import text
from tests.flows.test_standing_still import AtOnce

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]

PATIENCE = 120
PAIRS = [("catalogue", "customers"), ("customers", "catalogue")]


def ours(world: World) -> Counter[str]:
    """How often the shop has each group of ours."""
    names = {str(text(row["name"])) for row in world.shop.list("groups")} - {"Visiteur", "Invité", "Client"}
    return Counter(text(row["name"]) for row in world.shop.list("groups") if text(row["name"]) in names)


def assert_each_once(world: World) -> None:
    held = ours(world)
    assert held, "the client has groups"
    assert set(held.values()) == {1}
    assert Binding.objects.filter(kind="groups", remote_id__isnull=False).count() == len(held)
    assert not Binding.objects.filter(kind="groups").exclude(pending={}).exists()
    for flow in ("catalogue", "customers"):
        assert writes(world.run(flow)) == {}, flow


class Outcome:
    """The other run, and what it left."""

    run: Run | None = None


def when_it_comes_to_groups(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Right before a run sends its groups, once."""
    original, done = Pipeline.carry, []

    def carry_on(self: Pipeline, kind: Any, tasks: Any) -> None:
        if kind.name == "groups" and not done:
            done.append(kind)
            act()
        original(self, kind, tasks)

    monkeypatch.setattr(Pipeline, "carry", carry_on)


@pytest.mark.parametrize(("flow", "other"), PAIRS)
def test_what_another_flow_made_since_the_plan_is_found(
    small: World, monkeypatch: pytest.MonkeyPatch, flow: str, other: str
) -> None:
    outcome = Outcome()

    def the_other_one() -> None:
        outcome.run = small.run(other)

    when_it_comes_to_groups(monkeypatch, the_other_one)
    run = small.run(flow)
    assert outcome.run is not None
    assert (run.state, outcome.run.state) == ("succeeded", "succeeded"), run.detail
    lines = run.changes.filter(kind="groups")
    assert {(line.action, line.state, line.as_found) for line in lines} == {("update", "confirmed", True)}
    assert_each_once(small)


@pytest.mark.parametrize(("flow", "other"), PAIRS)
def test_who_wants_what_is_being_made_waits_for_it(
    small: World, monkeypatch: pytest.MonkeyPatch, flow: str, other: str
) -> None:
    waits, may_go_on = threading.Event(), threading.Event()
    states: dict[str, str] = {}

    def second() -> None:
        try:
            states[other] = small.run(other).state
        finally:
            waits.set()
            connection.close()

    def pause(_seconds: float) -> None:
        waits.set()
        assert may_go_on.wait(PATIENCE)

    thread = threading.Thread(target=second)
    original = Transport.request

    def request(self: Transport, verb: str, asked: str, *args: Any, **options: Any) -> Any:
        if (verb, asked) == ("POST", "groups") and thread.ident is None:
            thread.start()
            assert waits.wait(PATIENCE)
        return original(self, verb, asked, *args, **options)

    # Strictly one after the other: whoever waits is at no statement of its own.
    monkeypatch.setattr(pipeline, "ThreadPoolExecutor", AtOnce)
    monkeypatch.setattr(heartbeat.Heartbeat, "_beat", lambda _self: None)
    monkeypatch.setattr(turns, "sleep", pause)
    monkeypatch.setattr(Transport, "request", request)
    states[flow] = small.run(flow).state
    may_go_on.set()
    thread.join(PATIENCE)
    assert states == {flow: "succeeded", other: "succeeded"}
    assert_each_once(small)


def test_a_dead_worker_keeps_nobody_waiting_once_its_lease_is_over(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(small.client, "catalogue")
    original = Transport.request

    def request(self: Transport, verb: str, asked: str, *args: Any, **options: Any) -> Any:
        answer = original(self, verb, asked, *args, **options)
        if (verb, asked) == ("POST", "groups"):
            raise Killed
        return answer

    monkeypatch.setattr(pipeline, "ThreadPoolExecutor", AtOnce)
    with monkeypatch.context() as patch:
        patch.setattr(Transport, "request", request)
        patch.setattr(pipeline, "store", lambda *_given: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            carry(run)
    held = Counter(ours(small))
    slept: list[float] = []

    def pause(seconds: float) -> None:
        slept.append(seconds)
        assert take_up_again(run) == "succeeded"

    monkeypatch.setattr(turns, "sleep", pause)
    assert small.run("customers").state == "succeeded"
    assert slept == [turns.PAUSE]
    assert held <= ours(small)
    assert_each_once(small)


def test_what_several_flows_make_is_known_to_be_shared(small: World) -> None:
    makers: dict[str, set[str]] = {}
    for flow in ("catalogue", "stock", "customers", "prices", "images"):
        for line in small.run(flow).changes.filter(action="create"):
            makers.setdefault(line.kind, set()).add(flow)
    by_declaration = Counter(desire for flow in flows.all_flows() for desire in flow.desires)
    assert [desire.__name__ for desire, amount in by_declaration.items() if amount > 1] == ["desired_groups"]
    assert {kind for kind, found in makers.items() if len(found) > 1} <= {"groups"}
    assert {kind.name for kind in KINDS.values() if kind.shared} == {"groups"}
