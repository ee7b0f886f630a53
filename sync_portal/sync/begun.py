"""Creations that are on their way are noted in their bindings before they leave.

A worker that dies after the shop made something, and before its answer is stored, leaves it there without a binding.
The next attempt of the run finds it by its identity, and by this note knows that it is no stranger's: it stays a
creation of the run, which an undo takes back, and is not taken over.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from mapping.models import Binding
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import Kind
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task

_SENDING = "sending"


def note(context: RunContext, resolver: Resolver, kind: Kind, new: Sequence[Task]) -> None:
    """Note what is to be made, in one statement, only while the run is still ours; also asked where nothing is.

    Raises:
        LeaseLost: another worker has it, and would make again what this one makes.
    """
    with transaction.atomic():
        context.hold()
        rows = []
        for task in new:
            known = resolver.bindings.get((kind.name, task.change.key))
            row = known or Binding(shop=resolver.shop, kind=kind.name, key=task.change.key)
            row.pending = {**row.pending, _SENDING: context.run.pk}
            rows.append(row)
        Binding.objects.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["shop", "kind", "key"],
            update_fields=["pending"],
        )


def by_run(binding: Binding | None, run_id: int) -> bool:
    """Whether an attempt of this run sent the creation of what is not in the shop as far as anybody knows."""
    return binding is not None and binding.remote_id is None and binding.pending.get(_SENDING) == run_id


def answered(binding: Binding) -> None:
    """The shop made nothing of it."""
    binding.pending = {name: value for name, value in binding.pending.items() if name != _SENDING}
