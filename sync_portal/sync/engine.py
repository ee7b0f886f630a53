"""One run, from its first read to its last cursor: collect, derive, plan, brake, apply, confirm, advance.

Each step leaves in the database what the next one needs, so that a run killed at any point is simply run again.
"""

from __future__ import annotations

import errno
import logging
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError
from django.db.models import Count

from connectors.errors import ConnectorError, RetryableError
from mapping.rules import ShopRules
from sync_portal.sync import claims, collect, garbage
from sync_portal.sync import scope as scopes
from sync_portal.sync.brakes import BrakeTripped, Tripped
from sync_portal.sync.claims import LeaseLost
from sync_portal.sync.context import Cancelled, RunContext
from sync_portal.sync.flows import UnknownFlowError, get_flow
from sync_portal.sync.heartbeat import Heartbeat
from sync_portal.sync.models import Change, ChangeState, Run, RunState
from sync_portal.sync.shop_plan import ShopPlan, plan_for

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


def execute(run: Run, *, on_progress: Progress | None = None) -> str:
    """Carry a claimed run to its end, whatever happens; returns the state it ended in.

    Nothing is raised: every failure becomes a cause on the run.
    """
    context = RunContext(run, on_progress=on_progress)
    state: str = RunState.SUCCEEDED
    failure: dict[str, Any] = {}
    try:
        _resume(context)
        flow = get_flow(run.flow)
        with Heartbeat(run), garbage.seldom_sought():
            (flow.run or _towards_the_shop)(context)
        if context.counters["rejected"]:
            state = RunState.INCOMPLETE
    except LeaseLost:
        logger.warning("run %s was taken over by another worker, or is gone", run.pk)
        # Gone: somebody deleted its client meanwhile.
        return Run.objects.filter(pk=run.pk).values_list("state", flat=True).first() or RunState.CANCELLED
    except Exception as error:
        state, failure = _failure(error, run)
        if state == RunState.FAILED:
            logger.exception("run %s failed", run.pk)
    finally:
        context.close()
    brakes = [one.to_json() for one in context.tripped]
    claims.release(run, state, brakes=brakes, **context.stored_counters(), **failure)
    return state


def _resume(context: RunContext) -> None:
    """What an earlier attempt planned but did not send is planned anew; what it wrote stays in the history and
    counts.
    """
    changes = Change.objects.filter(run=context.run)
    changes.filter(state__in=[ChangeState.PLANNED, ChangeState.HELD, ChangeState.LATER]).delete()
    done = Counter(dict(changes.order_by().values_list("state").annotate(amount=Count("pk"))))
    context.count(
        written=done[ChangeState.CONFIRMED] + done[ChangeState.APPLIED],
        confirmed=done[ChangeState.CONFIRMED],
        rejected=done[ChangeState.REJECTED] + done[ChangeState.APPLIED],
    )


def _towards_the_shop(context: RunContext) -> None:
    """The story of every flow from Sage to the shops: none is written before the plans for all are made and judged.

    A shop that is away does not keep the others waiting; the run says so in the end.
    """
    shops = context.shops()
    rules = {shop.pk: context.rules(shop) for shop in shops}
    away: list[RetryableError] = []
    read_up_to = _collect(context, list(rules.values()))
    plans: deque[ShopPlan] = deque()
    for shop in shops:
        with _going_on_without(away):
            plans.append(plan_for(context, shop, rules[shop.pk], keep=shop == shops[0]))
    _brake(context, [one for plan in plans for one in plan.tripped()])
    while plans and not context.preview:
        with _going_on_without(away):
            plans.popleft().carry_out()
    if away:
        raise away[0]
    if not context.preview:
        collect.advance(context, read_up_to)


def _collect(context: RunContext, rules: Sequence[ShopRules]) -> list[collect.ReadUpTo]:
    """Read Sage; of the shares of its rows that the shops ask for the highest counts. A run backwards reads nothing."""
    if "undo" in context.run.scope:
        return []
    share = max(rule.brakes.min_rows_percent for rule in rules)
    return collect.collect(context, get_flow(context.run.flow).streams, min_rows_percent=share)


def _brake(context: RunContext, tripped: Sequence[Tripped]) -> None:
    """A preview only tells what would stop its application."""
    if context.preview:
        context.tripped += tripped
    else:
        context.pass_brakes(tripped)


@contextmanager
def _going_on_without(away: list[RetryableError]) -> Iterator[None]:
    try:
        yield
    except RetryableError as error:
        away.append(error)


def _failure(error: Exception, run: Run) -> tuple[str, dict[str, Any]]:
    """A run's state, cause, facts and technical detail for whatever was raised."""
    match error:
        case Cancelled():
            user = Run.objects.select_related("cancelled_by").get(pk=run.pk).cancelled_by
            return RunState.CANCELLED, claims.cancellation(user)
        case UnknownFlowError():
            return RunState.FAILED, {"cause": "portal.unknown_flow", "facts": error.facts}
        case scopes.PlanExpired():
            return RunState.FAILED, {"cause": "portal.plan_expired", "facts": error.facts}
        case BrakeTripped():
            return RunState.STOPPED, {"cause": error.cause, "facts": error.facts}
        case ConnectorError():
            return RunState.FAILED, {"cause": error.cause, "facts": error.facts, "detail": error.detail}
    return RunState.FAILED, _unforeseen(error)


def _unforeseen(error: Exception) -> dict[str, Any]:
    detail = traceback.format_exc()
    if _disk_is_full(error):
        return {"cause": "portal.disk_full", "facts": {}, "detail": detail}
    if isinstance(error, DatabaseError):
        return {"cause": "portal.database", "facts": {}, "detail": detail}
    return {"cause": "portal.unexpected", "facts": {"error": type(error).__name__}, "detail": detail}


def _disk_is_full(error: Exception) -> bool:
    return (
        getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error) or "No space left" in str(error)
    )
