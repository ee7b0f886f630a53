"""The only door to django-q2: asking for runs, carrying them, and the tick that looks after schedules and dead workers.

django-q2 is the transport and nothing more: it may deliver twice, late or not at all. The run table is the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from connectors.models import Client
from sync_portal.sync import claims, lanes
from sync_portal.sync import scope as scopes
from sync_portal.sync.flows import all_flows, get_flow
from sync_portal.sync.models import Beat, Lane, Run, RunState, Trigger

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

TICK = "sync_portal.tick"
UNDELIVERED_AFTER = timedelta(seconds=90)
_LOOKS = 5
"""Times that a run which just appeared, or was just taken, sends whoever asks back to the queue."""


class QueueBusy(ValueError):
    """A run of this flow waits already, and it cannot do this one's work too."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"run {run.pk} of {run.flow} waits already and does exactly what somebody chose")
        self.run_id: int = run.pk


def request_run(
    client: Client,
    flow: str,
    *,
    trigger: str = Trigger.PERSON,
    user: User | None = None,
    preview: bool = False,
    scope: dict[str, Any] | None = None,
) -> Run:
    """Ask for a run. Asking twice is harmless: while one waits that can do the work of both, that one is returned.

    Raises:
        KeyError: no flow has that name.
        QueueBusy: a run waits whose work is of another kind (an undo, the application of a preview).
    """
    run, made = _waiting_or_new(client, flow, trigger=trigger, requested_by=user, preview=preview, scope=scope or {})
    if made:
        dispatch(run.lane)
    return run


def _waiting_or_new(
    client: Client, flow: str, *, preview: bool, scope: dict[str, Any], **fields: Any
) -> tuple[Run, bool]:
    """The run that waits and does this one's work too, or a new one; and whether it is new."""
    waiting = Run.objects.filter(client=client, flow=flow, preview=preview, state=RunState.QUEUED)
    lane = get_flow(flow).lane
    for left in reversed(range(_LOOKS)):
        try:
            with transaction.atomic():
                # Locked, so that no worker takes it and nobody else widens it in between.
                run = waiting.select_for_update().first()
                if run is None:
                    made = {"client": client, "flow": flow, "lane": lane, "preview": preview, "scope": scope}
                    return Run.objects.create(**made, **fields), True
                if _widened(run, scope):
                    return run, False
        except IntegrityError:  # somebody asked at the same moment
            if not left:
                raise
    raise RuntimeError(f"the flow {flow} of {client.slug} is asked for and taken all the time")


def _widened(run: Run, scope: dict[str, Any]) -> bool:
    """Have a waiting run do this work too; False when it was taken meanwhile and may be past it."""
    if run.scope == scope:
        return True
    if scopes.exclusive(run.scope) or scopes.exclusive(scope):
        raise QueueBusy(run)
    run.scope = scopes.union(run.scope, scope)
    return bool(Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(scope=run.scope))


def dispatch(lane: str) -> None:
    """Tell the lane's workers that there is work, once the current transaction is committed.

    A broker that does not answer (Redis) is no failure of what was asked: the run waits, the tick calls again.
    """
    transaction.on_commit(lambda: _call(lane))


def _call(lane: str) -> None:
    # Always by name: a worker of the fast lane would otherwise queue for its own cluster.
    options = {"cluster": settings.Q_CLUSTER["name"] if lane == Lane.SLOW else lane}
    try:
        async_task("sync_portal.sync.jobs.carry", lane, task_name=f"work-{lane}", q_options=options)
    except Exception:
        logger.exception("the workers of the lane %s could not be called: the tick calls them again", lane)


def call_again(lane: str) -> None:
    """Call the lane's workers for the runs that may begin, as many of them as one machine can take.

    For calls that got lost: with Redis away or emptied, or swallowed by a cluster that died with them.
    """
    for _run in lanes.takeable(lane)[: settings.JOB_WORKERS]:
        dispatch(lane)


def broker_trouble() -> str:
    """Why Redis does not answer, in the words of its library; empty when it does, or when the database carries jobs."""
    if not settings.REDIS_URL:
        return ""
    import redis

    # Its own short patience: the watchdog asks, and must notice a request to end meanwhile.
    connection = redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    try:
        connection.ping()
    except redis.RedisError as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return ""


def carry(lane: str) -> str:
    """The django-q2 task: take the lane's next run and execute it. Returns the run's state, or that there was none."""
    from sync_portal.sync import engine

    run = lanes.take(lane)
    if run is None:
        return "nothing to do"
    state = engine.execute(run)
    if lanes.takeable(lane):  # what this run stood in front of
        dispatch(lane)
    return state


def run_here(
    client: Client,
    flow: str,
    *,
    trigger: str = Trigger.COMMAND,
    preview: bool = False,
    scope: dict[str, Any] | None = None,
    on_progress: Any = None,
) -> Run:
    """Execute a flow in this process (command line), under the same claim as any other run.

    A run that waits already and can do this one's work too is taken along.

    Raises:
        QueueBusy: one waits that cannot.
        RuntimeError: the flow is running elsewhere.
    """
    from sync_portal.sync import engine

    run, _made = _waiting_or_new(client, flow, trigger=trigger, preview=preview, scope=scope or {})
    claimed = claims.claim(run.pk)
    if claimed is None:
        raise RuntimeError(f"the flow {flow} of {client.slug} is running elsewhere; run {run.pk} stays in the queue")
    engine.execute(claimed, on_progress=on_progress)
    return Run.objects.get(pk=run.pk)


def resync_product(client: Client, product: str, *, user: User | None = None) -> list[Run]:
    """Send one product again with everything that belongs to it: one run per flow that knows products."""
    flows = [flow.name for flow in all_flows() if flow.desires and flow.name != "customers"]
    return [request_run(client, flow, user=user, scope={"product": product}) for flow in flows]


def retry_refused(run: Run, *, user: User | None = None) -> Run:
    """Send again what a run left refused or to be tried later."""
    return request_run(run.client, run.flow, trigger=Trigger.RETRY, user=user, scope={"retry": run.pk})


def apply_preview(
    preview: Run, *, user: User | None = None, changes: list[int] | None = None, fields: list[str] | None = None
) -> Run:
    """Write what a preview showed: whole, the changes chosen, or the kinds of field chosen.

    Raises:
        ValueError: it is no preview; `sync_portal.sync.scope.PlanExpired`: it is too old.
    """
    if not preview.preview:
        raise ValueError(f"run {preview.pk} is no preview")
    scope = {"plan": preview.pk, "changes": changes or [], "fields": fields or []}
    scopes.check_age(scope)
    return request_run(preview.client, preview.flow, trigger=Trigger.PLAN, user=user, scope=scope)


def undo(run: Run, *, user: User | None = None) -> Run:
    """Put back what a run changed, where it has not changed since."""
    return request_run(run.client, run.flow, trigger=Trigger.UNDO, user=user, scope={"undo": run.pk})


def request_cancel(run: Run, *, user: User | None = None) -> None:
    """Stop a run: a waiting one at once, a running one after its current record."""
    ended = Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(
        state=RunState.CANCELLED, ended_at=timezone.now(), cancelled_by=user, **claims.cancellation(user)
    )
    if not ended:
        running = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, cancel_requested=False)
        running.update(cancel_requested=True, cancelled_by=user)


def queue_position(run: Run) -> int:
    """Its place among its lane's waiting runs, the next one first; 0 when it does not wait."""
    waiting = lanes.why_waiting(run)
    return waiting.place if waiting else 0


# --- the tick: every minute, by one of the workers --------------------------------------------------------------------


def tick(lane: str = Lane.SLOW) -> str:
    """A sign of life of this lane here; lost runs, undelivered runs, due schedules and alerts are put on their way."""
    from sync_portal.sync import alerts, retention, schedules

    now = timezone.now()
    Beat.objects.update_or_create(name=beat_name(lane), defaults={"at": now})
    lost = claims.sweep()
    undelivered = Run.objects.filter(state=RunState.QUEUED, queued_at__lt=now - UNDELIVERED_AFTER)
    again = set(Run.objects.filter(pk__in=lost).values_list("lane", flat=True))
    for waiting_lane in again | set(undelivered.values_list("lane", flat=True)):
        call_again(waiting_lane)
    started = schedules.start_due(now)
    told = _whatever_happens(lambda: alerts.tell_changes(now))
    retention.prune_if_due(now)
    return f"{len(lost)} lost, {started} scheduled, {told} told"


def _whatever_happens(step: Callable[[], int]) -> int:
    """A step of the tick that must not keep the ones after it from being done."""
    try:
        return step()
    except Exception:
        logger.exception("a step of the tick failed: the next tick tries it again")
        return 0


def beat_name(lane: str) -> str:
    """The name of this machine's sign of life in a lane."""
    return f"{lane}@{settings.MACHINE_NAME}"


def install_tick(**_kwargs: object) -> None:
    """Have each lane call `tick` every minute; called after each migration, harmless when repeated."""
    for lane in Lane.values:
        Schedule.objects.update_or_create(
            name=f"{TICK}.{lane}",
            defaults={
                "func": "sync_portal.sync.jobs.tick",
                "args": f"'{lane}'",
                "schedule_type": Schedule.MINUTES,
                "minutes": 1,
                "cluster": None if lane == Lane.SLOW else lane,
            },
        )
