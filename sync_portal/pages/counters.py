"""The seven counters of a run, always in the same order, and the changes behind each of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync_portal.sync.models import ChangeState, Run


@dataclass(frozen=True, slots=True)
class Show:
    """A choice among a run's changes: by their states, and whether what had not to be written is left out."""

    states: frozenset[str]
    written: bool = False

    @property
    def q(self) -> Q:
        states = Q(state__in=sorted(self.states))
        return states & Q(as_found=False) if self.written else states

    def holds(self, state: str, as_found: bool) -> bool:
        return state in self.states and not (self.written and as_found)


_HELD = {ChangeState.HELD.value}
_STALE = {ChangeState.STALE.value}
# A change that stays "written" is one whose confirmation failed: the engine counts it among the refused as well.
_REFUSED = {ChangeState.REJECTED.value, ChangeState.APPLIED.value}
_REJECTED = _REFUSED | {ChangeState.LATER.value}

SHOWS: dict[str, Show] = {
    "to_write": Show(frozenset(ChangeState.values) - _HELD - _STALE),
    "written": Show(frozenset({ChangeState.APPLIED.value, ChangeState.CONFIRMED.value}), written=True),
    "confirmed": Show(frozenset({ChangeState.CONFIRMED.value})),
    "held": Show(frozenset(_HELD)),
    "rejected": Show(frozenset(_REJECTED)),
    "waiting": Show(frozenset(_HELD | _REFUSED)),
    "stale": Show(frozenset(_STALE)),
}
"""`?show=` of the run page -> its changes. What was read and found unchanged is counted, not kept."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes a run has, counted once for everything its page says: (state, kind, as found) -> amount."""

    amounts: dict[tuple[str, str, bool], int]

    @property
    def kinds(self) -> list[str]:
        return sorted({kind for _state, kind, _as_found in self.amounts})

    def of(self, show: str = "", kind: str = "") -> int:
        """How many there are behind a choice of `SHOWS` and of a kind; empty: all."""
        return sum(
            amount
            for (state, its_kind, as_found), amount in self.amounts.items()
            if (not show or SHOWS[show].holds(state, as_found)) and kind in {"", its_kind}
        )


def tally_of(run: Run) -> Tally:
    """One pass over the run's part of an index, in its order: the rows themselves are not read, nothing is sorted."""
    rows = run.changes.order_by().values_list("state", "kind")
    amounts: dict[tuple[str, str, bool], int] = {}
    counted = rows.annotate(amount=Count("pk"), found=Count("pk", filter=Q(as_found=True)))
    for state, kind, amount, found in counted:
        amounts |= {(state, kind, False): amount - found, (state, kind, True): found}
    return Tally(amounts)


_QUESTIONS: Collection[str] = ("shop.adoption_uncertain", "shop.conflict", "shop.unknown_id")
"""Causes that are questions to people: answering them is what helps."""


def retryable(run: Run, tally: Tally) -> int:
    """What may be sent again as it is: refused in this run, or still held because an earlier one was refused."""
    held = run.changes.filter(SHOWS["held"].q, cause__startswith="shop.").exclude(cause__in=_QUESTIONS)
    return tally.of("rejected") + (held.count() if tally.of("held") else 0)


_LABELS: list[tuple[str, Promise, str]] = [
    ("read", _("read"), "calm"),
    ("unchanged", _("unchanged"), "calm"),
    ("to_write", _("to write"), "calm"),
    ("written", _("written"), "calm"),
    ("confirmed", _("confirmed"), "good"),
    ("held", _("held"), "soon"),
    ("rejected", _("refused"), "act"),
]


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter; `linked` says that the run page lists exactly that many changes for it."""

    name: str
    label: Promise
    colour: str
    value: int
    linked: bool


def counters(run: Run, tally: Tally) -> list[Counter]:
    """read · unchanged · to write · written · confirmed · held · refused.

    A count that is not the number of its rows gets no link: while a run works the rows are ahead of the counters.
    """
    return [
        Counter(name, label, colour, value, bool(value) and name in SHOWS and tally.of(name) == value)
        for name, label, colour in _LABELS
        for value in [getattr(run, name)]
    ]
