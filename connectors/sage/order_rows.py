"""The rows of an order, column by column. What each column is for: the facts on inserts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.errors import ConfigurationError
from connectors.sage import values
from connectors.sage.numbering import SALES
from connectors.sage.orders import ZERO, Deposit, FreeValue, OrderDocument, OrderLine
from connectors.sage.text import split_words
from connectors.sage.writing import Writer

LINE_STEP = 10_000
"""Between two DL_Ligne: leaves users room to insert lines."""

DEPOSIT, INSTALMENT = 0, 2
"""DR_TypeRegl."""


@dataclass(frozen=True)
class Heading:
    """What every row of one document repeats."""

    order: OrderDocument
    piece: str
    account: Mapping[str, Any]
    delivery_place: int

    @property
    def day(self) -> datetime:
        return self.order.dated.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)

    @property
    def identity(self) -> dict[str, object]:
        """What links a row to its document. DO_DocType repeats the type in recent versions."""
        kind = self.order.kind
        return {"DO_Domaine": SALES, "DO_Type": kind, "DO_Piece": self.piece, "DO_DocType": kind}

    def rank(self, asked: int, column: str) -> int:
        """The rank asked for, else the customer's, never 0."""
        return asked or values.integer(self.account.get(column)) or 1


@dataclass(frozen=True)
class Item:
    """What a line needs to know of its article. ``cost`` is the unit cost used for margins."""

    stored_reference: str
    label: str
    tracked: bool
    unit: str
    cost: Decimal = ZERO
    kit: bool = False
    """Sold as its components (AR_Nomencl 2): they follow it, and they are what is reserved."""
    kit_quantity: Decimal = Decimal(1)
    """How many kits the component quantities make."""


def header(writer: Writer, heading: Heading) -> dict[str, object]:
    order, account = heading.order, heading.account
    return {
        **heading.identity,
        **_neutral_header(writer),
        **_billing(writer, order),
        **_totals(writer, order),
        "DO_Date": heading.day,
        "DO_Heure": f"000{order.dated:%H%M%S}",
        "DO_Ref": writer.fit("F_DOCENTETE", "DO_Ref", order.reference),
        "DO_NoWeb": writer.key("F_DOCENTETE", "DO_NoWeb", order.web_number),
        "DO_RefExterne": order.web_number,
        "DO_Tiers": account["CT_Num"],
        "CT_NumPayeur": account["CT_NumPayeur"] or account["CT_Num"],
        "CT_NumCentrale": account.get("CT_NumCentrale") or None,
        "CG_Num": account["CG_NumPrinc"],
        "CO_No": values.integer(account.get("CO_No")),
        "DE_No": order.depot,
        "LI_No": heading.delivery_place,
        "DO_Souche": order.souche,
        "N_CatCompta": heading.rank(order.accounting_category, "N_CatCompta"),
        "DO_Tarif": heading.rank(order.tariff_category, "N_CatTarif"),
        "DO_Expedit": heading.rank(order.carrier, "N_Expedition"),
        "DO_Condition": heading.rank(0, "N_Condition"),
        "DO_Period": heading.rank(0, "N_Period"),
        "DO_NbFacture": heading.rank(0, "CT_Facture"),
        "DO_BLFact": values.integer(account.get("CT_BLFact")),
        "DO_Langue": values.integer(account.get("CT_Langue")),
        "DO_Devise": values.integer(account.get("N_Devise")),
        "DO_TxEscompte": values.decimal(account.get("CT_Taux02")),
        "DO_Statut": order.status,
        "DO_DateLivr": writer.day("F_DOCENTETE", "DO_DateLivr", order.delivery_date),
        **_free_fields(writer, order.free_fields),
    }


def _free_fields(writer: Writer, wanted: Mapping[str, FreeValue]) -> dict[str, object]:
    """The company's own columns of the header.

    :raises ConfigurationError: ``sage.missing_column``: the company has no such field (any more).
    """
    known = {found.name for found in writer.capabilities.free_fields("F_DOCENTETE")}
    for label in wanted:
        if label not in known:
            raise ConfigurationError("sage.missing_column", {"table": "F_DOCENTETE", "column": label})
    return {label: _free_value(writer, label, value) for label, value in wanted.items()}


def _free_value(writer: Writer, label: str, value: FreeValue) -> object:
    if isinstance(value, str):
        return writer.fit("F_DOCENTETE", label, value)
    return writer.day("F_DOCENTETE", label, value) if isinstance(value, date) else value


def lines(order: OrderDocument, width: int) -> Iterator[OrderLine]:
    """The order's lines, then its comments, each spread over as many comment lines as it needs."""
    yield from order.lines
    for comment in order.comments:
        rest = comment
        while rest.strip():
            (label,), rest = split_words(rest, [width])
            yield OrderLine(label=label, comment=True)


def line(
    writer: Writer, heading: Heading, wanted: OrderLine, item: Item | None, *, number: int, position: int
) -> dict[str, object]:
    """``item`` is None for a comment."""
    order = heading.order
    row: dict[str, object] = {
        **heading.identity,
        **_line_dates(writer, heading),
        **dict.fromkeys(_LINE_ZERO, 0),
        "CT_Num": heading.account["CT_Num"],
        "CO_No": values.integer(heading.account.get("CO_No")),
        "DO_Ref": writer.fit("F_DOCLIGNE", "DO_Ref", order.reference),
        "DL_No": number,
        "DL_Ligne": position * LINE_STEP,
        "DL_Design": writer.fit("F_DOCLIGNE", "DL_Design", wanted.label),
        # NOT NULL since i7
        "PF_Num": "",
        "DL_NoRef": 1,
        "DL_Valorise": 0,
    }
    return row if item is None else row | _valued(writer, heading, wanted, item)


def deposit(writer: Writer, heading: Heading, wanted: Deposit, *, number: int) -> dict[str, object]:
    """An acompte. DR_Regle stays 0: the payment itself is the accountant's, or Sage's driver's, to record."""
    return _payment(heading, DEPOSIT, number) | {
        "DR_Date": writer.day("F_DOCREGL", "DR_Date", wanted.dated),
        "DR_Libelle": writer.fit("F_DOCREGL", "DR_Libelle", wanted.label),
        "DR_Montant": wanted.amount,
        "DR_Equil": 0,
        "N_Reglement": wanted.payment_mode or 1,
    }


def balance(heading: Heading, *, number: int) -> dict[str, object]:
    """The instalment that every document of Sage has: the balance, on the document's date."""
    return _payment(heading, INSTALMENT, number) | {
        "DR_Date": heading.day,
        "DR_Libelle": "",
        "DR_Montant": ZERO,
        "DR_Equil": 1,
        "N_Reglement": heading.order.payment_mode or 1,
    }


_HEADER_ZERO = (
    *("DO_Reliquat", "DO_Imprim", "DO_Ventile", "AB_No", "DO_Transfere", "DO_Cloture", "DO_Attente", "DO_Provenance"),
    *("DO_MajCpta", "DO_Ecart", "DO_Escompte", "DO_Cours", "DO_TypeFrais", "DO_TypeFranco", "DO_TypeLigneFrais"),
    *("DO_ValFrais", "DO_ValFranco", "CA_No", "CO_NoCaissier", "DO_Valide", "DO_MontantRegle"),
)
_HEADER_DATES = (
    *("DO_DebutAbo", "DO_FinAbo", "DO_DebutPeriod", "DO_FinPeriod"),
    *("DO_DateLivrRealisee", "DO_DateExpedition"),
)
_LINE_ZERO = (
    *("DL_TNomencl", "DL_TRemPied", "DL_TRemExep", "DL_TypePL", "DL_MvtStock", "DL_Escompte", "DL_FactPoids"),
    *("DL_NonLivre", "DL_Frais", "DL_NoLink", "DT_No", "DL_Qte", "EU_Qte", "DL_PUDevise", "DE_No", "CA_No"),
    *("DL_Taxe2", "DL_Taxe3", "DL_TypeTaux2", "DL_TypeTaux3", "DL_TypeTaxe2", "DL_TypeTaxe3"),
    *("DL_Remise02REM_Valeur", "DL_Remise02REM_Type", "DL_Remise03REM_Valeur", "DL_Remise03REM_Type"),
)


def _neutral_header(writer: Writer) -> dict[str, object]:
    return {
        **dict.fromkeys(_HEADER_ZERO, 0),
        **{column: writer.empty_date("F_DOCENTETE", column) for column in _HEADER_DATES},
        "DO_TypeColis": 1,
        "DO_Colisage": 1,
        # Codes of the declaration of goods for a sale.
        "DO_Transaction": 11,
        "DO_Regime": 21,
        "CA_Num": "",
    }


def _billing(writer: Writer, order: OrderDocument) -> dict[str, object]:
    columns = [f"DO_Coord{position:02}" for position in range(1, 5)]
    width = writer.capabilities.length("F_DOCENTETE", columns[0]) or 25
    if len(order.billing) <= len(columns) and all(len(text) <= width for text in order.billing):
        texts = [writer.fit("F_DOCENTETE", column, text) for column, text in zip(columns, order.billing, strict=False)]
    else:
        texts = writer.spread("F_DOCENTETE", columns, " ".join(order.billing))
    return dict(zip(columns, texts, strict=False))


def _totals(writer: Writer, order: OrderDocument) -> dict[str, object]:
    """Sage's driver computes them."""
    if writer.mode == "driver":
        return {}
    paid = sum((found.amount for found in order.deposits), ZERO)
    return {
        "DO_TotalHT": order.total_without_tax,
        "DO_TotalHTNet": order.total_without_tax,
        "DO_TotalTTC": order.total_with_tax,
        "DO_NetAPayer": order.total_with_tax - paid,
    }


def _line_dates(writer: Writer, heading: Heading) -> dict[str, object]:
    dates: dict[str, object] = dict.fromkeys(
        ("DO_Date", "DL_DateBC", "DL_DateBL", "DL_DatePL", "DL_DateDE"), heading.day
    )
    dates["DO_DateLivr"] = writer.day("F_DOCLIGNE", "DO_DateLivr", heading.order.delivery_date)
    dates["DL_DateAvancement"] = writer.empty_date("F_DOCLIGNE", "DL_DateAvancement")
    return dates


def _valued(writer: Writer, heading: Heading, wanted: OrderLine, item: Item) -> dict[str, object]:
    quantity = wanted.quantity
    return {
        "AR_Ref": item.stored_reference,
        "AR_RefCompose": writer.key("F_DOCLIGNE", "AR_RefCompose", wanted.kit) or None,
        "AG_No1": wanted.gamme1,
        "AG_No2": wanted.gamme2,
        **dict.fromkeys(("DL_Qte", "DL_QteBC", "DL_QteBL", "DL_QtePL", "DL_QteDE"), quantity),
        "EU_Qte": quantity if wanted.unit_quantity is None else wanted.unit_quantity,
        "EU_Enumere": writer.fit("F_DOCLIGNE", "EU_Enumere", wanted.unit or item.unit),
        "DL_PrixUnitaire": wanted.unit_price,
        "DL_PUBC": wanted.unit_price,
        "DL_PUTTC": wanted.unit_price_with_tax,
        "DL_TTC": int(wanted.entered_with_tax),
        "DL_Taxe1": wanted.tax_rate,
        "DL_TypeTaux1": 0,
        "DL_TypeTaxe1": 0,
        "DL_CodeTaxe1": wanted.tax_code or None,
        "DL_Remise01REM_Valeur": wanted.discount,
        "DL_Remise01REM_Type": int(wanted.discount != 0),
        **_line_totals(writer, wanted),
        "DL_PoidsNet": wanted.weight,
        "DL_PoidsBrut": wanted.weight,
        "DL_PrixRU": item.cost,
        "DL_CMUP": item.cost,
        # An article without stock belongs to no depot.
        "DE_No": heading.order.depot if item.tracked else 0,
        "DL_Valorise": 1,
    }


def _line_totals(writer: Writer, wanted: OrderLine) -> dict[str, object]:
    """Sage's driver computes them."""
    if writer.mode == "driver":
        return {}
    return {"DL_MontantHT": wanted.total_without_tax, "DL_MontantTTC": wanted.total_with_tax}


def _payment(heading: Heading, kind: int, number: int) -> dict[str, object]:
    return {
        **heading.identity,
        **dict.fromkeys(("DR_Pourcent", "DR_MontantDev", "EC_No", "DR_Regle", "CA_No"), 0),
        "DR_No": number,
        "DR_TypeRegl": kind,
    }
