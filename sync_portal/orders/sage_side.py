"""What the builder knows of Sage, and the questions it asks: which article, which tax code, which account. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from connectors.errors import RejectedRecordError
from connectors.sage.records import (
    Article,
    ArticleAccounting,
    Combination,
    Currency,
    Customer,
    FamilyAccounting,
    Packaging,
    Tax,
)
from mapping.source import PACKAGING, SageData
from mapping.taxes import PERCENT, VAT_KINDS
from sync_portal.orders.shop_orders import ShopOrderLine

ONE = Decimal(1)
Variant = tuple[str, int, int]
"""(AR_Ref, AG_No1, AG_No2), or (AR_Ref, CO_No, PACKAGING)."""


@dataclass(frozen=True, slots=True)
class SoldArticle:
    """The Sage article behind a line; the numbers of its gamme values are 0 where it has none."""

    article: Article
    gamme1: int = 0
    gamme2: int = 0
    packaging: Packaging | None = None
    """What was ordered is so many of these, not of the sales unit."""

    @property
    def units(self) -> Decimal:
        """Sales units in one of what was ordered."""
        return self.packaging.quantity if self.packaging else ONE


@dataclass(frozen=True, kw_only=True)
class SageSide:
    """Sage's records and the bindings that a page of orders may need."""

    data: SageData
    products: Mapping[int, str] = field(default_factory=dict)
    """Shop product id -> AR_Ref."""
    variants: Mapping[int, Variant] = field(default_factory=dict)
    """Shop combination id -> variant."""
    accounts: Mapping[int, str] = field(default_factory=dict)
    """Shop customer id -> CT_Num, as bound."""
    remembered: dict[int | str, str] = field(default_factory=dict)
    """Shop customer id, or e-mail in lower case -> CT_Num of an account that earlier orders of this buyer went to."""
    today: date

    def sold(self, line: ShopOrderLine) -> SoldArticle:
        """By binding, else by the exact reference of an article or of a variant.

        Raises:
            RejectedRecordError: `orders.unknown_article`, `orders.unknown_combination`, `orders.article_asleep`.
        """
        found = self.find(line)
        if found is None:
            product = self.products.get(line.product_id, "")
            if product in self.data.articles:
                raise RejectedRecordError("orders.unknown_combination", {"reference": product, "name": line.name})
            raise RejectedRecordError("orders.unknown_article", {"reference": line.reference, "name": line.name})
        return self._sellable(found, line.name)

    def find(self, line: ShopOrderLine) -> SoldArticle | None:
        """The same, whether it may be sold or not; None: nothing of Sage's."""
        return self._bound(line) or self._by_reference(line)

    def named(self, reference: str) -> SoldArticle:
        """The article that a rule names.

        Raises:
            RejectedRecordError: `orders.unknown_article`, `orders.unknown_combination`, `orders.article_asleep`.
        """
        article = self.data.articles.get(reference)
        if article is None:
            raise RejectedRecordError("orders.unknown_article", {"reference": reference, "name": reference})
        return self._sellable(SoldArticle(article), article.label)

    def tax_code(
        self, article: Article, rate: Decimal, category: int, *, name: str, others: Mapping[Decimal, str]
    ) -> str:
        """The code of the article's VAT at the rate the buyer paid; `others`: rate -> code of the order's own products.

        The article of a voucher has one rate, the products it lowers may have others: then theirs is taken.

        Raises:
            RejectedRecordError: `orders.unknown_tax`: the shop's rate is not Sage's for this article.
        """
        for tax in self._taxes(article, category):
            if tax.kind in VAT_KINDS and tax.rate_kind == PERCENT and tax.rate == rate:
                return tax.code
        if rate in others:
            return others[rate]
        facts = {"name": name, "reference": article.reference, "rate": f"{rate.normalize():f}", "category": category}
        raise RejectedRecordError("orders.unknown_tax", facts)

    def customers_with(self, email: str) -> list[Customer]:
        """The accounts that bear this address. CT_EMail may hold several, separated in any way."""
        wanted = email.casefold()
        return [customer for customer in self.data.customers.values() if wanted in _addresses(customer.email)]

    def currency_of(self, customer: Customer) -> str:
        """ISO code of the account's currency; '' for the company's own (rank 0)."""
        return next((one.iso_code for one in self.data.all(Currency) if one.rank == customer.currency), "")

    def country_label(self, iso_code: str, fallback: str) -> str:
        """The country as Sage spells it (F_PAYS), else as the shop does."""
        found = (country.label for country in self.data.countries if iso_code and country.iso_code == iso_code)
        return next(found, fallback)

    def _bound(self, line: ShopOrderLine) -> SoldArticle | None:
        if line.combination_id:
            reference, gamme1, gamme2 = self.variants.get(line.combination_id, ("", 0, 0))
        else:
            reference, gamme1, gamme2 = self.products.get(line.product_id, ""), 0, 0
        article = self.data.articles.get(reference)
        if article is None or gamme2 != PACKAGING:
            return SoldArticle(article, gamme1, gamme2) if article else None
        packaging = self.data.packaging(reference, (gamme1, PACKAGING))
        return SoldArticle(article, packaging=packaging) if packaging else None

    def _by_reference(self, line: ShopOrderLine) -> SoldArticle | None:
        if not line.reference:
            return None
        if article := self.data.articles.get(line.reference):
            return SoldArticle(article)
        packagings = [one for one in self.data.all(Packaging) if one.reference == line.reference]
        if len(packagings) == 1 and (article := self.data.articles.get(packagings[0].article)):
            return SoldArticle(article, packaging=packagings[0])
        found = [one for one in self.data.all(Combination) if one.reference == line.reference]
        if len(found) != 1 or found[0].article not in self.data.articles:
            return None
        return SoldArticle(self.data.articles[found[0].article], found[0].gamme1, found[0].gamme2)

    def _sellable(self, sold: SoldArticle, name: str) -> SoldArticle:
        article = sold.article
        if article.gamme1 and not sold.gamme1:
            raise RejectedRecordError("orders.unknown_combination", {"reference": article.reference, "name": name})
        variants = self.data.combinations.get(article.reference, [])
        asleep = any((one.gamme1, one.gamme2) == (sold.gamme1, sold.gamme2) and one.asleep for one in variants)
        if article.asleep or (sold.gamme1 and asleep):
            raise RejectedRecordError("orders.article_asleep", {"reference": article.reference})
        return sold

    def _taxes(self, article: Article, category: int) -> Iterator[Tax]:
        own = self.data.article_accounting.get((article.reference, category))
        row = own or self.data.family_accounting.get((article.family_code, category))
        for code in _codes(row, self.today) if row else ():
            if code in self.data.taxes:
                yield self.data.taxes[code]


def _codes(row: ArticleAccounting | FamilyAccounting, today: date) -> Iterator[str]:
    """The tax codes in force: before the date of a slot its former code applies."""
    # Versions without dated taxes have neither the former codes nor the dates.
    slots = zip_longest(row.tax_codes, row.former_tax_codes, row.tax_change_dates)
    for code, former, changes_on in slots:
        yield former if changes_on and today < changes_on else code


def _addresses(text: str) -> set[str]:
    for separator in ";,<>":
        text = text.replace(separator, " ")
    return {part for part in text.casefold().split() if "@" in part}
