"""The only door to django-q2: asking for runs, carrying them, and the tick that looks after schedules and dead workers.

django-q2 is the transport and nothing more: it may deliver twice, late or not at all. The run table is the truth.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from croniter import croniter
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from connectors.models import Client
from sync_portal.sync import claims
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Beat, FlowSchedule, Run, RunState, Trigger

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

TICK = "sync_portal.tick"
UNDELIVERED_AFTER = timedelta(seconds=90)


def request_run(
    client: Client,
    flow: str,
    *,
    trigger: str = Trigger.PERSON,
    user: User | None = None,
    preview: bool = False,
) -> Run:
    """Ask for a run. Asking twice is harmless: while one waits, that one is returned.

    Raises:
        KeyError: no flow has that name.
    """
    get_flow(flow)
    waiting = Run.objects.filter(client=client, flow=flow, state=RunState.QUEUED)
    if run := waiting.first():
        return run
    try:
        with transaction.atomic():
            run = Run.objects.create(client=client, flow=flow, trigger=trigger, requested_by=user, preview=preview)
    except IntegrityError:  # somebody asked at the same moment
        return waiting.get()
    dispatch(run.pk)
    return run


def dispatch(run_id: int) -> None:
    """Hand a run to the workers once the current transaction is committed."""
    transaction.on_commit(
        lambda: async_task("sync_portal.sync.jobs.carry", run_id, task_name=f"run-{run_id}"),
    )


def carry(run_id: int) -> str:
    """The django-q2 task: claim the run and execute it; do nothing when it is not free. Returns the run's state."""
    from sync_portal.sync import engine

    run = claims.claim(run_id)
    if run is None:
        return "not free"
    state = engine.execute(run)
    _next_in_line(run)
    return state


def run_here(client: Client, flow: str, *, preview: bool = False, on_progress: Any = None) -> Run:
    """Execute a flow in this process (command line), under the same claim as any other run.

    Raises:
        RuntimeError: the flow is running elsewhere.
    """
    from sync_portal.sync import engine

    get_flow(flow)
    waiting = Run.objects.filter(client=client, flow=flow, state=RunState.QUEUED)
    run = waiting.first() or Run.objects.create(client=client, flow=flow, trigger=Trigger.COMMAND, preview=preview)
    claimed = claims.claim(run.pk)
    if claimed is None:
        raise RuntimeError(f"the flow {flow} of {client.slug} is running elsewhere; run {run.pk} stays in the queue")
    engine.execute(claimed, on_progress=on_progress)
    return Run.objects.get(pk=run.pk)


def approve(stopped: Run, *, user: User, comment: str) -> Run:
    """Let a flow pass the brakes once, in the name of a person: a new run, planned anew.

    Raises:
        ValueError: the run was not stopped by a brake, or nothing says why it may pass.
    """
    if stopped.state != RunState.STOPPED or not comment.strip():
        raise ValueError("only a run stopped by a brake can be approved, with a comment")
    with transaction.atomic():  # the job leaves with the commit, so no worker starts before the approval stands
        run = request_run(stopped.client, stopped.flow, trigger=Trigger.RETRY, user=user)
        Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(approved_by=user, approval=comment.strip()[:300])
    return run


def request_cancel(run: Run, *, user: User | None = None) -> None:
    """Stop a run: a waiting one at once, a running one after its current record."""
    facts = {"person": user.get_username() if user else ""}
    ended = Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(
        state=RunState.CANCELLED, ended_at=timezone.now(), cancelled_by=user, cause="portal.cancelled", facts=facts
    )
    if not ended:
        Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(cancel_requested=True, cancelled_by=user)


def queue_position(run: Run) -> int:
    """How many runs are served before this waiting one, plus one; 0 when it does not wait."""
    if run.state != RunState.QUEUED:
        return 0
    return Run.objects.filter(state=RunState.QUEUED, pk__lt=run.pk).count() + 1


# --- the tick: every minute, by one of the workers --------------------------------------------------------------------


def tick() -> str:
    """A sign of life; runs of dead workers, undelivered runs and due schedules are put on their way."""
    now = timezone.now()
    Beat.objects.update_or_create(name="tick", defaults={"at": now})
    lost = claims.sweep()
    undelivered = Run.objects.filter(state=RunState.QUEUED, queued_at__lt=now - UNDELIVERED_AFTER)
    again = set(lost) | set(undelivered.values_list("pk", flat=True))
    for run_id in again:
        dispatch(run_id)
    started = [schedule for schedule in FlowSchedule.objects.filter(paused=False) if _start_if_due(schedule, now)]
    return f"{len(again)} again, {len(started)} scheduled"


def _start_if_due(schedule: FlowSchedule, now: datetime) -> bool:
    if schedule.next_at and schedule.next_at > now:
        return False
    # Two ticks at the same moment: only the one whose update hits the row starts the run.
    taken = FlowSchedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at).update(
        next_at=next_time(schedule, now)
    )
    if not taken or schedule.next_at is None:
        return False
    request_run(schedule.client, schedule.flow, trigger=Trigger.SCHEDULE)
    return True


def next_time(schedule: FlowSchedule, after: datetime) -> datetime | None:
    """When the schedule runs next, in the client's time zone for cron; None without a rhythm."""
    if schedule.cron:
        from zoneinfo import ZoneInfo

        local = after.astimezone(ZoneInfo(schedule.client.time_zone))
        return croniter(schedule.cron, local).get_next(datetime)
    if schedule.every_minutes:
        return after + timedelta(minutes=schedule.every_minutes)
    return None


def install_tick(**_kwargs: object) -> None:
    """Have django-q2 call `tick` every minute; called after each migration, harmless when repeated."""
    Schedule.objects.update_or_create(
        name=TICK, defaults={"func": "sync_portal.sync.jobs.tick", "schedule_type": Schedule.MINUTES, "minutes": 1}
    )


def _next_in_line(run: Run) -> None:
    """The run of the same flow that waited for this one to end."""
    for waiting in Run.objects.filter(client=run.client, flow=run.flow, state=RunState.QUEUED):
        dispatch(waiting.pk)
