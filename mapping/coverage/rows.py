"""The lines of a mapping table and what they cover. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["twin", "unmapped", "mapped", "ignored"]
ORDER: Mapping[State, int] = {"twin": 0, "unmapped": 1, "mapped": 2, "ignored": 3}
"""What asks for a person first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of Sage that can be mapped."""

    kind: str
    """Of choice: "feature", "option", "value", "category", "brand"."""
    key: str
    """Of the choice."""
    label: str
    used: int
    """Articles that it concerns."""
    state: State
    parent: str = ""
    """Values: the key of their option. Categories: that of the node above."""
    proposal: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the choice that would settle it; none: nothing is proposed."""
    examples: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    """Keys of those spelt almost alike, about which nobody has decided."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The lines, those that ask for a person first, the most used first."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """Uses of all lines."""
        return sum(line.used for line in self.lines)

    @property
    def settled(self) -> int:
        """Uses of the lines about which a person has nothing left to say."""
        return sum(line.used for line in self.lines if line.state in {"mapped", "ignored"})

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all of it; 100 too when there is nothing to map."""
        return self.settled * 100 // self.total if self.total else 100

    @property
    def open(self) -> int:
        """How many lines wait for a person."""
        return sum(line.state in {"twin", "unmapped"} for line in self.lines)


def covered(lines: Iterable[Line]) -> Coverage:
    return Coverage(tuple(sorted(lines, key=lambda one: (ORDER[one.state], -one.used, one.label.casefold(), one.key))))
