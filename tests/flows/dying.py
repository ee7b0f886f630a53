"""Workers that die in the middle: as after a SIGKILL, nothing more is sent and nothing more is stored."""

from __future__ import annotations

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


class Killed(BaseException):
    """No `except Exception` may see it, like the signal it stands for."""


class Killer:
    """Counts events of one way and dies at the n-th; `at=0` only counts."""

    def __init__(self, way: Way, at: int = 0) -> None:
        self.way = way
        self.at = at
        self.counted = 0
        self.dead = False

    def event(self, way: Way) -> None:
        if self.dead:
            raise Killed
        if way == self.way:
            self.counted += 1
            if self.counted == self.at:
                self.dead = True
                raise Killed


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
        yield


def start(client: Any, flow: str) -> Run:
    return Run.objects.create(client=client, flow=flow)


def carry(run: Run) -> str:
    """What a worker does with a run that was handed to it."""
    claimed = claims.claim(run.pk)
    assert claimed is not None
    return engine.execute(claimed)


def die_in(run: Run, killer: Killer) -> bool:
    """Carry the run until the killer strikes; whether it did."""
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
