"""What the history says of a client's flows: are they as fresh as promised, and does a person have to act?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from sync_portal.sync.causes import CAUSES
from sync_portal.sync.flows import Flow, all_flows
from sync_portal.sync.models import ChangeState, FlowSchedule, Run, RunState

RECENT = 30

WORDS = {
    "on_time": _("on time"),
    "catching_up": _("catching up"),
    "late": _("late"),
    "broken": _("broken"),
    "needs_you": _("waits for a decision"),
    "paused": _("paused"),
    "never": _("never run"),
}
"""Only `broken` and `needs_you` ask for a person; the others heal or wait by themselves."""


@dataclass(frozen=True)
class FlowState:
    """One line of a client's home page."""

    flow: Flow
    code: str
    last_success: datetime | None
    next_at: datetime | None
    waiting: int
    """Records of the last finished run that wait for a person."""
    recent: list[Run] = field(default_factory=list)
    """The last runs, oldest first."""
    running: Run | None = None
    schedule: FlowSchedule | None = None

    @property
    def word(self) -> Any:
        return WORDS[self.code]

    @property
    def last(self) -> Run | None:
        """The last run that ended."""
        return next((run for run in reversed(self.recent) if run.is_over), None)


def flow_states(client: Client, *, now: datetime | None = None) -> list[FlowState]:
    """The state of every flow, judged on its freshness promise, its last results and what waits for people."""
    now = now or timezone.now()
    schedules = {schedule.flow: schedule for schedule in client.schedules.select_related("client")}
    return [_flow_state(client, flow, schedules.get(flow.name), now) for flow in all_flows()]


def _flow_state(client: Client, flow: Flow, schedule: FlowSchedule | None, now: datetime) -> FlowState:
    runs = Run.objects.filter(client=client, flow=flow.name)
    recent = list(reversed(runs.exclude(preview=True)[:RECENT]))
    ended = [run for run in recent if run.is_over and run.state != RunState.CANCELLED]
    success = (
        runs.filter(state__in=[RunState.SUCCEEDED, RunState.INCOMPLETE], preview=False)
        .values_list("ended_at", flat=True)
        .first()
    )
    last = ended[-1] if ended else None
    return FlowState(
        flow=flow,
        code=_code(flow, schedule, last, success, now),
        last_success=success,
        next_at=schedule.next_at if schedule and not schedule.paused else None,
        waiting=_waiting(last),
        recent=recent,
        running=next((run for run in recent if run.state in {RunState.QUEUED, RunState.RUNNING}), None),
        schedule=schedule,
    )


def _code(flow: Flow, schedule: FlowSchedule | None, last: Run | None, success: datetime | None, now: datetime) -> str:
    if schedule and schedule.paused:
        return "paused"
    if last is None:
        return "never"
    if last.state == RunState.STOPPED or _waiting(last):
        return "needs_you"
    if last.state == RunState.FAILED:
        cause = CAUSES.get(last.cause)
        heals = cause is not None and cause.retryable
        return "catching_up" if heals and success and _age(success, now) < flow.promise_minutes else "broken"
    if success is None or (schedule is not None and _age(success, now) > flow.promise_minutes):
        return "late"
    return "on_time"


def _age(moment: datetime, now: datetime) -> float:
    return (now - moment).total_seconds() / 60


def _waiting(run: Run | None) -> int:
    return run.held + run.rejected if run else 0


def waiting_changes(run: Run) -> Any:
    """Exactly the rows behind `FlowState.waiting`."""
    return run.changes.filter(state__in=[ChangeState.HELD, ChangeState.REJECTED, ChangeState.LATER])


def counts_by_cause(run: Run) -> list[tuple[str, int]]:
    """Cause -> how many of the run's changes carry it, the most frequent first."""
    rows = run.changes.exclude(cause="").values_list("cause").annotate(amount=Count("pk")).order_by("-amount")
    return list(rows)


def rate(run: Run) -> float | None:
    """Records per second of the current step; None before there is something to measure."""
    if run.started_at is None or not run.done:
        return None
    seconds = ((run.ended_at or timezone.now()) - run.started_at).total_seconds()
    return run.done / seconds if seconds > 0 else None


def estimated_end(run: Run) -> datetime | None:
    """When the current step will be through at its present rate."""
    speed = rate(run)
    if not speed or run.total <= run.done:
        return None
    return timezone.now() + timedelta(seconds=(run.total - run.done) / speed)


def unfinished() -> Q:
    """Runs that wait or run."""
    return Q(state__in=[RunState.QUEUED, RunState.RUNNING])
