"""Questions to people, opened together: many records may have moved at once, and each slice asks with a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.models import ShopConnection
from sync_portal.sync.models import Answer, Decision, DecisionKind

_BATCH = 500

Place = tuple[str, str, str]
"""(kind, key, field); the field is empty where the whole resource is in question."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is to be asked about one resource, or one field of it."""

    question: str
    kind: str
    key: str
    label: str
    facts: Mapping[str, Any]
    field: str = ""

    @property
    def place(self) -> Place:
        return self.kind, self.key, self.field


@dataclass(frozen=True, slots=True)
class Moved:
    """A field that somebody changed in the shop after we had sent it; the values are JSON."""

    kind: str
    key: str
    field: str
    label: str
    sent: Any
    found: Any

    @property
    def place(self) -> Place:
        return self.kind, self.key, self.field


class _Known:
    """What was asked about some places before."""

    def __init__(self, shop: ShopConnection, places: Iterable[Place]) -> None:
        self.last: dict[Place, Decision] = {}
        self.open: dict[Place, Decision] = {}
        wanted = set(places)
        keys: dict[str, set[str]] = defaultdict(set)
        for kind, key, _field in wanted:
            keys[kind].add(key)
        for kind, some in keys.items():
            ordered = sorted(some)
            for start in range(0, len(ordered), _BATCH):
                part = ordered[start : start + _BATCH]
                for row in Decision.objects.filter(shop=shop, kind=kind, key__in=part).order_by("pk"):
                    if row.place in wanted:
                        self.last[row.place] = row
                        if not row.answer:
                            self.open[row.place] = row


def ask(shop: ShopConnection, questions: Sequence[Question]) -> list[Decision]:
    """Open these questions, or bring the open ones about the same things up to date; returns them in this order. One
    that was ignored stays ignored while its facts are the same.
    """
    return _ask(shop, questions, _Known(shop, (one.place for one in questions)))


def ask_about_changes(shop: ShopConnection, changes: Sequence[Moved]) -> list[Decision]:
    """Somebody changed in the shop what we had sent. What Sage wants meanwhile is known from the question before."""
    known = _Known(shop, (one.place for one in changes))
    return _ask(shop, [_about_change(one, known.last.get(one.place)) for one in changes], known)


def _about_change(moved: Moved, last: Decision | None) -> Question:
    known = last is not None and last.answer in {"", Answer.IGNORE} and last.facts.get("sent") == moved.sent
    sage = last.facts.get("sage", moved.sent) if last is not None and known else moved.sent
    return Question(
        DecisionKind.CHANGED if sage == moved.sent else DecisionKind.CONFLICT,
        moved.kind,
        moved.key,
        moved.label,
        {"sent": moved.sent, "shop": moved.found, "sage": sage},
        moved.field,
    )


def _ask(shop: ShopConnection, questions: Sequence[Question], known: _Known) -> list[Decision]:
    newest = {one.place: one for one in questions}
    to_ask = {place: one for place, one in newest.items() if not _is_ignored(one, known.last.get(place))}
    fresh = [one for place, one in to_ask.items() if place not in known.open]
    if fresh:
        # Another worker may open the same one at this moment: then it is that one.
        Decision.objects.bulk_create([_row(shop, one) for one in fresh], batch_size=_BATCH, ignore_conflicts=True)
        opened = _Known(shop, (one.place for one in fresh))
        known.last, known.open = known.last | opened.last, known.open | opened.open
    _bring_up_to_date(known.open, to_ask)
    asked = {place: known.open[place] for place in to_ask if place in known.open}
    return [asked.get(one.place) or known.last[one.place] for one in questions]


def _is_ignored(question: Question, last: Decision | None) -> bool:
    return last is not None and last.answer == Answer.IGNORE and last.facts == dict(question.facts)


def _row(shop: ShopConnection, one: Question) -> Decision:
    return Decision(
        shop=shop,
        question=one.question,
        kind=one.kind,
        key=one.key,
        field=one.field,
        label=one.label[:300],
        facts=dict(one.facts),
    )


def _bring_up_to_date(rows: Mapping[Place, Decision], questions: Mapping[Place, Question]) -> None:
    moved = []
    for place, one in questions.items():
        row = rows.get(place)
        if row is not None and (row.facts != dict(one.facts) or row.question != one.question):
            row.question, row.label, row.facts = one.question, one.label[:300], dict(one.facts)
            moved.append(row)
    # Of the open ones only: a person may answer at this moment, and what was answered stays as it was seen.
    Decision.objects.filter(answer="").bulk_update(moved, ["question", "label", "facts"], batch_size=200)
