"""What differs between the three ways to reach Sage's tables: quoting, the server's clock, how a write begins.

``sqlserver`` is SQL Server itself (through FreeTDS or Microsoft's driver), ``sage`` is Sage's own ODBC driver (plain
one-table SELECTs, no T-SQL), ``sqlite`` is the sandbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DialectName = Literal["sqlserver", "sage", "sqlite"]

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Dialect:
    name: DialectName
    clock: str | None
    """SELECT of the server's local time; None where the driver offers no clock."""
    begin: str | None
    """Starts a write transaction on an autocommit connection; None: the driver's own autocommit-off mode."""
    on_write_connection: tuple[str, ...] = ()
    lock_right: str | None = None
    """SELECT of whether this login may ask for Sage's record locks; without it Sage's triggers refuse every write."""
    streaming: str = ""
    """Added to the ODBC string of a connection for long results, where the driver would otherwise hold them whole."""
    lock_hint: str = ""
    """After a table's name: holds the rows read, so that a next number is given once."""

    def quote(self, name: str) -> str:
        """The column or table name, bracketed where it must be: ``[N° Dossier]``, ``[a]]b]``.

        Sage's driver gets plain names as they are, because no stored program was seen to quote them.
        """
        if self.name == "sage":
            return name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'
        if self.name == "sqlite" and "]" in name:
            return '"' + name.replace('"', '""') + '"'
        return "[" + name.replace("]", "]]") + "]"

    def selected(self, name: str, position: int) -> str:
        """The column in a SELECT's list.

        libsqliteodbc hands an accented column name over unreliably (now and then pyodbc cannot decode it): it gets a
        plain one. Rows are read by position.
        """
        plain = self.name != "sqlite" or name.isascii()
        return self.quote(name) if plain else f"{self.quote(name)} AS c{position}"

    def table(self, name: str, *, locked: bool = False) -> str:
        return self.quote(name) + (self.lock_hint if locked else "")


DIALECTS: dict[DialectName, Dialect] = {
    "sqlserver": Dialect(
        "sqlserver",
        clock="SELECT GETDATE()",
        begin=None,
        # Sage's triggers print row counts; an error must undo the whole order, not one statement; somebody's lock
        # sends the order back to the queue (1222) instead of holding a worker.
        on_write_connection=("SET NOCOUNT ON", "SET XACT_ABORT ON", "SET LOCK_TIMEOUT 15000"),
        lock_right="SELECT HAS_PERMS_BY_NAME('master..xp_CBIsFileLock', 'OBJECT', 'EXECUTE')",
        lock_hint=" WITH (UPDLOCK, HOLDLOCK)",
    ),
    "sage": Dialect("sage", clock=None, begin=None),
    "sqlite": Dialect(
        "sqlite",
        clock="SELECT strftime('%Y-%m-%d %H:%M:%S', 'now', 'localtime')",
        begin="BEGIN IMMEDIATE",
        # Not for every connection: stepping, the driver gives computed columns (COUNT, MAX) as text.
        streaming=";StepAPI=1",
    ),
}
