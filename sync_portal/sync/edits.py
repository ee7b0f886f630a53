"""What somebody changed in the shop is never overwritten unseen.

Right before a record is changed the shop is read, and a field that is neither as it was confirmed nor already as wanted
is left, with a question of three values.

Stock is not looked at in this way: it moves with every order, see `Kind.read_first`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.errors import RejectedRecordError, RetryableError
from connectors.prestashop.xml import Entity
from mapping.state import Held, from_json
from sync_portal.sync import forms, pairs, questions
from sync_portal.sync.kinds import UNWATCHED, Kind
from sync_portal.sync.local import expect_in, held_as
from sync_portal.sync.models import DecisionKind
from sync_portal.sync.questions import Question
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.spelling import spelt
from sync_portal.sync.tasks import Task, references


def expect(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Note what the shop should hold of the fields that these tasks change."""
    languages, known = resolver.languages, resolver.webservice.capabilities()
    confirmed_of = {task.change.key: resolver.bindings[kind.name, task.change.key].confirmed for task in tasks}
    changing = (confirmed_of[task.change.key].get(name) for task in tasks for name in task.encoded)
    resolver.bindings.preload(references(changing))
    for task in tasks:
        binding = resolver.bindings[kind.name, task.change.key]
        if binding.parked_cause == "shop.not_confirmed":  # the shop keeps other values than it is sent, as was told
            continue
        confirmed = confirmed_of[task.change.key]
        for name in task.encoded:
            if name in UNWATCHED or confirmed.get(name) is None:
                continue
            field = {name: from_json(confirmed[name])}
            try:
                encoded = forms.encode(kind, field, resolver.id_of, languages)
            except (RejectedRecordError, RetryableError):  # what it referred to is gone from the shop, and so is this
                continue
            task.expected |= spelt(kind, field, encoded, known)


def leave_what_moved(resolver: Resolver, kind: Kind, task: Task, row: Entity) -> None:
    """Do not send what the shop holds otherwise than was confirmed, unless it holds what is wanted."""
    for name, expected in task.expected.items():
        found = pairs.ours(resolver, kind, name, forms.held_value(kind, name, row))
        if not forms.same(expected, found) and not forms.same(task.encoded[name], found):
            task.moved.append(name)
    task.encoded = {name: value for name, value in task.encoded.items() if name not in task.moved}


def ask(resolver: Resolver, kind: Kind, tasks: Sequence[Task], found: Mapping[int | None, Entity]) -> None:
    """Ask a person about each field that was left; a record of which nothing was sent is held."""
    moved = [task for task in tasks if task.moved]
    if not moved:
        return
    confirmed_of = {task.change.key: resolver.bindings[kind.name, task.change.key].confirmed for task in moved}
    resolver.bindings.preload(references(confirmed_of[task.change.key][name] for task in moved for name in task.moved))
    expect_in(resolver, kind, frozenset(name for task in moved for name in task.moved), found.values())
    asked = []
    for task in moved:
        change, wanted = task.change, task.values
        for name in task.moved:
            sent = confirmed_of[change.key][name]
            held = held_as(resolver, kind, name, sent, found[task.shop_id])
            facts = {"sent": sent, "shop": held, "sage": wanted[name]}
            asked.append(Question(DecisionKind.CONFLICT, kind.name, change.key, change.label, facts, field=name))
    questions.ask(resolver.shop, asked)
    for task in moved:
        if task.encoded:
            task.change.differences = [one for one in task.change.differences if one["field"] not in task.moved]
        else:
            task.held = Held("shop.conflict", {"label": task.change.label, "field": task.moved[0]})
