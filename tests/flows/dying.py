"""Workers that die in the middle: as after a SIGKILL, no thread of theirs sends or stores anything more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

import pytest
from django.db import connection
from django.utils import timezone

from connectors.prestashop.transport import Transport
from sync_portal.sync import claims, engine
from sync_portal.sync.models import Run, RunState

Way = Literal["request", "answer", "write", "look"]
"""Before the n-th request leaves; after the shop answered it; before our database is written (or read) again."""

PATIENCE = 120
"""Seconds that a request which had left may take to come back."""


class Killed(BaseException):
    """No `except Exception` may see it, like the signal it stands for."""


class Killer:
    """Counts events of one way and dies at the n-th; `at=0` only counts. Thread-safe.

    Whichever thread the strike meets, all die: each at its next event, the one that carries the run included. So
    `dead` only says that the strike fell; the worker died if its run was left with `Killed`.
    """

    def __init__(self, way: Way, at: int = 0) -> None:
        self.way = way
        self.at = at
        self.counted = 0
        self.dead = False
        self._lock = threading.Lock()

    def event(self, way: Way) -> None:
        with self._lock:
            if way == self.way and not self.dead:
                self.counted += 1
                self.dead = self.counted == self.at
            if self.dead:
                raise Killed


@contextmanager
def no_survivors() -> Iterator[None]:
    """No thread that was started meanwhile, here or by such a thread, is left when this is over: one that was on its
    way comes to its next event first. Those that are killed die in silence, as they would.
    """
    family = {threading.current_thread()}
    begin, told = threading.Thread.start, threading.excepthook

    def start_thread(thread: threading.Thread) -> None:
        if threading.current_thread() in family:  # the sandbox shop has threads, too, and outlives the worker
            family.add(thread)
        begin(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start_thread)
        patch.setattr(threading, "excepthook", lambda args: None if args.exc_type is Killed else told(args))
        try:
            yield
        finally:
            for thread in family - {threading.current_thread()}:
                thread.join(PATIENCE)
                assert not thread.is_alive(), f"{thread.name} outlives its worker"


@contextmanager
def deadly(killer: Killer) -> Iterator[None]:
    """While this lasts, the killer sees every webservice request and every statement of our database."""
    original = Transport.request

    def request(self: Transport, *args: Any, **options: Any) -> Any:
        killer.event("request")
        answer = original(self, *args, **options)
        killer.event("answer")
        return answer

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        word = sql.lstrip().split(" ", 1)[0].upper()
        if word not in {"SAVEPOINT", "ROLLBACK", "RELEASE"}:  # the database itself undoes what was not committed
            killer.event("write" if word in {"INSERT", "UPDATE", "DELETE"} else "look")
        return execute(sql, params, many, context)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(statement):
        patch.setattr(Transport, "request", request)
        with no_survivors():
            yield


def start(client: Any, flow: str) -> Run:
    return Run.objects.create(client=client, flow=flow)


def carry(run: Run) -> str:
    """What a worker does with a run that was handed to it."""
    claimed = claims.claim(run.pk)
    assert claimed is not None
    return engine.execute(claimed)


def die_in(run: Run, killer: Killer) -> bool:
    """Carry the run until the killer strikes; whether the worker died of it, and did not end before."""
    try:
        with deadly(killer):
            carry(run)
    except Killed:
        return True
    return False


def take_up_again(run: Run) -> str:
    """What the tick and the next worker do once the dead worker's lease has run out."""
    past = timezone.now() - timedelta(seconds=1)
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(lease_until=past)
    assert claims.sweep() == [run.pk]
    return carry(run)
