"""What the shop has already is taken for ours where that is certain; where it is not, a person is asked.

Nothing is created while an uncertain candidate exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.errors import RejectedRecordError, RetryableError
from connectors.prestashop.xml import Entity
from sync_portal.sync import begun, forms, owners, questions
from sync_portal.sync.finder import Candidates, find_alternatives, find_existing
from sync_portal.sync.kinds import Kind
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.models import DecisionKind
from sync_portal.sync.questions import Question
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task


def adopt(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Take for ours what the shop has already; where it is not certain which one, ask a person and create nothing."""
    found = candidates_of(resolver, kind, tasks)
    names = frozenset(name for task in tasks for name in task.encoded)
    expect_in(resolver, kind, names, [one.certain for one in found if one.certain is not None])
    asked: list[Question] = []
    try:
        _adopt(resolver, kind, zip(tasks, found, strict=True), asked)
    finally:  # also when the shop went away in between: what is held by a question must have it
        questions.ask(resolver.shop, asked)


def _adopt(resolver: Resolver, kind: Kind, pairs: Iterable[tuple[Task, Candidates]], asked: list[Question]) -> None:
    unknown: list[Task] = []
    given: set[int | None] = set()
    for task, candidates in pairs:
        entity = candidates.certain
        if candidates.uncertain or (entity is not None and entity.id in given):
            asked.append(_which(kind, task, [("identity", found) for found in candidates.found]))
        elif entity is not None:
            given.add(entity.id)
            _take(resolver, kind, task, entity)
        elif "recognised" in task.change.facts:  # gone since the plan was made: what a new one needs is not here
            facts = {"resource": kind.resource, "id": task.change.facts["recognised"]}
            task.error = RetryableError("shop.unknown_id", facts)
        elif not kind.creatable:
            task.error = RetryableError("shop.missing_reference", {"kind": kind.name, "key": task.change.key})
        elif not _refused(resolver, kind, task):
            unknown.append(task)
    if kind.alternatives and unknown:
        alike = find_alternatives(resolver, kind, [task.encoded for task in unknown])
        for task, found in zip(unknown, alike, strict=True):
            if found:
                asked.append(_which(kind, task, found))


def _take(resolver: Resolver, kind: Kind, task: Task, entity: Entity) -> None:
    task.shop_id = entity.id
    if begun.by_run(resolver.bindings.get((kind.name, task.change.key)), task.change.run_id):
        task.sent = _held(resolver, kind, task, entity) == _wanted(task)
        return
    task.adopted = True
    owners.leave_to_the_shop(resolver, kind, task, entity, resolver.owner_of)
    task.held_before = _held(resolver, kind, task, entity)
    task.as_found = task.sent = task.held_before == _wanted(task)


def _held(resolver: Resolver, kind: Kind, task: Task, entity: Entity) -> dict[str, Any]:
    return {name: held_as(resolver, kind, name, task.values[name], entity) for name in task.encoded}


def _wanted(task: Task) -> dict[str, Any]:
    return {name: task.values[name] for name in task.encoded}


def candidates_of(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> list[Candidates]:
    """What the shop has of each, without those of which a person said that it is none of them."""
    found = find_existing(resolver, kind, [task.encoded for task in tasks])
    return [candidates.without(_refused(resolver, kind, task)) for task, candidates in zip(tasks, found, strict=True)]


def _refused(resolver: Resolver, kind: Kind, task: Task) -> Sequence[int]:
    binding = resolver.bindings.get((kind.name, task.change.key))
    return binding.pending.get("not", []) if binding is not None else []


SCORES = {"identity": 100, "ean13": 80}
"""How telling it is that two resources share this."""


def _which(kind: Kind, task: Task, found: Sequence[tuple[str, Entity]]) -> Question:
    """The question; the task waits for its answer."""
    candidates = [
        {
            "id": entity.id,
            "score": SCORES[reason],
            "reasons": [reason],
            "shown": {
                name: forms.readable(forms.held_value(kind, name, entity))
                for name in (*kind.identity, *kind.alternatives, "name")
                if name in kind.fields
            },
        }
        for reason, entity in found
    ]
    facts = {"value": task.change.label, "count": str(len(found))}
    task.error = RejectedRecordError("shop.adoption_uncertain", facts)
    change = task.change
    return Question(DecisionKind.ADOPTION, kind.name, change.key, change.label, {"candidates": candidates})
