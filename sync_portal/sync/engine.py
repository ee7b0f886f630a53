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

from django.db import DatabaseError, connection

from connectors.errors import ConnectorError
from connectors.models import ShopConnection
from mapping.rules import ShopRules
from sync_portal.sync import brakes, claims, collect, conflicts, decisions, drift, undo
from sync_portal.sync import scope as scopes
from sync_portal.sync.apply import apply
from sync_portal.sync.brakes import BrakeTripped
from sync_portal.sync.claims import LeaseLost
from sync_portal.sync.context import Cancelled, RunContext
from sync_portal.sync.derivation import Derivation
from sync_portal.sync.flows import get_flow
from sync_portal.sync.heartbeat import Heartbeat
from sync_portal.sync.models import Change, ChangeState, Run, RunState
from sync_portal.sync.plan import OwnerOf, Plan, PlannedChange, owned_by_rules
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
        with Heartbeat(run):
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
    done = Counter(changes.values_list("state", flat=True))
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
        _prepare(context, resolver, rules[shop.pk])
        derivation = Derivation(context, flow, shop, rules[shop.pk], keep=shop == shops[0])
        plan = derivation.plan(resolver, _owner_of(shop, rules[shop.pk]))
        _carry_out(context, resolver, _limited(context, resolver, plan), rules[shop.pk])
        if not context.preview:
            derivation.leave_mark()
    if not context.preview:
        collect.advance(context, read_up_to)


def _carry_out(context: RunContext, resolver: Resolver, plan: Plan, rules: ShopRules) -> None:
    """Store the plan, pass the brakes, write."""
    plan = _not_told_yet(context, resolver.shop, plan)
    changes = _keep(context, resolver.shop, plan)
    context.count(unchanged=plan.unchanged, to_write=len(changes))
    if context.preview:
        return
    _brake(context, plan, resolver, rules)
    context.step("apply", len(changes))
    apply(context, resolver, list(changes), {change.pk: wanted for change, wanted in changes.items()})


def _not_told_yet(context: RunContext, shop: ShopConnection, plan: Plan) -> Plan:
    """An earlier attempt of this run may have got some of it through or refused: that is held now, and told already."""
    told = _told(context, shop)
    return Plan(
        [change for change in plan.changes if change.held is None or (change.kind, change.key) not in told],
        plan.unchanged,
    )


def _told(context: RunContext, shop: ShopConnection) -> set[tuple[str, str]]:
    return set(Change.objects.filter(run=context.run, shop=shop).values_list("kind", "key"))


def _backwards(context: RunContext) -> None:
    """Undo an earlier run, shop after shop."""
    for shop in context.shops():
        resolver = Resolver(shop, context.webservice(shop))
        plan = undo.plan_undo(context.run.scope["undo"], resolver)
        _carry_out(context, resolver, plan, context.rules(shop))


def _prepare(context: RunContext, resolver: Resolver, rules: ShopRules) -> None:
    """What the scope asks for before the plan is made: refused records may go again, a product is looked at afresh."""
    for place in scopes.places_to_unpark(context.run.scope, resolver.shop.pk):
        if binding := resolver.bindings.get(place):
            binding.parked = ""
    products = scopes.products_to_refresh(context.run.scope)
    if products and not context.preview:
        mine = [place for place in resolver.bindings if any(scopes.belongs_to(*place, name) for name in products)]
        drift.refresh(resolver, rules, mine)


def _limited(context: RunContext, resolver: Resolver, plan: Plan) -> Plan:
    """The plan within the run's scope and without the fields about which a person is being asked."""
    wanted = scopes.selector(context.run.scope, resolver.shop.pk)
    chosen_fields = set(context.run.scope.get("fields") or [])
    kept = [scopes.with_fields(change, chosen_fields) for change in plan.changes if wanted(change)]
    if "plan" in context.run.scope:
        _mark_stale(context, resolver, {(change.kind, change.key) for change in kept})
    return Plan(conflicts.set_aside(resolver.shop, kept), plan.unchanged)


def _mark_stale(context: RunContext, resolver: Resolver, kept: set[tuple[str, str]]) -> None:
    """What a person chose and is no longer as it was shown: told, not written."""
    known = kept | _told(context, resolver.shop)
    for place, seen in scopes.chosen(context.run.scope, resolver.shop.pk).items():
        if place not in known:
            context.change(
                shop=resolver.shop,
                kind=seen.kind,
                key=seen.key,
                label=seen.label,
                action=seen.action,
                state=ChangeState.STALE,
                differences=seen.differences,
            )


def _owner_of(shop: ShopConnection, rules: ShopRules) -> OwnerOf:
    """Who owns a field: as a person decided for this resource, else as the shop's rules say."""
    decided, by_rules = decisions.field_owners(shop), owned_by_rules(rules.owners)
    if not decided:
        return by_rules
    return lambda kind, key, field: decided.get((kind, key, field)) or by_rules(kind, key, field)


def _keep(context: RunContext, shop: ShopConnection, plan: Plan) -> dict[Change, str]:
    """Store the plan; returns the changes that are to be written, in their order, with the fingerprint of what is
    wanted.
    """
    rows = [(_row(context.run, shop, change), change) for change in plan.changes]
    Change.objects.bulk_create([row for row, _change in rows], batch_size=500)
    if not connection.features.can_return_rows_from_bulk_insert:  # pragma: no cover - both supported databases can
        raise RuntimeError("the database must return the ids of inserted rows")
    context.count(held=sum(1 for change in plan.changes if change.held is not None))
    return {row: change.wanted for row, change in rows if change.held is None}


def _row(run: Run, shop: ShopConnection, change: PlannedChange) -> Change:
    return Change(
        run=run,
        shop=shop,
        kind=change.kind,
        key=change.key,
        label=change.label[:300],
        action=change.action,
        differences=change.differences,
        risk=change.risk,
        state=ChangeState.HELD if change.held else ChangeState.PLANNED,
        cause=change.held.cause if change.held else "",
        facts=dict(change.held.facts) if change.held else {},
    )


def _brake(context: RunContext, plan: Plan, resolver: Resolver, rules: ShopRules) -> None:
    if context.run.approved_by_id is None:
        brakes.check(plan.changes, resolver.bindings.totals(), rules.brakes)


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
