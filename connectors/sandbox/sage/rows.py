"""Writes rows the way Sage leaves them: technical columns set, foreign-key twins filled, dates fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from .schema import VERSIONS, columns, quoted

if TYPE_CHECKING:
    import pyodbc

Row = Mapping[str, object]

BUILT_AT = datetime(2026, 9, 1, 8, 0)  # noqa: DTZ001 Sage keeps local times without zone
"""When every row of the company says it was last modified: fixed, so that the same seed gives the same base."""

CREATOR = "COLS"
"""`cbCreateur` of a row typed by a Sage user."""


def insert(connection: pyodbc.Connection, table: str, rows: Iterable[Row]) -> int:
    """Inserts the rows, which may name different columns, and returns how many there were.

    A column that the base's version of Sage lacks is left out; one that no version has is a mistake.
    """
    existing = _existing(connection, table)
    groups: dict[tuple[str, ...], list[list[object]]] = {}
    count = 0
    for row in rows:
        complete = {**_TECHNICAL, **_twins(table, row), **row}
        kept = {name: value for name, value in complete.items() if _kept(name, table, existing)}
        groups.setdefault(tuple(kept), []).append(list(kept.values()))
        count += 1
    for names, values in groups.items():
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, names))}) VALUES ({marks})"  # noqa: S608
        connection.cursor().executemany(statement, values)
    return count


_TECHNICAL: Row = {"cbCreateur": CREATOR, "cbModification": BUILT_AT}


def _existing(connection: pyodbc.Connection, table: str) -> frozenset[str]:
    """The columns of this base, its free fields included."""
    found = connection.cursor().execute("SELECT name FROM pragma_table_info(?)", table).fetchall()
    return frozenset(name for (name,) in found)


def _kept(name: str, table: str, existing: frozenset[str]) -> bool:
    if name in existing:
        return True
    if name not in _TECHNICAL and name not in _known(table):
        raise ValueError(f"no version of Sage has a column {name!r} in {table}")
    return False


@cache
def _known(table: str) -> dict[str, str]:
    """Every version's columns of the table, with their role."""
    return {found.name: found.role for version in VERSIONS for found in columns(version=version).get(table, [])}


@cache
def _twin_names(table: str) -> list[tuple[str, str]]:
    return [(name, name.removeprefix("cb")) for name, role in _known(table).items() if role == "twin"]


def _twins(table: str, row: Row) -> dict[str, object]:
    return {twin: row[base] or None for twin, base in _twin_names(table) if base in row}
