"""What Sage knows of an order's articles, and the component lines that follow a kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connectors.errors import RejectedRecordError
from connectors.sage import values
from connectors.sage.order_rows import Item
from connectors.sage.orders import ZERO, OrderDocument, OrderLine
from connectors.sage.writing import Writer

KIT = 2
"""AR_Nomencl of a kit that a document explodes into its components."""

_ARTICLE = ("AR_Ref", "AR_Design", "AR_SuiviStock", "AR_UniteVen", "AR_PrixAch", "AR_Nomencl", "AR_QteComp")
_COMPONENT = ("NO_RefDet", "NO_Qte", "NO_Ordre", "AG_No1", "AG_No2", "AG_No1Comp", "AG_No2Comp")
_SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True)
class Content:
    """The order as it is to be written, and each of its articles by the reference that the order names."""

    order: OrderDocument
    items: Mapping[str, Item]


def content(writer: Writer, order: OrderDocument) -> Content:
    """Looks every article up, and puts the components after each kit that came without them.

    :raises RejectedRecordError: ``sage.unknown_article``, also for a variant that the article does not have.
    """
    items = _items(writer, order, (line.article for line in order.lines if not line.comment))
    lines = [found for line in order.lines for found in _with_components(writer, order, line, items)]
    missing = dict.fromkeys(line.article for line in lines if not line.comment and line.article not in items)
    items |= _items(writer, order, missing)
    _check_variants(writer, order, lines)
    return Content(replace(order, lines=tuple(_labelled(line, items) for line in lines)), items)


def _items(writer: Writer, order: OrderDocument, references: Iterable[str]) -> dict[str, Item]:
    wanted = list(dict.fromkeys(references))
    if not wanted:
        return {}
    # The base compares without case and trailing blanks; the portal keeps cases apart.
    rows = {values.text(row["AR_Ref"]): row for row in writer.select("F_ARTICLE", _ARTICLE, {"AR_Ref": wanted})}
    for reference in wanted:
        if reference.rstrip(" ") not in rows:
            raise RejectedRecordError("sage.unknown_article", {"reference": reference, "order": order.reference})
    units = _units(writer, {values.integer(row["AR_UniteVen"]) for row in rows.values()})
    costs = _costs(writer, order.depot, wanted)
    return {reference: _item(rows[reference.rstrip(" ")], units, costs) for reference in wanted}


def _item(row: Mapping[str, Any], units: Mapping[int, str], costs: Mapping[str, Decimal]) -> Item:
    return Item(
        stored_reference=values.verbatim(row["AR_Ref"]),
        label=values.text(row["AR_Design"]),
        tracked=values.integer(row["AR_SuiviStock"]) != 0,
        unit=units.get(values.integer(row["AR_UniteVen"]), ""),
        cost=costs.get(values.text(row["AR_Ref"])) or values.decimal(row["AR_PrixAch"]),
        kit=values.integer(row["AR_Nomencl"]) == KIT,
        kit_quantity=values.decimal(row.get("AR_QteComp")) or Decimal(1),
    )


def _units(writer: Writer, ranks: set[int]) -> dict[int, str]:
    named = sorted(ranks - {0})
    rows = writer.select("P_UNITE", ("cbIndice", "U_Intitule"), {"cbIndice": named}) if named else []
    return {values.integer(row["cbIndice"]): values.text(row["U_Intitule"]) for row in rows}


def _costs(writer: Writer, depot: int, references: list[str]) -> dict[str, Decimal]:
    """The weighted average cost (AS_MontSto / AS_QteSto): a cost of 0 would show a margin of 100 %."""
    columns = ("AR_Ref", "AS_QteSto", "AS_MontSto")
    costs: dict[str, Decimal] = {}
    for row in writer.select("F_ARTSTOCK", columns, {"AR_Ref": references, "DE_No": depot}):
        quantity, amount = values.decimal(row["AS_QteSto"]), values.decimal(row["AS_MontSto"])
        if quantity > 0 and amount > 0:
            costs[values.text(row["AR_Ref"])] = (amount / quantity).quantize(_SIX_DECIMALS)
    return costs


def _with_components(
    writer: Writer, order: OrderDocument, line: OrderLine, items: Mapping[str, Item]
) -> Iterator[OrderLine]:
    yield line
    if line.comment or not items[line.article].kit or any(other.kit == line.article for other in order.lines):
        return
    kit = items[line.article]
    rows = writer.select("F_NOMENCLAT", _COMPONENT, {"AR_Ref": line.article})
    for row in sorted(rows, key=lambda row: values.integer(row.get("NO_Ordre"))):
        if _of_variant(row, line):
            yield OrderLine(
                article=values.text(row["NO_RefDet"]),
                gamme1=values.integer(row["AG_No1"]),
                gamme2=values.integer(row["AG_No2"]),
                quantity=(line.quantity * values.decimal(row["NO_Qte"]) / kit.kit_quantity).quantize(_SIX_DECIMALS),
                kit=line.article,
            )


def _of_variant(row: Mapping[str, Any], line: OrderLine) -> bool:
    """A component may belong to one variant of the kit only."""
    pairs = ((row.get("AG_No1Comp"), line.gamme1), (row.get("AG_No2Comp"), line.gamme2))
    return all(values.integer(wanted) in {0, given} for wanted, given in pairs)


def _labelled(line: OrderLine, items: Mapping[str, Item]) -> OrderLine:
    return line if line.label or line.comment else replace(line, label=items[line.article].label)


def _check_variants(writer: Writer, order: OrderDocument, lines: Iterable[OrderLine]) -> None:
    named = {(line.article, number): None for line in lines for number in (line.gamme1, line.gamme2) if number}
    if not named:
        return
    rows = writer.select("F_ARTGAMME", ("AR_Ref", "AG_No"), {"AG_No": sorted({number for _, number in named})})
    known = {(values.text(row["AR_Ref"]), values.integer(row["AG_No"])) for row in rows}
    for reference, number in named:
        if (reference.rstrip(" "), number) not in known:
            facts = {"reference": f"{reference} ({number})", "order": order.reference}
            raise RejectedRecordError("sage.unknown_article", facts)


def reservations(content: Content) -> dict[tuple[str, int, int], Decimal]:
    """What the order reserves: (stored reference, gamme values) -> quantity; untracked articles and kits nothing."""
    reserved: dict[tuple[str, int, int], Decimal] = {}
    for line in content.order.lines:
        if line.comment or not content.items[line.article].tracked or content.items[line.article].kit:
            continue
        key = (content.items[line.article].stored_reference, line.gamme1, line.gamme2)
        reserved[key] = reserved.get(key, ZERO) + line.quantity
    # In one order of references, so that two writers of the same articles do not wait for each other.
    return dict(sorted(reserved.items()))
