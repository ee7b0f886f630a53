"""Writes an order into Sage: found again before any retry, written whole or not at all, read back before it is kept.

Only quotes and orders, never an invoice nor an accounted payment: those are signed against fraud. Three modes, named in
the settings: ``direct`` is here (one transaction an order), ``driver`` in :mod:`driver_orders`, ``file`` in
:mod:`order_files`.
"""

from __future__ import annotations

from connectors.sage import driver_orders, order_files, order_rows, values
from connectors.sage.capabilities import Capabilities
from connectors.sage.customers import customer, delivery_place
from connectors.sage.numbering import lock_counter, take_piece
from connectors.sage.odbc import SageSession
from connectors.sage.order_content import Content, content, reservations
from connectors.sage.order_insert import check_totals, check_written, line_rows
from connectors.sage.order_rows import Heading
from connectors.sage.order_search import find_document, header_of, transformed
from connectors.sage.orders import ORDER, OrderDocument, WrittenOrder
from connectors.sage.writing import Writer

_INFO_ON_HEADER = 1
"""CI_Domaine: the information goes on the headers of the customer's documents."""


def write_order(
    session: SageSession, capabilities: Capabilities, order: OrderDocument, *, first_attempt: bool = False
) -> WrittenOrder:
    """Writes the order, its new customer account and place included, or finds that it is already there.

    ``first_attempt`` says that nobody ever tried to write this order: the documents' headers are still searched for it,
    but not all their lines, where only an order that Sage's users have transformed since would be found.

    :raises RejectedRecordError: ``sage.unknown_article``, ``sage.unknown_customer``, ``sage.customer_blocked``,
        ``sage.written_differs`` (the lines do not add up to the totals, or Sage holds something else): nothing is kept.
    :raises ConfigurationError: ``sage.write_disabled``, ``sage.no_counter``, a table that is missing, a setting.
    :raises RetryableError: locked, cut... After a cut the document may be there: calling again finds it.
    """
    check_totals(order)
    session.settings.check_writing()
    reference = "" if first_attempt else order.reference
    if session.settings.write_mode == "driver":
        return driver_orders.write(session, capabilities, order, reference=reference)
    if session.settings.write_mode == "file":
        return order_files.write(session, capabilities, order, reference=reference)
    return _write_direct(session, capabilities, order, reference=reference)


def find_order(session: SageSession, capabilities: Capabilities, web_number: str, *, reference: str = "") -> str | None:
    """The number under which the shop's order was written, whatever it became since; None when it was not.

    A transformation replaces the order's header: its number is then read from the lines, which keep the order's
    ``reference`` (give it to look there too). In ``file`` mode, '' for an order whose file is out and not yet imported.
    """
    piece = find_document(session, capabilities, web_number, reference=reference)
    if piece is None and session.settings.write_mode == "file" and order_files.is_out(session.settings, web_number):
        return ""
    return piece


def _write_direct(
    session: SageSession, capabilities: Capabilities, order: OrderDocument, *, reference: str
) -> WrittenOrder:
    now = session.server_now()
    with session.transaction() as unit:
        writer = Writer(unit, capabilities, now=now)
        # First, so that two writers of one order take turns, and the second one finds the first one's document.
        lock_counter(writer, order.kind, order.souche)
        if found := _found(writer, order.web_number, reference):
            return WrittenOrder(piece=found[0], created=False, customer_number=found[1])
        account = customer(writer, order.customer)
        known = content(writer, order)
        place = delivery_place(writer, account, order.delivery)
        heading = Heading(known.order, take_piece(writer, order.kind, order.souche), account, place)
        lines = _insert(writer, heading, known)
        check_written(writer, heading, lines=lines)
    return WrittenOrder(
        piece=heading.piece,
        created=True,
        customer_number=values.text(account["CT_Num"]),
        notes=tuple(dict.fromkeys(writer.notes)),
    )


def _found(writer: Writer, web_number: str, reference: str) -> tuple[str, str] | None:
    if header := header_of(writer, web_number):
        return values.text(header["DO_Piece"]), values.text(header["DO_Tiers"])
    return transformed(writer, reference) if reference else None


def _insert(writer: Writer, heading: Heading, known: Content) -> int:
    """Gives the number of lines. The order in which Sage itself writes: header, payments and infos, then the lines."""
    writer.insert("F_DOCENTETE", order_rows.header(writer, heading))
    _insert_payments(writer, heading)
    _insert_infos(writer, heading)
    rows = line_rows(writer, heading, known)
    for row in rows:
        writer.insert("F_DOCLIGNE", row)
    if heading.order.kind == ORDER:
        _reserve(writer, known)
    return len(rows)


def _insert_payments(writer: Writer, heading: Heading) -> None:
    number = writer.next_number("F_DOCREGL", "DR_No")
    writer.insert("F_DOCREGL", order_rows.balance(heading, number=number))
    for deposit in heading.order.deposits:
        number += 1
        writer.insert("F_DOCREGL", order_rows.deposit(writer, heading, deposit, number=number))


def _insert_infos(writer: Writer, heading: Heading) -> None:
    """Copies what the customer's documents must carry, as Sage does."""
    if not (writer.capabilities.has("F_COMPTETINFOS") and writer.capabilities.has("F_DOCENTETEINFOS")):
        return
    columns = ("CI_Code", "CI_Intitule", "CI_Valeur", "CI_Type")
    where = {"CT_Num": heading.account["CT_Num"], "CI_Domaine": _INFO_ON_HEADER}
    for info in writer.select("F_COMPTETINFOS", columns, where):
        copied = {column.replace("CI_", "DI_"): value for column, value in info.items()}
        writer.insert("F_DOCENTETEINFOS", copied | heading.identity)


def _reserve(writer: Writer, known: Content) -> None:
    """Adds the ordered quantities to the reserved ones, where the depot has a stock record."""
    for (reference, gamme1, gamme2), quantity in reservations(known).items():
        where: dict[str, object] = {"AR_Ref": reference, "DE_No": known.order.depot}
        writer.add("F_ARTSTOCK", "AS_QteRes", quantity, where)
        if gamme1:
            writer.add("F_GAMSTOCK", "GS_QteRes", quantity, where | {"AG_No1": gamme1, "AG_No2": gamme2})
