"""Changes become batches, batches become outcomes. Kind after kind, slice after slice; one bad record never stops the
others.

Every slice leaves its outcome in the database before the next one is sent: a run that dies is taken up from there.
What the dead run had sent without learning the answer is found again by `finder` and adopted, not created twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.db.models import QuerySet

from connectors.errors import ConfigurationError, RejectedRecordError, RetryableError
from connectors.prestashop.resources import check
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity
from mapping.state import Held, from_json
from sync_portal.sync import forms, owners, pairs
from sync_portal.sync.adoption import adopt, candidates_of
from sync_portal.sync.context import RunContext
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import KINDS, Kind
from sync_portal.sync.models import Action, Change, ChangeState
from sync_portal.sync.outcomes import store
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.spelling import spelt
from sync_portal.sync.tasks import Task, live, references

Sender = Callable[[RunContext, Resolver, Kind, list[Task]], None]


def apply(context: RunContext, resolver: Resolver, kinds: Sequence[str]) -> None:
    """Write what the run planned for one shop: kind after kind in this order, then what goes away.

    Raises:
        ConfigurationError, Cancelled, LeaseLost: the run stops here; what was done is stored.
    """
    from sync_portal.sync import apply_documents, apply_images

    senders: dict[str, Sender] = {"images": apply_images.send, "attachments": apply_documents.send}
    done = 0
    for kind, tasks in _slices(context, resolver, kinds):
        resolver.bindings.preload([(kind.name, task.change.key) for task in tasks])
        try:
            senders.get(kind.name, send)(context, resolver, kind, tasks)
        finally:
            store(context, resolver, kind, tasks)
        resolver.bindings.forget()
        _stop_if_the_rest_is_pointless(tasks)
        done += len(tasks)
        context.progress(done)


AWAY = frozenset({"shop.unreachable", "shop.timeout", "shop.busy", "shop.quiet_hours"})
"""What all records of a slice can only share when the shop itself is away, or not to be written to."""


def _stop_if_the_rest_is_pointless(tasks: Sequence[Task]) -> None:
    errors = [task.error for task in tasks if task.error is not None]
    for error in errors:
        if isinstance(error, ConfigurationError):
            raise error
    if len(errors) == len(tasks) and all(error.cause in AWAY for error in errors):
        raise errors[0]


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


def send(context: RunContext, resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    """Write one slice of one kind: adopt what exists, create, update or delete, then read back."""
    if tasks[0].change.action == Action.DELETE:
        context.hold()
        _delete(resolver, kind, tasks)
        return
    encode(resolver, kind, tasks)
    unbound = [task for task in live(tasks) if task.change.action == Action.CREATE]
    if unbound:
        adopt(resolver, kind, unbound)
    for task in live(tasks):
        if task.change.action == Action.UPDATE:
            task.shop_id = resolver.bindings[kind.name, task.change.key].remote_id
    _leave_what_is_filled(resolver, kind, [task for task in live(tasks) if task.shop_id is not None])
    if kind.read_first:
        _leave_what_is_right(
            resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.sent]
        )
    context.hold()  # whoever stood still longer than its lease would make again what another worker made meanwhile
    _create(resolver, kind, [task for task in live(tasks) if task.shop_id is None])
    _update(resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.sent])
    _confirm(resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.as_found])


def encode(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Fill in what is to be sent; a task whose reference is missing in the shop fails alone, and so does one with a
    value that the shop would refuse.
    """
    resolver.bindings.preload(place for task in tasks for place in references(task.values.values()))
    # Asked before the loop: a shop that is away is no fault of a record.
    languages, known = resolver.languages, resolver.webservice.capabilities()
    known.schema(kind.resource)
    for task in tasks:
        fields = {name: from_json(value) for name, value in task.values.items()}
        try:
            encoded = forms.encode(kind, fields, resolver.id_of, languages)
            task.encoded = spelt(kind, fields, encoded, known)
            _check_values(kind, task.encoded, known)
        except (RejectedRecordError, RetryableError) as error:
            task.error, task.held = error, _question_behind(resolver, error)


def _check_values(kind: Kind, encoded: Mapping[str, ShopValue], known: ShopCapabilities) -> None:
    """Raise RejectedRecordError ``shop.invalid_value`` with the field, its value and what to write instead."""
    # With an id: only what is there is judged. What a creation lacks the shop says itself.
    for problem in check(kind.resource, forms.to_entity(kind, encoded, shop_id=1), known):
        facts = {"field": problem.field, "value": problem.value[:200], "rule": problem.rule, "message": problem.rule}
        if problem.proposal is not None:
            facts["proposal"] = problem.proposal[:200]
        raise RejectedRecordError("shop.invalid_value", {"resource": kind.resource, **facts})


def _leave_what_is_filled(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Look at what is only to be filled where it is empty: nothing is known of it until then."""
    owner_of = resolver.owner_of
    looked_at = owners.only_when_empty(kind, [task for task in tasks if not task.sent and not task.adopted], owner_of)
    held = _held(resolver, kind, looked_at)
    for task in looked_at:
        if task.shop_id in held:
            owners.leave_filled(resolver, kind, task, held[task.shop_id], owner_of)
            task.as_found = task.sent = not task.encoded


def _leave_what_is_right(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    held = _held(resolver, kind, tasks)
    for task in tasks:
        row = held.get(task.shop_id)
        task.as_found = task.sent = row is not None and not _mismatches(resolver, kind, task.encoded, row)


def _create(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    if not tasks:
        return
    entities = [forms.to_entity(kind, _at_once(kind, task.encoded)) for task in tasks]

    def find(entity: Entity) -> Entity | None:
        position = next(place for place, sent in enumerate(entities) if sent is entity)
        return candidates_of(resolver, kind, [tasks[position]])[0].certain

    for task, outcome in zip(tasks, resolver.webservice.create(kind.resource, entities, find=find), strict=True):
        task.shop_id, task.error, task.sent = outcome.id, outcome.error, outcome.error is None
    _complete(resolver, kind, [task for task in live(tasks) if kind.after_creation & task.encoded.keys()])


def _question_behind(resolver: Resolver, error: RejectedRecordError | RetryableError) -> Held | None:
    """What is asked about the resource that is missing in the shop, where a person is to say which one it is."""
    if error.cause != "shop.missing_reference":
        return None
    missing = resolver.bindings.get((error.facts["kind"], error.facts["key"]))
    if missing is None or missing.parked_cause != "shop.adoption_uncertain":
        return None
    return Held(missing.parked_cause, missing.parked_facts)


def _at_once(kind: Kind, encoded: Mapping[str, ShopValue]) -> Mapping[str, ShopValue]:
    return {name: value for name, value in encoded.items() if name not in kind.after_creation}


def _complete(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Send what the shop had filled in by itself in what was just made; what it refuses is not confirmed."""
    if not tasks:
        return
    values = [{name: value for name, value in task.encoded.items() if name in kind.after_creation} for task in tasks]
    entities = [forms.to_entity(kind, value, shop_id=task.shop_id) for task, value in zip(tasks, values, strict=True)]
    resolver.webservice.update(kind.resource, entities)


def _update(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    if not tasks:
        return
    wanted = pairs.with_others(resolver, kind, tasks)
    entities = [forms.to_entity(kind, one, shop_id=task.shop_id) for task, one in zip(tasks, wanted, strict=True)]
    for task, outcome in zip(tasks, resolver.webservice.update(kind.resource, entities), strict=True):
        task.error, task.sent = outcome.error, outcome.error is None


def _delete(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    for task in tasks:
        task.shop_id = resolver.bindings[kind.name, task.change.key].remote_id
    ids = [task.shop_id for task in tasks if task.shop_id is not None]
    for task, outcome in zip(tasks, resolver.webservice.delete(kind.resource, ids), strict=True):
        gone = outcome.error is not None and outcome.error.cause == "shop.unknown_id"
        task.error, task.sent = (None, True) if gone else (outcome.error, outcome.error is None)


def _confirm(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    """Read back what the shop holds now: its answer to a write echoes what was sent, not what is stored."""
    held = _held(resolver, kind, tasks)
    for task in tasks:
        row = held.get(task.shop_id)
        if row is None:
            task.mismatch = {"field": "id", "found": "", "sent": str(task.shop_id)}
            task.unconfirmed = frozenset(task.encoded)
        elif different := _mismatches(resolver, kind, task.encoded, row):
            task.mismatch = different[0]
            task.unconfirmed = frozenset(one["field"] for one in different)


def _held(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> dict[int | None, Entity]:
    """What the shop holds of these resources, by id."""
    if not tasks:
        return {}
    names = frozenset().union(*(frozenset(task.encoded) for task in tasks))
    ids = [task.shop_id for task in tasks if task.shop_id is not None]
    rows = resolver.webservice.read(kind.resource, display=forms.display_of(kind, names), filters={"id": ids})
    return {row.id: row for row in rows}


def _mismatches(resolver: Resolver, kind: Kind, encoded: Mapping[str, ShopValue], row: Entity) -> list[dict[str, str]]:
    return [
        {"field": name, "found": forms.readable(found), "sent": forms.readable(sent)}
        for name, sent in encoded.items()
        if not forms.same(sent, found := pairs.ours(resolver, kind, name, forms.held_value(kind, name, row)))
    ]
