"""What every sheet is: columns, the rows of an export, and how rows become choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.models import Client
from mapping.choices import CHOICE_KINDS, ChoiceKind, ChoiceValue
from mapping.choosing import Place
from mapping.models import Choice
from sync_portal.pages.exchange.columns import CellError, Column, places_of

Row = Mapping[str, Any]
"""Column code -> value."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one choice of a file says: ``value`` None takes the choice back; ``error`` says why it cannot be used."""

    lines: tuple[int, ...]
    """Line numbers of the file, the heading being line 1."""
    label: str
    place: Place | None = None
    value: ChoiceValue | None = None
    error: str = ""


@dataclass(frozen=True)
class Sheet:
    """One kind of choice as a table.

    ``columns`` are those of a client (its languages, its shops). ``rows`` gives what is derived, one row per thing that
    can be chosen about, without what was chosen. ``keys`` are the columns that make the choice's key.
    """

    name: str
    label: Promise
    text: Promise
    """What people do with it, in a sentence."""
    kind: str
    keys: tuple[str, ...]
    columns: Callable[[Client], Sequence[Column]]
    rows: Callable[[Client], Iterable[Row]]
    flat: Callable[[Mapping[str, Any]], Row] = field(default=lambda value: value)
    """A choice's JSON -> the columns that hold it."""
    whole: Callable[[Row], Mapping[str, Any] | None] = field(default=lambda row: row)
    """The columns -> a choice's JSON; None: no choice."""

    @property
    def choice_kind(self) -> ChoiceKind:
        return CHOICE_KINDS[self.kind]

    def export(self, client: Client) -> Iterator[list[str]]:
        """Headings, then one row per thing with what was chosen; last, choices about what Sage no longer has."""
        columns = self.columns(client)
        yield [str(column.label) for column in columns]
        chosen: dict[str, Any] = dict(Choice.objects.filter(client=client, kind=self.kind).values_list("key", "value"))
        for row in self.rows(client):
            value = chosen.pop(self._key(row), None)
            yield self._cells(columns, {**row, **(self.flat(value) if value else {})})
        for key, value in sorted(chosen.items()):
            parts = dict(zip(self.keys, self.choice_kind.split_key(key), strict=True))
            yield self._cells(columns, {**parts, **self.flat(value)})

    def read(self, client: Client, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Read]:
        """What the rows of a file say. Empty lines are passed over.

        Raises:
            ValueError: a column by which rows are known is missing.
        """
        columns = self.columns(client)
        places = self._places(columns, headings)
        chosen: dict[str, Any] = dict(Choice.objects.filter(client=client, kind=self.kind).values_list("key", "value"))
        for number, cells in enumerate(rows, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            yield self._read(columns, places, chosen, number, cells)

    def _places(self, columns: Sequence[Column], headings: Sequence[str]) -> dict[str, int]:
        """Column code -> where it stands."""
        places = places_of(columns, headings)
        missing = [str(column.label) for column in columns if column.code in self.keys and column.code not in places]
        if missing:
            text = ngettext("The column “%(names)s” is missing.", "Columns are missing: %(names)s.", len(missing))
            raise ValueError(text % {"names": ", ".join(missing)})
        return places

    def _read(
        self,
        columns: Sequence[Column],
        places: Mapping[str, int],
        chosen: Mapping[str, Any],
        number: int,
        cells: Sequence[str],
    ) -> Read:
        texts = {code: cells[place] if place < len(cells) else "" for code, place in places.items()}
        label = " · ".join(texts[key].strip() for key in self.keys)
        try:
            row = {
                column.code: _value(column, texts[column.code])
                for column in columns
                if column.code in texts and not column.info
            }
            if missing := [
                str(one.label) for one in columns if one.code in self.keys and not str(row[one.code]).strip()
            ]:
                raise ValueError(_("%(columns)s: nothing is written there") % {"columns": ", ".join(missing)})
            # A column that the file does not have leaves its part of the choice as it is.
            known = chosen.get(self._key(row))
            kept = {code: value for code, value in self.flat(known).items() if code not in texts} if known else {}
            data = self.whole(kept | {code: value for code, value in row.items() if code not in self.keys})
            value = None if data is None else self.choice_kind.load(data)
        except ValueError as error:
            return Read((number,), label, error=str(error))
        return Read((number,), label, (self.kind, self._key(row)), value)

    def _key(self, row: Row) -> str:
        return self.choice_kind.make_key(*(row[key] for key in self.keys))

    def _cells(self, columns: Sequence[Column], row: Row) -> list[str]:
        return [column.write(row.get(column.code)) for column in columns]


def _value(column: Column, cell: str) -> Any:
    try:
        return column.read(cell.strip())
    except ValueError as error:
        raise CellError(str(column.label), cell, error) from None


def unless_empty(row: Row) -> Mapping[str, Any] | None:
    """For `Sheet.whole`: a row in which nothing is said is no choice."""
    said = {code: value for code, value in row.items() if value not in (None, "", [], {}, False)}
    return said or None
