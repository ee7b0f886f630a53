"""The statements that both database modes share: lines, what they add up to, and the comparison with the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.errors import RejectedRecordError
from connectors.sage import order_rows, values
from connectors.sage.order_content import Content
from connectors.sage.order_rows import Heading
from connectors.sage.orders import ORDER, QUOTE, ZERO, OrderDocument, OrderLine
from connectors.sage.writing import Writer

CENT = Decimal("0.005")
"""Half a cent: amounts further apart are different amounts."""


def check_totals(order: OrderDocument) -> None:
    """Before anything is written: a difference would make a document that the shop's buyer never agreed to.

    :raises RejectedRecordError: ``sage.written_differs``.
    """
    if order.kind not in {QUOTE, ORDER}:
        raise ValueError(f"a document of kind {order.kind} is never written")
    without_tax = sum((line.total_without_tax for line in order.lines), ZERO)
    with_tax = sum((line.total_with_tax for line in order.lines), ZERO)
    _same_amount("HT", without_tax, order.total_without_tax)
    _same_amount("TTC", with_tax, order.total_with_tax)


def document_lines(writer: Writer, order: OrderDocument) -> list[OrderLine]:
    """The order's lines, comments included, as many as the document gets."""
    return list(order_rows.lines(order, writer.capabilities.length("F_DOCLIGNE", "DL_Design") or 69))


def line_rows(writer: Writer, heading: Heading, content: Content) -> list[dict[str, object]]:
    """The rows of F_DOCLIGNE, numbered in direct mode."""
    number = writer.next_number("F_DOCLIGNE", "DL_No")
    return [
        order_rows.line(
            writer,
            heading,
            wanted,
            None if wanted.comment else content.items[wanted.article],
            number=number + position - 1 if writer.direct else 0,
            position=position,
        )
        for position, wanted in enumerate(document_lines(writer, heading.order), start=1)
    ]


def identity(heading: Heading) -> dict[str, object]:
    """What selects the document's rows in every version (DO_DocType is a recent column)."""
    return {name: value for name, value in heading.identity.items() if name != "DO_DocType"}


def check_written(writer: Writer, heading: Heading, *, lines: int) -> None:
    """Reads the document back and compares it with what was to be written.

    :raises RejectedRecordError: ``sage.written_differs``.
    """
    where = identity(heading)
    rows: Sequence[Mapping[str, Any]] = writer.select("F_DOCLIGNE", ["DL_No", "DL_MontantHT", "DL_MontantTTC"], where)
    if len(rows) != lines:
        raise RejectedRecordError("sage.written_differs", {"what": f"{len(rows)} ≠ {lines} lines"})
    if len(writer.select("F_DOCENTETE", ["DO_Piece"], where)) != 1:
        raise RejectedRecordError("sage.written_differs", {"what": f"header {heading.piece}"})
    for what, column, total in (
        ("HT", "DL_MontantHT", heading.order.total_without_tax),
        ("TTC", "DL_MontantTTC", heading.order.total_with_tax),
    ):
        _same_amount(what, sum((values.decimal(row[column]) for row in rows), ZERO), total)


def _same_amount(what: str, found: Decimal, expected: Decimal) -> None:
    if abs(found - expected) >= CENT:
        facts = {"what": f"{what} {values.plain_number(found)} ≠ {values.plain_number(expected)}"}
        raise RejectedRecordError("sage.written_differs", facts)
