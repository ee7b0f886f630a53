"""Sage's records, looked up by the questions that the derivation asks. Pure.

Every list is in a fixed order, so that the order in which Sage answered never changes what is derived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from connectors.sage.records import (
    Article,
    ArticleAccounting,
    ArticleGamme,
    ArticleStock,
    ArticleSupplier,
    ArticleTariff,
    ArticleText,
    CatalogueNode,
    Combination,
    Contact,
    Country,
    Customer,
    Depot,
    Family,
    FamilyAccounting,
    Gamme,
    GammePrice,
    GammeStock,
    GammeValue,
    GlossaryText,
    KitComponent,
    Media,
    Packaging,
    PackagingPrice,
    QuantityTier,
    Record,
    Supplier,
    TariffCategory,
    Tax,
    tariff_owner,
)

R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Hashable)
Owner = int | str
"""Whose tariff: a category's rank, or a customer's number."""
Variant = tuple[int, int]
"""(AG_No1, AG_No2); (0, 0) is the article itself; (CO_No, PACKAGING) is one of its packagings."""
PACKAGING = -1


class SageData:
    """All records of one company, indexed on demand. A kind that was not collected is simply empty."""

    def __init__(self, records: Mapping[str, Iterable[Record]]) -> None:
        """``records``: stream name -> its records; what a record is, its own class says."""
        self._by_class: dict[type[Record], list[Record]] = defaultdict(list)
        for stream in records.values():
            for record in stream:
                self._by_class[type(record)].append(record)

    def joined(self, records: Mapping[str, Iterable[Record]]) -> SageData:
        """These records and more, in new indexes."""
        joined = SageData(records)
        for kind, found in self._by_class.items():
            joined._by_class[kind].extend(found)
        return joined

    def all(self, kind: type[R]) -> list[R]:
        """The records of this kind, sorted by key."""
        found: list[R] = self._by_class.get(kind, [])  # type: ignore[assignment]
        return sorted(found, key=lambda record: record.key)

    def _index(self, kind: type[R], key: Callable[[R], K]) -> dict[K, R]:
        return {key(record): record for record in self.all(kind)}

    def _groups(self, kind: type[R], key: Callable[[R], K]) -> dict[K, list[R]]:
        groups: dict[K, list[R]] = defaultdict(list)
        for record in self.all(kind):
            groups[key(record)].append(record)
        return dict(groups)

    @cached_property
    def articles(self) -> dict[str, Article]:
        return self._index(Article, lambda article: article.reference)

    @cached_property
    def families(self) -> dict[str, Family]:
        return self._index(Family, lambda family: family.code)

    @cached_property
    def nodes(self) -> dict[int, CatalogueNode]:
        return self._index(CatalogueNode, lambda node: node.number)

    @cached_property
    def gammes(self) -> dict[int, Gamme]:
        return self._index(Gamme, lambda gamme: gamme.rank)

    @cached_property
    def gamme_values(self) -> dict[int, list[GammeValue]]:
        """Rank of the gamme -> its possible values."""
        return self._groups(GammeValue, lambda value: value.gamme)

    @cached_property
    def article_gammes(self) -> dict[str, list[ArticleGamme]]:
        return self._groups(ArticleGamme, lambda value: value.article)

    @cached_property
    def combinations(self) -> dict[str, list[Combination]]:
        return self._groups(Combination, lambda combination: combination.article)

    @cached_property
    def tariff_categories(self) -> dict[int, TariffCategory]:
        """Rank -> category; slots without a label are unused."""
        return {rank: found for rank, found in self._index(TariffCategory, lambda one: one.rank).items() if found.label}

    @cached_property
    def tariffs(self) -> dict[tuple[str, Owner], ArticleTariff]:
        """(article, category rank or customer number) -> the F_ARTCLIENT row."""
        return self._index(ArticleTariff, lambda row: (row.article, row.category or row.customer))

    @cached_property
    def gamme_prices(self) -> dict[tuple[str, Owner, Variant], GammePrice]:
        return self._index(GammePrice, lambda row: (row.article, tariff_owner(row.owner), (row.gamme1, row.gamme2)))

    @cached_property
    def tiers(self) -> dict[tuple[str, Owner], list[QuantityTier]]:
        """(article, owner) -> its tiers by upper bound."""
        groups = self._groups(QuantityTier, lambda tier: (tier.article, tariff_owner(tier.owner)))
        return {key: sorted(tiers, key=lambda tier: tier.upper_bound) for key, tiers in groups.items()}

    @cached_property
    def customer_terms(self) -> dict[str, set[str]]:
        """Customer number -> the articles for which it has a tariff row or a variant price of its own."""
        terms: dict[str, set[str]] = defaultdict(set)
        for row in self.all(ArticleTariff):
            if row.customer and not row.category:
                terms[row.customer].add(row.article)
        for price in self.all(GammePrice):
            owner = tariff_owner(price.owner)
            if isinstance(owner, str) and owner:
                terms[owner].add(price.article)
        return dict(terms)

    @cached_property
    def article_accounting(self) -> dict[tuple[str, int], ArticleAccounting]:
        """(article, accounting category) -> the row for invoiced sales."""
        rows = self.all(ArticleAccounting)
        return {(row.article, row.category): row for row in rows if row.domain == 0 and row.invoice_kind == 0}

    @cached_property
    def family_accounting(self) -> dict[tuple[str, int], FamilyAccounting]:
        rows = self.all(FamilyAccounting)
        return {(row.family, row.category): row for row in rows if row.domain == 0 and row.invoice_kind == 0}

    @cached_property
    def taxes(self) -> dict[str, Tax]:
        return self._index(Tax, lambda tax: tax.code)

    @cached_property
    def depots(self) -> list[Depot]:
        return sorted(self.all(Depot), key=lambda depot: depot.number)

    @cached_property
    def article_stock(self) -> dict[str, list[ArticleStock]]:
        return self._groups(ArticleStock, lambda row: row.article)

    @cached_property
    def gamme_stock(self) -> dict[tuple[str, Variant], list[GammeStock]]:
        return self._groups(GammeStock, lambda row: (row.article, (row.gamme1, row.gamme2)))

    @cached_property
    def kit_components(self) -> dict[str, list[KitComponent]]:
        groups = self._groups(KitComponent, lambda component: component.kit)
        return {kit: sorted(found, key=lambda one: (one.position, one.component)) for kit, found in groups.items()}

    @cached_property
    def media(self) -> dict[str, list[Media]]:
        return self._groups(Media, lambda media: media.article)

    @cached_property
    def packagings(self) -> dict[str, list[Packaging]]:
        groups = self._groups(Packaging, lambda row: row.article)
        return {article: sorted(found, key=lambda one: (one.quantity, one.number)) for article, found in groups.items()}

    def packaging(self, article: str, variant: Variant) -> Packaging | None:
        """The packaging that the variant stands for; None for any other variant."""
        if variant[1] != PACKAGING:
            return None
        return next((row for row in self.packagings.get(article, []) if row.number == variant[0]), None)

    @cached_property
    def packaging_prices(self) -> dict[tuple[str, Owner, int], PackagingPrice]:
        """(article, owner, packaging's number) -> its price."""
        return self._index(PackagingPrice, lambda row: (row.article, tariff_owner(row.owner), row.packaging))

    @cached_property
    def glossary(self) -> dict[int, GlossaryText]:
        return self._index(GlossaryText, lambda text: text.number)

    @cached_property
    def article_texts(self) -> dict[str, list[ArticleText]]:
        groups = self._groups(ArticleText, lambda row: row.article)
        return {article: sorted(found, key=lambda one: (one.position, one.text)) for article, found in groups.items()}

    @cached_property
    def main_suppliers(self) -> dict[str, ArticleSupplier]:
        """Article -> its main supplier; without one so marked, the first by number."""
        groups = self._groups(ArticleSupplier, lambda row: row.article)
        return {article: min(found, key=lambda one: (not one.main, one.supplier)) for article, found in groups.items()}

    @cached_property
    def supplier_names(self) -> dict[str, str]:
        """Number of the supplier's account -> its name."""
        return {row.number: row.name for row in self.all(Supplier)}

    @cached_property
    def customers(self) -> dict[str, Customer]:
        return self._index(Customer, lambda customer: customer.number)

    @cached_property
    def contacts(self) -> dict[str, list[Contact]]:
        groups = self._groups(Contact, lambda contact: contact.customer)
        return {customer: sorted(found, key=lambda one: one.number) for customer, found in groups.items()}

    @cached_property
    def countries(self) -> list[Country]:
        return self.all(Country)
