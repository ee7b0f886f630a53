"""The Sage side of a flow test: one copy of the sandbox company, changed as its users would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.sandbox.sage import connect
from sync_portal.demo.check_round import sage_rows


@dataclass(frozen=True)
class Company:
    """A Sage base in a file of its own; the media folder is shared by all tests, so nobody writes there."""

    path: Path
    media: Path

    def execute(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """Write as another program would: committed before this returns."""
        connection = connect(self.path)
        try:
            for sql, values in statements:
                connection.execute(sql, values)
            connection.commit()
        finally:
            connection.close()

    def update(self, table: str, where: str, key: str, **values: Any) -> None:
        """Change one row as Sage does, its time of change included."""
        columns = ", ".join(f"{name} = ?" for name in values)
        self.execute(
            (
                f"UPDATE {table} SET {columns}, cbModification = datetime('now', 'localtime') WHERE {where} = ?",
                (*values.values(), key),
            )
        )

    def rows(self) -> dict[str, set[str]]:
        """Every row of every table, to compare before and after."""
        return sage_rows(self.path)


def keep_only(company: Company, references: Iterable[str]) -> None:
    """Make the company smaller: these articles and what belongs to them."""
    kept = tuple(references)
    marks = ", ".join("?" * len(kept))
    tables = ("F_ARTICLE", "F_ARTSTOCK", "F_ARTGAMME", "F_ARTENUMREF", "F_ARTPRIX", "F_ARTCLIENT", "F_TARIFQTE")
    tables += ("F_TARIFGAM", "F_ARTICLEMEDIA", "F_ARTGLOSS", "F_ARTCOMPTA", "F_ARTFOURNISS", "F_GAMSTOCK")
    company.execute(*((f"DELETE FROM {table} WHERE AR_Ref NOT IN ({marks})", kept) for table in tables))
