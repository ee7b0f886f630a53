"""Has an order already been written, and under which number? Asked before every attempt."""

from __future__ import annotations

from typing import Any

from connectors.sage import values
from connectors.sage.capabilities import Capabilities
from connectors.sage.numbering import SALES
from connectors.sage.odbc import SageSession
from connectors.sage.writing import Writer, only

_HEADER = ("DO_Piece", "DO_Tiers", "DO_Type", "LI_No")


def find_document(session: SageSession, capabilities: Capabilities, web_number: str, *, reference: str) -> str | None:
    """The document's number, read outside any transaction: from its header, else from the lines it left."""
    for column in capabilities.existing("F_DOCENTETE", ("DO_NoWeb", "DO_RefExterne")):
        table, name = map(session.dialect.quote, ("F_DOCENTETE", column))
        sql = f"SELECT DO_Piece FROM {table} WHERE DO_Domaine = ? AND {name} = ?"  # noqa: S608 names are declared
        for (piece,) in session.rows(sql, [SALES, web_number]):
            return values.text(piece)
    if reference:
        sql = "SELECT DL_PieceBC FROM F_DOCLIGNE WHERE DO_Domaine = ? AND DO_Ref = ?"
        return next((values.text(piece) for (piece,) in session.rows(sql, [SALES, reference]) if piece), None)
    return None


def header_of(writer: Writer, web_number: str) -> dict[str, Any] | None:
    """The header that bears the shop's number, as the transaction sees it."""
    for column in writer.capabilities.existing("F_DOCENTETE", ("DO_NoWeb", "DO_RefExterne")):
        where = {"DO_Domaine": SALES, column: web_number}
        if found := only(writer.select("F_DOCENTETE", _HEADER, where)):
            return found
    return None


def transformed(writer: Writer, reference: str) -> tuple[str, str] | None:
    """(number, account) of an order whose header a transformation replaced: its lines still name it."""
    for row in writer.select("F_DOCLIGNE", ["DL_PieceBC", "CT_Num"], {"DO_Domaine": SALES, "DO_Ref": reference}):
        if piece := values.text(row["DL_PieceBC"]):
            return piece, values.text(row["CT_Num"])
    return None
