"""The two sales orders that were in Sage before the portal came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .assortment import Article
from .parameters import CONTROL_ACCOUNT, MAIN_DEPOT
from .prices import CENT, reseller_price, vat_rate
from .rows import BUILT_AT, Row

NEXT_ORDER = 3
"""The number that follows the orders below in the main souche."""


@dataclass(frozen=True)
class Order:
    """One *bon de commande*; `lines` are (article, position of its combination, quantity)."""

    piece: str
    customer: str
    tariff: int
    days_ago: int
    lines: tuple[tuple[str, int, int], ...]

    @property
    def date(self) -> datetime:
        return BUILT_AT.replace(hour=0) - timedelta(days=self.days_ago)


ORDERS = (
    Order("BC00001", "DUMAS", 2, 12, (("COUT-CHEF20", 0, 6), ("GANT/CUIR/9", 0, 20), ("SECATEUR", 0, 4))),
    Order("BC00002", "KAYAK", 1, 3, (("TSHIRT-PRO", 7, 12), ("BONNET-DOC", 1, 5))),
)


def order_rows(articles: list[Article], *, places: dict[str, int]) -> Iterator[tuple[str, Row]]:
    """(table, row) of headers, lines and due dates; `places` gives each customer's principal delivery place."""
    known = {article.reference: article for article in articles}
    line_number = 0
    for rank, order in enumerate(ORDERS, start=1):
        amounts = [_amounts(order, known[reference], quantity) for reference, _, quantity in order.lines]
        yield "F_DOCENTETE", _header(order, amounts, places[order.customer])
        for position, (reference, combination, quantity) in enumerate(order.lines, start=1):
            line_number += 1
            row = _line(order, known[reference], combination, quantity)
            yield "F_DOCLIGNE", row | {"DL_No": line_number, "DL_Ligne": position * 10_000}
        yield (
            "F_DOCREGL",
            _document(order)
            | {"DR_No": rank, "DR_TypeRegl": 2, "DR_Equil": 1, "DR_Date": order.date, "N_Reglement": 2},
        )


def _amounts(order: Order, article: Article, quantity: int) -> tuple[Decimal, Decimal]:
    price = article.sell if order.tariff == 1 else reseller_price(article)
    before_tax = (price * quantity).quantize(CENT)
    return before_tax, (before_tax * (1 + vat_rate(article) / 100)).quantize(CENT)


def _document(order: Order) -> dict[str, object]:
    return {"DO_Domaine": 0, "DO_Type": 1, "DO_DocType": 1, "DO_Piece": order.piece}


def _header(order: Order, amounts: list[tuple[Decimal, Decimal]], place: int) -> Row:
    return _document(order) | {
        "DO_Date": order.date,
        "DO_Ref": "Tél. client",
        "DO_Tiers": order.customer,
        "CT_NumPayeur": order.customer,
        "CG_Num": CONTROL_ACCOUNT,
        "DE_No": MAIN_DEPOT,
        "LI_No": place,
        "CO_No": 1,
        "DO_Souche": 0,
        "DO_Statut": 2,
        "N_CatCompta": 1,
        "DO_Tarif": order.tariff,
        "DO_Period": 1,
        "DO_Expedit": 1,
        "DO_Condition": 1,
        "DO_NbFacture": 1,
        "DO_TypeColis": 1,
        "DO_Colisage": 1,
        "DO_Transaction": 11,
        "DO_Regime": 21,
        "DO_Heure": "000093000",
        "DO_TotalHT": sum((before_tax for before_tax, _ in amounts), Decimal(0)),
    }


def _line(order: Order, article: Article, combination: int, quantity: int) -> dict[str, object]:
    before_tax, with_tax = _amounts(order, article, quantity)
    one, two = article.combinations()[combination] if article.gammes else (0, 0)
    return _document(order) | {
        "DO_Date": order.date,
        "DL_DateBC": order.date,
        "CT_Num": order.customer,
        "AR_Ref": article.reference,
        "AG_No1": one,
        "AG_No2": two,
        "DL_Design": article.design,
        "DL_Qte": Decimal(quantity),
        "DL_QteBC": Decimal(quantity),
        "EU_Qte": Decimal(quantity),
        "EU_Enumere": "Pièce",
        "DL_PrixUnitaire": before_tax / quantity,
        "DL_PUTTC": (with_tax / quantity).quantize(CENT),
        "DL_TTC": 0,
        "DL_Taxe1": vat_rate(article),
        "DL_CodeTaxe1": "C20",
        "DL_MontantHT": before_tax,
        "DL_MontantTTC": with_tax,
        "DE_No": MAIN_DEPOT,
        "DL_Valorise": 1,
        "PF_Num": "",
        "CO_No": 1,
    }
