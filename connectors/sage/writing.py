"""Rows written by capability: only columns that exist, text that fits or is reported, foreign-key twins filled.

In ``direct`` mode everything Sage would compute is ours to fill. Through Sage's own driver the ``cb`` columns are never
given and the driver numbers the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from connectors.errors import ConfigurationError, RejectedRecordError
from connectors.sage import values
from connectors.sage.capabilities import Capabilities
from connectors.sage.dialect import Dialect
from connectors.sage.orders import TextLoss
from connectors.sage.settings import WriteMode
from connectors.sage.text import split_words, to_cp1252

CREATOR = "PSHP"
"""cbCreateur: tells in Sage which rows came from the portal."""

_EMPTY_DATES = {"smalldatetime": datetime(1900, 1, 1)}  # noqa: DTZ001 - Sage's times have no zone
_EMPTY_DATE = datetime(1753, 1, 1)  # noqa: DTZ001


class Unit(Protocol):
    """What statements go through: a transaction, or a session where nothing is to be written."""

    @property
    def dialect(self) -> Dialect: ...

    def execute(self, sql: str, params: Sequence[object] = ()) -> None: ...

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...


class Writer:
    """One transaction's statements, and the texts that it had to change."""

    def __init__(self, unit: Unit, capabilities: Capabilities, *, now: datetime, mode: WriteMode = "direct") -> None:
        self._unit = unit
        self.mode = mode
        self.capabilities = capabilities
        self.now = now.replace(microsecond=0)
        """The server's clock; whole seconds, which every type of column and driver keeps."""
        self.direct = mode == "direct"
        self.notes: list[TextLoss] = []

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Inserts the columns of ``row`` that this base has; '' and NULL are both given as they are.

        :raises ConfigurationError: ``sage.missing_table``.
        """
        self.capabilities.require(table)
        filled = dict(row) | self._technical(table, row)
        columns = self.capabilities.existing(table, filled)
        names = ", ".join(map(self._unit.dialect.quote, columns))
        marks = ", ".join("?" * len(columns))
        self._unit.execute(
            f"INSERT INTO {self._unit.dialect.table(table)} ({names}) VALUES ({marks})",  # noqa: S608 names are declared
            [filled[column] for column in columns],
        )

    def add(self, table: str, column: str, quantity: Decimal, where: Mapping[str, object]) -> None:
        """Adds to a quantity where the row exists, in one statement, so that no other writer's addition is lost."""
        name = self._unit.dialect.quote(column)
        condition, params = self._condition(where)
        modified = self._unit.dialect.quote("cbModification")
        self._unit.execute(
            f"UPDATE {self._unit.dialect.table(table)} SET {name} = COALESCE({name}, 0) + ?, {modified} = ? "  # noqa: S608
            f"WHERE {condition}",
            [quantity, self.now, *params],
        )

    def update(self, table: str, changes: Mapping[str, object], where: Mapping[str, object]) -> None:
        """Sets the columns that exist, and the row's modification time, which raw SQL must not forget."""
        changed = dict(changes) | ({"cbModification": self.now} if self.direct else {})
        columns = self.capabilities.existing(table, changed)
        sets = ", ".join(f"{self._unit.dialect.quote(column)} = ?" for column in columns)
        condition, params = self._condition(where)
        self._unit.execute(
            f"UPDATE {self._unit.dialect.table(table)} SET {sets} WHERE {condition}",  # noqa: S608
            [*(changed[column] for column in columns), *params],
        )

    def delete(self, table: str, where: Mapping[str, object]) -> None:
        """Only for what this writer has just written and cannot keep."""
        condition, params = self._condition(where)
        self._unit.execute(f"DELETE FROM {self._unit.dialect.table(table)} WHERE {condition}", params)  # noqa: S608

    def select(
        self, table: str, columns: Sequence[str], where: Mapping[str, object], *, locked: bool = False
    ) -> list[dict[str, Any]]:
        """The rows as this transaction sees them, columns that exist only. ``locked`` keeps them ours till the end."""
        existing = self.capabilities.existing(table, columns)
        names = ", ".join(map(self._unit.dialect.quote, existing))
        condition, params = self._condition(where)
        rows = self._unit.rows(
            f"SELECT {names} FROM {self._unit.dialect.table(table, locked=locked and self.direct)} WHERE {condition}",  # noqa: S608
            params,
        )
        return [dict(zip(existing, row, strict=True)) for row in rows]

    def next_number(self, table: str, column: str) -> int:
        """The next number of a table-wide sequence (DL_No, LI_No, DR_No), held for this transaction; 0 through Sage's
        driver, which assigns it."""
        if not self.direct:
            return 0
        name = self._unit.dialect.quote(column)
        ((highest,),) = self._unit.rows(
            f"SELECT MAX({name}) FROM {self._unit.dialect.table(table, locked=self.direct)}"  # noqa: S608
        )
        return values.integer(highest) + 1

    def highest_number(self, table: str, column: str, prefix: str, digits: int) -> int:
        """The highest number of this many digits after this prefix in a text key, 0 when there is none.

        :raises ConfigurationError: ``sage.bad_setting``: the prefix is not made of letters and digits only.
        """
        if not prefix.isalnum():
            raise ConfigurationError("sage.bad_setting", {"setting": "customer number prefix", "value": prefix})
        name = self._unit.dialect.quote(column)
        condition = f"FROM {self._unit.dialect.table(table, locked=self.direct)} WHERE {name} LIKE ?"
        ((highest,),) = self._unit.rows(f"SELECT MAX({name}) {condition}", [prefix + "_" * digits])
        if highest is None:
            return 0
        if values.text(highest)[len(prefix) :].isdecimal():
            return int(values.text(highest)[len(prefix) :])
        # Another key of this length hides the numbers, e.g. WEBMASTER: look at each of them.
        rows = self._unit.rows(f"SELECT {name} {condition}", [prefix + "_" * digits])
        tails = (values.text(found)[len(prefix) :] for (found,) in rows)
        return max((int(tail) for tail in tails if tail.isdecimal()), default=0)

    def fit(self, table: str, column: str, text: str) -> str:
        """The text as the column holds it: CP1252, cut on a word at its length. A change is noted."""
        (kept,) = self.spread(table, [column], text)
        return kept

    def spread(self, table: str, columns: Sequence[str], text: str) -> list[str]:
        """The text split on words over several columns, those that this base has. A change is noted."""
        latin, replaced = to_cp1252(text)
        parts, lost = split_words(latin, [self._width(table, column) for column in columns])
        if replaced or lost:
            kept = " ".join(part for part in parts if part)
            self.notes.append(TextLoss(f"{table}.{columns[0]}", text, kept))
        return parts

    def key(self, table: str, column: str, text: str) -> str:
        """A text that must not change, because something is found by it.

        :raises RejectedRecordError: ``sage.too_long``.
        """
        latin, replaced = to_cp1252(text)
        if replaced or len(latin) > self._width(table, column):
            raise RejectedRecordError("sage.too_long", {"table": table, "column": column, "value": text})
        return latin

    def empty_date(self, table: str, column: str) -> datetime:
        """Sage's "no date" for this column's type."""
        return _EMPTY_DATES.get(self.capabilities.type(table, column), _EMPTY_DATE)

    def day(self, table: str, column: str, value: date | None) -> datetime:
        if value is None:
            return self.empty_date(table, column)
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001

    def _width(self, table: str, column: str) -> int:
        if not self.capabilities.has(table, column):
            return 0
        # A driver that does not tell a length takes any.
        return self.capabilities.length(table, column) or 10_000

    def _technical(self, table: str, row: Mapping[str, object]) -> dict[str, object]:
        if not self.direct:
            return {}
        twins = {
            f"cb{column}": value or None
            for column, value in row.items()
            if isinstance(value, int) and self.capabilities.type(table, f"cb{column}") == "int"
        }
        return twins | {"cbCreateur": CREATOR, "cbModification": self.now, "cbCreation": self.now}

    def _condition(self, where: Mapping[str, object]) -> tuple[str, list[object]]:
        """A tuple or a list means one of its values."""
        tests: list[str] = []
        params: list[object] = []
        for column, value in where.items():
            several = list(value) if isinstance(value, tuple | list) else [value]
            marks = "= ?" if several == [value] else f"IN ({', '.join('?' * len(several))})"
            tests.append(f"{self._unit.dialect.quote(column)} {marks}")
            params += several
        return " AND ".join(tests), params


def only(rows: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The first row, None where there is none."""
    return next(iter(rows), None)
