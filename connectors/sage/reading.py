"""Streams -> records: one-table SELECTs of the columns this base has, typed column by column, in constant memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from types import NoneType
from typing import Any, cast

from connectors.errors import RejectedRecordError
from connectors.sage import values
from connectors.sage.capabilities import Capabilities, FreeField
from connectors.sage.odbc import SageSession
from connectors.sage.records import Record
from connectors.sage.records.base import FREE_FIELDS, join_key
from connectors.sage.records.prices import AccountingCategory
from connectors.sage.streams import Stream

_FREE_READERS: dict[int, Callable[[Any], Any]] = {
    3: values.day,
    14: values.moment,
    7: values.optional_decimal,
    20: values.optional_decimal,
}
"""By Sage's CB_Type; the others are text."""


def read(
    session: SageSession, capabilities: Capabilities, stream: Stream, *, since: datetime | None = None
) -> Iterator[Record]:
    """The stream's records: all of them, or those modified since ``stream.lag`` before ``since`` (server's local time).

    The overlap gives again what did not change: compare fingerprints. A stream without cursor is always read whole.

    :raises ConfigurationError: ``sage.missing_table``, ``sage.missing_column`` (a key column).
    :raises RejectedRecordError: ``sage.unreadable_value``, e.g. a text in a numeric column.
    """
    if stream.unpivot:
        yield from _unpivoted(session, capabilities, stream)
        return
    reader = _Reader(capabilities, stream)
    sql, params = _select(session, capabilities, stream, reader.columns, since=since)
    for rows in session.batches(sql, params):
        made = reader.records(rows)
        yield from [item for item in made if getattr(item, stream.label)] if stream.label else made


def keys(session: SageSession, capabilities: Capabilities, stream: Stream) -> Iterator[str]:
    """The business keys that exist now, in no order: what the portal knows beyond them was deleted in Sage."""
    if stream.cursor is None:
        yield from (item.key for item in read(session, capabilities, stream))
        return
    columns = stream.key_columns
    capabilities.require(stream.table, *columns)
    readers = [stream.record.field_kinds[name].read for name in stream.record.key_fields]
    sql, params = _select(session, capabilities, stream, columns)
    for rows in session.batches(sql, params):
        for row in rows:
            yield join_key(reader(value) for reader, value in zip(readers, row, strict=True))


def count(session: SageSession, capabilities: Capabilities, stream: Stream) -> int:
    """How many records a whole read would give."""
    if stream.cursor is None:
        return sum(1 for _ in read(session, capabilities, stream))
    capabilities.require(stream.table)
    condition, params = _condition(session, stream)
    ((found,),) = session.rows(f"SELECT COUNT(*) FROM {session.dialect.table(stream.table)}{condition}", params)  # noqa: S608
    return int(found)


class _Reader:
    """Makes records of rows, a batch at a time and column by column: far fewer Python calls than row by row."""

    def __init__(self, capabilities: Capabilities, stream: Stream) -> None:
        self._stream = stream
        self._free: Sequence[FreeField] = capabilities.free_fields(stream.table) if stream.free_fields else ()
        capabilities.require(stream.table, *stream.key_columns)
        named = [name for names in stream.record.field_columns.values() for name in names]
        self._known = capabilities.existing(stream.table, dict.fromkeys(named))
        self.columns = [*self._known, *(found.name for found in self._free)]

    def records(self, rows: Sequence[Sequence[Any]]) -> list[Record]:
        by_name: dict[str, Collection[Any]] = dict(zip(self.columns, zip(*rows, strict=True), strict=True))
        cls = self._stream.record
        made = [cls.__new__(cls) for _ in rows]
        for name in cls.field_columns:
            # The slot itself, because the record is frozen; maps, because this loop is what reading costs.
            setter = cls.__dict__[name].__set__
            deque(map(setter, made, self._values(name, by_name, len(made))), maxlen=0)
        return made

    def _values(self, name: str, by_name: dict[str, Collection[Any]], size: int) -> Iterable[Any]:
        if name == FREE_FIELDS:
            return self._free_values(by_name, size)
        kind = self._stream.record.field_kinds[name]
        columns = self._stream.record.field_columns[name]
        if not kind.several:
            return self._column(columns[0], kind.read, by_name, size) if columns[0] in by_name else repeat(kind.nothing)
        return zip(*(self._column(column, kind.read, by_name, size) for column in columns), strict=False)

    def _column(
        self, column: str, reader: Callable[[Any], Any], by_name: dict[str, Collection[Any]], size: int
    ) -> Iterable[Any]:
        if column not in by_name:
            return repeat(reader(None), size)
        try:
            return _read_column(reader, by_name[column])
        except (ValueError, ArithmeticError) as error:
            value = next(value for value in by_name[column] if not _readable(reader, value))
            facts = {"table": self._stream.table, "column": column, "value": value}
            raise RejectedRecordError("sage.unreadable_value", facts) from error

    def _free_values(self, by_name: dict[str, Collection[Any]], size: int) -> Iterable[dict[str, Any]]:
        if not self._free:
            return ({} for _ in range(size))
        names = [found.name for found in self._free]
        columns = [
            self._column(found.name, _FREE_READERS.get(found.kind, values.text), by_name, size) for found in self._free
        ]
        return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _read_column(reader: Callable[[Any], Any], column: Collection[Any]) -> Collection[Any]:
    """The column read: at once where all its values already have their type, else each distinct value once.

    Floats are how some drivers hand over every number: they never have their type, and need no look at each.
    """
    if isinstance(next(iter(column), None), float):
        return _distinct(reader, column)
    types = set(map(type, column))
    if reader is values.text and types <= {str, NoneType}:
        return [value.rstrip(" ") if value else "" for value in column]
    if reader is values.verbatim and types == {str}:
        return column
    if (reader is values.integer and types == {int}) or (reader is values.decimal and types == {Decimal}):
        return column
    if reader is values.flag and types == {int}:
        return list(map(bool, column))
    return _distinct(reader, column)


def _distinct(reader: Callable[[Any], Any], column: Collection[Any]) -> Collection[Any]:
    known = {value: reader(value) for value in set(column)}
    if len(known) == 1:
        return list(known.values()) * len(column)
    return list(map(known.__getitem__, column))


def _readable(reader: Callable[[Any], Any], value: Any) -> bool:
    try:
        reader(value)
    except (ValueError, ArithmeticError):
        return False
    return True


def _unpivoted(session: SageSession, capabilities: Capabilities, stream: Stream) -> Iterator[AccountingCategory]:
    named = [f"{stream.unpivot}{rank:02}" for rank in range(1, 51)]
    capabilities.require(stream.table)
    columns = capabilities.existing(stream.table, named)
    sql, params = _select(session, capabilities, stream, columns)
    for row in session.rows(sql, params)[:1]:
        for column, value in zip(columns, row, strict=True):
            if label := values.text(value):
                yield AccountingCategory(rank=int(column.removeprefix(stream.unpivot)), label=label)


def _select(
    session: SageSession,
    capabilities: Capabilities,
    stream: Stream,
    columns: Sequence[str],
    *,
    since: datetime | None = None,
) -> tuple[str, list[object]]:
    condition, params = _condition(session, stream)
    if since is not None and stream.cursor and capabilities.has(stream.table, stream.cursor):
        cursor = session.dialect.quote(stream.cursor)
        # NULL: written by a program that forgot it.
        condition += f"{' AND' if condition else ' WHERE'} ({cursor} >= ? OR {cursor} IS NULL)"
        params.append(since - stream.lag)
    names = ", ".join(session.dialect.selected(name, position) for position, name in enumerate(columns))
    return f"SELECT {names} FROM {session.dialect.table(stream.table)}{condition}", params  # noqa: S608 names are declared


def _condition(session: SageSession, stream: Stream) -> tuple[str, list[object]]:
    if not stream.where:
        return "", []
    tests = " AND ".join(f"{session.dialect.quote(column)} = ?" for column in stream.where)
    return f" WHERE {tests}", cast(list[object], list(stream.where.values()))
