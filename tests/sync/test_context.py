"""What a running flow holds in its hands: its lease, its progress, its sessions."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import ConfigurationError
from connectors.models import Client, ShopConnection
from sync_portal.sync import claims, heartbeat
from sync_portal.sync import context as contexts
from sync_portal.sync.context import Cancelled, RunContext
from sync_portal.sync.heartbeat import Heartbeat
from sync_portal.sync.models import Run, RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def context(client_acme: Client) -> RunContext:
    run = claims.claim(Run.objects.create(client=client_acme, flow="stock").pk)
    assert run is not None
    return RunContext(run)


def stored(context: RunContext) -> Run:
    return Run.objects.get(pk=context.run.pk)


def lose(context: RunContext) -> None:
    """Another worker takes the run."""
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claims.claim(context.run.pk) is not None


def test_a_step_and_its_counters_are_stored_when_it_begins(context: RunContext) -> None:
    context.count(read=7, unchanged=3, sage=2)
    context.step("apply", 12)
    run = stored(context)
    assert (run.step, run.done, run.total, run.read, run.unchanged) == ("apply", 0, 12, 7, 3)
    assert run.requests == {"sage": 2}


def test_a_step_says_when_it_began(context: RunContext) -> None:
    for _step in range(2):
        before = timezone.now()
        context.step("apply", 12)
        stored = Run.objects.values_list("step_started_at", flat=True).get(pk=context.run.pk)
        assert before <= stored <= timezone.now()


def test_progress_is_stored_at_most_every_two_seconds(
    context: RunContext, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    clock = [100.0]
    monkeypatch.setattr(contexts.time, "monotonic", lambda: clock[0])
    context.step("apply", 100)
    with django_assert_num_queries(0):
        for done in range(50):
            context.progress(done)
    clock[0] += contexts.HEARTBEAT_SECONDS
    context.progress(60)
    assert stored(context).done == 60


def test_whoever_watches_sees_every_step(context: RunContext) -> None:
    seen: list[tuple[str, int, int]] = []
    watched = RunContext(context.run, on_progress=lambda *told: seen.append(told))
    watched.step("apply", 3)
    for done in (1, 2, 3):
        watched.progress(done)
    assert seen == [("apply", 0, 3), ("apply", 1, 3), ("apply", 2, 3), ("apply", 3, 3)]


def test_a_cancellation_is_noticed_at_the_next_beat(context: RunContext) -> None:
    Run.objects.update(cancel_requested=True)
    with pytest.raises(Cancelled):
        context.beat(force=True)


@pytest.mark.parametrize("act", [lambda context: context.beat(force=True), RunContext.hold], ids=["beat", "hold"])
def test_a_lost_lease_is_noticed(context: RunContext, act: Any) -> None:
    lose(context)
    with pytest.raises(claims.LeaseLost):
        act(context)


def test_holding_on_does_not_stop_what_is_to_be_stored(context: RunContext) -> None:
    Run.objects.update(cancel_requested=True, lease_until=timezone.now())
    context.hold()
    lease = stored(context).lease_until
    assert lease is not None
    assert lease > timezone.now() + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("ask", "cause"),
    [
        pytest.param(lambda context: context.sage, "portal.no_sage", id="Sage"),
        pytest.param(lambda context: context.shops(), "portal.no_shop", id="a shop"),
    ],
)
def test_what_the_client_does_not_have_is_a_setting_that_is_missing(context: RunContext, ask: Any, cause: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        ask(context)
    assert raised.value.cause == cause


def test_a_shop_that_is_switched_off_is_not_worked_for(context: RunContext) -> None:
    ShopConnection.objects.create(client=context.client, name="Ancienne", url="http://127.0.0.1:1", active=False)
    with pytest.raises(ConfigurationError, match=r"portal\.no_shop"):
        context.shops()


def test_invalid_rules_name_the_shop_and_the_place(context: RunContext) -> None:
    shop = ShopConnection(client=context.client, name="Boutique", rules={"languages": 7, "owners": "x"})
    with pytest.raises(ConfigurationError) as raised:
        context.rules(shop)
    assert (raised.value.cause, raised.value.facts["shop"]) == ("portal.rules", "Boutique")
    assert "owners" in raised.value.facts["message"]


# --- the lease while a worker waits -----------------------------------------------------------------------------------


class Lease:
    """Stands for the database, which a test's own transaction hides from another thread."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.beats = 0
        self.enough = threading.Event()

    def extend(self, _run: Run) -> None:
        self.beats += 1
        answer = self.answers.pop(0) if self.answers else None
        if not self.answers:
            self.enough.set()
        if answer is not None:
            raise answer


@pytest.fixture
def lease(monkeypatch: pytest.MonkeyPatch) -> Any:
    def answering(*answers: Exception | None) -> Lease:
        made = Lease(*answers)
        monkeypatch.setattr(heartbeat.claims, "extend", made.extend)
        return made

    return answering


def test_the_lease_is_prolonged_while_the_worker_waits(context: RunContext, lease: Any) -> None:
    kept = lease(None, None, None)
    with Heartbeat(context.run, every_seconds=0.01):
        assert kept.enough.wait(60)
    beats = kept.beats
    assert beats >= 3
    assert not any(thread.name == f"heartbeat-{context.run.pk}" for thread in threading.enumerate())


def test_a_database_that_is_away_for_a_moment_does_not_end_the_heartbeat(context: RunContext, lease: Any) -> None:
    from django.db import OperationalError

    kept = lease(OperationalError("away"), None, None)
    with Heartbeat(context.run, every_seconds=0.01):
        assert kept.enough.wait(60)


def test_the_heart_of_a_worker_that_lost_its_run_stops(context: RunContext, lease: Any) -> None:
    kept = lease(claims.LeaseLost("run"))
    with Heartbeat(context.run, every_seconds=0.01) as beating:
        assert kept.enough.wait(60)
        beating._thread.join(timeout=60)
        assert not beating._thread.is_alive()
    assert kept.beats == 1


def test_an_error_of_the_worker_ends_the_heartbeat(context: RunContext, lease: Any) -> None:
    lease()
    with pytest.raises(KeyError), Heartbeat(context.run, every_seconds=0.01) as beating:
        raise KeyError("x")
    assert not beating._thread.is_alive()
    assert stored(context).state == RunState.RUNNING
