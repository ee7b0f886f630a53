"""Tariffs, discounts, taxes and accounting.

``owner`` (Sage's RefCF) is a customer number, or a tariff category spelt 'a01' to 'a32': see :func:`tariff_owner`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from connectors.sage.records.base import Record, column, record

_CATEGORY = re.compile(r"a(\d\d)", re.IGNORECASE)


def tariff_owner(owner: str) -> int | str:
    """The category's rank for 'a01' to 'a32', else the customer number itself."""
    found = _CATEGORY.fullmatch(owner)
    return int(found[1]) if found and 1 <= int(found[1]) <= 32 else owner


@record("rank")
class TariffCategory(Record):
    """P_CATTARIF."""

    rank: int = column("cbIndice")
    label: str = column("CT_Intitule")
    with_tax: bool = column("CT_PrixTTC")


@record("article", "category", "customer")
class ArticleTariff(Record):
    """F_ARTCLIENT: the tariff of a category (1 to 32, no customer), or of a customer (category 0)."""

    article: str = column("AR_Ref")
    category: int = column("AC_Categorie")
    customer: str = column("CT_Num")
    price: Decimal = column("AC_PrixVen")
    """0 means: the coefficient, else the article's own price."""
    coefficient: Decimal = column("AC_Coef")
    with_tax: bool = column("AC_PrixTTC")
    discount: Decimal = column("AC_Remise")
    """Percent."""
    net: bool = column("AC_TypeRem")
    """"Hors remise": this price blocks every other discount."""
    tiers: int = column("AC_QteMont")
    """0 none, 1 by quantity, 2 by amount, 3 net price."""
    tier_grid: int = column("EG_Champ")
    rounding: int = column("AC_Arrondi")
    currency_price: Decimal = column("AC_PrixDev")
    currency: int = column("AC_Devise")
    customer_reference: str = column("AC_RefClient")
    next_price: Decimal = column("AC_PrixVenNouv")
    next_coefficient: Decimal = column("AC_CoefNouv")
    next_discount: Decimal = column("AC_RemiseNouv")
    next_currency_price: Decimal = column("AC_PrixDevNouv")
    next_price_date: date | None = column("AC_DateApplication")


@record("article", "owner", "upper_bound")
class QuantityTier(Record):
    """F_TARIFQTE: one tier; its bound is inclusive, its discounts cascade."""

    article: str = column("AR_Ref")
    owner: str = column("TQ_RefCF")
    upper_bound: Decimal = column("TQ_BorneSup")
    discount_values: tuple[Decimal, ...] = column(
        "TQ_Remise01REM_Valeur", "TQ_Remise02REM_Valeur", "TQ_Remise03REM_Valeur"
    )
    discount_types: tuple[int, ...] = column("TQ_Remise01REM_Type", "TQ_Remise02REM_Type", "TQ_Remise03REM_Type")
    """0 amount, 1 percent, 2 quantity."""
    net_price: Decimal = column("TQ_PrixNet")


@record("article", "owner", "gamme1", "gamme2")
class GammePrice(Record):
    """F_TARIFGAM: the price of a variant. 0 means the article's price."""

    article: str = column("AR_Ref")
    owner: str = column("TG_RefCF")
    gamme1: int = column("AG_No1")
    gamme2: int = column("AG_No2")
    price: Decimal = column("TG_Prix")
    next_price: Decimal = column("TG_PrixNouv")
    reference: str = column("TG_Ref")
    barcode: str = column("TG_CodeBarre")


@record("article", "owner", "packaging")
class PackagingPrice(Record):
    """F_TARIFCOND: the price of a packaging. 0 means the article's price times the packaging's quantity."""

    article: str = column("AR_Ref")
    owner: str = column("TC_RefCF")
    packaging: int = column("CO_No")
    price: Decimal = column("TC_Prix")
    next_price: Decimal = column("TC_PrixNouv")


@record("family", "customer")
class FamilyDiscount(Record):
    """F_FAMCLIENT: a customer's discount on a family, in percent."""

    family: str = column("FA_CodeFamille")
    customer: str = column("CT_Num")
    discount: Decimal = column("FC_Remise")


@record("family", "category")
class FamilyTariff(Record):
    """F_FAMTARIF: a tariff category's terms on a family."""

    family: str = column("FA_CodeFamille")
    category: int = column("FT_Categorie")
    coefficient: Decimal = column("FT_Coef")
    with_tax: bool = column("FT_PrixTTC")
    discount: Decimal = column("FT_Remise")
    net: bool = column("FT_TypeRem")
    tiers: int = column("FT_QteMont")
    tier_grid: int = column("EG_Champ")
    rounding: int = column("FT_Arrondi")
    currency: int = column("FT_Devise")


@record("family", "owner", "upper_bound")
class FamilyTier(Record):
    """F_FAMTARIFQTE: one tier of a family's tariff."""

    family: str = column("FA_CodeFamille")
    owner: str = column("FQ_RefCF")
    upper_bound: Decimal = column("FQ_BorneSup")
    discount_values: tuple[Decimal, ...] = column(
        "FQ_Remise01REM_Valeur", "FQ_Remise02REM_Valeur", "FQ_Remise03REM_Valeur"
    )
    discount_types: tuple[int, ...] = column("FQ_Remise01REM_Type", "FQ_Remise02REM_Type", "FQ_Remise03REM_Type")


@record("code")
class Tax(Record):
    """F_TAXE."""

    code: str = column("TA_Code")
    label: str = column("TA_Intitule")
    rate_kind: int = column("TA_TTaux")
    """0 percent, 1 amount, 2 quantity."""
    rate: Decimal = column("TA_Taux")
    kind: int = column("TA_Type")
    """0 VAT on debits, 1 VAT on receipts, 2 parafiscal on HT, 3 on TTC, 4 by weight, 5 and more: others."""
    direction: int = column("TA_Sens")
    """0 deductible, 1 collected."""
    origin: int = column("TA_Provenance")
    """0 national, 1 inside the EU, 2 export."""


@record("article", "domain", "category", "invoice_kind")
class ArticleAccounting(Record):
    """F_ARTCOMPTA: accounts and taxes of an article for an accounting category. None: the family's row applies."""

    article: str = column("AR_Ref")
    domain: int = column("ACP_Type")
    """0 sales, 1 purchases, 2 stock."""
    category: int = column("ACP_Champ")
    invoice_kind: int = column("ACP_TypeFacture")
    """0 invoice, 1 return, 2 credit."""
    account: str = column("ACP_ComptaCPT_CompteG")
    tax_codes: tuple[str, ...] = column("ACP_ComptaCPT_Taxe1", "ACP_ComptaCPT_Taxe2", "ACP_ComptaCPT_Taxe3")
    former_tax_codes: tuple[str, ...] = column(
        "ACP_ComptaCPT_TaxeAnc1", "ACP_ComptaCPT_TaxeAnc2", "ACP_ComptaCPT_TaxeAnc3"
    )
    tax_change_dates: tuple[date | None, ...] = column(
        "ACP_ComptaCPT_Date1", "ACP_ComptaCPT_Date2", "ACP_ComptaCPT_Date3"
    )
    """Before the date of a slot, its former tax code applies."""


@record("family", "domain", "category", "invoice_kind")
class FamilyAccounting(Record):
    """F_FAMCOMPTA: the same for a family."""

    family: str = column("FA_CodeFamille")
    domain: int = column("FCP_Type")
    category: int = column("FCP_Champ")
    invoice_kind: int = column("FCP_TypeFacture")
    account: str = column("FCP_ComptaCPT_CompteG")
    tax_codes: tuple[str, ...] = column("FCP_ComptaCPT_Taxe1", "FCP_ComptaCPT_Taxe2", "FCP_ComptaCPT_Taxe3")
    former_tax_codes: tuple[str, ...] = column(
        "FCP_ComptaCPT_TaxeAnc1", "FCP_ComptaCPT_TaxeAnc2", "FCP_ComptaCPT_TaxeAnc3"
    )
    tax_change_dates: tuple[date | None, ...] = column(
        "FCP_ComptaCPT_Date1", "FCP_ComptaCPT_Date2", "FCP_ComptaCPT_Date3"
    )


@record("rank")
class AccountingCategory(Record):
    """P_CATCOMPTA: the columns CA_ComptaVen01 to 50 of its one row, a record per label. ``rank`` is N_CatCompta."""

    rank: int = column("rank")
    label: str = column("label")
