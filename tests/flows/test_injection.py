"""Randomised rounds: something breaks at a random point of a run; afterwards nobody can tell.

Each round changes a few articles in Sage, breaks one run of catalogue, stock or prices (a killed worker, a database
error, a misbehaving shop, a Sage that does not answer, two workers on one run), lets the portal recover by itself and
compares the shop with that of a twin client that nothing ever happened to. Every few rounds begin with an empty shop.

The seed is fixed; `INJECTION_ROUNDS=200 pytest tests/flows/test_injection.py` runs them all, CI a dozen. A round whose
run was over before its fault came is another one that went well, and is not counted among them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from random import Random
from threading import Condition
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db import connections as databases
from django.db.models import Count
from django.utils import timezone

from connectors import connections
from connectors.errors import RetryableError
from connectors.prestashop.settings import ShopSettings
from connectors.prestashop.transport import Transport
from connectors.sage import reading
from connectors.sandbox.shop.misbehaviour import KINDS
from mapping.models import Binding
from sync_portal.sync import claims, engine, jobs
from sync_portal.sync import context as contexts
from sync_portal.sync.models import Run, RunState
from tests.flows.company import Company
from tests.flows.conftest import FEW
from tests.flows.dying import Killed, Killer, deadly
from tests.flows.portal import World, load_demo, writes
from tests.flows.test_kills import holding

# Real transactions: what a broken one had not committed must be undone by the database.
pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(7200)]

ROUNDS = int(os.environ.get("INJECTION_ROUNDS", "12"))
SEED = int(os.environ.get("INJECTION_SEED", "20261124"))
ROUNDS_PER_SHOP = 6
MISSED = "the run was over before"
FLOWS = ("catalogue", "stock", "prices")


# --- what may happen --------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """One broken run. `first`: the whole company is published; otherwise only what changed."""

    world: World
    run: Run
    random: Random
    first: bool
    struck: bool = False

    def point(self, first: int, later: int) -> int:
        """A random count of events: a first run has more of them."""
        return self.random.randint(1, first if self.first else later)


@contextmanager
def killed_worker(scene: Scene) -> Iterator[None]:
    """SIGKILL at a random request, answer or write."""
    way = scene.random.choice(("request", "answer", "write"))
    killer = Killer(way, scene.point(60, 20) if way == "write" else scene.point(20, 4))
    try:
        with deadly(killer):
            yield
    except Killed:
        scene.struck = True
        raise


@contextmanager
def lost_database(scene: Scene) -> Iterator[None]:
    """One statement fails as when the connection is cut."""
    left = scene.point(150, 70)

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if sql.lstrip()[:6].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            left -= 1
            if left == 0:
                scene.struck = True
                raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(statement):
        yield


@contextmanager
def cut_connection(scene: Scene) -> Iterator[None]:
    """PostgreSQL ends the worker's session. SQLite has none to end: its file is in the worker's own process."""
    left, pid = scene.point(150, 70), connection.connection.info.backend_pid
    other = databases.create_connection("default")

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            scene.struck = True
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(statement):
            yield
    finally:
        other.close()
        connection.close()  # whoever takes the run up has a connection of its own


@contextmanager
def before_request(scene: Scene, amount: int, strike: Callable[[], None]) -> Iterator[None]:
    """Strike before the n-th request leaves."""
    left = amount
    original = Transport.request

    def request(self: Transport, *args: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            scene.struck = True
            strike()
        return original(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        yield


@contextmanager
def misbehaving_shop(scene: Scene) -> Iterator[None]:
    """One to three requests are answered wrongly, in any of the ways that the sandbox knows."""
    kind = scene.random.choice([kind for kind in KINDS if kind not in {"delay", "unauthorized"}])
    times, entity = scene.random.randint(1, 3), scene.random.randint(1, 3)

    def strike() -> None:
        scene.world.shop.misbehave(kind, times=times, entity=entity)

    with before_request(scene, scene.point(20, 5), strike):
        yield
    scene.world.running.shop.misbehaviours.clear()


@contextmanager
def silent_sage(scene: Scene) -> Iterator[None]:
    """A stream's query times out, before its first row or after some."""
    left, rows = scene.random.randint(1, 6), scene.random.randint(0, 4)
    original = reading.read

    def read(*args: Any, **options: Any) -> Iterator[Any]:
        nonlocal left
        left -= 1
        if left:
            yield from original(*args, **options)
            return
        yield from islice(original(*args, **options), rows)
        scene.struck = True
        raise RetryableError("sage.timeout", {"seconds": "120"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read", read)
        yield


@contextmanager
def two_workers(scene: Scene) -> Iterator[None]:
    """The worker stands still until its lease is over, a slice may be on its way; another one does the whole run."""
    left, on_the_way = scene.point(120, 50), Requests()

    def statement(execute: Callable[..., Any], *statement: Any) -> Any:
        nonlocal left
        left -= 1
        if left <= 0 and not scene.struck and not connection.in_atomic_block:
            on_the_way.wait()  # a lease is longer than a request
            scene.struck = True
            scene.struck = recover(scene.run)
        return execute(*statement)

    with pytest.MonkeyPatch.context() as patch, on_the_way.counted(), connection.execute_wrapper(statement):
        patch.setattr(contexts, "HEARTBEAT_SECONDS", 0.0)
        yield


class Requests:
    """How many requests are on their way to the shop, from any thread."""

    def __init__(self) -> None:
        self._amount = 0
        self._moved = Condition()

    @contextmanager
    def counted(self) -> Iterator[None]:
        original = Transport.request

        def request(transport: Transport, *args: Any, **options: Any) -> Any:
            self._add(1)
            try:
                return original(transport, *args, **options)
            finally:
                self._add(-1)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Transport, "request", request)
            yield

    def _add(self, amount: int) -> None:
        with self._moved:
            self._amount += amount
            self._moved.notify_all()

    def wait(self) -> None:
        """Until there was none for a tenth of a second: a slice is several requests."""
        with self._moved:
            while self._amount or self._moved.wait(0.1):
                self._moved.wait(0.1)


FAULTS = (killed_worker, killed_worker, lost_database, misbehaving_shop, misbehaving_shop, silent_sage, two_workers)


# --- recovering, as the tick and the schedules do ---------------------------------------------------------------------


def recover(run: Run) -> bool:
    """The dead worker's lease runs out, the sweep puts the run back, a worker takes it; whether there was one."""
    past = timezone.now() - timedelta(seconds=1)
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(lease_until=past)
    left = claims.sweep()
    for again in left:
        claimed = claims.claim(again)
        assert claimed is not None
        engine.execute(claimed)
    return bool(left)


def run_broken(scene: Scene, fault: Callable[[Scene], AbstractContextManager[None]]) -> Run:
    """One run with the fault in it, taken up by whoever comes next; more than one recovery is never needed."""
    try:
        with fault(scene):
            engine.execute(scene.run)
    except (
        Killed,
        OperationalError,
        InterfaceError,
    ):  # the database may be away when the run's end is to be stored, too
        pass
    recover(scene.run)
    return Run.objects.get(pk=scene.run.pk)


ENDS: dict[str, set[tuple[int, str, str]]] = {
    "killed_worker": {(2, "succeeded", "")},
    "two_workers": {(2, "succeeded", "")},
    "silent_sage": {(1, "failed", "sage.timeout")},
    "cut_connection": {(1, "failed", "portal.database"), (2, "succeeded", "")},
    "lost_database": {(1, "failed", "portal.database"), (2, "succeeded", "")},
}
"""(attempts, state, cause) that history may tell of a run that was struck; a shop's faults are told in many ways."""


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
            # Whether a stock still reaches an article that falls asleep depends on which flow comes first.
            if not values.get("AR_Sommeil"):
                company.update("F_ARTSTOCK", "AR_Ref", reference, AS_QteSto=quantity)


# --- the rounds -------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox has nothing to recover from: what is waited for between attempts only takes time."""
    monkeypatch.setattr(connections, "ShopSettings", partial(ShopSettings, backoff=0.01, settle=0.02))


def fresh_pair(make_world: Callable[..., World], number: int) -> tuple[World, World]:
    """Two clients on equal companies with empty shops; the second one is never disturbed."""
    pair = [make_world(small=True) for _which in range(2)]
    names = (f"shaken-{number}", f"calm-{number}")
    shaken, calm = (
        World(load_demo(world.company, world.running, (f"client.slug='{name}'",)), world.company, world.running)
        for world, name in zip(pair, names, strict=True)
    )
    return shaken, calm


def settle(world: World) -> list[Run]:
    """The schedules come round again until nothing is left; the last turn."""
    for _turn in range(3):
        runs = [world.run(flow) for flow in FLOWS]
        if all(run.state == RunState.SUCCEEDED and not writes(run) for run in runs):
            break
    return runs


def test_whatever_breaks_the_shop_ends_as_if_nothing_had(make_world: Callable[..., World]) -> None:
    random = Random(SEED)
    struck, ended = Counter[str](), Counter[str]()
    faults = (*FAULTS, cut_connection) if connection.vendor == "postgresql" else FAULTS
    waiting: list[Callable[[Scene], AbstractContextManager[None]]] = []
    number = -1
    while struck.total() - struck[MISSED] < ROUNDS:
        number += 1
        assert number < 4 * ROUNDS, f"too many rounds were over before their fault: {dict(struck)}"
        first = number % ROUNDS_PER_SHOP == 0
        if first:
            shaken, calm = fresh_pair(make_world, number)
        else:
            change_sage((shaken.company, calm.company), random)
        waiting = waiting or random.sample(faults, len(faults))  # a dozen rounds meet each of them
        fault = waiting.pop()
        flow = "catalogue" if first else random.choice(FLOWS)
        told = f"round {number}, seed {SEED}: {fault.__name__} in {flow}"
        claimed = claims.claim(Run.objects.create(client=shaken.client, flow=flow).pk)
        assert claimed is not None
        scene = Scene(shaken, claimed, random, first)
        broken = run_broken(scene, fault)
        if scene.struck and fault.__name__ in ENDS:
            assert (broken.attempt, broken.state, broken.cause) in ENDS[fault.__name__], told
        struck[fault.__name__ if scene.struck else MISSED] += 1
        ended[broken.state] += 1
        last_turn = {run.flow: (run.state, writes(run)) for run in settle(shaken)}
        calm.publish(*FLOWS)
        assert holding(shaken) == holding(calm), told
        assert last_turn == dict.fromkeys(FLOWS, ("succeeded", {})), told
        assert_history_is_whole(shaken, told)
    print(f"\n{number + 1} rounds for {ROUNDS} that were struck: {dict(struck)}; the broken runs ended {dict(ended)}")


def assert_history_is_whole(world: World, told: str) -> None:
    """Every run has ended and says how; none claims more than it wrote; no local key is bound twice."""
    runs = Run.objects.filter(client=world.client)
    assert not runs.exclude(state__in=RunState.ended()).exists(), told
    assert not runs.filter(state=RunState.FAILED, cause="").exists(), told
    confirmed = dict(runs.filter(changes__state="confirmed").values_list("pk").annotate(Count("changes")))
    for run in runs:
        assert len(run.attempts) == run.attempt - 1, f"{told}: run {run.pk} does not show each of its attempts"
    for run in runs.exclude(state=RunState.FAILED):
        assert run.confirmed == confirmed.get(run.pk, 0), f"{told}: run {run.pk}"
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
