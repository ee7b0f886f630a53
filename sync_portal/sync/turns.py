"""Two flows of a client may be carried at the same moment, and want the same thing made: one makes it, the other one
waits and finds it.

Who is about to make something says so in its binding, before it looks whether the shop has it already, until the
outcome is stored. A run that has ended, or whose worker is dead, holds nothing up.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep

from django.db import transaction

from connectors.models import ShopConnection
from mapping.models import Binding
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import Kind
from sync_portal.sync.models import Action, Run, RunState
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task, live

PAUSE = 0.2
"""Seconds between two looks whether it is our turn."""
_TURN = "turn"


def take(context: RunContext, resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Wait until no other run is making any of what these tasks are to make, and keep the others waiting until their
    outcome is stored. What was made meanwhile is changed where it differs, and not made again.

    Nothing of this run may be on its way: who waits keeps nobody waiting.

    Raises:
        Cancelled, LeaseLost: while it waited.
    """
    new = [task for task in live(tasks) if task.change.action == Action.CREATE]
    if not kind.shared or not new:
        return
    while not _is_ours(context, resolver, kind, new):
        sleep(PAUSE)
        context.beat()


def is_over(binding: Binding) -> bool:
    """Give the turn back; whether this binding was waited for, and so has to be stored."""
    had = _TURN in binding.pending
    binding.pending = {name: value for name, value in binding.pending.items() if name != _TURN}
    return had


def _is_ours(context: RunContext, resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> bool:
    places = [(kind.name, task.change.key) for task in tasks]
    with transaction.atomic():
        context.hold()
        # One at a time, also where no row is there yet that could be waited for.
        ShopConnection.objects.select_for_update(no_key=True).get(pk=resolver.shop.pk)
        resolver.bindings.read_anew(places)
        rows = [
            resolver.bindings.get((name, key)) or Binding(shop=resolver.shop, kind=name, key=key)
            for name, key in places
        ]
        others = {row.pending[_TURN] for row in rows if _TURN in row.pending} - {context.run.pk}
        if others and Run.objects.filter(pk__in=others, state=RunState.RUNNING).exists():
            return False
        free = [row for row in rows if row.remote_id is None]
        for row in free:
            row.pending = {**row.pending, _TURN: context.run.pk}
            resolver.bindings[kind.name, row.key] = row
        Binding.objects.bulk_create(
            free,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["shop", "kind", "key"],
            update_fields=["pending"],
        )
    for task, row in zip(tasks, rows, strict=True):
        if row.remote_id is not None:
            _was_made(task, row)
    return True


def _was_made(task: Task, row: Binding) -> None:
    """Another flow made it since the plan was: told as a change of what the shop holds by now."""
    task.shop_id, task.made_meanwhile = row.remote_id, True
    task.change.action = Action.UPDATE
    task.change.differences = [
        {**difference, "before": row.confirmed.get(difference["field"])} for difference in task.change.differences
    ]
    task.encoded = {name: value for name, value in task.encoded.items() if row.confirmed.get(name) != task.values[name]}
    task.sent = task.as_found = not task.encoded
