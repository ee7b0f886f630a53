"""Which VAT an article bears, and how a price with tax becomes one without. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.sage.records import Article, ArticleAccounting, FamilyAccounting, Tax
from mapping.numbers import micro
from mapping.source import SageData

HUNDRED = Decimal(100)
VAT_KINDS = frozenset({0, 1})
"""TA_Type: 0 VAT on debits, 1 VAT on receipts. Any slot may hold it: eco-tax and others may stand before."""
PERCENT, AMOUNT = 0, 1


@dataclass(frozen=True, slots=True)
class ArticleTaxes:
    rate: Decimal | None
    """VAT in percent; None when no VAT code was found (0 is a rate like another)."""
    ecotax: Decimal
    """Amounts per unit, tax excluded: inside a price with tax, outside a price without."""
    explanation: str


def article_taxes(data: SageData, article: Article, *, category: int, today: date) -> ArticleTaxes:
    """The taxes of F_ARTCOMPTA for this accounting category, else of F_FAMCOMPTA."""
    row = _accounting(data, article, category)
    if row is None:
        return ArticleTaxes(None, Decimal(0), f"aucune taxe pour la catégorie comptable {category}")
    taxes = [data.taxes[code] for code in _codes(row, today) if code in data.taxes]
    ecotax = sum((tax.rate for tax in taxes if tax.kind not in VAT_KINDS and tax.rate_kind == AMOUNT), Decimal(0))
    vat = next((tax for tax in taxes if tax.kind in VAT_KINDS and tax.rate_kind == PERCENT), None)
    source = "F_ARTCOMPTA" if isinstance(row, ArticleAccounting) else f"F_FAMCOMPTA (famille {article.family_code})"
    return ArticleTaxes(vat.rate if vat else None, ecotax, _explanation(vat, source, category))


def without_tax(amount: Decimal, rate: Decimal) -> Decimal:
    """Six decimals: ``without_tax(Decimal("15"), Decimal("20"))`` is 12.500000."""
    return micro(amount / (1 + rate / HUNDRED))


def with_tax(amount: Decimal, rate: Decimal) -> Decimal:
    return micro(amount * (1 + rate / HUNDRED))


def _accounting(data: SageData, article: Article, category: int) -> ArticleAccounting | FamilyAccounting | None:
    own = data.article_accounting.get((article.reference, category))
    return own or data.family_accounting.get((article.family_code, category))


def _codes(row: ArticleAccounting | FamilyAccounting, today: date) -> Iterator[str]:
    for slot, code in enumerate(row.tax_codes):
        changes_on = row.tax_change_dates[slot] if slot < len(row.tax_change_dates) else None
        former = row.former_tax_codes[slot] if slot < len(row.former_tax_codes) else ""
        found = former if changes_on and today < changes_on else code
        if found:
            yield found


def _explanation(vat: Tax | None, source: str, category: int) -> str:
    if vat is None:
        return f"aucune TVA dans {source}, catégorie comptable {category}"
    return f"taxe {vat.code} de {source}, catégorie comptable {category}"
