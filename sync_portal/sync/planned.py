"""A plan on its way into the history: limited, counted and stored part by part, never whole in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from connectors.models import ShopConnection
from sync_portal.sync import conflicts, unread
from sync_portal.sync import scope as scopes
from sync_portal.sync.brakes import Tally
from sync_portal.sync.context import RunContext
from sync_portal.sync.lines import ByPlace
from sync_portal.sync.models import Change, ChangeState, Run
from sync_portal.sync.plan import PlannedChange
from sync_portal.sync.recognition import recognise
from sync_portal.sync.resolver import Resolver

_BATCH = 500


class Planned:
    """What one run plans for one shop: its lines are rows of the history, its totals are here."""

    def __init__(self, context: RunContext, resolver: Resolver) -> None:
        self._context, self._resolver, self._shop = context, resolver, resolver.shop
        shop = self._shop
        self._wanted = scopes.selector(context.run.scope, shop.pk)
        self._fields = set(context.run.scope.get("fields") or [])
        self._rows = Change.objects.filter(run=context.run, shop=shop)
        newest = self._rows.aggregate(newest=Max("pk"))["newest"]
        self._told_before = ByPlace(self._rows.filter(pk__lte=newest)) if newest else None
        """What an earlier attempt of this run left."""
        self.tally = Tally()
        self.to_write = 0

    def keep(self, parts: Iterable[Sequence[PlannedChange]]) -> None:
        """Store the plan as it is made: what is within the run's scope and waits for no decision."""
        for part in parts:
            for start in range(0, len(part), _BATCH):
                self._keep(part[start : start + _BATCH])
        if "plan" in self._context.run.scope:
            self._tell_what_is_stale()

    def _keep(self, part: Sequence[PlannedChange]) -> None:
        recognised = recognise(self._resolver, part, run_id=self._context.run.pk, preview=self._context.preview)
        compared = unread.read(self._context, self._resolver, recognised)
        limited = [scopes.with_fields(change, self._fields) for change in self._wanted(compared)]
        changes = self._not_told_yet(conflicts.set_aside(self._shop, limited))
        with transaction.atomic():
            self._context.hold()  # who took the run over has a plan of its own: a line of ours would double one of it
            Change.objects.bulk_create([_row(self._context.run, self._shop, change) for change in changes])
        for change in changes:
            self.tally.add(change)
        held = sum(1 for change in changes if change.held is not None)
        self.to_write += len(changes) - held
        self._context.count(held=held, to_write=len(changes) - held)

    def _not_told_yet(self, changes: list[PlannedChange]) -> list[PlannedChange]:
        """An earlier attempt of this run may have got some of it through or refused: that is held now, and told."""
        held = [(change.kind, change.key) for change in changes if change.held is not None]
        if not held or self._told_before is None:
            return changes
        told = self._told_before.find(held)
        return [change for change in changes if change.held is None or (change.kind, change.key) not in told]

    def _tell_what_is_stale(self) -> None:
        """What a person chose and is no longer as it was shown: told, not written."""
        planned = ByPlace(self._rows)
        for part in scopes.chosen_parts(self._context.run.scope, self._shop.pk):
            known = planned.find((seen.kind, seen.key) for seen in part)
            stale = [seen for seen in part if (seen.kind, seen.key) not in known]
            Change.objects.bulk_create([_stale_row(self._context.run, self._shop, seen) for seen in stale])


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
        facts=_facts(change),
        wanted=change.wanted,
    )


def _facts(change: PlannedChange) -> dict[str, Any]:
    if change.held is not None:
        return dict(change.held.facts)
    if change.recognised is None:
        return {}
    return {"recognised": str(change.recognised.shop_id), "left": dict(change.recognised.left)}


def _stale_row(run: Run, shop: ShopConnection, seen: Change) -> Change:
    return Change(
        run=run,
        shop=shop,
        kind=seen.kind,
        key=seen.key,
        label=seen.label,
        action=seen.action,
        state=ChangeState.STALE,
        differences=seen.differences,
    )
