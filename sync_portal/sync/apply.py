"""Changes become batches, batches become outcomes. Kind after kind, slice after slice; one bad record never stops the
others.

Every slice leaves its outcome in the database before the next one is sent: a run that dies is taken up from there.
What the dead run had sent without learning the answer is found again by `finder` and adopted, not created twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.prestashop.resources import check
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from mapping.state import from_json, to_json
from sync_portal.sync import decisions, forms, undo
from sync_portal.sync.context import RunContext
from sync_portal.sync.finder import Candidates, find_alternatives, find_existing
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import KINDS, Kind
from sync_portal.sync.local import held_as
from sync_portal.sync.models import Action, Change, ChangeState, DecisionKind
from sync_portal.sync.resolver import Resolver


@dataclass
class Task:
    """One change on its way: the stored row, what is to be sent, and what became of it."""

    change: Change
    wanted: str
    encoded: dict[str, ShopValue] = field(default_factory=dict)
    shop_id: int | None = None
    adopted: bool = False
    error: ConnectorError | None = None
    sent: bool = False
    as_found: bool = False
    """Adopted and already as it should be: nothing was written."""
    held_before: dict[str, Any] = field(default_factory=dict)
    """Adopted: what the shop held before us, in local terms."""
    mismatch: dict[str, str] | None = None
    """The first field that the shop does not hold as it was sent."""
    unconfirmed: frozenset[str] = frozenset()
    """All such fields."""

    @property
    def values(self) -> dict[str, Any]:
        """Our field -> wanted value as JSON."""
        return {difference["field"]: difference["after"] for difference in self.change.differences}


Sender = Callable[[RunContext, Resolver, Kind, list[Task]], None]


def apply(context: RunContext, resolver: Resolver, changes: Sequence[Change], wanted: Mapping[int, str]) -> None:
    """Write the planned changes of one shop, in the order given.

    `wanted` maps a change's id to the fingerprint of its wanted state.

    Raises:
        ConfigurationError, Cancelled, LeaseLost: the run stops here; what was done is stored.
    """
    from sync_portal.sync import apply_images

    senders: dict[str, Sender] = {"images": apply_images.send}
    done = 0
    for kind, tasks in _slices(changes, wanted):
        try:
            senders.get(kind.name, send)(context, resolver, kind, tasks)
        finally:
            store(context, resolver, kind, tasks)
        _stop_if_the_rest_is_pointless(tasks)
        done += len(tasks)
        context.progress(done)


AWAY = frozenset({"shop.unreachable", "shop.timeout", "shop.busy"})
"""What all records of a slice can only share when the shop itself is away."""


def _stop_if_the_rest_is_pointless(tasks: Sequence[Task]) -> None:
    errors = [task.error for task in tasks if task.error is not None]
    for error in errors:
        if isinstance(error, ConfigurationError):
            raise error
    if len(errors) == len(tasks) and all(error.cause in AWAY for error in errors):
        raise errors[0]


def _slices(changes: Sequence[Change], wanted: Mapping[int, str]) -> Iterator[tuple[Kind, list[Task]]]:
    """Kind after kind, in the plan's order; what refers to its own kind (a category to its parent) comes a slice
    later.
    """
    together: dict[tuple[str, str, int], list[Task]] = {}
    depths = _depths(changes)
    for change in changes:
        task = Task(change, wanted.get(change.pk, ""))
        together.setdefault((change.kind, change.action, depths[change.kind, change.key]), []).append(task)
    for (name, _action, _depth), tasks in together.items():
        rest = iter(tasks)
        while part := list(islice(rest, KINDS[name].slice)):
            yield KINDS[name], part


def _depths(changes: Sequence[Change]) -> dict[tuple[str, str], int]:
    """How many changes of the same kind stand above each: the plan names parents before their children."""
    depths: dict[tuple[str, str], int] = {}
    for change in changes:
        after = (difference["after"] for difference in change.differences)
        above = [tuple(value["ref"]) for value in after if isinstance(value, dict) and "ref" in value]
        depths[change.kind, change.key] = max(
            (depths[place] + 1 for place in above if place[0] == change.kind and place in depths), default=0
        )
    return depths


def send(context: RunContext, resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    """Write one slice of one kind: adopt what exists, create, update or delete, then read back."""
    if tasks[0].change.action == Action.DELETE:
        context.hold()
        _delete(resolver, kind, tasks)
        return
    encode(resolver, kind, tasks)
    unbound = [task for task in live(tasks) if task.change.action == Action.CREATE]
    if unbound:
        _adopt(resolver, kind, unbound)
    for task in live(tasks):
        if task.change.action == Action.UPDATE:
            task.shop_id = resolver.bindings[kind.name, task.change.key].remote_id
    if kind.read_first:
        _leave_what_is_right(
            resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.sent]
        )
    context.hold()  # whoever stood still longer than its lease would make again what another worker made meanwhile
    _create(resolver, kind, [task for task in live(tasks) if task.shop_id is None])
    _update(resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.sent])
    _confirm(resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.as_found])


def live(tasks: Sequence[Task]) -> list[Task]:
    """The tasks that have not failed."""
    return [task for task in tasks if task.error is None]


def encode(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Fill in what is to be sent; a task whose reference is missing in the shop fails alone, and so does one with a
    value that the shop would refuse.
    """
    resolver.bindings.preload(_references(tasks))
    # Asked before the loop: a shop that is away is no fault of a record.
    languages, known = resolver.languages, resolver.webservice.capabilities()
    known.schema(kind.resource)
    for task in tasks:
        fields = {name: from_json(value) for name, value in task.values.items()}
        try:
            task.encoded = forms.encode(kind, fields, resolver.id_of, languages)
            _check_values(kind, task.encoded, known)
        except (RejectedRecordError, RetryableError) as error:
            task.error = error


def _references(tasks: Sequence[Task]) -> Iterator[tuple[str, str]]:
    """(kind, key) of everything that the values refer to."""
    for value in (value for task in tasks for value in task.values.values()):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and "ref" in item:
                yield item["ref"][0], item["ref"][1]


def _check_values(kind: Kind, encoded: Mapping[str, ShopValue], known: ShopCapabilities) -> None:
    """Raise RejectedRecordError ``shop.invalid_value`` with the field, its value and what to write instead."""
    # With an id: only what is there is judged. What a creation lacks the shop says itself.
    for problem in check(kind.resource, forms.to_entity(kind, encoded, shop_id=1), known):
        facts = {"field": problem.field, "value": problem.value[:200], "rule": problem.rule, "message": problem.rule}
        if problem.proposal is not None:
            facts["proposal"] = problem.proposal[:200]
        raise RejectedRecordError("shop.invalid_value", {"resource": kind.resource, **facts})


def _adopt(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Take for ours what the shop has already; where it is not certain which one, ask a person and create nothing."""
    unknown: list[Task] = []
    given: set[int | None] = set()
    for task, candidates in zip(tasks, _candidates(resolver, kind, tasks), strict=True):
        entity = candidates.certain
        if candidates.uncertain or (entity is not None and entity.id in given):
            _ask_which(resolver, kind, task, [("identity", found) for found in candidates.found])
        elif entity is not None:
            given.add(entity.id)
            _take(resolver, kind, task, entity)
        elif not kind.creatable:
            task.error = RetryableError("shop.missing_reference", {"kind": kind.name, "key": task.change.key})
        elif not _refused(resolver, kind, task):
            unknown.append(task)
    if kind.alternatives and unknown:
        alike = find_alternatives(resolver, kind, [task.encoded for task in unknown])
        for task, found in zip(unknown, alike, strict=True):
            if found:
                _ask_which(resolver, kind, task, found)


def _take(resolver: Resolver, kind: Kind, task: Task, entity: Entity) -> None:
    task.shop_id, task.adopted = entity.id, True
    task.held_before = {name: held_as(resolver, kind, name, task.values[name], entity) for name in task.encoded}
    task.as_found = task.sent = task.held_before == {name: task.values[name] for name in task.encoded}


def _candidates(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> list[Candidates]:
    """What the shop has of each, without those of which a person said that it is none of them."""
    found = find_existing(resolver, kind, [task.encoded for task in tasks])
    return [
        Candidates([entity for entity in candidates.found if entity.id not in _refused(resolver, kind, task)])
        for task, candidates in zip(tasks, found, strict=True)
    ]


def _refused(resolver: Resolver, kind: Kind, task: Task) -> Sequence[int]:
    binding = resolver.bindings.get((kind.name, task.change.key))
    return binding.pending.get("not", []) if binding is not None else []


SCORES = {"identity": 100, "ean13": 80}
"""How telling it is that two resources share this."""


def _ask_which(resolver: Resolver, kind: Kind, task: Task, found: Sequence[tuple[str, Entity]]) -> None:
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
    decisions.ask(
        resolver.shop,
        question=DecisionKind.ADOPTION,
        kind=kind.name,
        key=task.change.key,
        label=task.change.label,
        facts={"candidates": candidates},
    )
    facts = {"value": task.change.label, "count": str(len(found))}
    task.error = RejectedRecordError("shop.adoption_uncertain", facts)


def _leave_what_is_right(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    held = _held(resolver, kind, tasks)
    for task in tasks:
        row = held.get(task.shop_id)
        task.as_found = task.sent = row is not None and not _mismatches(kind, task.encoded, row)


def _create(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    if not tasks:
        return
    entities = [forms.to_entity(kind, task.encoded) for task in tasks]

    def find(entity: Entity) -> Entity | None:
        position = next(place for place, sent in enumerate(entities) if sent is entity)
        return _candidates(resolver, kind, [tasks[position]])[0].certain

    for task, outcome in zip(tasks, resolver.webservice.create(kind.resource, entities, find=find), strict=True):
        task.shop_id, task.error, task.sent = outcome.id, outcome.error, outcome.error is None


def _update(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    if not tasks:
        return
    entities = [forms.to_entity(kind, task.encoded, shop_id=task.shop_id) for task in tasks]
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
        elif different := _mismatches(kind, task.encoded, row):
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


def _mismatches(kind: Kind, encoded: Mapping[str, ShopValue], row: Entity) -> list[dict[str, str]]:
    return [
        {"field": name, "found": forms.readable(found), "sent": forms.readable(sent)}
        for name, sent in encoded.items()
        if not forms.same(sent, found := forms.held_value(kind, name, row))
    ]


# --- what became of a slice, stored ----------------------------------------------------------------------------------


def store(context: RunContext, resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Keep the outcomes of a slice, all or nothing: the changes, the bindings, the counters. Bulk writes only.

    Raises:
        LeaseLost: the run is no longer ours; nothing is kept.
    """
    with transaction.atomic():
        context.hold()
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
        if _bind(known, task):
            if undoing and task.sent:
                known.undone = {**known.undone, **undo.undone_by(known.previous)}
            (kept if binding else fresh).append(known)
            resolver.bindings[kind.name, task.change.key] = known
    fields = ["state", "cause", "facts", "detail", "shop_id_given", "as_found"]
    _rewrite(Change, [task.change for task in tasks], fields)
    Binding.objects.bulk_create(fresh, batch_size=500)
    columns = ["remote_id", "confirmed", "previous", "undone", "pending", "confirmed_at"]
    columns += ["parked", "parked_cause", "parked_facts"]
    _rewrite(Binding, kept, columns)
    Binding.objects.filter(pk__in=gone).delete()
    adopted = [task for task in tasks if task.adopted]
    if adopted:
        _rewrite(Change, [task.change for task in adopted], ["action", "differences"])
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
    if task.error is not None:
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
        binding.parked, binding.parked_cause, binding.parked_facts = task.wanted, task.error.cause, task.error.facts
        binding.remote_id = binding.remote_id or task.shop_id
        return True
    if task.error is not None or not task.sent:
        return False
    binding.remote_id = task.shop_id
    binding.adopted = binding.adopted or task.adopted
    binding.parked, binding.parked_cause, binding.parked_facts, binding.pending = "", "", {}, {}
    values = {name: to_json(from_json(value)) for name, value in task.values.items()}
    if task.mismatch is not None:  # sent again at every run until it holds would never end: park it
        binding.parked, binding.parked_cause, binding.parked_facts = task.wanted, "shop.not_confirmed", task.mismatch
        values = {name: value for name, value in values.items() if name not in task.unconfirmed}
    binding.previous = {name: task.held_before.get(name, binding.confirmed.get(name)) for name in values}
    binding.confirmed = {**binding.confirmed, **values}
    binding.undone = {name: value for name, value in binding.undone.items() if name not in values}
    binding.confirmed_at = timezone.now()
    return True
