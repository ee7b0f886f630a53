"""The combinations of a group as a grid: what is there, what is missing, what is there twice. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from mapping.grouping.dictionary import rank
from mapping.naming import folded

MANY_HOLES = 200
"""More are counted but not listed: two long axes with few members have thousands."""

Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A group's axes and members, value by value. Spellings that differ by case and blanks are one value."""

    axes: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    """For each axis its values, in the order in which the members bring them."""
    cells: Mapping[Values, tuple[str, ...]]
    """One value of each axis -> the members that have them; more than one is a doubled cell."""
    incomplete: tuple[str, ...]
    """Members without a value on some axis: they are in no cell."""
    size: int
    """How many cells a full grid has."""

    @property
    def doubled(self) -> Mapping[Values, tuple[str, ...]]:
        """The cells that two or more members claim."""
        return {values: members for values, members in self.cells.items() if len(members) > 1}

    @property
    def holes(self) -> tuple[Values, ...]:
        """Pairs of existing values that no member has, at most `MANY_HOLES` of them."""
        missing = (values for values in product(*self.values) if values not in self.cells) if self.missing else ()
        return tuple(islice(missing, MANY_HOLES))

    @property
    def missing(self) -> int:
        """How many holes there are."""
        return self.size - len(self.cells)

    @property
    def complete(self) -> bool:
        """Every pair of values is there, once."""
        return not self.missing and not self.doubled and not self.incomplete


def in_shop_order(members: Mapping[str, Sequence[str]]) -> dict[str, Values]:
    """The members by their values, sizes from small to large; a store of JSON may have turned them round."""
    ordered = sorted(members.items(), key=lambda one: (tuple(rank(value) for value in one[1]), one[0]))
    return {reference: tuple(values) for reference, values in ordered}


def grid_of(axes: Sequence[str], members: Mapping[str, Sequence[str]]) -> Grid:
    """The grid of a group. ``members``: reference -> its value on each axis ("" for none).

    Values keep the order of ``members``, which is the order in which the shop shows them.
    """
    values: list[dict[str, str]] = [{} for _axis in axes]
    cells: dict[Values, list[str]] = defaultdict(list)
    incomplete: list[str] = []
    for reference, own in members.items():
        if len(own) != len(axes) or not all(folded(value) for value in own):
            incomplete.append(reference)
            continue
        shown = tuple(known.setdefault(folded(value), value) for known, value in zip(values, own, strict=True))
        cells[shown].append(reference)
    return Grid(
        axes=tuple(axes),
        values=tuple(tuple(known.values()) for known in values),
        cells={shown: tuple(references) for shown, references in cells.items()},
        incomplete=tuple(incomplete),
        size=prod(len(known) for known in values) if cells else 0,
    )
