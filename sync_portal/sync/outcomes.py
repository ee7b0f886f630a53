"""What became of a slice of changes, stored: in the history, in the bindings, in the run's counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from connectors.errors import ConfigurationError, RejectedRecordError
from mapping.models import Binding
from mapping.state import from_json, to_json
from sync_portal.sync import begun, decisions, turns, undo
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import Kind
from sync_portal.sync.models import Action, Change, ChangeState
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task


def store(context: RunContext, resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Keep the outcomes of a slice, all or nothing: the changes, the bindings, the counters. Bulk writes only.

    Raises:
        LeaseLost: the run is no longer ours; nothing is kept.
    """
    with transaction.atomic():
        context.hold()
        resolver.bindings.read_anew([(kind.name, task.change.key) for task in tasks])
        _store(context, resolver, kind, tasks)


def _store(context: RunContext, resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    fresh: list[Binding] = []
    kept: list[Binding] = []
    gone: list[int] = []
    undoing = undo.undoes(context.run)
    for task in tasks:
        _mark(context, task)
        binding = resolver.bindings.get((kind.name, task.change.key))
        if task.change.action == Action.DELETE and task.error is None and task.sent and binding is not None:
            if undoing:  # kept, so that the next run does not simply make it again
                binding.remote_id, binding.undone, binding.confirmed = None, binding.confirmed, {}
                binding.confirmed_at = timezone.now()
                kept.append(binding)
            else:
                gone.append(binding.pk)
                del resolver.bindings[kind.name, task.change.key]
            continue
        known = binding or Binding(shop=resolver.shop, kind=kind.name, key=task.change.key)
        bound, waited_for = _bind(known, task), turns.is_over(known)
        if bound or waited_for:
            if undoing and task.sent:
                known.undone = {**known.undone, **undo.undone_by(task.change, known)}
            (kept if binding else fresh).append(known)
            resolver.bindings[kind.name, task.change.key] = known
    fields = ["state", "cause", "facts", "detail", "shop_id_given", "as_found"]
    _rewrite(Change, [task.change for task in tasks], fields)
    Binding.objects.bulk_create(fresh, batch_size=500)
    columns = ["remote_id", "adopted", "confirmed", "previous", "undone", "pending", "confirmed_at"]
    columns += ["parked", "parked_cause", "parked_facts"]
    _rewrite(Binding, kept, columns)
    Binding.objects.filter(pk__in=gone).delete()
    left = [one.change.key for one in tasks if one.change.action == Action.DELETE and one.sent and one.error is None]
    undo.forget_what_went_along(resolver.shop, kind.name, left)
    adopted = [task for task in tasks if task.adopted]
    told_anew = [task.change for task in tasks if task.adopted or task.moved or task.made_meanwhile]
    if told_anew:
        _rewrite(Change, told_anew, ["action", "differences"])
    if any(task.change.action == Action.CREATE and task.sent for task in tasks) or adopted:
        decisions.close_adoptions(resolver.shop, kind.name, [task.change.key for task in tasks if task.sent])


def _rewrite(model: type[Model], rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Update stored rows. An upsert, because `bulk_update` makes a CASE of every value: ten times the work."""
    model._default_manager.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )


def _mark(context: RunContext, task: Task) -> None:
    change = task.change
    change.shop_id_given = task.shop_id
    if task.adopted:  # it was there: what happened to it is a change of what the shop held
        change.action = Action.UPDATE
        change.differences = [
            {**difference, "before": task.held_before.get(difference["field"])} for difference in change.differences
        ]
    if task.held is not None:
        change.state, change.cause, change.facts = ChangeState.HELD, task.held.cause, dict(task.held.facts)
        context.count(held=1)
    elif task.error is not None:
        rejected = isinstance(task.error, RejectedRecordError)
        change.state = ChangeState.REJECTED if rejected else ChangeState.LATER
        change.cause, change.facts, change.detail = task.error.cause, task.error.facts, task.error.detail
        context.count(rejected=1)
    elif task.mismatch is not None:
        change.state, change.cause, change.facts = ChangeState.APPLIED, "shop.not_confirmed", task.mismatch
        context.count(written=1, rejected=1)
    elif task.sent:
        change.state, change.as_found = ChangeState.CONFIRMED, task.as_found
        context.count(written=0 if task.as_found else 1, confirmed=1)


def _bind(binding: Binding, task: Task) -> bool:
    """Update the binding after a task; False when there is nothing to keep."""
    if isinstance(task.error, ConfigurationError):
        return False
    if isinstance(task.error, RejectedRecordError):
        _park(binding, task, task.error.cause, task.error.facts)
        begun.answered(binding)
        binding.remote_id = binding.remote_id or task.shop_id
        return True
    if task.error is not None or not task.sent:
        return False
    binding.remote_id = task.shop_id
    binding.adopted = binding.adopted or task.adopted
    binding.parked, binding.parked_cause, binding.parked_facts, binding.pending = "", "", {}, {}
    values = {name: to_json(from_json(value)) for name, value in task.values.items()}
    if task.mismatch is not None:  # sent again at every run until it holds would never end: park it
        _park(binding, task, "shop.not_confirmed", task.mismatch)
        values = {name: value for name, value in values.items() if name not in task.unconfirmed}
    binding.previous = {name: task.held_before.get(name, binding.confirmed.get(name)) for name in values}
    binding.confirmed = {**binding.confirmed, **task.kept, **values}
    binding.undone = {name: value for name, value in binding.undone.items() if name not in values}
    binding.confirmed_at = timezone.now()
    return True


def _park(binding: Binding, task: Task, cause: str, facts: Mapping[str, Any]) -> None:
    binding.parked, binding.parked_cause, binding.parked_facts = task.change.wanted, cause, dict(facts)
