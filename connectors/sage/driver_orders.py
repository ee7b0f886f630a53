"""Orders through Sage's own ODBC driver: Sage computes, numbers rows and makes payments, but knows no transaction.

So each statement stands alone, and an attempt may leave an unfinished order. Its web number carries a mark (``~1042``)
until the order is whole: the next attempt finds it by that, and adds what is missing or, where it cannot, deletes it.
Only a marked quote or order without deposit is ever deleted. Deposits come last, because the driver makes a payment of
each, and a payment is never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.errors import ConnectorError, RejectedRecordError, RetryableError
from connectors.sage import order_rows, values
from connectors.sage.capabilities import Capabilities
from connectors.sage.customers import account_row, customer, delivery_place
from connectors.sage.numbering import SALES, take_piece
from connectors.sage.odbc import SageSession
from connectors.sage.order_content import Content, content
from connectors.sage.order_insert import check_written, identity, line_rows
from connectors.sage.order_rows import DEPOSIT, Heading
from connectors.sage.order_search import header_of, transformed
from connectors.sage.orders import ORDER, QUOTE, OrderDocument, WrittenOrder
from connectors.sage.writing import Writer

UNFINISHED = "~"
"""Before the web number (DO_NoWeb, DO_RefExterne) of an order that is not whole yet."""

_CENT_OF_CENT = Decimal("0.0001")
"""Prices closer than this are one: drivers hand over the sixth decimal differently."""

NUMBERS_TRIED = 5
"""Without a lock, a Sage user may take the number between its reading and its use."""


def write(session: SageSession, capabilities: Capabilities, order: OrderDocument, *, reference: str) -> WrittenOrder:
    """As :func:`documents.write_order` promises, an unfinished order completed or written anew."""
    now = session.server_now()
    with session.transaction() as unit:
        writer = Writer(unit, capabilities, now=now, mode="driver")
        if found := _whole(writer, order, reference):
            return WrittenOrder(piece=found[0], created=False, customer_number=found[1])
        return _write(writer, order)


def discard_unfinished(session: SageSession, capabilities: Capabilities, web_number: str) -> bool:
    """Deletes what a cut attempt left of an order that is not wanted any more; False when nothing could be deleted."""
    now = session.server_now()
    with session.transaction() as unit:
        return _discard(Writer(unit, capabilities, now=now, mode="driver"), UNFINISHED + web_number)


def _whole(writer: Writer, order: OrderDocument, reference: str) -> tuple[str, str] | None:
    if header := header_of(writer, order.web_number):
        return values.text(header["DO_Piece"]), values.text(header["DO_Tiers"])
    return transformed(writer, reference) if reference else None


def _write(writer: Writer, order: OrderDocument) -> WrittenOrder:
    marked = UNFINISHED + order.web_number
    try:
        known = content(writer, order)
        heading = _resumed(writer, known) or _begun(writer, known)
        _add_lines(writer, heading, known)
    except ConnectorError:
        # Where even the deletion fails, the next attempt finds the rest.
        with suppress(ConnectorError):
            _discard(writer, marked)
        raise
    _add_deposits(writer, heading)
    # The last statement: from here on the order is whole, and nobody deletes it.
    where = {"DO_Domaine": SALES, "DO_NoWeb": marked}
    writer.update("F_DOCENTETE", {"DO_NoWeb": order.web_number, "DO_RefExterne": order.web_number}, where)
    return WrittenOrder(
        piece=heading.piece,
        created=True,
        customer_number=values.text(heading.account["CT_Num"]),
        notes=tuple(dict.fromkeys(writer.notes)),
    )


def _resumed(writer: Writer, known: Content) -> Heading | None:
    """What an earlier attempt left, unless it was another content of the order: that is deleted, to begin anew."""
    header = header_of(writer, UNFINISHED + known.order.web_number)
    if header is None:
        return None
    account = account_row(writer, values.text(header["DO_Tiers"]))
    heading = Heading(known.order, values.text(header["DO_Piece"]), account, values.integer(header["LI_No"]))
    asked = known.order.customer
    same_account = not isinstance(asked, str) or values.text(account["CT_Num"]) == asked
    same_kind = values.integer(header["DO_Type"]) == known.order.kind
    if same_account and same_kind and _missing_lines(writer, heading, line_rows(writer, heading, known)) is not None:
        return heading
    if not _discard(writer, UNFINISHED + known.order.web_number):
        raise RejectedRecordError("sage.written_differs", {"what": f"{heading.piece} ({UNFINISHED})"})
    return None


def _begun(writer: Writer, known: Content) -> Heading:
    order = known.order
    account = customer(writer, order.customer)
    heading = Heading(order, "", account, delivery_place(writer, account, order.delivery))
    marked = replace(order, web_number=UNFINISHED + order.web_number)
    for _ in range(NUMBERS_TRIED):
        heading = replace(heading, piece=take_piece(writer, order.kind, order.souche))
        try:
            writer.insert("F_DOCENTETE", order_rows.header(writer, replace(heading, order=marked)))
        except RejectedRecordError as error:
            if error.cause != "sage.constraint":
                raise
        else:
            # The driver may have given another number than the one it was asked for.
            written = header_of(writer, marked.web_number)
            return replace(heading, piece=values.text(written["DO_Piece"])) if written else heading
    raise RetryableError("sage.locked", {"table": "F_DOCCURRENTPIECE", "message": heading.piece})


def _add_lines(writer: Writer, heading: Heading, known: Content) -> None:
    rows = line_rows(writer, heading, known)
    for row in _missing_lines(writer, heading, rows) or ():
        writer.insert("F_DOCLIGNE", row)
    check_written(writer, heading, lines=len(rows))


def _missing_lines(
    writer: Writer, heading: Heading, rows: Sequence[dict[str, object]]
) -> list[dict[str, object]] | None:
    """The lines that Sage does not hold yet; None when it holds one that this order does not have."""
    expected = {values.integer(row["DL_Ligne"]): row for row in rows}
    for found in writer.select("F_DOCLIGNE", ("DL_Ligne", "AR_Ref", "DL_Qte", "DL_PrixUnitaire"), identity(heading)):
        row = expected.pop(values.integer(found["DL_Ligne"]), None)
        if row is None or _what(row) != _what(found):
            return None
    return list(expected.values())


def _what(line: Mapping[str, Any]) -> tuple[str, Decimal, Decimal]:
    return (
        values.text(line.get("AR_Ref")),
        values.decimal(line.get("DL_Qte")),
        values.decimal(line.get("DL_PrixUnitaire")).quantize(_CENT_OF_CENT),
    )


def _add_deposits(writer: Writer, heading: Heading) -> None:
    """The deposits that are not there yet, in their order."""
    for deposit in heading.order.deposits[_deposits(writer, identity(heading)) :]:
        writer.insert("F_DOCREGL", order_rows.deposit(writer, heading, deposit, number=0))


def _deposits(writer: Writer, document: Mapping[str, object]) -> int:
    return len(writer.select("F_DOCREGL", ["DR_No"], {**document, "DR_TypeRegl": DEPOSIT}))


def _discard(writer: Writer, marked: str) -> bool:
    """Deletes the marked document while that is harmless: a quote or an order, no deposit."""
    header = header_of(writer, marked)
    if header is None or values.integer(header["DO_Type"]) not in {QUOTE, ORDER}:
        return False
    document = {"DO_Domaine": SALES, "DO_Type": values.integer(header["DO_Type"]), "DO_Piece": header["DO_Piece"]}
    if _deposits(writer, document):
        return False
    writer.delete("F_DOCLIGNE", document)
    writer.delete("F_DOCENTETE", document)
    return True
