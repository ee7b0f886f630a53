"""What a run planned for one shop becomes slices: kind after kind, parents before their children; one bad record never
stops the others.

Every slice leaves its outcome in the database: a run that dies is taken up from there. What the dead run had sent
without learning the answer is found again by `finder` and adopted, not created twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from sync_portal.sync import apply_documents, apply_images
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import KINDS, Kind
from sync_portal.sync.models import Action, Change, ChangeState
from sync_portal.sync.pipeline import Pipeline, Sender
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task, references

SENDERS: dict[str, Sender] = {"images": apply_images.send, "attachments": apply_documents.send}


def apply(context: RunContext, resolver: Resolver, kinds: Sequence[str]) -> None:
    """Write what the run planned for one shop: kind after kind in this order, then what goes away.

    Raises:
        ConfigurationError, RetryableError, Cancelled, LeaseLost: the run stops here; what was done is stored.
    """
    with Pipeline(context, resolver, SENDERS) as pipeline:
        for kind, tasks in _slices(context, resolver, kinds):
            pipeline.carry(kind, tasks)


def _slices(context: RunContext, resolver: Resolver, kinds: Sequence[str]) -> Iterator[tuple[Kind, list[Task]]]:
    """Read from the history as they are needed, so that no plan is too large to be carried out."""
    planned = Change.objects.filter(run=context.run, shop=resolver.shop, state=ChangeState.PLANNED).order_by("pk")
    going = planned.filter(action=Action.DELETE)
    for rows in (planned.exclude(action=Action.DELETE), going):
        for name in kinds:
            kind = KINDS[name]
            for part in _parents_first(rows.filter(kind=name), kind.slice * resolver.webservice.settings.connections):
                yield kind, part


def _parents_first(rows: QuerySet[Change], size: int) -> Iterator[list[Task]]:
    """Slices of at most this size. What refers to its own kind (a category to its parent) comes a slice after it.

    The plan names parents before their children.
    """
    newest, waiting = 0, list[Task]()
    while True:
        fresh = list(rows.filter(pk__gt=newest)[: size - len(waiting)])
        newest = fresh[-1].pk if fresh else newest
        part, waiting = _without_children([*waiting, *(Task(change) for change in fresh)])
        if not part:
            return
        yield part


def _without_children(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """Those that refer to none before them, and the others."""
    places: set[tuple[str, str]] = set()
    first, others = list[Task](), list[Task]()
    for task in tasks:
        (others if any(place in places for place in references(task.values.values())) else first).append(task)
        places.add((task.change.kind, task.change.key))
    return first, others
