"""One run, from its first read to its last cursor: collect, derive, plan, brake, apply, confirm, advance.

Each step leaves in the database what the next one needs, so that a run killed at any point is simply run again.
"""

from __future__ import annotations

import errno
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DatabaseError
from django.db.models import Count

from connectors.errors import ConnectorError
from mapping.rules import ShopRules
from sync_portal.sync import claims, collect, drift, garbage, undo
from sync_portal.sync import scope as scopes
from sync_portal.sync.apply import apply
from sync_portal.sync.brakes import BrakeTripped
from sync_portal.sync.claims import LeaseLost
from sync_portal.sync.context import Cancelled, RunContext
from sync_portal.sync.derivation import Derivation
from sync_portal.sync.flows import get_flow
from sync_portal.sync.heartbeat import Heartbeat
from sync_portal.sync.models import Change, ChangeState, Run, RunState
from sync_portal.sync.planned import Planned
from sync_portal.sync.resolver import Resolver

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
        logger.warning("run %s was taken over by another worker", run.pk)
        return Run.objects.values_list("state", flat=True).get(pk=run.pk)
    except Exception as error:
        state, failure = _failure(error, run)
        if state == RunState.FAILED:
            logger.exception("run %s failed", run.pk)
    finally:
        context.close()
    claims.release(run, state, **context.stored_counters(), **failure)
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
    """The story of every flow from Sage to a shop."""
    if "undo" in context.run.scope:
        _backwards(context)
        return
    flow, shops = get_flow(context.run.flow), context.shops()
    rules = {shop.pk: context.rules(shop) for shop in shops}
    read_up_to = collect.collect(
        context, flow.streams, min_rows_percent=_strictest_row_limit(context, list(rules.values()))
    )
    for shop in shops:
        resolver = Resolver(shop, context.webservice(shop))
        if context.counters["moved"] and not context.preview:  # something will have to be written, most likely
            resolver.webservice.get_ready()
        _prepare(context, resolver, rules[shop.pk])
        derivation = Derivation(context, flow, shop, rules[shop.pk], keep=shop == shops[0])
        planned = Planned(context, resolver)
        planned.keep(derivation.changes(resolver, resolver.owner_of))
        context.count(unchanged=derivation.unchanged)
        _carry_out(context, resolver, planned, derivation.kinds, rules[shop.pk])
        if not context.preview:
            derivation.leave_mark()
    if not context.preview:
        collect.advance(context, read_up_to)


def _carry_out(
    context: RunContext, resolver: Resolver, planned: Planned, kinds: Sequence[str], rules: ShopRules
) -> None:
    """Pass the brakes, write. `kinds`: in the order in which they are written."""
    if context.preview:
        return
    if context.run.approved_by_id is None:
        planned.tally.check(resolver.bindings.totals(), rules.brakes)
    context.step("apply", planned.to_write)
    apply(context, resolver, kinds)


def _backwards(context: RunContext) -> None:
    """Undo an earlier run, shop after shop."""
    for shop in context.shops():
        resolver = Resolver(shop, context.webservice(shop))
        planned = Planned(context, resolver)
        planned.keep(undo.plan_undo(context.run.scope["undo"], resolver))
        _carry_out(context, resolver, planned, undo.kinds_in_order(context.run), context.rules(shop))
    if not context.preview:
        undo.look_again(context.run)


def _prepare(context: RunContext, resolver: Resolver, rules: ShopRules) -> None:
    """What the scope asks for before the plan is made: refused records may go again, a product is looked at afresh."""
    resolver.bindings.unpark(scopes.places_to_unpark(context.run.scope, resolver.shop.pk))
    products = scopes.products_to_refresh(context.run.scope)
    if products and not context.preview:
        drift.refresh(resolver, rules, [place for name in products for place in resolver.bindings.of_product(name)])


def _strictest_row_limit(context: RunContext, rules: Sequence[ShopRules]) -> int:
    """The highest share of the rows that a shop of this client asks for; 0 (no check) when a person approved the
    run.
    """
    return 0 if context.run.approved_by_id else max(rule.brakes.min_rows_percent for rule in rules)


def _failure(error: Exception, run: Run) -> tuple[str, dict[str, Any]]:
    """A run's state, cause, facts and technical detail for whatever was raised."""
    match error:
        case Cancelled():
            person = Run.objects.values_list("cancelled_by__username", flat=True).get(pk=run.pk)
            return RunState.CANCELLED, {"cause": "portal.cancelled", "facts": {"person": person or ""}}
        case scopes.PlanExpired():
            return RunState.FAILED, {"cause": "portal.plan_expired", "facts": {}}
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
