"""Records on their way to the shop: one slice of changes, encoded, prepared, exchanged, settled.

`encode` and `prepare` make a slice ready and may ask the shop; `exchange` only speaks with the shop, so that the run
can go on with its neighbours meanwhile (see `pipeline`); `settle` compares what the shop holds now with what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.errors import ConnectorError, RejectedRecordError, RetryableError, blameless
from connectors.prestashop.resources import check
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity
from mapping.state import Held, from_json, is_own
from sync_portal.sync import edits, forms, in_use, made_again, owners, pairs
from sync_portal.sync.adoption import adopt, candidates_of
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import Kind
from sync_portal.sync.local import expect_in
from sync_portal.sync.models import Action
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.spelling import spelt
from sync_portal.sync.tasks import Task, live, references


@dataclass
class Parcel:
    """What one slice says to the shop, ready to be sent, and what the shop holds after that."""

    kind: Kind
    new: list[Task] = field(default_factory=list)
    known: list[Task] = field(default_factory=list)
    known_as: list[Mapping[str, ShopValue]] = field(default_factory=list)
    """How each of `known` is sent."""
    leaving: list[Task] = field(default_factory=list)
    found: Mapping[int | None, Entity] = field(default_factory=dict)
    """What the shop held of `known` right before, by id."""
    held: Mapping[int | None, Entity] = field(default_factory=dict)
    """What it holds after that of what was sent, by id."""


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


def prepare(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> Parcel:
    """Make an encoded slice ready: adopt what exists, leave what is right already or not ours to overwrite."""
    made = [task for task in tasks if task.change.action == Action.CREATE]
    if own := [task for task in made if is_own(task.change.key)]:
        made_again.look_first(resolver, own)
    if unbound := [task for task in live(made) if not is_own(task.change.key)]:
        adopt(resolver, kind, unbound)
    for task in live(tasks):
        if task.change.action == Action.UPDATE:
            task.shop_id = resolver.bindings[kind.name, task.change.key].remote_id
    _leave_what_is_filled(resolver, kind, [task for task in live(tasks) if task.shop_id is not None])
    if kind.read_first:
        _leave_what_is_right(
            resolver, kind, [task for task in live(tasks) if task.shop_id is not None and not task.sent]
        )
    known = [task for task in live(tasks) if task.shop_id is not None and not task.sent]
    if not kind.read_first:
        edits.expect(resolver, kind, [task for task in known if not task.adopted])
    new = [task for task in live(tasks) if task.shop_id is None and task.held is None]
    return Parcel(kind, new, known, pairs.with_others(resolver, kind, known))


def prepare_to_leave(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> Parcel:
    """Make a slice ready that is deleted in the shop."""
    for task in tasks:
        task.shop_id = resolver.bindings[kind.name, task.change.key].remote_id
    leaving = [task for task in tasks if task.shop_id is not None]
    if leaving and "undo" in leaving[0].change.run.scope:
        in_use.hold_what_stays(resolver, kind, leaving)
    elif own := [task for task in leaving if is_own(task.change.key)]:
        in_use.hold_what_moved(resolver, kind, own, cause="drift.changed_since")
    return Parcel(kind, leaving=[task for task in leaving if task.held is None])


def exchange(resolver: Resolver, parcel: Parcel) -> None:
    """Look once more, send, then read back: the answer to a write echoes what was sent, not what is stored.

    What was sent and could not be read back is not confirmed: it fails as something to be tried again, and is then
    recognised. Nothing here asks the database: it runs beside what does.
    """
    _delete(resolver, parcel)
    _create(resolver, parcel)
    _leave_what_moved(resolver, parcel)
    _update(resolver, parcel)
    sent = [task for task in parcel.new + parcel.known if task.sent and task.error is None]
    try:
        _complete(resolver, parcel.kind, [task for task in live(parcel.new) if _later(parcel.kind, task)])
        parcel.held = _held(resolver, parcel.kind, sent)
    except ConnectorError as error:
        for task in sent:
            task.error = blameless(error)


def settle(resolver: Resolver, parcel: Parcel) -> None:
    """Compare what the shop holds now with what was sent, and ask about what somebody had changed there before."""
    if parcel.leaving:
        return
    edits.ask(resolver, parcel.kind, parcel.known, parcel.found)
    for task in [*parcel.new, *parcel.known]:
        if not task.sent or task.error is not None:
            continue
        row = parcel.held.get(task.shop_id)
        if row is None:
            task.mismatch = {"field": "id", "found": "", "sent": str(task.shop_id)}
            task.unconfirmed = frozenset(task.encoded)
        elif different := _mismatches(resolver, parcel.kind, task.encoded, row):
            task.mismatch = different[0]
            task.unconfirmed = frozenset(one["field"] for one in different)


def _question_behind(resolver: Resolver, error: RejectedRecordError | RetryableError) -> Held | None:
    """What is asked about the resource that is missing in the shop, where a person is to say which one it is."""
    if error.cause != "shop.missing_reference":
        return None
    missing = resolver.bindings.get((error.facts["kind"], error.facts["key"]))
    if missing is None or missing.parked_cause != "shop.adoption_uncertain":
        return None
    return Held(missing.parked_cause, missing.parked_facts)


def _leave_what_is_filled(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Look at what is only to be filled where it is empty: nothing is known of it until then."""
    owner_of = resolver.owner_of
    looked_at = owners.only_when_empty(kind, [task for task in tasks if not task.sent and not task.adopted], owner_of)
    held = _held(resolver, kind, looked_at)
    expect_in(resolver, kind, frozenset(name for task in looked_at for name in task.encoded), held.values())
    for task in looked_at:
        if task.shop_id in held:
            owners.leave_filled(resolver, kind, task, held[task.shop_id], owner_of)
            task.as_found = task.sent = not task.encoded


def _leave_what_is_right(resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    held = _held(resolver, kind, tasks)
    for task in tasks:
        row = held.get(task.shop_id)
        task.as_found = task.sent = row is not None and not _mismatches(resolver, kind, task.encoded, row)


def _create(resolver: Resolver, parcel: Parcel) -> None:
    kind, tasks = parcel.kind, parcel.new
    if not tasks:
        return
    entities = [
        forms.to_entity(kind, {n: v for n, v in task.encoded.items() if n not in kind.after_creation}) for task in tasks
    ]

    def find(entity: Entity) -> Entity | None:
        position = next(place for place, sent in enumerate(entities) if sent is entity)
        sought = made_again.KIND if is_own(tasks[position].change.key) else kind
        return candidates_of(resolver, sought, [tasks[position]])[0].certain

    for task, outcome in zip(tasks, resolver.webservice.create(kind.resource, entities, find=find), strict=True):
        task.shop_id, task.error, task.sent = outcome.id, outcome.error, outcome.error is None


def _at_once(kind: Kind, encoded: Mapping[str, ShopValue]) -> Mapping[str, ShopValue]:
    return {name: value for name, value in encoded.items() if name not in kind.after_creation}


def _later(kind: Kind, task: Task) -> bool:
    return bool(kind.after_creation & task.encoded.keys())


def _complete(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> None:
    """Send what the shop had filled in by itself in what was just made; what it refuses is not confirmed."""
    if not tasks:
        return
    values = [{name: value for name, value in task.encoded.items() if name in kind.after_creation} for task in tasks]
    entities = [forms.to_entity(kind, value, shop_id=task.shop_id) for task, value in zip(tasks, values, strict=True)]
    resolver.webservice.update(kind.resource, entities)


def _leave_what_moved(resolver: Resolver, parcel: Parcel) -> None:
    """Read what is to be changed, and leave what is no longer as we left it: a person is asked about that."""
    expecting = [task for task in parcel.known if task.expected]
    try:
        parcel.found = _held(resolver, parcel.kind, expecting)
    except ConnectorError as error:
        for task in expecting:
            task.error = blameless(error)
        return
    for task in expecting:
        if row := parcel.found.get(task.shop_id):
            edits.leave_what_moved(resolver, parcel.kind, task, row)


def _update(resolver: Resolver, parcel: Parcel) -> None:
    going = [
        (task, {name: value for name, value in wanted.items() if name in task.encoded})
        for task, wanted in zip(parcel.known, parcel.known_as, strict=True)
        if task.encoded and task.error is None
    ]
    if not going:
        return
    entities = [forms.to_entity(parcel.kind, wanted, shop_id=task.shop_id) for task, wanted in going]
    outcomes = resolver.webservice.update(parcel.kind.resource, entities)
    for (task, _wanted), outcome in zip(going, outcomes, strict=True):
        task.error, task.sent = outcome.error, outcome.error is None


def _delete(resolver: Resolver, parcel: Parcel) -> None:
    if not parcel.leaving:
        return
    ids = [task.shop_id for task in parcel.leaving if task.shop_id is not None]
    for task, outcome in zip(parcel.leaving, resolver.webservice.delete(parcel.kind.resource, ids), strict=True):
        gone = outcome.error is not None and outcome.error.cause == "shop.unknown_id"
        task.error, task.sent = (None, True) if gone else (outcome.error, outcome.error is None)


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
