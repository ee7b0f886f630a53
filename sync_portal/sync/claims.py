"""Who carries a run: claims by conditional update, leases, heartbeats. The database decides, on any number of machines.

django-q2 may deliver a job twice, late, or (Redis) never; with these functions none of that matters.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from sync_portal.sync import scope as scopes
from sync_portal.sync.models import ChangeState, Run, RunState


class LeaseLost(Exception):
    """Another worker holds this run now (or it was ended): stop at once and write nothing more."""


def cancellation(user: User | None) -> dict[str, Any]:
    """The cause of a run that was cancelled: it names the person as the pages do; nobody: the name is empty."""
    name = (user.get_full_name() or user.get_username()) if user else ""
    return {"cause": "portal.cancelled", "facts": {"person": name}}


def lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.RUN_LEASE_SECONDS)


def claim(run_id: int) -> Run | None:
    """Take a queued run, or one whose worker died; None when somebody else has it or its turn has not come."""
    now = timezone.now()
    token = uuid.uuid4().hex
    seen = Run.objects.filter(pk=run_id).first()
    if seen is None or seen.attempt >= settings.RUN_MAX_ATTEMPTS:
        return None
    free = Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=now)
    try:
        with transaction.atomic():
            taken = Run.objects.filter(free, pk=run_id, attempt=seen.attempt).update(
                state=RunState.RUNNING,
                attempt=seen.attempt + 1,
                attempts=_attempts_so_far(seen),
                claim=token,
                worker=f"{settings.MACHINE_NAME}:{os.getpid()}",
                lease_until=lease_end(now),
                heartbeat_at=now,
                started_at=now,
                step_started_at=None,
                cause="",
                facts={},
                detail="",
            )
    except IntegrityError:  # the client's flow is already running: this one stays queued
        return None
    return Run.objects.select_related("client").get(pk=run_id) if taken else None


def _attempts_so_far(run: Run) -> list[dict[str, str | None]]:
    """The earlier attempts, with the one that is over now: its worker died, else nobody could claim the run again."""
    if run.started_at is None:  # the first one, or the last claim was given back
        return run.attempts
    ended = run.heartbeat_at or run.started_at
    over = {"worker": run.worker, "started_at": run.started_at.isoformat(), "ended_at": ended.isoformat()}
    return [*run.attempts, over | {"cause": run.cause or "portal.worker_died"}]


def extend(run: Run, **fields: object) -> None:
    """Write progress and prolong the lease, only while the run is still ours.

    Raises:
        LeaseLost: it is not.
    """
    now = timezone.now()
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    until = lease_end(now)
    if not mine.update(heartbeat_at=now, lease_until=until, **fields):
        raise LeaseLost(f"run {run.pk}")
    run.lease_until = until


def lease_is_over(run: Run) -> bool:
    """Whether another worker may have it by now, as far as this one knows without asking."""
    return run.lease_until is None or timezone.now() >= run.lease_until


def release(run: Run, state: str, **fields: object) -> bool:
    """End the run, only while it is still ours; False when it was not."""
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    if state == RunState.INCOMPLETE:
        fields["later"] = run.changes.filter(state=ChangeState.LATER).count()
    return bool(mine.update(state=state, ended_at=timezone.now(), lease_until=None, **fields))


def give_back(run: Run) -> bool:
    """Put a run that was just claimed back into the queue, as if it had not been; False when it has to go on."""
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    try:
        with transaction.atomic():
            return bool(mine.update(state=RunState.QUEUED, attempt=F("attempt") - 1, lease_until=None, started_at=None))
    except IntegrityError:  # a newer one waits already
        return False


def sweep() -> list[int]:
    """Look after runs whose worker died: back to the queue, or failed after too many attempts. Ids to dispatch
    again.
    """
    again: list[int] = []
    for run in Run.objects.filter(state=RunState.RUNNING, lease_until__lt=timezone.now()):
        if run.attempt >= settings.RUN_MAX_ATTEMPTS:
            release(run, RunState.FAILED, cause="portal.too_many_attempts", facts={"attempts": str(run.attempt)})
        elif _requeue(run):
            again.append(run.pk)
    return again


def _requeue(run: Run) -> bool:
    facts = {"attempt": str(run.attempt + 1)}
    mine = Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING)
    try:
        with transaction.atomic():
            return bool(mine.update(state=RunState.QUEUED, lease_until=None, cause="portal.worker_died", facts=facts))
    except IntegrityError:  # a newer run of the same flow waits already
        _hand_over(run)
        return False


def _hand_over(run: Run) -> None:
    """The newer run does the dead one's work too; what a person had chosen exactly waits for that person instead."""
    waiting = Run.objects.filter(client=run.client_id, flow=run.flow, preview=run.preview, state=RunState.QUEUED)
    newer = waiting.first()
    if newer is None or scopes.exclusive(run.scope) or scopes.exclusive(newer.scope):
        release(run, RunState.FAILED, cause="portal.too_many_attempts", facts={"attempts": str(run.attempt)})
        return
    waiting.filter(pk=newer.pk).update(scope=scopes.union(newer.scope, run.scope))
    release(run, RunState.FAILED, cause="portal.worker_died", facts={"attempt": str(run.attempt + 1)})
