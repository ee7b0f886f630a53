"""Which waiting run is next: fair between clients, first come first served within one, and the reason when one waits.

The jobs that django-q2 carries name no run: each means "there is work in this lane". Whoever takes one picks the run
here, so neither the broker's order nor a job delivered twice decides anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from sync_portal.sync import claims
from sync_portal.sync.models import Run, RunState

SERVED_WITHIN = timedelta(hours=6)
"""Who was served longer ago is first anyway; looking no further back keeps the question cheap in a long history."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a run waits: the code of a reason, the run in front of it if there is one, and its place in the lane."""

    reason: str
    """"same_flow" (it runs already), "client_busy" (the client has its share of workers), "workers_busy" or "soon"."""
    behind: int | None
    place: int


def share_of_workers() -> int:
    """How many runs of one client a lane carries at a time: all workers but one, so that another client gets in."""
    return max(1, settings.JOB_WORKERS - 1)


def in_order(lane: str) -> list[Run]:
    """The lane's waiting runs in the order in which they are to be taken; blocked ones last."""
    waiting = list(Run.objects.filter(lane=lane, state=RunState.QUEUED).order_by("pk"))
    running = list(Run.objects.filter(state=RunState.RUNNING).only("client_id", "flow", "lane"))
    per_client = Counter(run.client_id for run in running if run.lane == lane)
    since = timezone.now() - SERVED_WITHIN
    served = dict(
        Run.objects.filter(lane=lane, started_at__gt=since, client_id__in={run.client_id for run in waiting})
        .order_by()
        .values_list("client_id")
        .annotate(Max("started_at"))
    )

    def rank(run: Run) -> tuple[bool, int, datetime, int]:
        return (
            bool(_block(run, running, per_client)),
            per_client[run.client_id],
            served.get(run.client_id, since),
            run.pk,
        )

    return sorted(waiting, key=rank)


def takeable(lane: str) -> list[Run]:
    """The waiting runs that nothing but a free worker is missing, the next one first."""
    running = list(Run.objects.filter(state=RunState.RUNNING).only("client_id", "flow", "lane"))
    per_client = Counter(run.client_id for run in running if run.lane == lane)
    return [run for run in in_order(lane) if not _block(run, running, per_client)]


def take(lane: str) -> Run | None:
    """Claim the lane's next run; None when there is none that may begin.

    Two workers that look at the same moment may both take a run of the same client: the one that comes second by the
    database's own order gives its run back, so that a client keeps to its share.
    """
    for candidate in takeable(lane):
        run = claims.claim(candidate.pk)
        if run is not None and not _beyond_the_share(run):
            return run
    return None


def _beyond_the_share(run: Run) -> bool:
    own = Run.objects.filter(client=run.client_id, lane=run.lane, state=RunState.RUNNING)
    in_turn = list(own.order_by("started_at", "pk").values_list("pk", flat=True))
    if run.pk in in_turn[: share_of_workers()]:
        return False
    return claims.give_back(run)


def why_waiting(run: Run) -> Waiting | None:
    """The reason why a run has not begun; None when it does not wait."""
    if run.state != RunState.QUEUED:
        return None
    order = in_order(run.lane)
    place = next((number for number, other in enumerate(order, start=1) if other.pk == run.pk), 1)
    running = list(Run.objects.filter(state=RunState.RUNNING))
    per_client = Counter(other.client_id for other in running if other.lane == run.lane)
    reason = _block(run, running, per_client)
    if reason == "same_flow":
        behind = next(other.pk for other in running if (other.client_id, other.flow) == (run.client_id, run.flow))
        return Waiting(reason, behind, place)
    busy = sum(1 for other in running if other.lane == run.lane)
    return Waiting(reason or ("workers_busy" if busy >= settings.JOB_WORKERS else "soon"), None, place)


def _block(run: Run, running: Sequence[Run], per_client: Counter[int]) -> str:
    if any((other.client_id, other.flow) == (run.client_id, run.flow) for other in running):
        return "same_flow"
    if per_client[run.client_id] >= share_of_workers():
        return "client_busy"
    return ""
