"""What a person is being asked about is not written; when Sage moved too, the question gets a third value."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from connectors.models import ShopConnection
from mapping.state import Held
from sync_portal.sync import decisions, questions
from sync_portal.sync.bindings import Place
from sync_portal.sync.forgetting import OF_A_PRODUCT
from sync_portal.sync.models import Answer, Decision, DecisionKind
from sync_portal.sync.plan import PlannedChange
from sync_portal.sync.questions import Question

Standing = Mapping[tuple[str, str, str], Decision]


def set_aside(shop: ShopConnection, changes: Iterable[PlannedChange]) -> list[PlannedChange]:
    """The changes without what waits for a decision: held while the question is open, left out when it is ignored."""
    changes = list(changes)
    standing: Standing = decisions.standing(shop, (place for change in changes for place in _places(change)))
    if not standing:
        return changes
    moved = [question for change in changes for question in _moved(change, standing)]
    asked = {row.place: row for row in questions.ask(shop, moved)}
    standing = ChainMap(asked, dict(standing)) if asked else standing
    aside = (_aside(change, standing) for change in changes)
    return [change for change in aside if change is not None]


def _moved(change: PlannedChange, standing: Standing) -> Iterator[Question]:
    """The questions about fields that are to be written, where Sage wants another value by now."""
    if change.action != "update" or _about_the_whole(change, standing) is not None:
        return
    for difference in change.differences:
        known = standing.get((change.kind, change.key, difference["field"]))
        if known is not None and known.facts.get("sage") != difference["after"]:
            facts = {**known.facts, "sage": difference["after"]}
            yield Question(
                DecisionKind.CONFLICT, change.kind, change.key, change.label, facts, field=difference["field"]
            )


def _aside(change: PlannedChange, standing: Standing) -> PlannedChange | None:
    whole = _about_the_whole(change, standing)
    if whole is not None:
        return None if whole.answer == Answer.IGNORE else _held(change, whole)
    if change.action != "update":
        return change
    asked = {
        difference["field"]: standing[place]
        for difference in change.differences
        if (place := (change.kind, change.key, difference["field"])) in standing
    }
    return _without(change, asked) if asked else change


def _about_the_whole(change: PlannedChange, standing: Standing) -> Decision | None:
    """The question about the resource itself, or about the product it belongs to."""
    return next((standing[kind, key, ""] for kind, key in _places(change) if (kind, key, "") in standing), None)


def _places(change: PlannedChange) -> Iterator[Place]:
    """The resource, and the products that it may belong to: "POLO|1|0" is of POLO, or of an article "POLO|1"."""
    yield change.kind, change.key
    if change.kind in OF_A_PRODUCT:
        parts = change.key.split("|")
        yield from (("products", "|".join(parts[:length])) for length in range(len(parts), 0, -1))


def _held(change: PlannedChange, decision: Decision) -> PlannedChange:
    if decision.question == DecisionKind.ADOPTION and (change.kind, change.key) == (decision.kind, decision.key):
        return change  # held by its parking, or to be looked for again
    if decision.question == DecisionKind.MISSING:
        return replace(change, held=Held("shop.unknown_id", decision.facts))
    facts = {"value": decision.label, "count": str(len(decision.facts.get("candidates", [])))}
    return replace(change, held=Held("shop.adoption_uncertain", facts))


def _without(change: PlannedChange, asked: Mapping[str, Decision]) -> PlannedChange | None:
    rest = [difference for difference in change.differences if difference["field"] not in asked]
    if rest:
        left = {name: value for name, value in change.fields.items() if name not in asked}
        return replace(change, fields=left, differences=rest)
    still_open = next((field for field, decision in asked.items() if not decision.answer), None)
    if still_open is None:
        return None
    return replace(change, held=Held("shop.conflict", {"label": change.label, "field": still_open}))
