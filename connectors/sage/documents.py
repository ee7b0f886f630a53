"""Writes an order into Sage: one transaction, found again before any retry, read back before it is kept.

Only quotes and orders, never an invoice nor an accounted payment: those are signed against fraud.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.errors import RejectedRecordError
from connectors.sage import order_rows, values
from connectors.sage.capabilities import Capabilities
from connectors.sage.customers import customer, delivery_place
from connectors.sage.numbering import SALES, lock_counter, take_piece
from connectors.sage.odbc import SageSession
from connectors.sage.order_rows import Heading, Item
from connectors.sage.orders import ORDER, QUOTE, ZERO, OrderDocument, OrderLine, WrittenOrder
from connectors.sage.writing import Writer, only

CENT = Decimal("0.005")
"""Half a cent: amounts further apart are different amounts."""

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
    :raises ConfigurationError: ``sage.write_disabled``, ``sage.no_counter``, a table that is missing.
    :raises RetryableError: locked, cut... After a cut the document may be there: calling again finds it.
    """
    _check_totals(order)
    now = session.server_now()
    with session.transaction() as unit:
        writer = Writer(unit, capabilities, now=now)
        # First, so that two writers of one order take turns, and the second one finds the first one's document.
        lock_counter(writer, order.kind, order.souche)
        if found := _find(writer, order.web_number, "" if first_attempt else order.reference):
            return WrittenOrder(piece=found["DO_Piece"], created=False, customer_number=found["DO_Tiers"])
        account = customer(writer, order.customer)
        items = _items(writer, order)
        place = delivery_place(writer, account, order.delivery)
        heading = Heading(order, take_piece(writer, order.kind, order.souche), account, place)
        _insert(writer, heading, items)
        _check_written(writer, heading)
    return WrittenOrder(
        piece=heading.piece,
        created=True,
        customer_number=values.text(account["CT_Num"]),
        notes=tuple(dict.fromkeys(writer.notes)),
    )


def find_order(session: SageSession, capabilities: Capabilities, web_number: str, *, reference: str = "") -> str | None:
    """The number under which the shop's order was written, whatever it became since; None when it was not.

    A transformation replaces the order's header: its number is then read from the lines, which keep the order's
    ``reference`` (give it to look there too).
    """
    for column in capabilities.existing("F_DOCENTETE", ("DO_NoWeb", "DO_RefExterne")):
        table, name = map(session.dialect.quote, ("F_DOCENTETE", column))
        sql = f"SELECT DO_Piece FROM {table} WHERE DO_Domaine = ? AND {name} = ?"  # noqa: S608 names are declared
        for (piece,) in session.rows(sql, [SALES, web_number]):
            return values.text(piece)
    if reference:
        sql = "SELECT DL_PieceBC FROM F_DOCLIGNE WHERE DO_Domaine = ? AND DO_Ref = ?"
        return next((values.text(piece) for (piece,) in session.rows(sql, [SALES, reference]) if piece), None)
    return None


def _find(writer: Writer, web_number: str, reference: str) -> dict[str, str] | None:
    """The same inside the transaction: DO_Piece and DO_Tiers."""
    for column in writer.capabilities.existing("F_DOCENTETE", ("DO_NoWeb", "DO_RefExterne")):
        where = {"DO_Domaine": SALES, column: web_number}
        if found := only(writer.select("F_DOCENTETE", ["DO_Piece", "DO_Tiers"], where)):
            return {name: values.text(value) for name, value in found.items()}
    if reference:
        for row in writer.select("F_DOCLIGNE", ["DL_PieceBC", "CT_Num"], {"DO_Domaine": SALES, "DO_Ref": reference}):
            if piece := values.text(row["DL_PieceBC"]):
                return {"DO_Piece": piece, "DO_Tiers": values.text(row["CT_Num"])}
    return None


def _check_totals(order: OrderDocument) -> None:
    """Before anything is written: a difference would make a document that the shop's buyer never agreed to."""
    if order.kind not in {QUOTE, ORDER}:
        raise ValueError(f"a document of kind {order.kind} is never written")
    without_tax = sum((line.total_without_tax for line in order.lines), ZERO)
    with_tax = sum((line.total_with_tax for line in order.lines), ZERO)
    _same_amount("HT", without_tax, order.total_without_tax)
    _same_amount("TTC", with_tax, order.total_with_tax)


def _same_amount(what: str, found: Decimal, expected: Decimal) -> None:
    if abs(found - expected) >= CENT:
        facts = {"what": f"{what} {values.plain_number(found)} ≠ {values.plain_number(expected)}"}
        raise RejectedRecordError("sage.written_differs", facts)


def _insert(writer: Writer, heading: Heading, items: Mapping[str, Item]) -> None:
    # The order in which Sage itself writes: header, payments and infos, then the lines.
    writer.insert("F_DOCENTETE", order_rows.header(writer, heading))
    _insert_payments(writer, heading)
    if writer.direct:
        _insert_infos(writer, heading)
    _insert_lines(writer, heading, items)
    if writer.direct and heading.order.kind == ORDER:
        _reserve(writer, heading.order, items)


def _insert_payments(writer: Writer, heading: Heading) -> None:
    number = writer.next_number("F_DOCREGL", "DR_No")
    step = 1 if writer.direct else 0
    if writer.direct:
        writer.insert("F_DOCREGL", order_rows.balance(heading, number=number))
        number += step
    for deposit in heading.order.deposits:
        writer.insert("F_DOCREGL", order_rows.deposit(writer, heading, deposit, number=number))
        number += step


def _insert_infos(writer: Writer, heading: Heading) -> None:
    """Copies what the customer's documents must carry, as Sage does."""
    if not (writer.capabilities.has("F_COMPTETINFOS") and writer.capabilities.has("F_DOCENTETEINFOS")):
        return
    columns = ("CI_Code", "CI_Intitule", "CI_Valeur", "CI_Type")
    where = {"CT_Num": heading.account["CT_Num"], "CI_Domaine": _INFO_ON_HEADER}
    for info in writer.select("F_COMPTETINFOS", columns, where):
        copied = {column.replace("CI_", "DI_"): value for column, value in info.items()}
        writer.insert("F_DOCENTETEINFOS", copied | heading.identity)


def _insert_lines(writer: Writer, heading: Heading, items: Mapping[str, Item]) -> None:
    number = writer.next_number("F_DOCLIGNE", "DL_No")
    for position, wanted in enumerate(_lines(writer, heading.order), start=1):
        item = None if wanted.comment else items[wanted.article]
        row = order_rows.line(writer, heading, wanted, item, number=number, position=position)
        writer.insert("F_DOCLIGNE", row)
        number += 1 if writer.direct else 0


def _lines(writer: Writer, order: OrderDocument) -> list[OrderLine]:
    return list(order_rows.lines(order, writer.capabilities.length("F_DOCLIGNE", "DL_Design") or 69))


def _items(writer: Writer, order: OrderDocument) -> dict[str, Item]:
    """What Sage knows of each article of the order, by the reference that the order names.

    :raises RejectedRecordError: ``sage.unknown_article``, also for a variant that the article does not have.
    """
    units: dict[int, str] = {}
    items: dict[str, Item] = {}
    for line in order.lines:
        if line.comment:
            continue
        if line.article not in items:
            items[line.article] = _item(writer, order, line.article, units)
        _check_variant(writer, order, line)
    return items


def _item(writer: Writer, order: OrderDocument, reference: str, units: dict[int, str]) -> Item:
    columns = ("AR_Ref", "AR_SuiviStock", "AR_UniteVen", "AR_PrixAch")
    rows = writer.select("F_ARTICLE", columns, {"AR_Ref": reference})
    # The base compares without case; the portal does not.
    found = only(row for row in rows if values.text(row["AR_Ref"]) == reference.rstrip(" "))
    if found is None:
        raise RejectedRecordError("sage.unknown_article", {"reference": reference, "order": order.reference})
    rank = values.integer(found["AR_UniteVen"])
    if rank not in units:
        unit = only(writer.select("P_UNITE", ["U_Intitule"], {"cbIndice": rank})) if rank else None
        units[rank] = values.text(unit["U_Intitule"]) if unit else ""
    return Item(
        stored_reference=values.verbatim(found["AR_Ref"]),
        tracked=values.integer(found["AR_SuiviStock"]) != 0,
        unit=units[rank],
        cost=_cost(writer, order.depot, found),
    )


def _cost(writer: Writer, depot: int, article: Mapping[str, Any]) -> Decimal:
    """The weighted average cost (AS_MontSto / AS_QteSto), else the purchase price: 0 would show a margin of 100 %."""
    where = {"AR_Ref": article["AR_Ref"], "DE_No": depot}
    stock = only(writer.select("F_ARTSTOCK", ["AS_QteSto", "AS_MontSto"], where)) or {}
    quantity, amount = values.decimal(stock.get("AS_QteSto")), values.decimal(stock.get("AS_MontSto"))
    if quantity > 0 and amount > 0:
        return (amount / quantity).quantize(Decimal("0.000001"))
    return values.decimal(article["AR_PrixAch"])


def _check_variant(writer: Writer, order: OrderDocument, line: OrderLine) -> None:
    for number in filter(None, (line.gamme1, line.gamme2)):
        if not writer.select("F_ARTGAMME", ["AG_No"], {"AG_No": number, "AR_Ref": line.article}):
            facts = {"reference": f"{line.article} ({number})", "order": order.reference}
            raise RejectedRecordError("sage.unknown_article", facts)


def _reserve(writer: Writer, order: OrderDocument, items: Mapping[str, Item]) -> None:
    """Adds the ordered quantities to the reserved ones, where the depot has a stock record."""
    for line in order.lines:
        if line.comment or not items[line.article].tracked:
            continue
        where: dict[str, object] = {"AR_Ref": items[line.article].stored_reference, "DE_No": order.depot}
        _add(writer, "F_ARTSTOCK", "AS_QteRes", line.quantity, where)
        if line.gamme1:
            gammes = {"AG_No1": line.gamme1, "AG_No2": line.gamme2}
            _add(writer, "F_GAMSTOCK", "GS_QteRes", line.quantity, where | gammes)


def _add(writer: Writer, table: str, column: str, quantity: Decimal, where: Mapping[str, object]) -> None:
    if row := only(writer.select(table, [column], where, locked=True)):
        writer.update(table, {column: values.decimal(row[column]) + quantity}, where)


def _check_written(writer: Writer, heading: Heading) -> None:
    """Reads the document back and compares it with what was to be written; a difference undoes everything."""
    where = {name: value for name, value in heading.identity.items() if name != "DO_DocType"}
    rows: Sequence[Mapping[str, Any]] = writer.select("F_DOCLIGNE", ["DL_No", "DL_MontantHT", "DL_MontantTTC"], where)
    expected = len(_lines(writer, heading.order))
    if len(rows) != expected:
        raise RejectedRecordError("sage.written_differs", {"what": f"{len(rows)} ≠ {expected} lines"})
    if len(writer.select("F_DOCENTETE", ["DO_Piece"], where)) != 1:
        raise RejectedRecordError("sage.written_differs", {"what": f"header {heading.piece}"})
    for what, column, total in (
        ("HT", "DL_MontantHT", heading.order.total_without_tax),
        ("TTC", "DL_MontantTTC", heading.order.total_with_tax),
    ):
        _same_amount(what, sum((values.decimal(row[column]) for row in rows), ZERO), total)
