"""Which answers a question offers."""

from __future__ import annotations

from collections.abc import Mapping

from sync_portal.sync.models import Answer, Decision, DecisionKind

ANSWERS: Mapping[str, tuple[str, ...]] = {
    DecisionKind.ADOPTION: (Answer.ADOPT, Answer.CREATE, Answer.IGNORE),
    DecisionKind.CHANGED: (Answer.ACCEPT, Answer.PUT_BACK, Answer.IGNORE),
    DecisionKind.CONFLICT: (Answer.ACCEPT, Answer.PUT_BACK, Answer.IGNORE),
    DecisionKind.MISSING: (Answer.CREATE, Answer.IGNORE),
    DecisionKind.ORPHAN: (Answer.OWN, Answer.ADOPT, Answer.HIDE),
}
ONLY_REMEMBERED = frozenset({Answer.IGNORE, Answer.OWN})
"""Answers after which nothing is to be done."""


class NotAnAnswer(ValueError):
    """The decision does not offer this answer, or it was decided already."""


def answers_to(decision: Decision) -> tuple[str, ...]:
    """The answers to this one: only a product that buyers see can be hidden."""
    hideable = decision.kind == "products" and decision.facts.get("active") != "0"
    return tuple(one for one in ANSWERS[decision.question] if one != Answer.HIDE or hideable)
