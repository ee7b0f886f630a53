"""Asking for runs, the queue, schedules and the tick; what a run does is tested elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from connectors.models import Client
from sync_portal.sync import alerts, claims, engine, jobs, retention, schedules
from sync_portal.sync import scope as scopes
from sync_portal.sync.models import Beat, FlowSchedule, Run, RunState, Trigger

pytestmark = pytest.mark.django_db


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs that reached the engine, which here only ends them well."""
    seen: list[int] = []

    def execute(run: Run, **_options: object) -> str:
        seen.append(run.pk)
        Run.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED, ended_at=timezone.now())
        return RunState.SUCCEEDED

    monkeypatch.setattr(engine, "execute", execute)
    return seen


def test_asking_twice_gives_the_run_that_waits(client_acme: Client) -> None:
    first = jobs.request_run(client_acme, "stock")
    assert jobs.request_run(client_acme, "stock") == first
    assert Run.objects.count() == 1


def test_a_wish_that_comes_while_the_waiting_run_is_taken_gets_a_run_of_its_own(
    client_acme: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker takes the run between the look at the queue and the widening: what was asked for must not be lost."""
    first = jobs.request_run(client_acme, "stock")
    union = scopes.union

    def taken_meanwhile(*given: Any) -> Any:
        claims.claim(first.pk)
        return union(*given)

    monkeypatch.setattr(scopes, "union", taken_meanwhile)
    second = jobs.request_run(client_acme, "stock", scope={"product": "POLO"})
    second.refresh_from_db()
    assert (second.pk == first.pk, second.scope) == (False, {"product": "POLO"})


def test_who_asks_together_with_somebody_whose_run_was_taken_at_once_gets_one_too(
    client_acme: Client, monkeypatch: pytest.MonkeyPatch
) -> None:

    def somebody_was_first(**_fields: Any) -> Run:
        monkeypatch.undo()
        raise IntegrityError("one_queued_run_per_client_and_flow")

    monkeypatch.setattr(Run.objects, "create", somebody_was_first)
    run = jobs.request_run(client_acme, "stock")
    assert Run.objects.get() == run


def test_a_run_is_handed_to_the_workers_only_after_the_commit(
    client_acme: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        jobs.request_run(client_acme, "stock")
        assert OrmQ.objects.count() == 0
    assert len(callbacks) == 1
    assert OrmQ.objects.count() == 1


def test_an_unknown_flow_is_refused_with_the_list_of_flows(client_acme: Client) -> None:
    with pytest.raises(KeyError, match=r"no flow is called 'stok'; there are: .*stock"):
        jobs.request_run(client_acme, "stok")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_fails_nobody_who_asks_for_a_run(
    client_acme: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_args: object, **_options: object) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(jobs, "async_task", away)
    run = jobs.request_run(client_acme, "stock")
    assert Run.objects.get().state == run.state == RunState.QUEUED
    assert "workers of the lane fast could not be called" in caplog.text


def test_a_job_delivered_twice_runs_once(client_acme: Client, executed: list[int]) -> None:
    run = jobs.request_run(client_acme, "stock")
    assert jobs.carry("fast") == RunState.SUCCEEDED
    assert jobs.carry("fast") == "nothing to do"
    assert executed == [run.pk]


def test_a_worker_that_ends_a_run_calls_for_the_next_one(
    client_acme: Client, executed: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    jobs.request_run(client_acme, "stock")
    jobs.request_run(client_acme, "orders")
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.carry("fast")
    assert len(callbacks) == 1
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.carry("fast")
    assert callbacks == []
    assert len(executed) == 2


def test_a_waiting_run_is_cancelled_at_once_and_says_by_whom(client_acme: Client, make_user: Any) -> None:
    run = jobs.request_run(client_acme, "stock")
    jobs.request_cancel(run, user=make_user("alix", first_name="Alix", last_name="Morvan"))
    run.refresh_from_db()
    assert (run.state, run.facts) == (RunState.CANCELLED, {"person": "Alix Morvan"})


def test_the_queue_position_counts_the_runs_before(client_acme: Client) -> None:
    first, second = jobs.request_run(client_acme, "stock"), jobs.request_run(client_acme, "orders")
    assert [jobs.queue_position(first), jobs.queue_position(second)] == [1, 2]


# --- the tick ---------------------------------------------------------------------------------------------------------


def test_the_tick_is_installed_once_by_the_migrations() -> None:
    jobs.install_tick()
    assert set(Schedule.objects.filter(func="sync_portal.sync.jobs.tick").values_list("args", "cluster")) == {
        ("'fast'", "fast"),
        ("'slow'", None),
    }


def test_the_tick_leaves_a_sign_of_life(client_acme: Client) -> None:
    jobs.tick()
    assert timezone.now() - Beat.objects.get(name=jobs.beat_name("slow")).at < timedelta(seconds=10)


def test_a_due_schedule_starts_its_flow_once(client_acme: Client) -> None:
    due = timezone.now() - timedelta(minutes=1)
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15, next_at=due)
    jobs.tick()
    jobs.tick()
    run = Run.objects.get()
    assert (run.flow, run.trigger) == ("stock", Trigger.SCHEDULE)
    assert FlowSchedule.objects.get().next_at > timezone.now() + timedelta(minutes=14)


@pytest.mark.parametrize("late", [timedelta(hours=5), timedelta(days=40)], ids=["hours", "weeks"])
def test_slots_missed_while_everything_was_off_are_not_caught_up(client_acme: Client, late: timedelta) -> None:
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15, next_at=timezone.now() - late)
    jobs.tick()
    assert Run.objects.count() == 1
    assert FlowSchedule.objects.get().next_at > timezone.now()


def test_a_paused_schedule_starts_nothing(client_acme: Client) -> None:
    past = timezone.now() - timedelta(minutes=1)
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15, next_at=past, paused=True)
    jobs.tick()
    assert not Run.objects.exists()


def test_a_run_that_was_never_delivered_is_dispatched_again(
    client_acme: Client, django_capture_on_commit_callbacks: Any
) -> None:
    run = Run.objects.create(client=client_acme, flow="stock")
    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - timedelta(minutes=5))
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.tick()
    assert len(callbacks) == 1


@pytest.mark.parametrize(
    ("clients", "calls"), [(1, 1), (2, 2), (3, 2)], ids=["one run", "one for each worker", "no more than workers"]
)
def test_as_many_workers_are_called_again_as_runs_may_begin(
    clients: int, calls: int, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.JOB_WORKERS = 2
    for number in range(clients):
        client = Client.objects.create(slug=f"client-{number}", name=f"Client {number}")
        Run.objects.create(client=client, flow="catalogue")
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.call_again("slow")
    assert len(callbacks) == calls


def test_no_worker_is_called_for_a_run_that_stands_behind_another(
    client_acme: Client, django_capture_on_commit_callbacks: Any
) -> None:
    Run.objects.create(client=client_acme, flow="stock", state=RunState.RUNNING)
    Run.objects.create(client=client_acme, flow="stock")
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.call_again("fast")
    assert callbacks == []


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Paris", datetime(2026, 7, 2, 0, 30, tzinfo=UTC)), ("UTC", datetime(2026, 7, 1, 2, 30, tzinfo=UTC))],
)
def test_a_cron_time_is_the_clients_own(client_acme: Client, zone: str, expected: datetime) -> None:
    client_acme.time_zone = zone
    schedule = FlowSchedule(client=client_acme, flow="images", cron="30 2 * * *")
    assert schedules.next_time(schedule, datetime(2026, 7, 1, 1, 0, tzinfo=UTC)) == expected


def due_schedule(client: Client, flow: str = "stock", **rhythm: Any) -> FlowSchedule:
    due = timezone.now() - timedelta(minutes=1)
    return FlowSchedule.objects.create(client=client, flow=flow, next_at=due, **(rhythm or {"cron": "30 2 * * *"}))


@pytest.fixture
def rest_of_the_tick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the tick came to after the schedules."""
    done: list[str] = []
    monkeypatch.setattr(alerts, "tell_changes", lambda _now: done.append("alerts") or 0)
    monkeypatch.setattr(retention, "prune_if_due", lambda _now: done.append("retention"))
    return done


@pytest.mark.parametrize("scope", [{"undo": 1}, {"plan": 1, "changes": [], "fields": []}], ids=["undo", "preview"])
def test_a_waiting_run_that_somebody_chose_exactly_costs_a_schedule_no_slot(
    client_acme: Client, scope: dict[str, Any], rest_of_the_tick: list[str]
) -> None:
    chosen = Run.objects.create(client=client_acme, flow="stock", scope=scope)
    schedule, other = due_schedule(client_acme), due_schedule(client_acme, "orders")
    due = schedule.next_at
    jobs.tick()
    schedule.refresh_from_db()
    other.refresh_from_db()
    assert (schedule.next_at, schedule.cause, schedule.facts) == (due, "schedule.waits", {"run": str(chosen.pk)})
    assert (other.cause, other.next_at > timezone.now()) == ("", True)
    assert rest_of_the_tick == ["alerts", "retention"]

    Run.objects.filter(pk=chosen.pk).update(state=RunState.RUNNING)
    jobs.tick()
    schedule.refresh_from_db()
    assert (schedule.cause, schedule.facts, schedule.next_at > timezone.now()) == ("", {}, True)
    assert Run.objects.filter(flow="stock", trigger=Trigger.SCHEDULE, scope={}).count() == 1


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 30 2 * *", "nonsense"])
def test_a_rhythm_that_cannot_be_followed_stops_no_other(
    client_acme: Client, cron: str, rest_of_the_tick: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    schedule, other = due_schedule(client_acme, cron=cron), due_schedule(client_acme, "orders")
    for _tick in range(2):
        jobs.tick()
    schedule.refresh_from_db()
    assert (schedule.cause, schedule.facts) == ("schedule.rhythm", {"cron": cron})
    assert list(Run.objects.values_list("flow", flat=True)) == [other.flow]
    assert rest_of_the_tick == ["alerts", "retention"] * 2
    assert caplog.text.count("could not be served") == 1


def test_a_schedule_of_a_flow_that_an_update_took_away_stops_no_other(client_acme: Client) -> None:
    gone, other = due_schedule(client_acme, "gone"), due_schedule(client_acme, "orders")
    jobs.tick()
    gone.refresh_from_db()
    assert (gone.cause, gone.facts) == ("portal.unknown_flow", {"flow": "gone"})
    assert list(Run.objects.values_list("flow", flat=True)) == [other.flow]


def test_what_nobody_foresaw_with_one_schedule_stops_no_other(
    client_acme: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule, other = due_schedule(client_acme, "catalogue"), due_schedule(client_acme, "orders")
    ask = schedules.request_run

    def broken(client: Client, flow: str, **options: Any) -> Run:
        if flow == "catalogue":
            raise ZeroDivisionError
        return ask(client, flow, **options)

    monkeypatch.setattr(schedules, "request_run", broken)
    jobs.tick()
    schedule.refresh_from_db()
    assert (schedule.cause, schedule.facts) == ("portal.unexpected", {"error": "ZeroDivisionError"})
    assert list(Run.objects.values_list("flow", flat=True)) == [other.flow]


def test_alerts_that_fail_do_not_keep_old_history(client_acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned: list[object] = []

    def fail(_now: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(alerts, "tell_changes", fail)
    monkeypatch.setattr(retention, "prune_if_due", pruned.append)
    assert jobs.tick() == "0 lost, 0 scheduled, 0 told"
    assert len(pruned) == 1


def test_the_flows_of_a_client_that_is_switched_off_start_no_more(client_acme: Client) -> None:
    due_schedule(client_acme)
    Client.objects.update(active=False)
    jobs.tick()
    assert not Run.objects.exists()
