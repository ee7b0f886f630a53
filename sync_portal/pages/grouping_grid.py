"""The combinations of a group as a table of words: what is there, what is missing, what is there twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.grouping.dictionary import rank
from mapping.grouping.grid import Grid, Values, grid_of

WIDEST = 14
"""Columns beyond which a table is read as a list."""
NAMED_HOLES = 6
"""Holes that are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Who stands at one pair of values: nobody (a hole), one article, or too many."""

    members: tuple[str, ...]

    @property
    def state(self) -> str:
        return "hole" if not self.members else ("doubled" if len(self.members) > 1 else "there")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class GridTable:
    """A grid as the page draws it: ``columns`` and ``lines``, or a plain list where it has too many axes or values."""

    axes: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    rows: tuple[tuple[str, Values, bool], ...]
    """For the list: (reference, its values, whether another member has the same)."""
    corner: str
    verdict: str
    """"complete", "holes", "doubled" or "incomplete": the worst of it."""
    sentence: str
    holes: str
    """The missing ones, named."""

    @property
    def is_list(self) -> bool:
        return bool(self.rows)


def grid_table(axes: Sequence[str], members: Mapping[str, Sequence[str]]) -> GridTable:
    """The grid of these members; sizes run from small to large."""
    grid = grid_of(axes, members)
    columns, lines = _lines(grid)
    return GridTable(
        axes=grid.axes,
        columns=columns,
        lines=lines,
        rows=() if lines else _rows(grid, members),
        corner=" × ".join(grid.axes),
        verdict=_verdict(grid),
        sentence=_sentence(grid),
        holes=_holes(grid),
    )


def _lines(grid: Grid) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    if not grid.cells or len(grid.axes) not in {1, 2}:
        return (), ()
    values = [tuple(sorted(own, key=rank)) for own in grid.values]
    if len(values) == 1:
        if len(values[0]) > WIDEST:
            return (), ()
        cells = tuple(Cell(grid.cells.get((value,), ())) for value in values[0])
        return values[0], (Line("", cells),)
    down, across = values
    if len(across) > WIDEST:
        return (), ()
    lines = [Line(one, tuple(Cell(grid.cells.get((one, other), ())) for other in across)) for one in down]
    return across, tuple(lines)


def _rows(grid: Grid, members: Mapping[str, Sequence[str]]) -> tuple[tuple[str, Values, bool], ...]:
    doubled = {one for claimed in grid.doubled.values() for one in claimed}
    ordered = sorted(members, key=lambda one: [rank(value) for value in members[one]])
    return tuple((one, tuple(members[one]), one in doubled) for one in ordered)


def _verdict(grid: Grid) -> str:
    if grid.doubled:
        return "doubled"
    if grid.incomplete:
        return "incomplete"
    return "holes" if grid.missing else "complete"


def _sentence(grid: Grid) -> str:
    if grid.doubled:
        amount = len(grid.doubled)
        text = ngettext(
            "%(count)s combination is there twice: each needs values of its own.",
            "%(count)s combinations are there twice: each needs values of its own.",
            amount,
        )
        return text % {"count": amount}
    if grid.incomplete:
        amount = len(grid.incomplete)
        text = ngettext(
            "%(count)s article has no value on some axis.", "%(count)s articles have no value on some axis.", amount
        )
        return text % {"count": amount}
    told = {"there": len(grid.cells), "size": grid.size}
    if grid.missing:
        return _("%(there)s combinations of %(size)s: the others do not exist, which is allowed.") % told
    return _("The grid is complete: %(there)s combinations of %(size)s.") % told


def _holes(grid: Grid) -> str:
    named = [" · ".join(values) for values in grid.holes[:NAMED_HOLES]]
    more = grid.missing - len(named)
    if not named:
        return ""
    text = ", ".join(named)
    return (
        _("Missing: %(values)s and %(count)s more") % {"values": text, "count": more}
        if more > 0
        else _("Missing: %(values)s") % {"values": text}
    )
