"""Brakes: a run that would hurt stops before its first write and waits for a person."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from connectors.errors import ConnectorError
from sync_portal.sync.plan import PlannedChange, move_percent

if TYPE_CHECKING:
    from mapping.rules import BrakeRules

SMALL = 10
"""Below so many affected records no share means anything: a catalogue of four products may hide one."""
_TO_ZERO = 1_000_000
"""Percent: further than any limit."""


class BrakeTripped(ConnectorError):
    """The run stops before the first write; nothing is lost, nothing was written."""


class Tally:
    """What a plan would do that may hurt, counted while it is made; judged as a whole before any of it is written."""

    def __init__(self) -> None:
        self._hidden = self._emptied = self._closed = 0
        self._moves: Counter[int] = Counter()
        """Price moves by whole percent, rounded up; a price of zero is `_TO_ZERO`."""
        self._deleted: Counter[str] = Counter()
        self._adopted: Counter[str] = Counter()
        """What the shop has already and will be ours."""

    def add(self, change: PlannedChange) -> None:
        """Count one line of the plan; what is held hurts nobody."""
        if change.action == "delete" and change.held is None:
            self._deleted[change.kind] += 1
        if change.held is not None or (change.action != "update" and change.recognised is None):
            return
        self._adopted[change.kind] += change.recognised is not None
        for difference in change.differences:
            before, after = difference["before"], difference["after"]
            match change.kind, difference["field"]:
                case "products", "active":
                    self._hidden += before == "1" and after == "0"
                case "customers", "active":
                    self._closed += before == "1" and after == "0"
                case "products", "price":
                    self._moves[_whole_percent(before, after)] += 1
                case "stock", "quantity":
                    self._emptied += after == "0" and before not in {"0", None}

    def check(self, totals: dict[str, int], limits: BrakeRules) -> None:
        """Judge all that was counted. `totals` counts the resources of each kind that the shop holds by us.

        Raises:
            BrakeTripped: with the count, the total and the limit that was passed.
        """
        products, percent = totals.get("products", 0) + self._adopted["products"], limits.price_move_percent
        _share("brake.hidden", self._hidden, products, limits.max_hidden_percent)
        moved = sum(amount for move, amount in self._moves.items() if move > percent)
        _share("brake.prices", moved, products, limits.max_price_moves_percent, move=str(percent))
        _share("brake.stock_zero", self._emptied, totals.get("stock", 0), limits.max_zero_stock_percent)
        _share("brake.closed", self._closed, totals.get("customers", 0), limits.max_closed_percent)
        for kind, count in self._deleted.items():
            _share("brake.deletions", count, totals.get(kind, 0), limits.max_deletions_percent, kind=kind)


def fewer_rows(*, before: int, found: int, min_percent: int) -> bool:
    """Whether Sage suddenly gives far fewer rows than it did: a wrong base, a lost right, a restore gone wrong."""
    return before - found > SMALL and found * 100 < min_percent * before


def _share(cause: str, count: int, total: int, limit: int, **facts: str) -> None:
    if count > SMALL and count * 100 > limit * total:
        raise BrakeTripped(cause, {"count": count, "total": total, "limit": limit, **facts})


def _whole_percent(before: str | None, after: str | None) -> int:
    return ceil(move_percent(before, after)) if Decimal(after or 0) else _TO_ZERO
