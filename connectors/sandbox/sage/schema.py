"""Creates the tables of a Sage 100 base, column for column, in an empty SQLite file.

`data/sage100_schema.csv` carries them: one row per column and spelling of its type, with the versions that have it
(`since` and `until` are inclusive; empty means always). What SQLite cannot say is said by these rules:

- text is compared without case, as Sage's French collation does, and refused when too long, as SQL Server does;
- `smalldatetime` is declared `datetime`, the name by which the driver recognises a date; its minute precision is
  kept where Sage sets the value itself, `cbModification`;
- numbers left out of an INSERT become 0 and text stays NULL, except the `cbXX_No` twins, which are NULL when 0;
- computed `cbXX_YYY` binary columns, which only feed SQL Server's indexes, are left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .keys import ASSIGNED_NUMBERS, INDEXES, UNIQUE_KEYS

if TYPE_CHECKING:
    import pyodbc

SCHEMA_FILE = Path(__file__).with_name("data") / "sage100_schema.csv"

RELEASES = ("V16", "i7 v7", "i7 7.70", "i7 v8", "100c v1", "100c v2", "100c v3", "v10")
VERSIONS = {"i7": "i7 v7", "100c": "100c v3", "v10": "v10"}
"""The versions the sandbox can play, and the release of the schema file each one is."""

# With milliseconds, as the driver writes a bound datetime: SQLite compares dates as texts.
NOW_TO_THE_MINUTE = "(strftime('%Y-%m-%d %H:%M:00.000', 'now', 'localtime', '+30 seconds'))"
NOW_TO_THE_SECOND = "(strftime('%Y-%m-%d %H:%M:%S.000', 'now', 'localtime'))"

FREE_FIELD_TYPES = {3: "datetime", 7: "numeric(24,6)", 9: "varchar({length})", 20: "numeric(24,6)", 22: "varchar(21)"}
"""`cbSysLibre.CB_Type` -> the column's type: date, valeur, texte, montant, table (list)."""


@dataclass(frozen=True)
class Column:
    """One column of one table as a given version of Sage declares it."""

    table: str
    name: str
    type: str
    nullable: bool
    role: str
    """``identity`` (cbMarq), ``computed``, ``twin`` (foreign-key copy of a number, NULL when 0), ``free`` or empty."""
    default: str

    @property
    def is_text(self) -> bool:
        return self.type.startswith(("varchar", "char", "nvarchar", "text"))

    @property
    def is_number(self) -> bool:
        return self.type in {"smallint", "int"} or self.type.startswith("numeric")

    @property
    def length(self) -> int | None:
        """Characters the column takes, None when it is not text or unlimited."""
        return int(self.type.partition("(")[2].rstrip(")")) if self.is_text and "(" in self.type else None


def columns(*, version: str = "100c") -> dict[str, list[Column]]:
    """The columns of every table, in the schema's order; raises ValueError for an unknown version."""
    if version not in VERSIONS:
        raise ValueError(f"unknown Sage version {version!r}: choose one of {', '.join(VERSIONS)}")
    return _columns(VERSIONS[version])


def create_schema(connection: pyodbc.Connection, *, version: str = "100c") -> None:
    """Creates all tables, keys and triggers of that version ("i7", "100c" or "v10") and commits."""
    cursor = connection.cursor()
    for table, declared in columns(version=version).items():
        for statement in (_create_table(table, declared), *_create_indexes(table), *_create_triggers(table, declared)):
            cursor.execute(statement)
    connection.commit()


def add_free_field(connection: pyodbc.Connection, table: str, label: str, type: int, length: int = 0) -> None:
    """Adds an *information libre*: a real column named by its label, and its line in cbSysLibre.

    `type` is Sage's `CB_Type` (a key of FREE_FIELD_TYPES); `length` only matters for texts.
    """
    cursor = connection.cursor()
    column = Column(table, label, FREE_FIELD_TYPES[type].format(length=length), True, "free", "")
    cursor.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {_declaration(column)}")
    position = cursor.execute("SELECT COUNT(*) FROM cbSysLibre WHERE CB_File = ?", table).fetchval() + 1
    cursor.execute(
        "INSERT INTO cbSysLibre (CB_File, CB_Name, CB_Pos, CB_Type, CB_Len, CB_Flag, CB_Creator) "
        "VALUES (?, ?, ?, ?, ?, 0, 'CIAL')",
        (table, label, position, type, column.length or 0),
    )


def quoted(name: str) -> str:
    """The name between brackets, as SQL Server and SQLite both accept it."""
    if "]" in name:
        raise ValueError(f"SQLite has no escape for ']' between brackets: {name!r}")
    return f"[{name}]"


@cache
def _columns(release: str) -> dict[str, list[Column]]:
    tables: dict[str, list[Column]] = {}
    with SCHEMA_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if _has(release, since=row["since"], until=row["until"]):
                column = Column(
                    row["table"], row["column"], row["type"], row["nullable"] == "yes", row["role"], row["default"]
                )
                tables.setdefault(column.table, []).append(column)
    return tables


def _has(release: str, *, since: str, until: str) -> bool:
    first = RELEASES.index(since) if since else 0
    last = RELEASES.index(until) if until else len(RELEASES)
    return first <= RELEASES.index(release) <= last


def _create_table(table: str, declared: list[Column]) -> str:
    lines = [_declaration(column) for column in declared if column.role != "computed"]
    return f"CREATE TABLE {quoted(table)} ({', '.join(lines)})"


def _declaration(column: Column) -> str:
    name = quoted(column.name)
    if column.role == "identity":
        return f"{name} INTEGER PRIMARY KEY AUTOINCREMENT"
    parts = [name, "datetime" if column.type == "smalldatetime" else column.type]
    if not column.nullable:
        parts.append("NOT NULL")
    if default := _default(column):
        parts.append(f"DEFAULT {default}")
    if column.is_text:
        parts.append("COLLATE NOCASE")
    if column.length:
        parts.append(f"CHECK (length(rtrim({name})) <= {column.length})")
    return " ".join(parts)


def _default(column: Column) -> str:
    if column.default == "now":
        return NOW_TO_THE_MINUTE if column.type == "smalldatetime" else NOW_TO_THE_SECOND
    if column.default:
        return column.default if column.default.isdigit() else f"'{column.default}'"
    return "0" if column.is_number and column.nullable and not column.role else ""


def _create_indexes(table: str) -> Iterator[str]:
    if table in UNIQUE_KEYS:
        names = ", ".join(map(quoted, UNIQUE_KEYS[table]))
        yield f"CREATE UNIQUE INDEX {quoted(f'UKA_{table}')} ON {quoted(table)} ({names})"
    if table in INDEXES:
        names = ", ".join(map(quoted, INDEXES[table]))
        yield f"CREATE INDEX {quoted(f'I_{table}')} ON {quoted(table)} ({names})"


def _create_triggers(table: str, declared: list[Column]) -> Iterator[str]:
    modified = next((column for column in declared if column.name == "cbModification"), None)
    if modified:
        # A statement that sets cbModification itself is left alone, so that a test can date a change.
        condition = "NEW.cbModification IS OLD.cbModification"
        yield _set_trigger(f"TG_MOD_{table}", "UPDATE", table, condition, "cbModification", _default(modified))
    if table in ASSIGNED_NUMBERS:
        number = quoted(ASSIGNED_NUMBERS[table])
        following = f"(SELECT max({number}) + 1 FROM {quoted(table)})"  # noqa: S608 names of the schema
        yield _set_trigger(f"TG_NUM_{table}", "INSERT", table, f"coalesce(NEW.{number}, 0) = 0", number, following)


def _set_trigger(name: str, event: str, table: str, condition: str, column: str, value: str) -> str:
    action = f"UPDATE {quoted(table)} SET {column} = {value} WHERE cbMarq = NEW.cbMarq"  # noqa: S608 names of the schema
    return f"CREATE TRIGGER {quoted(name)} AFTER {event} ON {quoted(table)} WHEN {condition} BEGIN {action}; END"
