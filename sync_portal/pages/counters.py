"""The seven counters of a run, always in the same order, and the changes behind each of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync_portal.sync.models import ChangeState, Run

# A change that stays "written" is one whose confirmation failed: the engine counts it among the refused as well.
_HELD = Q(state=ChangeState.HELD)
_STALE = Q(state=ChangeState.STALE)
_REJECTED = Q(state__in=[ChangeState.REJECTED, ChangeState.LATER, ChangeState.APPLIED])

SHOWS: dict[str, Q] = {
    "to_write": ~_HELD & ~_STALE,
    "written": Q(state__in=[ChangeState.APPLIED, ChangeState.CONFIRMED], as_found=False),
    "confirmed": Q(state=ChangeState.CONFIRMED),
    "held": _HELD,
    "rejected": _REJECTED,
    "waiting": _HELD | _REJECTED,
    "stale": _STALE,
}
"""`?show=` of the run page -> its changes. What was read and found unchanged is counted, not kept."""

RETRIED = _REJECTED | Q(state=ChangeState.HELD, cause__startswith="shop.") & ~Q(
    cause__in=["shop.adoption_uncertain", "shop.conflict", "shop.unknown_id"]
)
"""What may be sent again as it is: refused in this run, or still held because an earlier one was refused. The causes
left out are questions to people: answering them is what helps.
"""

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


def counters(run: Run) -> list[Counter]:
    """read · unchanged · to write · written · confirmed · held · refused.

    A count that is not the number of its rows gets no link: while a run works the rows are ahead of the counters.
    """
    rows = run.changes.aggregate(**{name: Count("pk", condition) for name, condition in SHOWS.items()})
    return [
        Counter(name, label, colour, value := getattr(run, name), bool(value) and rows.get(name) == value)
        for name, label, colour in _LABELS
    ]
