"""Sales documents as Sage holds them now (a transformation moves the lines: the order's number stays on them)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sage.records.base import Record, column, record


@record("kind", "piece")
class SalesDocument(Record):
    """F_DOCENTETE, sales only (DO_Domaine 0)."""

    kind: int = column("DO_Type")
    """0 quote, 1 order, 2 preparation, 3 delivery note, 4 return, 5 financial credit, 6 invoice, 7 posted invoice."""
    piece: str = column("DO_Piece")
    dated: date | None = column("DO_Date")
    reference: str = column("DO_Ref")
    web_number: str = column("DO_NoWeb")
    external_reference: str = column("DO_RefExterne")
    customer: str = column("DO_Tiers")
    status: int = column("DO_Statut")
    origin: int = column("DO_Provenance")
    """0 normal, 1 return, 2 credit, 3 till receipt, 4 correction."""
    souche: int = column("DO_Souche")
    depot: int = column("DE_No")
    delivery_place: int = column("LI_No")
    salesperson: int = column("CO_No")
    carrier: int = column("DO_Expedit")
    tariff_category: int = column("DO_Tarif")
    accounting_category: int = column("N_CatCompta")
    currency: int = column("DO_Devise")
    delivery_date: date | None = column("DO_DateLivr")
    delivered_on: date | None = column("DO_DateLivrRealisee")
    shipped_on: date | None = column("DO_DateExpedition")
    closed: bool = column("DO_Cloture")
    validated: bool = column("DO_Valide")
    shipping_fee: Decimal = column("DO_ValFrais")
    total_without_tax: Decimal | None = column("DO_TotalHT")
    net_total_without_tax: Decimal | None = column("DO_TotalHTNet")
    total_with_tax: Decimal | None = column("DO_TotalTTC")
    due: Decimal | None = column("DO_NetAPayer")
    paid: Decimal | None = column("DO_MontantRegle")


@record("number")
class SalesLine(Record):
    """F_DOCLIGNE, sales only. ``order_piece`` is the order it came from, once transformed."""

    number: int = column("DL_No")
    kind: int = column("DO_Type")
    piece: str = column("DO_Piece")
    position: int = column("DL_Ligne")
    customer: str = column("CT_Num")
    order_piece: str = column("DL_PieceBC")
    preparation_piece: str = column("DL_PiecePL")
    delivery_piece: str = column("DL_PieceBL")
    article: str = column("AR_Ref")
    label: str = column("DL_Design")
    quantity: Decimal = column("DL_Qte")
    gamme1: int = column("AG_No1")
    gamme2: int = column("AG_No2")
    unit_price: Decimal = column("DL_PrixUnitaire")
    unit_price_with_tax: Decimal = column("DL_PUTTC")
    entered_with_tax: bool = column("DL_TTC")
    total_without_tax: Decimal = column("DL_MontantHT")
    total_with_tax: Decimal = column("DL_MontantTTC")
    valued: bool = column("DL_Valorise")
    depot: int = column("DE_No")
    delivered_on: date | None = column("DL_DateBL")
    delivery_date: date | None = column("DO_DateLivr")
    parcel: str = column("DL_NoColis")
