"""Writes rows the way Sage leaves them: technical columns set, foreign-key twins filled, dates fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from .schema import columns, quoted

if TYPE_CHECKING:
    import pyodbc

Row = Mapping[str, object]

BUILT_AT = datetime(2026, 9, 1, 8, 0)  # noqa: DTZ001 Sage keeps local times without zone
"""When every row of the company says it was last modified: fixed, so that the same seed gives the same base."""

CREATOR = "COLS"
"""`cbCreateur` of a row typed by a Sage user."""


def insert(connection: pyodbc.Connection, table: str, rows: Iterable[Row]) -> int:
    """Inserts the rows, which may name different columns, and returns how many there were."""
    groups: dict[tuple[str, ...], list[list[object]]] = {}
    count = 0
    for row in rows:
        complete = {**_technical(table), **_twins(table, row), **row}
        groups.setdefault(tuple(complete), []).append(list(complete.values()))
        count += 1
    for names, values in groups.items():
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, names))}) VALUES ({marks})"  # noqa: S608
        connection.cursor().executemany(statement, values)
    return count


@cache
def _technical(table: str) -> dict[str, object]:
    names = {column.name for column in columns()[table]}
    values = {"cbCreateur": CREATOR, "cbModification": BUILT_AT}
    return {name: value for name, value in values.items() if name in names}


@cache
def _twin_names(table: str) -> list[tuple[str, str]]:
    return [(column.name, column.name.removeprefix("cb")) for column in columns()[table] if column.role == "twin"]


def _twins(table: str, row: Row) -> dict[str, object]:
    return {twin: row[base] or None for twin, base in _twin_names(table) if base in row}
