"""What one Sage base has: tables, columns, types, lengths, free fields. Probed once, kept as JSON, asked before every
statement, because versions differ and only what exists may be named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connectors.errors import ConfigurationError, ConnectorError
from connectors.sage import values
from connectors.sage.streams import STREAMS

if TYPE_CHECKING:
    from connectors.sage.odbc import SageSession

_INFORMATION_SCHEMA = (
    "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH FROM INFORMATION_SCHEMA.COLUMNS"
)
_SQLITE_SCHEMA = (
    "SELECT m.name, p.name, p.type, NULL FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
)
_DECLARED_LENGTH = re.compile(r"char\((\d+)\)", re.IGNORECASE)

DELETED_FREE_FIELD = 0

_OTHER_TABLES = (
    *("F_COMPTETG", "F_COMPTETINFOS", "F_DOCCURRENTPIECE", "F_DOCENTETEINFOS", "F_DOCLIGNETEXT", "F_DOCREGL"),
    *("F_CREGLEMENT", "F_REGLECH", "P_CONDITIONNEMENT", "P_DOSSIER", "P_ORGAVEN", "P_PREFERENCES"),
    *("cbSysLibre", "cbSysTable"),
)
KNOWN_TABLES = frozenset(name.lower() for name in (*(stream.table for stream in STREAMS.values()), *_OTHER_TABLES))
"""The tables that the portal reads or writes: a real base has over 300, whose columns nobody asks for."""

# What a column's presence or length says about the version, newest first (facts: "Version differences that matter").
_VERSIONS: tuple[tuple[str, str, str, int], ...] = (
    ("v10_or_later", "F_DOCENTETE", "DO_RefExterne", 0),
    ("after_100c_v3", "F_DOCENTETE", "DO_TotalTTC", 0),
    ("100c_v3_or_later", "F_DOCENTETE", "DO_Piece", 13),
    ("100c_v1_or_v2", "F_ARTSTOCK", "AS_Mouvemente", 0),
    ("i7_v8", "F_DOCLIGNE", "DL_PieceDE", 0),
    ("i7_7_70", "F_DOCENTETE", "DO_TotalHT", 0),
    ("i7_v7", "F_DOCLIGNE", "PF_Num", 0),
)


@dataclass(frozen=True)
class Column:
    """``length`` is in characters, 0 where the type has none or no limit."""

    name: str
    type: str
    length: int = 0


@dataclass(frozen=True)
class FreeField:
    """An "information libre"; ``kind`` is CB_Type: 3 date, 7 number, 9 text, 14 long date, 20 amount, 22 list."""

    name: str
    kind: int
    length: int = 0


@dataclass(frozen=True)
class Capabilities:
    """Names are found whatever their case: some servers give catalogue names in lower case."""

    tables: Mapping[str, Mapping[str, Column]]
    """Lower-case table -> lower-case column -> column."""
    free: Mapping[str, Sequence[FreeField]] = field(default_factory=dict)
    lock_right: bool | None = None
    """Whether the login may ask for Sage's record locks (needed to write directly); None where it cannot be told."""

    @classmethod
    def probe(cls, session: SageSession) -> Self:
        """Reads the catalogue of the base.

        :raises ConfigurationError: ``sage.missing_table`` when it is not a base of Sage (no F_ARTICLE).
        """
        tables: dict[str, dict[str, Column]] = {}
        for table, column in _catalogue(session):
            if table.lower() in KNOWN_TABLES:
                tables.setdefault(table.lower(), {})[column.name.lower()] = column
        found = cls(tables)
        found.require("F_ARTICLE", "AR_Ref")
        return cls(tables, _free_fields(session, found), _lock_right(session))

    def has(self, table: str, column: str | None = None) -> bool:
        columns = self.tables.get(table.lower())
        return columns is not None and (column is None or column.lower() in columns)

    def require(self, table: str, *columns: str) -> None:
        """:raises ConfigurationError: ``sage.missing_table`` or ``sage.missing_column``."""
        if not self.has(table):
            raise ConfigurationError("sage.missing_table", {"table": table})
        for column in columns:
            if not self.has(table, column):
                raise ConfigurationError("sage.missing_column", {"table": table, "column": column})

    def length(self, table: str, column: str) -> int:
        """Characters the column takes; 0 when it is missing, not text, or without limit."""
        found = self.tables.get(table.lower(), {}).get(column.lower())
        return found.length if found else 0

    def type(self, table: str, column: str) -> str:
        """The type's name in lower case, '' when the column is missing."""
        found = self.tables.get(table.lower(), {}).get(column.lower())
        return found.type if found else ""

    def existing(self, table: str, columns: Iterable[str]) -> list[str]:
        """Those of the columns that this base has, in the order given."""
        return [column for column in columns if self.has(table, column)]

    def free_fields(self, table: str) -> Sequence[FreeField]:
        """The company's own fields on this table, in Sage's order."""
        return self.free.get(table.lower(), ())

    @property
    def version(self) -> str:
        """A guess from columns and lengths, as a code: ``100c_v3_or_later``, ..., ``v16_or_earlier``."""
        for code, table, column, length in _VERSIONS:
            if self.has(table, column) and self.length(table, column) >= length:
                return code
        return "v16_or_earlier"

    def describe(self) -> list[tuple[str, dict[str, str]]]:
        """What a person wants to know of this base: (code, facts), in reading order, for a page to say in words."""
        lines: list[tuple[str, dict[str, str]]] = [("version", {"version": self.version})]
        lines += [
            (
                "free_fields",
                {"table": table.upper(), "count": str(len(found)), "names": ", ".join(f.name for f in found)},
            )
            for table, found in self.free.items()
            if found
        ]
        for code, table, column in (
            ("name_length", "F_COMPTET", "CT_Intitule"),
            ("piece_length", "F_DOCENTETE", "DO_Piece"),
        ):
            lines.append((code, {"length": str(self.length(table, column))}))
        for code, column in (("external_reference", "DO_RefExterne"), ("totals", "DO_TotalTTC"), ("hash", "cbHash")):
            lines.append((code, {"present": "yes" if self.has("F_DOCENTETE", column) else "no"}))
        lines.append(("modification_type", {"type": self.type("F_ARTICLE", "cbModification")}))
        if self.lock_right is not None:
            lines.append(("lock_right", {"present": "yes" if self.lock_right else "no"}))
        return lines

    def to_json(self) -> dict[str, Any]:
        return {
            "tables": {
                table: [[column.name, column.type, column.length] for column in columns.values()]
                for table, columns in self.tables.items()
            },
            "free": {table: [[f.name, f.kind, f.length] for f in found] for table, found in self.free.items()},
            "lock_right": self.lock_right,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            {
                table: {name.lower(): Column(name, type_, length) for name, type_, length in columns}
                for table, columns in data["tables"].items()
            },
            {table: tuple(FreeField(*found) for found in fields) for table, fields in data["free"].items()},
            data.get("lock_right"),
        )


def _catalogue(session: SageSession) -> Iterable[tuple[str, Column]]:
    rows: Iterable[Any]
    if session.dialect.name == "sage":
        rows = session.catalog_columns()
    else:
        rows = session.query(_SQLITE_SCHEMA if session.dialect.name == "sqlite" else _INFORMATION_SCHEMA)
    for table, column, type_, length in rows:
        yield table, _column(column, str(type_).lower(), values.integer(length))


def _column(name: str, type_: str, length: int) -> Column:
    declared = _DECLARED_LENGTH.search(type_)
    if declared:
        return Column(name, type_.partition("(")[0], int(declared[1]))
    # -1 is varchar(max)
    return Column(name, type_, max(length, 0) if "char" in type_ else 0)


def _free_fields(session: SageSession, found: Capabilities) -> dict[str, tuple[FreeField, ...]]:
    if not found.has("cbSysLibre"):
        return {}
    known: dict[str, list[FreeField]] = {}
    rows = session.rows("SELECT CB_File, CB_Name, CB_Type, CB_Len, CB_Pos FROM cbSysLibre")
    for table, name, kind, length, _position in sorted(rows, key=lambda row: (row[0], row[4])):
        # A calculated field is read when its column exists; a deleted one keeps its line with type 0.
        if kind != DELETED_FREE_FIELD and found.has(table, name):
            known.setdefault(table.lower(), []).append(FreeField(name, int(kind), int(length)))
    return {table: tuple(fields) for table, fields in known.items()}


def _lock_right(session: SageSession) -> bool | None:
    if session.dialect.lock_right is None:
        return None
    try:
        ((granted,),) = session.rows(session.dialect.lock_right)
    except ConnectorError:
        return None  # a server that does not know the question: reading needs no answer
    return None if granted is None else bool(granted)
