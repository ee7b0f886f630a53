"""The company's lists (Sage's P_ tables). ``rank`` is the value that other tables store; no label: unused row."""

from __future__ import annotations

from decimal import Decimal

from connectors.sage.records.base import Record, column, record


@record("rank")
class Unit(Record):
    """P_UNITE."""

    rank: int = column("cbIndice")
    label: str = column("U_Intitule")


@record("rank")
class Carrier(Record):
    """P_EXPEDITION."""

    rank: int = column("cbIndice")
    label: str = column("E_Intitule")
    article: str = column("AR_Ref")
    fee_kind: int = column("E_TypeFrais")
    """0 flat, 1 quantity, 2 net weight, 3 gross weight, 4 parcels."""
    fee: Decimal = column("E_ValFrais")
    fee_with_tax: bool = column("E_TypeLigneFrais")
    free_from_kind: int = column("E_TypeFranco")
    free_from: Decimal = column("E_ValFranco")
    free_from_with_tax: bool = column("E_TypeLigneFranco")


@record("rank")
class PaymentMode(Record):
    """P_REGLEMENT."""

    rank: int = column("cbIndice")
    label: str = column("R_Intitule")
    code: str = column("R_Code")


@record("rank")
class Souche(Record):
    """P_SOUCHEVENTE: a numbering series of sales documents."""

    rank: int = column("cbIndice")
    label: str = column("S_Intitule")
    valid: bool = column("S_Valide")
    journal: str = column("JO_Num")

    @property
    def number(self) -> int:
        """What documents store (DO_Souche): 0 for the first series."""
        return self.rank - 1


@record("rank")
class Currency(Record):
    """P_DEVISE. Rank 0 on a document is the company's own currency."""

    rank: int = column("cbIndice")
    label: str = column("D_Intitule")
    iso_code: str = column("D_CodeISO")
    rate: Decimal = column("D_Cours")
    symbol: str = column("D_Sigle")
    euro_zone: bool = column("D_Euro")
