"""What every way of finding groups gives, before it is judged. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mapping.choices.base import split
from mapping.grouping.candidates import Candidate, Pool

Key = Hashable
Raw = tuple[str, ...]
"""A member's text on each axis, as it was found."""
ANY_FAMILY = "*"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Articles that have something in common, and what differs."""

    rule: str
    common: str
    """What they have in common, in words."""
    reason: str
    """Code of `words.REASONS` that says it with ``common`` as {text}."""
    members: tuple[Candidate, ...]
    raws: Mapping[str, Raw]
    """Reference -> text of each axis; "" for none."""
    axes: tuple[str, ...]
    """The axes' names where the way of finding knows them, else ""."""
    pattern: Callable[[tuple[int, ...]], str]
    """The pattern when these axes (by number) are kept and the others turned out to be constant."""
    by_client: bool = False
    source: str = ""
    """The field that is the same for all, of a client's rule."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A pattern, ready to be compared with articles."""

    key: Key
    """One of the keys that a fitting article has."""
    read: Callable[[Candidate], Raw | None]
    """The texts of an article that has the key; None: it does not fit after all."""


class Detector(Protocol):
    """One way of finding groups."""

    name: str

    def keys(self, pool: Pool, candidate: Candidate) -> list[Key]:
        """What this article may have in common with others: it fits a pattern only if it has the pattern's key."""
        ...

    def fit(self, pool: Pool, pattern: str) -> Fit | None:
        """The pattern of an approved group; None when it cannot be read any more."""
        ...


def parts(pattern: str, amount: int) -> tuple[str, ...] | None:
    """The parts of a pattern, if it has so many."""
    found = split(pattern)
    return found if len(found) == amount else None
