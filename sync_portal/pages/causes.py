"""Causes as the pages tell them: with the words people use for fields and kinds of resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync_portal.pages.labels import FIELDS, KINDS
from sync_portal.sync.causes import CauseText, describe
from sync_portal.sync.history import counts_by_cause, with_cause
from sync_portal.sync.models import Run

_WORDS = {"field": FIELDS, "kind": KINDS, "resource": KINDS}
"""Facts that are technical names, and the tables that have their words."""


def tell(code: str, facts: Mapping[str, str] | None = None) -> CauseText:
    """The cause in the current language, its technical names in words: "prix HT", not "price"."""
    told = dict(facts or {})
    for fact, table in _WORDS.items():
        if told.get(fact) in table:
            told[fact] = str(table[told[fact]])
    return describe(code, told)


_QUESTIONS = {
    "drift.changed": "changed",
    "drift.orphan": "orphan",
    "shop.adoption_uncertain": "adoption",
    "shop.conflict": "conflict",
    "shop.unknown_id": "missing",
}
"""Causes that are told where something is held, and the question that is asked about it."""


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """The changes of a run that share a cause: told by its first one."""

    code: str
    count: int
    text: CauseText

    @property
    def asks(self) -> str:
        """The kind of question behind the cause, where answering it is what helps; else empty."""
        return _QUESTIONS.get(self.code, "")

    @property
    def others(self) -> int:
        """How many more than the one that is told."""
        return self.count - 1


def cause_groups(run: Run) -> list[CauseGroup]:
    """What a run's changes suffer from, the most frequent first."""
    groups = []
    for code, count in counts_by_cause(run):
        example = run.changes.filter(with_cause(code)).order_by("-risk", "pk").first()
        groups.append(CauseGroup(code, count, tell(code, example.facts if example else {})))
    return groups
