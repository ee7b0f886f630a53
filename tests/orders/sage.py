"""A small Sage company in memory, for the builder."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sage.records import (
    Article,
    ArticleAccounting,
    Country,
    Currency,
    Customer,
    Depot,
    FamilyAccounting,
    TariffCategory,
    Tax,
)
from mapping.rules import ShopRules, load_rules
from mapping.source import SageData
from sync_portal.orders.sage_side import SageSide

RATES = {"C20": "20", "C10": "10", "C55": "5.5", "C21": "2.1", "C0": "0"}


def make_article(reference: str, **fields: Any) -> Article:
    return Article(
        reference=reference, stored_reference=reference, label=f"Désignation {reference}", family_code="FAM", **fields
    )


def make_customer(number: str, **fields: Any) -> Customer:
    given = {"name": number.title(), "tariff_category": 2, "accounting_category": 1, "main_account": "4110000"}
    return Customer(number=number, stored_number=number, **{**given, **fields})


def accounting(article: str, code: str, category: int = 1) -> ArticleAccounting:
    return ArticleAccounting(article=article, domain=0, category=category, invoice_kind=0, tax_codes=(code, "", ""))


def make_side(*records: Any, **fields: Any) -> SageSide:
    """Articles ART-1 to ART-6 at 20 %, PORT and BON; the generic account is kept with tax, the other without."""
    known = {
        "articles": [make_article(f"ART-{number}") for number in range(1, 7)]
        + [make_article("PORT"), make_article("BON")],
        "taxes": [Tax(code=code, label=code, rate=Decimal(rate), kind=0, rate_kind=0) for code, rate in RATES.items()],
        "family_accounting": [
            FamilyAccounting(family="FAM", domain=0, category=1, invoice_kind=0, tax_codes=("C20", "", ""))
        ],
        "customers": [
            make_customer("WEB", name="Client web", tariff_category=3),
            make_customer("PRO", email="zoe@pro.example"),
        ],
        "tariff_categories": [
            TariffCategory(rank=1, label="Public", with_tax=False),
            TariffCategory(rank=2, label="Revendeurs", with_tax=False),
            TariffCategory(rank=3, label="Web TTC", with_tax=True),
        ],
        "depots": [Depot(number=4, label="Annexe"), Depot(number=5, label="Siège", main=True)],
        "currencies": [Currency(rank=1, label="Euro", iso_code="EUR"), Currency(rank=2, label="Livre", iso_code="GBP")],
        "countries": [Country(label="FRANCE", iso_code="FR")],
        "extra": list(records),
    }
    return SageSide(data=SageData(known), **{"today": date(2026, 11, 20), **fields})


def make_rules(**orders: Any) -> ShopRules:
    given = {
        "generic_account": "WEB",
        "shipping_article": "PORT",
        "discount_article": "BON",
        "souche": 1,
        "carriers": {"2": 3},
        "payments": {"ps_wirepayment": 2},
    }
    return load_rules({"orders": {**given, **orders}})
