"""Brakes: a run that would hurt stops before its first write and waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.errors import ConnectorError
from sync_portal.sync.plan import PlannedChange, move_percent

if TYPE_CHECKING:
    from mapping.rules import BrakeRules

SMALL = 10
"""Below so many affected records no share means anything: a catalogue of four products may hide one."""


class BrakeTripped(ConnectorError):
    """The run stops before the first write; nothing is lost, nothing was written."""


def check(changes: Sequence[PlannedChange], totals: dict[str, int], limits: BrakeRules) -> None:
    """Look at a whole plan before any of it is written.

    `totals` counts the resources of each kind that the shop holds by us.

    Raises:
        BrakeTripped: with the count, the total and the limit that was passed.
    """
    updates = [change for change in changes if change.action == "update" and change.held is None]
    products, stocks = totals.get("products", 0), totals.get("stock", 0)
    hidden = _count(updates, "products", "active", lambda before, after: before == "1" and after == "0")
    _share("brake.hidden", hidden, products, limits.max_hidden_percent)
    percent = limits.price_move_percent
    moved = _count(updates, "products", "price", lambda before, after: _moves(before, after, percent))
    _share("brake.prices", moved, products, limits.max_price_moves_percent, move=str(percent))
    emptied = _count(updates, "stock", "quantity", lambda before, after: after == "0" and before not in {"0", None})
    _share("brake.stock_zero", emptied, stocks, limits.max_zero_stock_percent)
    deleted = Counter(change.kind for change in changes if change.action == "delete")
    for kind, count in deleted.items():
        _share("brake.deletions", count, totals.get(kind, 0), limits.max_deletions_percent, kind=kind)


def fewer_rows(*, before: int, found: int, min_percent: int) -> bool:
    """Whether Sage suddenly gives far fewer rows than it did: a wrong base, a lost right, a restore gone wrong."""
    return before - found > SMALL and found * 100 < min_percent * before


def _share(cause: str, count: int, total: int, limit: int, **facts: str) -> None:
    if count > SMALL and count * 100 > limit * total:
        raise BrakeTripped(cause, {"count": count, "total": total, "limit": limit, **facts})


def _count(changes: Iterable[PlannedChange], kind: str, field: str, hurts: Callable[[Any, Any], bool]) -> int:
    return sum(
        1
        for change in changes
        if change.kind == kind
        for difference in change.differences
        if difference["field"] == field and hurts(difference["before"], difference["after"])
    )


def _moves(before: str | None, after: str | None, percent: int) -> bool:
    return Decimal(after or 0) == 0 or move_percent(before, after) > percent
