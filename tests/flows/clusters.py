"""What the worker scenarios share: the broker seen from outside, a cluster's log, waiting.

Only for programs of their own (`worker_scenario`, `machines_scenario`): import it after `django.setup()`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.tasks import async_task

from sync_portal.sync.models import Run

PATIENCE = 300.0
PATIENCE_WITH_THE_DEAD = 30.0
TICK = "sync_portal.sync.jobs.tick"


class Log:
    """The log of a cluster (and of those that come after it), told by its lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._from = 0

    def begin_anew(self) -> None:
        """Forget what was written until now."""
        self._from = self.path.stat().st_size if self.path.exists() else 0

    def text(self) -> str:
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(self._from)
            return file.read().decode(errors="replace")

    def pids(self, said: str) -> list[int]:
        """The processes that said this of themselves: "ready for work at", "pushing tasks at"."""
        return [int(found) for found in re.findall(rf"{said} (\d+)", self.text())]

    def count(self, said: str) -> int:
        return len(re.findall(said, self.text()))

    def wait_until_ready(self) -> None:
        """All workers of a cluster wait for work, and somebody fetches it."""
        wait(
            lambda: self.count("ready for work at") >= settings.JOB_WORKERS and self.count("pushing tasks at") >= 1,
            "the cluster is ready",
        )


def calls() -> int:
    """How many calls lie in the broker that no cluster has fetched."""
    return int(get_broker().queue_size())


def lose_calls() -> None:
    """The broker loses all it has: FLUSHALL, or an emptied table."""
    if settings.REDIS_URL:
        get_broker().connection.flushall()
    else:
        OrmQ.objects.all().delete()


@contextmanager
def delivered_twice() -> Iterator[None]:
    """While this lasts, what this process hands to the broker is in it twice, to the last byte."""
    kind: Any = type(get_broker())
    enqueue = kind.enqueue

    def twice(broker: Any, task: Any) -> Any:
        enqueue(broker, task)
        return enqueue(broker, task)

    kind.enqueue = twice
    try:
        yield
    finally:
        kind.enqueue = enqueue


def let_tick() -> None:
    """Send the tick to the workers, as the cluster's schedule does every minute."""
    async_task(TICK, "slow", task_name="tick", q_options={"cluster": settings.Q_CLUSTER["name"]})


def minutes_pass(*dead: Any) -> None:
    """As if time went by: the calls of waiting runs are overdue, and the leases of these runs have run out."""
    now = timezone.now()
    Run.objects.filter(state="queued").update(queued_at=now - timedelta(minutes=5))
    Run.objects.filter(pk__in=[run.pk for run in dead]).update(lease_until=now - timedelta(seconds=1))


def fresh(run: Any) -> Any:
    run.refresh_from_db()
    return run


def wait_for_end(run: Any) -> Any:
    wait(lambda: fresh(run).is_over, f"run {run.pk} of {run.flow} ended")
    return run


def wait(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {PATIENCE} s: {what}")
        time.sleep(0.05)


def left_over(living: Callable[[], Collection[int]]) -> int:
    """How many of these processes do not go; a busy machine takes its time to end those that were killed."""
    deadline = time.monotonic() + PATIENCE_WITH_THE_DEAD
    while living() and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(living())


def told(run: Any) -> dict[str, Any]:
    return {"state": run.state, "cause": run.cause, "attempt": run.attempt, "detail": run.detail}
