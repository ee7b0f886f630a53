"""One run per client and flow, held by the database, whatever happens to workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from connectors.models import Client
from sync_portal.sync import claims, jobs
from sync_portal.sync.models import Run, RunState

pytestmark = pytest.mark.django_db


def queued(client: Client, flow: str = "stock") -> Run:
    return Run.objects.create(client=client, flow=flow)


def dead(client: Client, *, attempt: int = 1) -> Run:
    """A run whose worker has given no sign of life for a minute."""
    past = timezone.now() - timedelta(minutes=1)
    return Run.objects.create(
        client=client, flow="stock", state=RunState.RUNNING, attempt=attempt, claim="old", lease_until=past
    )


def test_a_waiting_run_is_claimed_once(client_acme: Client) -> None:
    run = queued(client_acme)
    mine = claims.claim(run.pk)
    assert mine is not None
    assert (mine.state, mine.attempt) == (RunState.RUNNING, 1)
    assert claims.claim(run.pk) is None


def test_a_flow_runs_once_at_a_time_for_a_client(client_acme: Client) -> None:
    first = queued(client_acme)
    claims.claim(first.pk)
    second = queued(client_acme)
    assert claims.claim(second.pk) is None
    second.refresh_from_db()
    assert (second.state, second.attempt) == (RunState.QUEUED, 0)
    assert claims.claim(queued(client_acme, "orders").pk) is not None


def test_the_database_itself_refuses_a_second_running_run(client_acme: Client) -> None:
    claims.claim(queued(client_acme).pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(client=client_acme, flow="stock", state=RunState.RUNNING)


def test_a_worker_that_lost_its_lease_can_write_nothing_more(client_acme: Client) -> None:
    run = queued(client_acme)
    first = claims.claim(run.pk)
    assert first is not None
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = claims.claim(run.pk)
    assert second is not None
    assert second.attempt == 2
    with pytest.raises(claims.LeaseLost):
        claims.extend(first, done=5)
    assert claims.release(first, RunState.SUCCEEDED) is False
    assert claims.release(second, RunState.SUCCEEDED) is True
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.SUCCEEDED, 0)


def test_a_heartbeat_prolongs_the_lease_and_stores_the_progress(client_acme: Client) -> None:
    run = claims.claim(queued(client_acme).pk)
    assert run is not None
    Run.objects.update(lease_until=timezone.now())
    claims.extend(run, step="apply", done=3, total=9)
    run.refresh_from_db()
    assert (run.step, run.done, run.total) == ("apply", 3, 9)
    assert run.lease_until is not None
    assert run.lease_until > timezone.now() + timedelta(seconds=30)


def test_the_run_of_a_dead_worker_goes_back_to_the_queue(client_acme: Client) -> None:
    run = dead(client_acme)
    assert claims.sweep() == [run.pk]
    run.refresh_from_db()
    assert (run.state, run.cause) == (RunState.QUEUED, "portal.worker_died")


def test_a_run_that_kills_its_workers_is_not_started_for_ever(client_acme: Client, settings: Any) -> None:
    run = dead(client_acme, attempt=settings.RUN_MAX_ATTEMPTS)
    assert claims.sweep() == []
    run.refresh_from_db()
    assert (run.state, run.cause) == (RunState.FAILED, "portal.too_many_attempts")
    assert claims.claim(run.pk) is None


def test_a_dead_run_gives_way_to_the_newer_one_that_waits(client_acme: Client) -> None:
    old, new = dead(client_acme), queued(client_acme)
    assert claims.sweep() == []
    old.refresh_from_db()
    assert old.state == RunState.FAILED
    assert claims.claim(new.pk) is not None


def test_every_attempt_stays_in_the_history_with_its_worker_and_its_cause(client_acme: Client, settings: Any) -> None:
    settings.RUN_MAX_ATTEMPTS = 3
    run = queued(client_acme)
    began = []
    for machine in ("one", "two", "three"):
        settings.MACHINE_NAME = machine
        mine = claims.claim(run.pk)
        assert mine is not None
        began.append(mine.started_at)
        assert len(mine.attempts) == mine.attempt - 1
        long_ago = timezone.now() - timedelta(minutes=1)
        Run.objects.update(lease_until=long_ago)
        if machine == "one":  # the sweep puts it back; the second one is taken over while it is running still
            claims.sweep()
    claims.sweep()
    run.refresh_from_db()
    assert (run.state, run.cause, run.attempt, run.started_at) == (
        RunState.FAILED,
        "portal.too_many_attempts",
        3,
        began[2],
    )
    told = [(one["worker"].split(":")[0], one["started_at"], one["cause"]) for one in run.attempts]
    assert told == [
        ("one", began[0].isoformat(), "portal.worker_died"),
        ("two", began[1].isoformat(), "portal.worker_died"),
    ]
    assert all(one["started_at"] <= one["ended_at"] for one in run.attempts)


def test_a_claim_that_was_given_back_is_no_attempt(client_acme: Client) -> None:
    mine = claims.claim(queued(client_acme).pk)
    assert mine is not None
    assert claims.give_back(mine)
    again = claims.claim(mine.pk)
    assert again is not None
    assert (again.attempt, again.attempts) == (1, [])


def test_what_is_only_to_be_tried_later_is_counted_at_the_end(client_acme: Client) -> None:
    mine = claims.claim(queued(client_acme).pk)
    assert mine is not None
    for number, state in enumerate(["later", "later", "rejected"]):
        mine.changes.create(kind="stock", key=str(number), label="x", action="update", state=state)
    claims.release(mine, RunState.INCOMPLETE, rejected=3)
    mine.refresh_from_db()
    assert (mine.rejected, mine.later) == (3, 2)


def test_a_live_run_is_left_alone(client_acme: Client) -> None:
    claims.claim(queued(client_acme).pk)
    assert claims.sweep() == []


@pytest.mark.parametrize("attempt", [1, 3])
def test_a_worker_that_gives_a_sign_while_it_is_swept_keeps_its_run(client_acme: Client, attempt: int) -> None:
    """As when the database was away for longer than the leases: the sweep and the workers come back together."""
    run = dead(client_acme, attempt=attempt)
    silent = True

    def sign(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal silent
        if silent and sql.startswith("UPDATE"):
            silent = False
            claims.extend(run)
        return execute(sql, *rest)

    with connection.execute_wrapper(sign):
        assert claims.sweep() == []
    assert not silent
    claims.extend(run)


def test_a_dead_run_that_somebody_cancelled_ends_instead_of_waiting_again(client_acme: Client, make_user: Any) -> None:
    run = dead(client_acme)
    jobs.request_cancel(run, user=make_user("alix", first_name="Alix", last_name="Morvan"))
    queued(client_acme)  # which has nothing to take over
    assert claims.sweep() == []
    run.refresh_from_db()
    assert (run.state, run.cause, run.facts) == (RunState.CANCELLED, "portal.cancelled", {"person": "Alix Morvan"})


def test_a_run_cancelled_twice_names_who_was_first(client_acme: Client, make_user: Any) -> None:
    run = claims.claim(queued(client_acme).pk)
    assert run is not None
    first = make_user("alix")
    jobs.request_cancel(run, user=first)
    jobs.request_cancel(run, user=make_user("dominique"))
    run.refresh_from_db()
    assert (run.cancel_requested, run.cancelled_by) == (True, first)


def test_a_dead_run_is_found_although_the_clock_was_put_back(client_acme: Client) -> None:
    """Its lease ends in an hour by the new clock: no living worker's does."""
    run = dead(client_acme)
    Run.objects.update(lease_until=timezone.now() + timedelta(hours=1))
    assert claims.sweep() == [run.pk]


@pytest.mark.parametrize("minutes", [10, -10], ids=["ahead", "behind"])
def test_a_machine_whose_clock_is_wrong_neither_takes_nor_loses_a_living_run(
    client_acme: Client, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    right, wrong = timezone.now, lambda: datetime.now(tz=UTC) + timedelta(minutes=minutes)
    theirs = claims.claim(queued(client_acme).pk)
    assert theirs is not None
    monkeypatch.setattr(claims.timezone, "now", wrong)
    assert claims.sweep() == []
    assert claims.claim(theirs.pk) is None
    ours = claims.claim(queued(client_acme, "prices").pk)
    assert ours is not None
    assert not claims.lease_is_over(ours)
    claims.extend(ours)
    monkeypatch.setattr(claims.timezone, "now", right)
    assert claims.sweep() == []
    claims.extend(ours)
    claims.extend(theirs)


def test_a_run_that_gets_further_each_time_is_not_given_up(client_acme: Client, settings: Any) -> None:
    """A first publication that takes several times as long as a job may."""
    run = queued(client_acme)
    for attempt in range(1, 8):
        mine = claims.claim(run.pk)
        assert mine is not None, f"attempt {attempt}"
        claims.extend(mine, confirmed=100 * attempt)
        Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert claims.sweep() == [run.pk], f"attempt {attempt}"
    for _attempt in range(settings.RUN_MAX_ATTEMPTS):
        assert claims.claim(run.pk) is not None
        Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        claims.sweep()
    run.refresh_from_db()
    assert (run.state, run.cause) == (RunState.FAILED, "portal.too_many_attempts")


def test_a_run_that_waits_after_its_last_attempt_ends(client_acme: Client, settings: Any) -> None:
    """Somebody lowered the number of attempts: it could never be claimed, and stood before all others of its flow."""
    run = queued(client_acme)
    Run.objects.update(attempt=settings.RUN_MAX_ATTEMPTS)
    assert claims.sweep() == []
    run.refresh_from_db()
    assert (run.state, run.cause) == (RunState.FAILED, "portal.too_many_attempts")
