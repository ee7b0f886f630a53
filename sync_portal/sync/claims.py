"""Who carries a run: claims by conditional update, leases, heartbeats. The database decides, on any number of machines.

django-q2 may deliver a job twice, late, or (Redis) never; with these functions none of that matters.
"""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from sync_portal.sync import scope as scopes
from sync_portal.sync.models import ChangeState, Run, RunState


class LeaseLost(Exception):
    """Another worker holds this run now (or it was ended): stop at once and write nothing more."""


def cancellation(user: User | None) -> dict[str, Any]:
    """The cause of a run that was cancelled: it names the person as the pages do; nobody: the name is empty."""
    name = (user.get_full_name() or user.get_username()) if user else ""
    return {"cause": "portal.cancelled", "facts": {"person": name}}


def _lease() -> timedelta:
    return timedelta(seconds=settings.RUN_LEASE_SECONDS)


_NOW = Now()
"""By the database's clock: a machine whose own is ahead would take living runs away from the others."""


def claim(run_id: int) -> Run | None:
    """Take a queued run, or one whose worker died; None when somebody else has it or its turn has not come."""
    now = timezone.now()
    token = uuid.uuid4().hex
    seen = Run.objects.filter(pk=run_id).first()
    if seen is None or _is_given_up(seen):
        return None
    free = Q(state=RunState.QUEUED) | Q(_dead(), state=RunState.RUNNING)
    try:
        with transaction.atomic():
            taken = Run.objects.filter(free, pk=run_id, attempt=seen.attempt).update(
                state=RunState.RUNNING,
                attempt=seen.attempt + 1,
                attempts=_attempts_so_far(seen),
                claim=token,
                worker=f"{settings.MACHINE_NAME}:{os.getpid()}",
                lease_until=_NOW + _lease(),
                heartbeat_at=now,
                started_at=now,
                step_started_at=None,
                cause="",
                facts={},
                detail="",
            )
    except IntegrityError:  # the client's flow is already running: this one stays queued
        return None
    if not taken:
        return None
    run = Run.objects.select_related("client").get(pk=run_id)
    run.lease_until = now + _lease()  # this worker asks its own clock only, see `lease_is_over`
    return run


def _dead() -> Q:
    """No sign of life, also where the clock was put back since the last one: no living worker's lease is so long."""
    return Q(lease_until__lt=_NOW) | Q(lease_until__gt=_NOW + 2 * _lease())


def is_the_last_attempt(run: Run) -> bool:
    """Whether nobody tries again when this attempt dies, unless it gets something into the shop."""
    return _is_given_up(run)


def _is_given_up(run: Run) -> bool:
    """Whether too many of its attempts got no further; one that did is no reason to give up."""
    reached = [0, *(one.get("confirmed", 0) for one in run.attempts), run.confirmed]
    further = sum(1 for before, after in pairwise(reached) if after > before)
    return run.attempt - further >= settings.RUN_MAX_ATTEMPTS


def _attempts_so_far(run: Run) -> list[dict[str, Any]]:
    """The earlier attempts, with the one that is over now: its worker died, else nobody could claim the run again."""
    if run.started_at is None:  # the first one, or the last claim was given back
        return run.attempts
    ended = run.heartbeat_at or run.started_at
    times = {"started_at": run.started_at.isoformat(), "ended_at": ended.isoformat()}
    over = {"worker": run.worker, **times, "confirmed": run.confirmed, "cause": run.cause or "portal.worker_died"}
    return [*run.attempts, over]


def extend(run: Run, **fields: object) -> None:
    """Write progress and prolong the lease, only while the run is still ours.

    Raises:
        LeaseLost: it is not.
    """
    now = timezone.now()
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    if not mine.update(heartbeat_at=now, lease_until=_NOW + _lease(), **fields):
        raise LeaseLost(f"run {run.pk}")
    run.lease_until = now + _lease()


def lease_is_over(run: Run) -> bool:
    """Whether another worker may have it by now, as far as this one knows without asking: by its own clock, on which
    the lease began before the database wrote it down.
    """
    return run.lease_until is None or timezone.now() >= run.lease_until


def release(run: Run, state: str, **fields: object) -> bool:
    """End the run, only while it is still ours; False when it was not."""
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    if state == RunState.INCOMPLETE:
        fields["later"] = run.changes.filter(state=ChangeState.LATER).count()
    return _end(mine, state, **fields)


def give_back(run: Run) -> bool:
    """Put a run that was just claimed back into the queue, as if it had not been; False when it has to go on."""
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    try:
        with transaction.atomic():
            return bool(mine.update(state=RunState.QUEUED, attempt=F("attempt") - 1, lease_until=None, started_at=None))
    except IntegrityError:  # a newer one waits already
        return False


def sweep() -> list[int]:
    """Look after runs whose worker died: back to the queue, cancelled where a person asked for it, or failed after too
    many attempts that got no further. Ids to dispatch again.
    """
    for run in Run.objects.filter(state=RunState.QUEUED, attempt__gte=settings.RUN_MAX_ATTEMPTS):
        if _is_given_up(run):  # nobody could claim it any more
            _end(Run.objects.filter(pk=run.pk, state=RunState.QUEUED), RunState.FAILED, **_given_up(run))
    dead = Run.objects.filter(_dead(), state=RunState.RUNNING).select_related("cancelled_by")
    return [run.pk for run in dead if _look_after(run)]


def _look_after(run: Run) -> bool:
    """Whether it is back in the queue. A worker that has given a sign meanwhile keeps it."""
    mine = Run.objects.filter(_dead(), pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    if run.cancel_requested:
        _end(mine, RunState.CANCELLED, **cancellation(run.cancelled_by))
        return False
    if _is_given_up(run):
        _end(mine, RunState.FAILED, **_given_up(run))
        return False
    facts = {"attempt": str(run.attempt + 1)}
    try:
        with transaction.atomic():
            return bool(mine.update(state=RunState.QUEUED, lease_until=None, cause="portal.worker_died", facts=facts))
    except IntegrityError:  # a newer run of the same flow waits already
        _hand_over(run, mine)
        return False


def _end(runs: QuerySet[Run], state: str, **fields: object) -> bool:
    return bool(runs.update(state=state, ended_at=timezone.now(), lease_until=None, **fields))


def _given_up(run: Run) -> dict[str, Any]:
    return {"cause": "portal.too_many_attempts", "facts": {"attempts": str(run.attempt)}}


def _hand_over(run: Run, mine: QuerySet[Run]) -> None:
    """The newer run does the dead one's work too; what a person had chosen exactly waits for that person instead."""
    waiting = Run.objects.filter(client=run.client_id, flow=run.flow, preview=run.preview, state=RunState.QUEUED)
    with transaction.atomic():
        newer = waiting.select_for_update().first()
        if newer is None or scopes.exclusive(run.scope) or scopes.exclusive(newer.scope):
            _end(mine, RunState.FAILED, **_given_up(run))
            return
        if _end(mine, RunState.FAILED, cause="portal.worker_died", facts={"attempt": str(run.attempt + 1)}):
            waiting.filter(pk=newer.pk).update(scope=scopes.union(newer.scope, run.scope))
