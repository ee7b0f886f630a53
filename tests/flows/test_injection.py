"""Randomised rounds: something breaks at a random point of a run; afterwards nobody can tell.

Each round changes a few articles in Sage, breaks one run of catalogue, stock or prices (a killed worker, a database
error, a misbehaving shop, a Sage that does not answer, two workers on one run), lets the portal recover by itself and
compares the shop with that of a twin client that nothing ever happened to. Every few rounds begin with an empty shop.

The seed is fixed; `INJECTION_ROUNDS=200 pytest tests/flows/test_injection.py` runs them all, CI a dozen.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from connectors.errors import RetryableError
from connectors.prestashop.transport import Transport
from connectors.sage import reading
from connectors.sandbox.shop.misbehaviour import KINDS
from mapping.models import Binding
from sync_portal.sync import claims, engine, jobs
from sync_portal.sync import context as contexts
from sync_portal.sync.models import Change, Run, RunState
from tests.flows.company import Company
from tests.flows.conftest import FEW, Template
from tests.flows.dying import Killed, Killer, deadly
from tests.flows.portal import World, load_demo, writes
from tests.flows.test_kills import holding

pytestmark = [pytest.mark.flow, pytest.mark.timeout(7200)]

ROUNDS = int(os.environ.get("INJECTION_ROUNDS", "12"))
SEED = int(os.environ.get("INJECTION_SEED", "20261124"))
ROUNDS_PER_SHOP = 6
FLOWS = ("catalogue", "stock", "prices")


# --- what may happen --------------------------------------------------------------------------------------------------


@contextmanager
def killed_worker(world: World, random: Random, run: Run) -> Iterator[None]:
    """SIGKILL at a random request, answer or write."""
    way = random.choice(("request", "answer", "write"))
    with deadly(Killer(way, random.randint(1, 40 if way == "write" else 12))):
        yield


@contextmanager
def lost_database(world: World, random: Random, run: Run) -> Iterator[None]:
    """One statement fails as when the connection is cut."""
    left = random.randint(1, 60)

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if sql.lstrip()[:6].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            left -= 1
            if left == 0:
                raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(statement):
        yield


@contextmanager
def misbehaving_shop(world: World, random: Random, run: Run) -> Iterator[None]:
    """One to three requests, chosen by chance, are answered wrongly."""
    left = random.randint(0, 10)
    kind = random.choice([kind for kind in KINDS if kind not in {"delay", "unauthorized"}])
    times = random.randint(1, 3)
    original = Transport.request

    def request(self: Transport, *args: Any, **options: Any) -> Any:
        nonlocal left
        if left == 0:
            world.shop.misbehave(kind, times=times, entity=random.randint(1, 3))
        left -= 1
        return original(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        yield
    world.running.shop.misbehaviours.clear()


@contextmanager
def silent_sage(world: World, random: Random, run: Run) -> Iterator[None]:
    """A stream's query times out, before its first row or after some."""
    left, rows = random.randint(1, 8), random.randint(0, 6)
    original = reading.read

    def read(*args: Any, **options: Any) -> Iterator[Any]:
        nonlocal left
        left -= 1
        if left:
            yield from original(*args, **options)
            return
        for number, record in enumerate(original(*args, **options)):
            if number >= rows:
                break
            yield record
        raise RetryableError("sage.timeout", {"seconds": "120"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read", read)
        yield


@contextmanager
def two_workers(world: World, random: Random, run: Run) -> Iterator[None]:
    """The worker stands still after some answer until its lease is over; another one does the whole run meanwhile."""
    left = random.randint(1, 10)
    original = Transport.request

    def request(self: Transport, *args: Any, **options: Any) -> Any:
        nonlocal left
        answer = original(self, *args, **options)
        left -= 1
        if left == 0:
            recover(run)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        patch.setattr(contexts, "HEARTBEAT_SECONDS", 0.0)
        yield


FAULTS = (killed_worker, killed_worker, lost_database, misbehaving_shop, misbehaving_shop, silent_sage, two_workers)


# --- recovering, as the tick and the schedules do ---------------------------------------------------------------------


def recover(run: Run) -> None:
    """The dead worker's lease runs out, the sweep puts the run back, a worker takes it."""
    past = timezone.now() - timedelta(seconds=1)
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(lease_until=past)
    for again in claims.sweep():
        claimed = claims.claim(again)
        assert claimed is not None
        engine.execute(claimed)


def run_broken(world: World, flow: str, fault: Any, random: Random) -> Run:
    """One run with the fault in it, taken up by whoever comes next; not more than one recovery is ever needed."""
    run = claims.claim(Run.objects.create(client=world.client, flow=flow).pk)
    assert run is not None
    try:
        with fault(world, random, run):
            engine.execute(run)
    except (Killed, OperationalError):  # an error while the run's end is stored leaves it to the next one as well
        connection.ensure_connection()
    recover(run)
    return Run.objects.get(pk=run.pk)


# --- what changes in Sage ---------------------------------------------------------------------------------------------


def change_sage(companies: tuple[Company, ...], random: Random) -> None:
    """The same few changes in every company."""
    for reference in random.sample(FEW, random.randint(1, 4)):
        values: dict[str, Any] = random.choice(
            [
                {"AR_PrixVen": f"{random.randint(5, 90)}.{random.randint(10, 99)}"},
                {"AR_Design": f"Article « {random.randint(1, 999)} »"},
                {"AR_PoidsNet": str(random.randint(100, 900))},
                {"AR_Sommeil": random.choice([0, 0, 1])},
            ]
        )
        quantity = random.randint(1, 500)
        for company in companies:
            company.update("F_ARTICLE", "AR_Ref", reference, **values)
            company.update("F_ARTSTOCK", "AR_Ref", reference, AS_QteSto=quantity)


# --- the rounds -------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What the rounds did, for the message when one fails and the figures when none does."""

    rounds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)


def fresh_pair(template: Template, make_world: Callable[..., World]) -> tuple[World, World]:
    """Two clients on equal companies with empty shops; the second one is never disturbed."""
    disturbed = make_world(small=True)
    twin = make_world(small=True)
    # Loading the second moved the client of the first: each gets one of its own.
    calm = load_demo(twin.company, twin.running, ("client.slug='calm'",))
    shaken = load_demo(disturbed.company, disturbed.running, ("client.slug='shaken'",))
    return World(shaken, disturbed.company, disturbed.running), World(calm, twin.company, twin.running)


def settle(world: World) -> None:
    """The schedules come round again until all is done; a shop that answered wrongly may leave work for two turns."""
    for _turn in range(3):
        runs = [world.run(flow) for flow in FLOWS]
        if all(run.state == RunState.SUCCEEDED and not writes(run) for run in runs):
            return


def test_whatever_breaks_the_shop_ends_as_if_nothing_had(
    template: Template, make_world: Callable[..., World], record_property: Callable[[str, object], None]
) -> None:
    random, seen = Random(SEED), Seen()
    for number in range(ROUNDS):
        if number % ROUNDS_PER_SHOP == 0:
            shaken, calm = fresh_pair(template, make_world)
        else:
            change_sage((shaken.company, calm.company), random)
        fault = random.choice(FAULTS)
        flow = FLOWS[0] if number % ROUNDS_PER_SHOP == 0 else random.choice(FLOWS)
        told = f"round {number}, seed {SEED}: {fault.__name__} in {flow}"
        broken = run_broken(shaken, flow, fault, random)
        seen.rounds += 1
        seen.faults[fault.__name__] += 1
        seen.ended[broken.state] += 1
        assert broken.is_over, told
        assert (broken.attempt > 1) or broken.state != RunState.FAILED or broken.cause, told
        settle(shaken)
        for name in FLOWS:
            _r = calm.run(name); assert (_r.state, _r.cause, _r.facts) == ("succeeded", "", {}), [(c.kind, c.key, c.state, c.cause, c.facts) for c in _r.changes.exclude(cause="")]
        assert holding(shaken) == holding(calm), told
        quiet = {name: shaken.run(name) for name in FLOWS}
        assert {name: (run.state, writes(run)) for name, run in quiet.items()} == {
            name: ("succeeded", {}) for name in FLOWS
        }, told
        assert_history_is_whole(shaken, told)
    for name, value in (("rounds", seen.rounds), ("faults", dict(seen.faults)), ("ended", dict(seen.ended))):
        record_property(name, value)
    print(f"\n{seen.rounds} rounds: {dict(seen.faults)}; broken runs ended {dict(seen.ended)}")


def assert_history_is_whole(world: World, told: str) -> None:
    """Every run has ended and says how; none claims more than it wrote; no local key is bound twice."""
    runs = Run.objects.filter(client=world.client)
    assert not runs.exclude(state__in=RunState.ended()).exists(), told
    assert not runs.filter(state=RunState.FAILED, cause="").exists(), told
    for run in runs:
        confirmed = Change.objects.filter(run=run, state="confirmed").count()
        assert run.state == RunState.FAILED or run.confirmed == confirmed, f"{told}: run {run.pk}"
    ids = Binding.objects.filter(shop__client=world.client, remote_id__isnull=False).values_list("kind", "remote_id")
    assert len(ids) == len(set(ids)), told


def test_a_waiting_job_is_carried_after_the_workers_were_away(small: World) -> None:
    """The tick finds what was asked for and never delivered."""
    run = jobs.request_run(small.client, "catalogue")
    Run.objects.update(queued_at=timezone.now() - timedelta(hours=1))
    jobs.tick()
    assert jobs.carry("slow") == "succeeded"
    run.refresh_from_db()
    assert run.attempt == 1
