"""Brakes: a run that would hurt stops before its first write and waits for a person. Pure.

What a person lets pass is what that person saw: these causes, up to these amounts. Whatever goes further stops again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any, Self

from connectors.errors import ConnectorError
from sync_portal.sync.plan import PlannedChange, move_percent

if TYPE_CHECKING:
    from mapping.rules import BrakeRules

SMALL = 10
"""Below so many affected records no share means anything: a catalogue of four products may hide one."""
_TO_ZERO = 1_000_000
"""Percent: further than any limit."""


class BrakeTripped(ConnectorError):
    """The run stops before anything that it planned is written."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """A limit that was passed: what is told of it, and how far it went."""

    cause: str
    facts: Mapping[str, str]
    amount: int
    """How many records, or rows that are missing."""
    furthest: int = 0
    """Of price moves the largest, in whole percent."""
    shop: int | None = None
    """None: Sage itself."""

    def within(self, approved: Tripped) -> bool:
        """Whether a person who saw that one has seen all of this one."""
        return self._place == approved._place and self.amount <= approved.amount and self.furthest <= approved.furthest

    @property
    def _place(self) -> tuple[object, ...]:
        return self.cause, self.shop, *(self.facts.get(name) for name in ("kind", "stream", "move"))

    def to_json(self) -> dict[str, Any]:
        """As a run keeps it."""
        return {
            "cause": self.cause,
            "facts": dict(self.facts),
            "amount": self.amount,
            "furthest": self.furthest,
            "shop": self.shop,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The other way round."""
        return cls(**stored)


def judge(tripped: Sequence[Tripped], approved: Sequence[Tripped]) -> None:
    """Let pass what a person approved.

    Raises:
        BrakeTripped: with the cause of the first that nobody approved, or that goes further.
    """
    for one in tripped:
        if not any(one.within(other) for other in approved):
            raise BrakeTripped(one.cause, one.facts)


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
        if change.held is not None:
            return
        if change.action == "delete":
            self._deleted[change.kind] += 1
        if change.action != "update" and change.recognised is None:
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

    def tripped(self, totals: Mapping[str, int], limits: BrakeRules, shop: int | None = None) -> list[Tripped]:
        """The limits that this plan for a shop passes. `totals`: of each kind, how many the shop holds by us."""
        held = Counter(totals) + self._adopted
        large = {move: amount for move, amount in self._moves.items() if move > limits.price_move_percent}
        found = [
            _share("brake.hidden", self._hidden, held["products"], limits.max_hidden_percent, shop),
            _share(
                "brake.prices",
                sum(large.values()),
                held["products"],
                limits.max_price_moves_percent,
                shop,
                furthest=max(large, default=0),
                move=str(limits.price_move_percent),
            ),
            _share("brake.stock_zero", self._emptied, held["stock"], limits.max_zero_stock_percent, shop),
            _share("brake.closed", self._closed, held["customers"], limits.max_closed_percent, shop),
        ]
        for kind, count in sorted(self._deleted.items()):
            found.append(_share("brake.deletions", count, held[kind], limits.max_deletions_percent, shop, kind=kind))
        return [one for one in found if one is not None]


def fewer_rows(stream: str, *, before: int, found: int, min_percent: int) -> Iterator[Tripped]:
    """Whether Sage suddenly gives far fewer rows than it did: a wrong base, a lost right, a restore gone wrong."""
    if before - found > SMALL and found * 100 < min_percent * before:
        facts = {"stream": stream, "count": str(found), "before": str(before)}
        yield Tripped("brake.fewer_rows", facts, before - found)


def _share(
    cause: str, count: int, total: int, limit: int, shop: int | None, *, furthest: int = 0, **facts: str
) -> Tripped | None:
    if count <= SMALL or count * 100 <= limit * total:
        return None
    told = {"count": str(count), "total": str(total), "limit": str(limit), **facts}
    return Tripped(cause, told, count, furthest, shop)


def _whole_percent(before: str | None, after: str | None) -> int:
    return ceil(move_percent(before, after)) if Decimal(after or 0) else _TO_ZERO
