"""What a run offers once it is over: a preview can be applied, a run can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from mapping.state import is_own
from sync_portal.pages.field_counts import fields_to_update
from sync_portal.pages.labels import field_label
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Action, ChangeState, Run, RunState
from sync_portal.sync.scope import PLAN_EXPIRES
from sync_portal.sync.uncreate import DELETABLE, DELETABLE_UNUSED, HIDEABLE
from sync_portal.sync.undo import undoes


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One kind of field that can be applied by itself, and in how many updates of the preview it stands."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A preview that may be applied."""

    lines: int
    fields: list[FieldChoice]
    made_at: datetime
    expired: bool

    @property
    def valid_until(self) -> datetime:
        return self.made_at + PLAN_EXPIRES

    @property
    def hours(self) -> int:
        """For how long a preview may be applied."""
        return int(PLAN_EXPIRES / timedelta(hours=1))


def offer_of(run: Run) -> Offer | None:
    """What can be applied of a preview; None when it is none, did not go well or found nothing to write."""
    if not run.preview or run.state != RunState.SUCCEEDED or run.ended_at is None:
        return None
    planned = run.changes.filter(state=ChangeState.PLANNED)
    lines = planned.count()
    if not lines:
        return None
    fields = [FieldChoice(name, field_label(name), count) for name, count in fields_to_update(run)]
    return Offer(lines, fields, run.ended_at, timezone.now() - run.ended_at > PLAN_EXPIRES)


# --- undo -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Backwards:
    """What undoing a run would do, in numbers of changes."""

    put_back: int
    """Updates whose earlier values are sent again."""
    hidden: int
    """Products, categories and accounts that the run made: they go offline."""
    deleted: int
    """Prices, photos and documents that the run added."""
    unused: int
    """Combinations, options, brands ... that the run made: deleted where nothing uses them."""
    made_again: int
    """What an undo had deleted, and prices of the shop's own that a person had deleted."""
    left: int
    """The run's other deletions, which cannot be undone: the next run makes what Sage still has."""


def can_be_undone(run: Run) -> bool:
    """Whether the run wrote anything into a shop that could be put back."""
    if run.preview or not run.is_over or not _writes_to_shops(run.flow):
        return False
    return run.changes.filter(state=ChangeState.CONFIRMED).exists()


def _writes_to_shops(flow: str) -> bool:
    try:
        return bool(get_flow(flow).desires)
    except KeyError:
        return False


def backwards(run: Run) -> Backwards:
    """The consequences of an undo, counted from what the run wrote."""
    rows = run.changes.filter(state=ChangeState.CONFIRMED).order_by().values_list("action", "kind")
    found = Counter[str]()
    for action, kind, amount in rows.annotate(Count("pk")):
        found[_consequence(action, kind)] += amount
    again = found["left"] if undoes(run) else sum(is_own(key) for key in _deleted_prices(run))
    return Backwards(
        put_back=found["put_back"],
        hidden=found["hidden"],
        deleted=found["deleted"],
        unused=found["unused"],
        made_again=again,
        left=found["left"] - again,
    )


def _deleted_prices(run: Run) -> Iterator[str]:
    deleted = run.changes.filter(state=ChangeState.CONFIRMED, action=Action.DELETE, kind="specific_prices")
    return deleted.order_by().values_list("key", flat=True).iterator()


def _consequence(action: str, kind: str) -> str:
    match action:
        case Action.UPDATE:
            return "put_back"
        case Action.CREATE if kind in HIDEABLE:
            return "hidden"
        case Action.CREATE if kind in DELETABLE:
            return "deleted"
        case Action.CREATE if kind in DELETABLE_UNUSED:
            return "unused"
    return "left"
