"""Who is next in a lane, why the others wait, and that no client keeps another one waiting."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Client
from sync_portal.sync import claims, engine, jobs, lanes
from sync_portal.sync.lanes import Waiting
from sync_portal.sync.models import Lane, Run, RunState

pytestmark = pytest.mark.django_db

SLOW = ("catalogue", "prices", "images", "customers")


@pytest.fixture
def clients() -> list[Client]:
    return [Client.objects.create(slug=f"client-{number}", name=f"Client {number}") for number in range(30)]


@pytest.fixture(autouse=True)
def _two_workers(settings: Any) -> None:
    settings.JOB_WORKERS = 2


def ask(client: Client, flow: str) -> Run:
    return jobs.request_run(client, flow)


def end(run: Run) -> None:
    assert claims.release(run, RunState.SUCCEEDED)


def take(lane: str) -> Run:
    run = lanes.take(lane)
    assert run is not None
    return run


# --- fairness ---------------------------------------------------------------------------------------------------------


def test_thirty_clients_that_publish_their_catalogue_keep_no_order_waiting(clients: list[Client]) -> None:
    for client in clients:
        ask(client, "catalogue")
    assert [take(Lane.SLOW).flow for _worker in range(2)] == ["catalogue", "catalogue"]
    orders = ask(clients[-1], "orders")
    assert (orders.lane, take(Lane.FAST).pk) == (Lane.FAST, orders.pk)


def test_every_client_is_served_once_before_any_is_served_twice(clients: list[Client]) -> None:
    for client in clients:
        for flow in SLOW:
            ask(client, flow)
    served: list[int] = []
    for _turn in range(30):
        run = take(Lane.SLOW)
        served.append(run.client_id)
        end(run)
    assert Counter(served) == Counter(client.pk for client in clients)


def test_a_client_with_many_flows_does_not_stand_before_one_that_came_later(clients: list[Client]) -> None:
    first, second = clients[:2]
    for flow in SLOW:
        ask(first, flow)
    late = ask(second, "catalogue")
    end(take(Lane.SLOW))
    assert take(Lane.SLOW).pk == late.pk


def test_within_a_client_who_asked_first_is_served_first(clients: list[Client]) -> None:
    asked = [ask(clients[0], flow).pk for flow in SLOW]
    served = []
    for _flow in SLOW:
        run = take(Lane.SLOW)
        served.append(run.pk)
        end(run)
    assert served == asked


@pytest.mark.parametrize(("workers", "share"), [(1, 1), (2, 1), (4, 3)])
def test_a_client_never_takes_all_workers_of_a_lane(
    clients: list[Client], settings: Any, workers: int, share: int
) -> None:
    settings.JOB_WORKERS = workers
    for flow in SLOW:
        ask(clients[0], flow)
    taken = [run for run in (lanes.take(Lane.SLOW) for _worker in range(4)) if run is not None]
    assert len(taken) == share
    other = ask(clients[1], "catalogue")
    assert take(Lane.SLOW).pk == other.pk


def test_two_workers_that_look_at_the_same_moment_keep_a_client_to_its_share(
    clients: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ask(clients[0], "catalogue"), ask(clients[0], "prices")
    seen_by_both = lanes.takeable(Lane.SLOW)
    assert take(Lane.SLOW).pk == first.pk
    monkeypatch.setattr(lanes, "takeable", lambda _lane: seen_by_both[1:])
    assert lanes.take(Lane.SLOW) is None
    second.refresh_from_db()
    assert (second.state, second.attempt, second.started_at) == (RunState.QUEUED, 0, None)


def test_the_two_lanes_have_a_share_each(clients: list[Client]) -> None:
    ask(clients[0], "catalogue")
    ask(clients[0], "stock")
    assert {take(Lane.SLOW).flow, take(Lane.FAST).flow} == {"catalogue", "stock"}


# --- order and reasons ------------------------------------------------------------------------------------------------


def test_what_cannot_begin_stands_last(clients: list[Client]) -> None:
    ask(clients[0], "catalogue")
    take(Lane.SLOW)
    blocked, free = ask(clients[0], "catalogue"), ask(clients[1], "catalogue")
    assert [run.pk for run in lanes.in_order(Lane.SLOW)] == [free.pk, blocked.pk]
    assert [run.pk for run in lanes.takeable(Lane.SLOW)] == [free.pk]


def test_a_run_behind_the_same_flow_names_the_one_in_front(clients: list[Client]) -> None:
    ask(clients[0], "catalogue")
    running = take(Lane.SLOW)
    behind = ask(clients[0], "catalogue")
    assert lanes.why_waiting(behind) == Waiting("same_flow", running.pk, 1)


def test_a_run_of_a_client_that_has_its_share_says_so(clients: list[Client]) -> None:
    ask(clients[0], "catalogue")
    take(Lane.SLOW)
    other = ask(clients[1], "prices")
    assert lanes.why_waiting(ask(clients[0], "prices")) == Waiting("client_busy", None, 2)
    assert lanes.why_waiting(other) == Waiting("soon", None, 1)


def test_a_run_that_only_a_worker_is_missing_for_says_so(clients: list[Client]) -> None:
    for client in clients[:2]:
        ask(client, "catalogue")
        take(Lane.SLOW)
    places = [lanes.why_waiting(ask(client, "catalogue")) for client in clients[2:4]]
    assert places == [Waiting("workers_busy", None, 1), Waiting("workers_busy", None, 2)]


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.SUCCEEDED, RunState.CANCELLED])
def test_a_run_that_does_not_wait_has_no_reason(clients: list[Client], state: str) -> None:
    run = Run.objects.create(client=clients[0], flow="stock", lane=Lane.FAST, state=state)
    assert lanes.why_waiting(run) is None
    assert jobs.queue_position(run) == 0


# --- jobs that come twice, late or never ------------------------------------------------------------------------------


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []

    def execute(run: Run, **_options: object) -> str:
        seen.append(run.pk)
        end(run)
        return RunState.SUCCEEDED

    monkeypatch.setattr(engine, "execute", execute)
    return seen


def test_jobs_delivered_twice_or_too_often_do_nothing(clients: list[Client], carried: list[int]) -> None:
    runs = [ask(client, "catalogue").pk for client in clients[:3]]
    results = [jobs.carry(Lane.SLOW) for _delivery in range(8)]
    assert (carried, Counter(results)) == (runs, {"succeeded": 3, "nothing to do": 5})


def test_lost_jobs_are_told_again_by_the_tick(
    clients: list[Client], carried: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    for client in clients[:3]:
        ask(client, "catalogue")
    ask(clients[0], "stock")
    Run.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.tick()
    assert len(callbacks) == 3, "in each lane that has work one for each run, and no more than it has workers"


def test_one_job_that_got_through_is_enough_for_a_whole_lane(
    clients: list[Client], carried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for client in clients[:5]:
        ask(client, "catalogue")
    told: list[str] = []
    monkeypatch.setattr(jobs, "dispatch", told.append)
    jobs.carry(Lane.SLOW)
    while told:
        jobs.carry(told.pop())
    assert len(carried) == 5


def test_a_long_history_is_not_looked_through(clients: list[Client]) -> None:
    old = timezone.now() - timedelta(days=30)
    Run.objects.create(client=clients[0], flow="catalogue", state=RunState.SUCCEEDED, started_at=old, ended_at=old)
    first, second = ask(clients[0], "catalogue"), ask(clients[1], "catalogue")
    assert [run.pk for run in lanes.in_order(Lane.SLOW)] == [first.pk, second.pk]


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "broker"),
    [("", {"orm": "default"}), ("redis://queue:6379/1", {"redis": "redis://queue:6379/1"})],
    ids=["the database", "Redis"],
)
def test_the_workers_broker_is_the_database_or_redis(url: str, broker: dict[str, str]) -> None:
    import json
    import os
    import subprocess
    import sys

    code = "import json; from sync_portal import settings; print(json.dumps(settings.Q_CLUSTER))"
    environment = os.environ | {"REDIS_URL": url, "SECRET_KEY": "x" * 50}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    cluster = json.loads(told.stdout)
    assert {name: cluster[name] for name in ("orm", "redis") if name in cluster} == broker
    assert "fast" in cluster["ALT_CLUSTERS"]
