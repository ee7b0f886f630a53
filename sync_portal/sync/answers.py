"""Which answers a question offers."""

from __future__ import annotations

from collections.abc import Mapping

from sync_portal.sync.models import Answer, Decision, DecisionKind

ANSWERS: Mapping[str, tuple[str, ...]] = {
    DecisionKind.ADOPTION: (Answer.ADOPT, Answer.CREATE, Answer.IGNORE),
    DecisionKind.CHANGED: (Answer.ACCEPT, Answer.PUT_BACK, Answer.IGNORE),
    DecisionKind.CONFLICT: (Answer.ACCEPT, Answer.PUT_BACK, Answer.IGNORE),
    DecisionKind.MISSING: (Answer.CREATE, Answer.IGNORE),
    DecisionKind.ORPHAN: (Answer.OWN, Answer.ADOPT, Answer.HIDE, Answer.DELETE, Answer.IGNORE),
}
ONLY_REMEMBERED = frozenset({Answer.IGNORE, Answer.OWN})
"""Answers after which nothing is to be done."""


class NotAnAnswer(ValueError):
    """The decision does not offer this answer, or it was decided already."""


def answers_to(decision: Decision) -> tuple[str, ...]:
    """The answers to this one: only a product that buyers see can be hidden, and only a price deleted."""
    if decision.question != DecisionKind.ORPHAN:
        return ANSWERS[decision.question]
    if decision.kind == "specific_prices":
        wrong = {Answer.ADOPT, Answer.HIDE} | (set() if _deletable(decision.facts) else {Answer.DELETE})
    else:
        hideable = decision.kind == "products" and decision.facts.get("active") != "0"
        wrong = {Answer.DELETE} | (set() if hideable else {Answer.HIDE})
    return tuple(one for one in ANSWERS[DecisionKind.ORPHAN] if one not in wrong)


def _deletable(price: Mapping[str, object]) -> bool:
    """What a catalogue rule of the shop made comes back with its rule; what holds for all products is the business of
    more than one.
    """
    return bool(price.get("product")) and not price.get("rule")
