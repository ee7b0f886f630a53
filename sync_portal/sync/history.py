"""What the history says of a client's flows: are they as fresh as promised, and does a person have to act?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from sync_portal.sync import scope as scopes
from sync_portal.sync.causes import CAUSES
from sync_portal.sync.flows import Flow, all_flows
from sync_portal.sync.models import ChangeState, FlowSchedule, Run, RunState
from sync_portal.sync.rhythms import BadCronError
from sync_portal.sync.schedules import next_time

RECENT = 30
TICK = timedelta(minutes=2)
"""Until a schedule that is due has been seen by a tick: nobody is late for that."""

WORDS = {
    "on_time": _("on time"),
    "catching_up": _("catching up"),
    "late": _("late"),
    "broken": _("broken"),
    "needs_you": _("waits for somebody"),
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
    """Records of the judged run that wait for a person."""
    judged: Run | None = None
    """The last run of the whole flow that went to its end."""
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
    whole = runs.filter(preview=False).exclude(scope__has_any_keys=scopes.PARTS)
    last = whole.filter(state__in=_JUDGED).first()
    success = whole.filter(_WENT_WELL).values_list("ended_at", flat=True).first()
    asked = [run for run in recent if run.state in _UNDER_WAY and not scopes.partial(run.scope)]
    asked_at = min((run.queued_at for run in asked), default=None)
    return FlowState(
        flow=flow,
        code=_code(flow, schedule, _Seen(last, success, asked_at), now),
        last_success=success,
        next_at=schedule.next_at if schedule and not schedule.paused else None,
        waiting=_waiting(last),
        judged=last,
        recent=recent,
        running=next((run for run in recent if run.state in _UNDER_WAY), None),
        schedule=schedule,
    )


def last_judged(client: Client, flow: str) -> Run | None:
    """The last run of the whole flow that went to its end: what the flow's state is judged on."""
    whole = Run.objects.filter(client=client, flow=flow, preview=False).exclude(scope__has_any_keys=scopes.PARTS)
    return whole.filter(state__in=_JUDGED).first()


def codes(clients: Sequence[Client], *, now: datetime) -> Iterator[tuple[Client, Flow, str]]:
    """The code of every flow's state for these clients, in a number of queries that does not follow theirs."""
    seen = _seen_of_all(clients)
    schedules = {(row.client_id, row.flow): row for row in FlowSchedule.objects.filter(client__in=clients)}
    for client in clients:
        for flow in all_flows():
            place = (client.pk, flow.name)
            schedule = schedules.get(place)
            if schedule is not None:
                schedule.client = client
            yield client, flow, _code(flow, schedule, seen[place], now)


def _seen_of_all(clients: Sequence[Client]) -> dict[tuple[int, str], _Seen]:
    """(client id, flow) -> what its state is judged on."""
    rows = [row for flow in all_flows() for row in _asked_together(clients, flow.name)]
    last = Run.objects.in_bulk({judged for _client, _flow, judged, *_rest in rows if judged})
    asked = _asked_since()
    return {
        (client, flow): _Seen(last.get(judged), success, asked.get((client, flow)))
        for client, flow, judged, success in rows
    }


def _asked_since() -> dict[tuple[int, str], datetime]:
    """(client id, flow) -> when the oldest whole run under way was asked for; those few are found by their state."""
    asked = Run.objects.filter(state__in=_UNDER_WAY, preview=False).exclude(scope__has_any_keys=scopes.PARTS)
    rows = asked.order_by("-queued_at").values_list("client", "flow", "queued_at")
    return {(client, flow): at for client, flow, at in rows}


def _asked_together(clients: Sequence[Client], flow: str) -> Iterator[tuple[int, str, int, datetime]]:
    """(client id, flow, the judged run, the last success): each found by the index of runs."""
    whole = Run.objects.filter(client=OuterRef("pk"), flow=flow, preview=False).order_by("-pk")
    whole = whole.exclude(scope__has_any_keys=scopes.PARTS)
    found = Client.objects.filter(pk__in=[client.pk for client in clients]).order_by("pk")
    for row in found.values_list(
        "pk",
        Subquery(whole.filter(state__in=_JUDGED).values("pk")[:1]),
        Subquery(whole.filter(_WENT_WELL).values("ended_at")[:1]),
    ):
        yield row[0], flow, row[1], row[2]


_UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)
_JUDGED = sorted(set(RunState.ended()) - {RunState.CANCELLED})
_WENT_WELL = Q(state=RunState.SUCCEEDED) | Q(state=RunState.INCOMPLETE, later=0)
"""What the shop refused waits for a person and makes nothing late; what is to be tried again was not brought there."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of a flow's whole runs: the last that ended, the end of the last success, since when one is under way."""

    last: Run | None
    success: datetime | None
    asked_at: datetime | None


def promise_minutes(flow: Flow, schedule: FlowSchedule | None) -> int:
    """How old a flow's last success may be: as its client was promised, or as the flow promises by itself."""
    return (schedule.promise_minutes if schedule else None) or flow.promise_minutes


def _code(flow: Flow, schedule: FlowSchedule | None, seen: _Seen, now: datetime) -> str:
    """Silence and lateness first: what waits for a person must not hide that nothing comes through any more."""
    if schedule and schedule.paused:
        return "paused"
    if seen.last is None:
        return _code_without_a_result(flow, schedule, seen, now)
    promise = timedelta(minutes=promise_minutes(flow, schedule))
    due = _due(schedule, seen.success, promise) if seen.success else None
    fresh = due is not None and now <= due
    if seen.last.state == RunState.FAILED:
        cause = CAUSES.get(seen.last.cause)
        return "catching_up" if fresh and cause is not None and cause.retryable else "broken"
    stopped = seen.last.state == RunState.STOPPED
    told = stopped and _still_speaks(schedule, seen.last, promise, now)
    if not fresh and not told and (schedule is not None or _tries_again(seen.last)):
        return "catching_up" if _asked_in_time(seen, due, now - promise - TICK) else "late"
    if stopped or _waiting(seen.last):
        return "needs_you"
    return "catching_up" if _tries_again(seen.last) else "on_time"


def _due(schedule: FlowSchedule | None, success: datetime, promise: timedelta) -> datetime:
    """When the next success is due: as promised, but not before the schedule's own next moment."""
    if schedule is None:
        return success + promise
    try:
        moment = next_time(schedule, success)
    except BadCronError:  # the schedule itself says so
        moment = None
    return max(success + promise, (moment or success) + TICK)


def _asked_in_time(seen: _Seen, due: datetime | None, not_before: datetime) -> bool:
    """Whether a run is under way that was asked for before it was late, and not too long ago."""
    return due is not None and seen.asked_at is not None and not_before <= seen.asked_at <= due


def _still_speaks(schedule: FlowSchedule | None, run: Run, promise: timedelta, now: datetime) -> bool:
    """Whether the run ended so lately that nobody has to wonder whether anything still runs."""
    return schedule is None or (run.ended_at is not None and now <= _due(schedule, run.ended_at, promise))


def _code_without_a_result(flow: Flow, schedule: FlowSchedule | None, seen: _Seen, now: datetime) -> str:
    """Nothing ended: it never ran, or it was cancelled again and again, or nobody takes it out of the queue."""
    planned = schedule.next_at if schedule else None
    waits_since = min((moment for moment in (seen.asked_at, planned) if moment is not None), default=None)
    if waits_since is not None and now - waits_since > timedelta(minutes=promise_minutes(flow, schedule)):
        return "late"
    return "never"


def _tries_again(run: Run) -> bool:
    return run.state == RunState.INCOMPLETE and run.later > 0


def _waiting(run: Run | None) -> int:
    """Held or refused, for a person to mend; what is only to be tried later heals by itself."""
    return run.held + max(0, run.rejected - run.later) if run else 0


def waiting_changes(run: Run) -> Any:
    """Exactly the rows behind `FlowState.waiting`; what was written and not confirmed is among them."""
    return run.changes.filter(state__in=[ChangeState.HELD, ChangeState.REJECTED, ChangeState.APPLIED])


def counts_by_cause(run: Run) -> list[tuple[str, int]]:
    """Cause -> how many of the run's changes carry it, the most frequent first."""
    rows = run.changes.exclude(cause="").values_list("cause").annotate(amount=Count("pk")).order_by("-amount")
    return list(rows)


def with_cause(code: str) -> Q:
    """Changes of this cause. That it is not empty is said too: the index of causes has only such changes."""
    return Q(cause=code) & ~Q(cause="")


def of_parts(product: str) -> Q:
    """Keys of a product's combinations, prices and photos: those that begin with its own and a bar.

    SQLite's LIKE uses no index, so there the range is named too; PostgreSQL's order of letters knows no such range.
    """
    begins = Q(key__startswith=f"{product}|")
    return begins & Q(key__gte=f"{product}|", key__lt=f"{product}}}") if connection.vendor == "sqlite" else begins


def rate(run: Run) -> float | None:
    """Records per second of the current step; None before there is something to measure."""
    if run.step_started_at is None or not run.done:
        return None
    seconds = ((run.ended_at or timezone.now()) - run.step_started_at).total_seconds()
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
