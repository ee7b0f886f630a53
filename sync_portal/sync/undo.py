"""A run backwards: for each thing it wrote, the values that stood there before, where nothing has changed since.

What was put back waits until something else is wanted: the binding remembers the values undone (`apply.store`). The
undo of an undo does the first run's work again, and then nothing is left undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from connectors.models import ShopConnection
from mapping import touches
from mapping.models import Binding
from mapping.state import Held, Value, from_json, is_own
from sync_portal.sync import marks
from sync_portal.sync.kinds import KINDS, Form
from sync_portal.sync.lines import in_parts
from sync_portal.sync.models import Action, Change, ChangeState, Run
from sync_portal.sync.plan import Bound, PlannedChange, risk
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.uncreate import DELETABLE, HIDEABLE, Made

_BATCH = 500
_EMPTY: Mapping[Form, Value] = {Form.REF: None, Form.REFS: [], Form.PAIRS: []}
"""What a field of something that we made held before anything was sent for it."""
_TEXTS = frozenset({Form.LANG, Form.HTML})


def kinds_in_order(run: Run) -> tuple[str, ...]:
    """What was written last is taken back first; what an undo took back is made again in the order of making."""
    return tuple(reversed(KINDS)) if undoes(run) else tuple(KINDS)


def undoes(run: Run) -> bool:
    """Whether the run takes back what a flow wrote; the undo of an undo does not: it writes it again."""
    depth, scope = 0, run.scope
    while "undo" in scope:
        depth += 1
        scope = Run.objects.filter(pk=scope["undo"]).values_list("scope", flat=True).first() or {}
    return depth % 2 == 1


def undone_by(change: Change, binding: Binding) -> dict[str, Any]:
    """The values that an undo replaced: left alone while they are what is wanted. What it made again of the shop's own
    replaced nothing: all of it is to be left alone.
    """
    replaced = binding.confirmed if change.action == Action.CREATE and is_own(change.key) else binding.previous
    return {name: value for name, value in replaced.items() if value is not None}


def plan_undo(run_id: int, resolver: Resolver) -> Iterator[list[PlannedChange]]:
    """The reverse plan of a run for one shop, a few at a time; what was only recognised was not written."""
    changes = Change.objects.filter(
        run_id=run_id, shop=resolver.shop, state=ChangeState.CONFIRMED, as_found=False
    ).order_by("-pk")
    made = Made(run_id, resolver.shop.pk)
    for part in in_parts(changes):
        bound = resolver.bound_of([(change.kind, change.key) for change in part])
        yield [line for change in part for line in _reverse(change, bound.get((change.kind, change.key)), made)]
        resolver.bindings.forget()


def forget_what_went_along(shop: ShopConnection, kind: str, keys: Sequence[str]) -> None:
    """The shop deletes a combination with its stock, its specific prices and its mention of photos: what is bound to
    those is not there any more.
    """
    if kind != "combinations" or not keys:
        return
    bound = Binding.objects.filter(shop=shop, remote_id__isnull=False)
    gone = list(bound.filter(kind__in=["stock", "combination_images"], key__in=keys).values_list("pk", flat=True))
    for key in keys:
        product = Q(kind="specific_prices", confirmed__combination={"ref": ["combinations", key]})
        gone += bound.filter(product, key__startswith=f"{key.split('|')[0]}|").values_list("pk", flat=True)
    for start in range(0, len(gone), _BATCH):
        Binding.objects.filter(pk__in=gone[start : start + _BATCH]).update(
            remote_id=None, confirmed={}, previous={}, undone={}, parked="", pending={}, confirmed_at=timezone.now()
        )


def look_again(run: Run) -> None:
    """All flows look again at the articles that an undo reached: what one flow took back, others may hang on."""
    keys = Change.objects.filter(run=run, state=ChangeState.CONFIRMED).order_by("pk").values_list("key", flat=True)
    names: set[str] = set()
    for key in keys.iterator():
        names.update(marks.possible_articles(key))
    touches.touch_articles(run.client, marks.known_articles(run.client, names))


def _reverse(change: Change, known: Bound | None, made: Made) -> Iterator[PlannedChange]:
    match change.action:
        case Action.UPDATE:
            yield from _back(change, known)
        case Action.CREATE:
            yield from _uncreate(change, known, made)
        case _ if is_own(change.key):
            yield from _give_back(change, known)
        case _:
            yield _make_again(change, known)


def _back(change: Change, known: Bound | None) -> Iterator[PlannedChange]:
    moved = _moved(change, known)
    if moved:
        yield _held(change, "update", "undo.changed_since", field=moved)
        return
    before = [(item, _before(change.kind, item, known)) for item in change.differences]
    differences = [
        {"field": item["field"], "before": item["after"], "after": value, "why": f"undo #{change.run_id}"}
        for item, (value, told) in before
        if told and value != item["after"]
    ]
    if differences:
        yield _line(change, differences, "update", None)
    for item, (_value, told) in before:
        if not told and item["after"] is not None:
            yield _held(change, "update", "undo.unknown_before", field=item["field"])


def _moved(change: Change, known: Bound | None) -> str:
    """The first field that no longer is as the run left it."""
    for item in change.differences:
        if known is None or known.confirmed.get(item["field"]) != item["after"]:
            return str(item["field"])
    return ""


def _before(kind: str, item: Mapping[str, Any], known: Bound | None) -> tuple[Any, bool]:
    """The value to put back, and whether it is known: what we made ourselves held nothing where we had sent nothing."""
    field = KINDS[kind].fields.get(item["field"]) if kind in KINDS else None
    if item["before"] is not None or field is None:
        return item["before"], item["before"] is not None
    if known is None or known.adopted or item["field"] in KINDS[kind].identity:
        return None, False
    if field.form in _TEXTS and isinstance(item["after"], Mapping):
        return dict.fromkeys(item["after"], ""), True
    return _EMPTY.get(field.form), field.form in _EMPTY


def _uncreate(change: Change, known: Bound | None, made: Made) -> Iterator[PlannedChange]:
    if known is None or known.shop_id is None or made.with_owner(change):
        return  # gone already, or out of sight with the product or the account that it belongs to
    if change.kind in HIDEABLE:
        if known.confirmed.get("active") != "0":
            differences = [{"field": "active", "before": "1", "after": "0", "why": f"undo #{change.run_id}"}]
            yield _line(change, differences, "update", None)
    elif change.kind in DELETABLE:
        yield _line(change, _gone(known) if is_own(change.key) else [], "delete", None)
    elif moved := _moved(change, known):
        yield _held(change, "delete", "undo.changed_since", field=moved)
    elif user := made.user_of((change.kind, change.key)):
        yield _held(change, "delete", "undo.still_used", user=user)
    else:
        yield _line(change, [], "delete", None)


def _make_again(change: Change, known: Bound | None) -> PlannedChange:
    """What an undo had deleted is made again as it was (photos and documents from their files, as these are now); what
    a flow had deleted, its next run makes if Sage has it.
    """
    if known is None or known.shop_id is not None or not known.undone:
        return _line(change, [], "update", Held("undo.deleted", {"label": change.label}))
    differences = [
        {"field": name, "before": None, "after": value, "why": f"undo #{change.run_id}"}
        for name, value in known.undone.items()
    ]
    return _line(change, differences, "create", None)


def _give_back(change: Change, known: Bound | None) -> Iterator[PlannedChange]:
    """What was the shop's own is made again from what the deletion stored; see `made_again`."""
    if known is not None and known.shop_id is not None:
        return  # an earlier undo did
    differences = [
        {"field": item["field"], "before": None, "after": item["before"], "why": f"undo #{change.run_id}"}
        for item in change.differences
    ]
    yield _line(change, differences, "create", None)


def _gone(known: Bound) -> list[dict[str, Any]]:
    """What the shop holds and will not any more: kept, so that the deletion can be undone in turn."""
    return [{"field": name, "before": value, "after": None, "why": ""} for name, value in known.confirmed.items()]


def _held(change: Change, action: str, cause: str, **facts: str) -> PlannedChange:
    return _line(change, [], action, Held(cause, {"label": change.label, **facts}))


def _line(change: Change, differences: list[dict[str, Any]], action: str, held: Held | None) -> PlannedChange:
    return PlannedChange(
        kind=change.kind,
        key=change.key,
        label=change.label,
        action=action,
        fields={difference["field"]: from_json(difference["after"]) for difference in differences},
        differences=differences,
        risk=90 if action == "delete" else risk(differences, exists=action == "update"),
        wanted="",
        held=held,
    )
