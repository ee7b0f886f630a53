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
from sync_portal.sync.causes import CAUSES
from sync_portal.sync.flows import Flow, all_flows
from sync_portal.sync.models import Change, ChangeState, FlowSchedule, Run, RunState

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
    """Records of the judged run that wait."""
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
    judged = [run for run in recent if run.is_over and run.state != RunState.CANCELLED and not _of_a_part(run)]
    success = (
        runs.filter(state__in=[RunState.SUCCEEDED, RunState.INCOMPLETE], preview=False)
        .exclude(scope__has_any_keys=_PARTS)
        .values_list("ended_at", flat=True)
        .first()
    )
    last = judged[-1] if judged else None
    return FlowState(
        flow=flow,
        code=_code(flow, schedule, _Seen(last, success, _oldest_waiting(recent)), now),
        last_success=success,
        next_at=schedule.next_at if schedule and not schedule.paused else None,
        waiting=_waiting(last),
        judged=last,
        recent=recent,
        running=next((run for run in recent if run.state in {RunState.QUEUED, RunState.RUNNING}), None),
        schedule=schedule,
    )


def codes(clients: Sequence[Client], *, now: datetime) -> Iterator[tuple[Client, Flow, str]]:
    """The code of every flow's state for these clients, in a number of queries that does not follow theirs."""
    seen = _seen_of_all(clients)
    schedules = {(row.client_id, row.flow): row for row in FlowSchedule.objects.filter(client__in=clients)}
    for client in clients:
        for flow in all_flows():
            place = (client.pk, flow.name)
            yield client, flow, _code(flow, schedules.get(place), seen[place], now)


def _seen_of_all(clients: Sequence[Client]) -> dict[tuple[int, str], _Seen]:
    """(client id, flow) -> what its state is judged on."""
    rows = [row for flow in all_flows() for row in _asked_together(clients, flow.name)]
    last = Run.objects.in_bulk({judged for _client, _flow, judged, *_rest in rows if judged})
    doubtful = [run.pk for run in last.values() if run.rejected and not run.held]
    later = Change.objects.filter(run__in=doubtful, state=ChangeState.LATER).order_by().values_list("run")
    amounts = dict(later.annotate(amount=Count("pk"))) if doubtful else {}
    waits = _waiting_since()
    return {
        (client, flow): _Seen(last.get(judged), success, waits.get((client, flow)), later=amounts.get(judged, 0))
        for client, flow, judged, success in rows
    }


def _waiting_since() -> dict[tuple[int, str], datetime]:
    """(client id, flow) -> since when its oldest run waits; those few are found by their state, not among all runs."""
    waiting = Run.objects.filter(state=RunState.QUEUED, preview=False).order_by("-pk")
    return {(client, flow): at for client, flow, at in waiting.values_list("client", "flow", "queued_at")}


def _asked_together(clients: Sequence[Client], flow: str) -> Iterator[tuple[int, str, int, datetime]]:
    """(client id, flow, the judged run, the last success): each found by the index of runs."""
    whole = Run.objects.filter(client=OuterRef("pk"), flow=flow, preview=False).order_by("-pk")
    finished = whole.exclude(scope__has_any_keys=_PARTS)
    judged = finished.filter(state__in=set(RunState.ended()) - {RunState.CANCELLED})
    succeeded = finished.filter(state__in=[RunState.SUCCEEDED, RunState.INCOMPLETE])
    found = Client.objects.filter(pk__in=[client.pk for client in clients]).order_by("pk")
    for row in found.values_list(
        "pk",
        Subquery(judged.values("pk")[:1]),
        Subquery(succeeded.values("ended_at")[:1]),
    ):
        yield row[0], flow, row[1], row[2]


_PARTS = ["product", "plan", "undo"]


def _of_a_part(run: Run) -> bool:
    """A run of one product, of a preview or backwards says nothing of the flow's freshness."""
    return any(name in run.scope for name in _PARTS)


def _oldest_waiting(recent: list[Run]) -> datetime | None:
    return min((run.queued_at for run in recent if run.state == RunState.QUEUED), default=None)


@dataclass(frozen=True, slots=True)
class _Seen:
    last: Run | None
    success: datetime | None
    waits_since: datetime | None
    later: int | None = None
    """Records of the last run that are only to be tried later; None: not counted yet."""


def _code(flow: Flow, schedule: FlowSchedule | None, seen: _Seen, now: datetime) -> str:
    if schedule and schedule.paused:
        return "paused"
    fresh = seen.success is not None and _age(seen.success, now) <= flow.promise_minutes
    if seen.last is None:
        return _code_without_a_result(flow, schedule, seen, now)
    if seen.last.state == RunState.STOPPED or _waits_for_a_person(seen.last, seen.later):
        return "needs_you"
    if seen.last.state == RunState.FAILED:
        cause = CAUSES.get(seen.last.cause)
        return "catching_up" if fresh and cause is not None and cause.retryable else "broken"
    if seen.last.state == RunState.INCOMPLETE:
        return "catching_up" if fresh else "late"
    return "on_time" if fresh or schedule is None else "late"


def _code_without_a_result(flow: Flow, schedule: FlowSchedule | None, seen: _Seen, now: datetime) -> str:
    """Nothing recent ended: it never ran, or it was cancelled again and again, or nobody takes it out of the queue."""
    if seen.waits_since is not None and _age(seen.waits_since, now) > flow.promise_minutes:
        return "late"
    if seen.success is None:
        return "never"
    return "late" if schedule is not None and _age(seen.success, now) > flow.promise_minutes else "on_time"


def _waits_for_a_person(run: Run, later: int | None) -> bool:
    """Something is held or refused; what is only to be tried later heals by itself."""
    if run.held or not run.rejected:
        return bool(run.held)
    return run.rejected > (run.changes.filter(state=ChangeState.LATER).count() if later is None else later)


def _age(moment: datetime, now: datetime) -> float:
    return (now - moment).total_seconds() / 60


def _waiting(run: Run | None) -> int:
    return run.held + run.rejected if run else 0


def waiting_changes(run: Run) -> Any:
    """Exactly the rows behind `FlowState.waiting`; what was written and not confirmed is among them."""
    return run.changes.filter(
        state__in=[ChangeState.HELD, ChangeState.REJECTED, ChangeState.LATER, ChangeState.APPLIED]
    )


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
