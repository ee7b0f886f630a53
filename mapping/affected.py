"""Which products depend on a row of Sage: one line per stream. Pure; `mapping.touches` looks the others up.

A row is found by its *subject* (the article or customer that it belongs to) and by its *link*, what it has in common
with rows of other articles: a barcode, the component of a kit, the customer who has terms for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from connectors.sage.records import (
    Article,
    ArticleAccounting,
    ArticleTariff,
    ArticleText,
    Combination,
    Customer,
    Family,
    FamilyAccounting,
    GammePrice,
    GlossaryText,
    KitComponent,
    Record,
    tariff_owner,
)
from mapping.accounts import first_email
from mapping.barcodes import same_ean, valid_ean
from mapping.naming import without_accents
from mapping.source import SageData

ARTICLE_STREAMS = (
    "articles",
    "article_gammes",
    "combinations",
    "kit_components",
    "media",
    "stock",
    "gamme_stock",
    "article_tariffs",
    "quantity_tiers",
    "gamme_prices",
    "article_accounting",
    "packagings",
    "packaging_prices",
    "article_texts",
    "article_suppliers",
)
"""Their rows belong to one article each: only those of the products in hand are loaded."""
CUSTOMER_STREAMS = ("customers", "contacts", "countries")
LINKED_STREAMS = ("glossary_texts",)
"""Their rows are loaded when a row of an article names them."""
COMMON_STREAMS = (
    "families",
    "catalogue_nodes",
    "gammes",
    "gamme_values",
    "depots",
    "tariff_categories",
    "taxes",
    "family_accounting",
    "suppliers",
)
"""Small lists that every product may depend on: always loaded whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """How a row of the mirror is found; None: it is not."""

    subject: str = ""
    link: str | None = None
    twin: str | None = None
    """Articles: the reference as the shop compares it."""
    family: str | None = None
    """Articles: their family."""


def place(record: Record) -> Place:
    """Where a row belongs. A row of no article and no customer has an empty place."""
    return _PLACES.get(type(record), _other_place)(record)


def _article_place(row: Article) -> Place:
    return Place(row.reference, _ean(row.barcode), without_accents(row.reference), row.family_code or None)


def _tariff_place(row: ArticleTariff) -> Place:
    return Place(row.article, row.customer if row.customer and not row.category else None)


def _gamme_price_place(row: GammePrice) -> Place:
    owner = tariff_owner(row.owner)
    return Place(row.article, owner if isinstance(owner, str) and owner else None)


def _other_place(row: Record) -> Place:
    return Place(getattr(row, "article", "") or getattr(row, "customer", ""))


_PLACES: Mapping[type[Record], Callable[[Any], Place]] = {
    Article: _article_place,
    ArticleTariff: _tariff_place,
    ArticleText: lambda row: Place(row.article, str(row.text)),
    Combination: lambda row: Place(row.article, _ean(row.barcode)),
    Customer: lambda row: Place(row.number, first_email(row).lower() or None),
    GammePrice: _gamme_price_place,
    KitComponent: lambda row: Place(row.kit, row.component or None),
}


@dataclass(slots=True)
class Touched:
    """What a few changed rows may have changed in the catalogue."""

    everything: bool = False
    accounts: bool = False
    """The customers' accounts."""
    vocabulary: bool = False
    """How often a spelling of a gamme's value occurs, and with it perhaps the one that is shown."""
    articles: set[str] = field(default_factory=set)
    in_kits: set[str] = field(default_factory=set)
    """Articles with all the kits that contain them."""
    barcodes_of: set[str] = field(default_factory=set)
    """Articles with all those that have one of their barcodes, or one of their combinations'."""
    eans: set[str] = field(default_factory=set)
    twins: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    """The articles of a family."""
    branches: set[str] = field(default_factory=set)
    """The articles of a family and of all below it."""
    buyers: set[str] = field(default_factory=set)
    """The articles for which a customer, or a buying group, has terms of its own."""
    emails: set[str] = field(default_factory=set)
    """The same for the customers with this e-mail."""
    texts: set[str] = field(default_factory=set)
    """The articles that use a glossary text."""

    def add(self, stream: str, old: Record | None, new: Record | None) -> None:
        """One row that changed from `old` (None: it is new) to `new` (None: it is gone)."""
        for row in (old, new):
            if row is not None:
                _TABLE.get(stream, _nothing)(self, row, new if row is old else old)

    @property
    def nothing(self) -> bool:
        return self == Touched()


Touch = Callable[[Touched, Record, Record | None], None]
"""Adds what depends on a row; the third is the same row before or after, None when there is none."""


def _nothing(found: Touched, row: Record, other: Record | None) -> None:
    """A stream that the derivation does not read."""


def _everything(found: Touched, row: Record, other: Record | None) -> None:
    found.everything = True


def _own_article(found: Touched, row: Record, other: Record | None) -> None:
    found.articles.add(place(row).subject)


def _stock(found: Touched, row: Record, other: Record | None) -> None:
    """What a kit depends on as well: how many there are, and whether it is in the shop at all."""
    found.in_kits.add(place(row).subject)


def _article(found: Touched, row: Record, other: Record | None) -> None:
    assert isinstance(row, Article)
    where = place(row)
    found.in_kits.add(row.reference)
    found.twins.add(where.twin or "")
    if where.link:
        found.eans.add(where.link)
    if not isinstance(other, Article) or _sale(other) != _sale(row):
        found.barcodes_of.add(row.reference)
    if (row.gamme1, row.gamme2) != ((other.gamme1, other.gamme2) if isinstance(other, Article) else (0, 0)):
        found.vocabulary = True


def _combination(found: Touched, row: Record, other: Record | None) -> None:
    where = place(row)
    found.articles.add(where.subject)
    if where.link:
        found.eans.add(where.link)


def _article_gamme(found: Touched, row: Record, other: Record | None) -> None:
    found.articles.add(place(row).subject)
    found.vocabulary = True


def _family(found: Touched, row: Record, other: Record | None) -> None:
    """A new name reaches down the branch; another place in the tree may open or close a loop anywhere."""
    assert isinstance(row, Family)
    if not isinstance(other, Family) or other.parent_code != row.parent_code:
        found.everything = True
    elif other.label != row.label:
        found.branches.add(row.code)


def _family_accounting(found: Touched, row: Record, other: Record | None) -> None:
    assert isinstance(row, FamilyAccounting)
    found.families.add(row.family)


def _packaging(found: Touched, row: Record, other: Record | None) -> None:
    found.articles.add(place(row).subject)
    found.vocabulary = True


def _glossary(found: Touched, row: Record, other: Record | None) -> None:
    assert isinstance(row, GlossaryText)
    found.texts.add(str(row.number))


def _accounts(found: Touched, row: Record, other: Record | None) -> None:
    found.accounts = True


def _customer(found: Touched, row: Record, other: Record | None) -> None:
    """Its account; and where its terms, or whether it is published, changed, the articles that it has terms for."""
    assert isinstance(row, Customer)
    found.accounts = True
    if not isinstance(other, Customer) or _terms(other) != _terms(row):
        found.buyers.update(number for number in (row.number, row.buying_group) if number)
        if email := place(row).link:
            found.emails.add(email)


_TABLE: Mapping[str, Touch] = {
    "articles": _article,
    "article_gammes": _article_gamme,
    "combinations": _combination,
    "kit_components": _stock,
    "stock": _stock,
    "gamme_stock": _stock,
    "media": _own_article,
    "article_tariffs": _stock,
    "quantity_tiers": _own_article,
    "gamme_prices": _stock,
    "article_accounting": _stock,
    "packagings": _packaging,
    "packaging_prices": _own_article,
    "article_texts": _own_article,
    "article_suppliers": _own_article,
    "glossary_texts": _glossary,
    "suppliers": _everything,
    "families": _family,
    "family_accounting": _family_accounting,
    "customers": _customer,
    "contacts": _accounts,
    "countries": _accounts,
    "catalogue_nodes": _everything,
    "gammes": _everything,
    "gamme_values": _everything,
    "depots": _everything,
    "tariff_categories": _everything,
    "taxes": _everything,
}


def _ean(barcode: str) -> str | None:
    digits = valid_ean(barcode) if barcode else ""
    return same_ean(digits) if digits else None


def _sale(article: Article) -> tuple[object, ...]:
    """What decides whether an article is for sale at all: Sage's flags, and what the rules' conditions usually name."""
    named = (article.label, article.family_code, article.statistics, article.catalogue_path)
    return (article.kind, article.published, article.asleep, *named, sorted(article.free_fields.items()))


def _terms(customer: Customer) -> tuple[str, bool, int, str]:
    return first_email(customer).lower(), customer.asleep, customer.tariff_category, customer.buying_group


def dated(data: SageData, *, after: date, until: date) -> set[str]:
    """The articles for which a price, a tax or a glossary text of Sage begins or ends in these days.

    None of their rows changes. The last day of a text (GL_PeriodeFin) is still its own.
    """

    def due(*days: date | None) -> bool:
        return any(day is not None and after < day <= until for day in days)

    families = {row.family for row in data.all(FamilyAccounting) if due(*row.tax_change_dates)}
    over = [row.ends_on and row.ends_on + timedelta(days=1) for row in data.all(GlossaryText)]
    texts = {row.number for row, end in zip(data.all(GlossaryText), over, strict=True) if due(row.starts_on, end)}
    return (
        {row.article for row in data.all(ArticleText) if row.text in texts}
        | {row.reference for row in data.all(Article) if due(row.next_price_date) or row.family_code in families}
        | {row.article for row in data.all(ArticleTariff) if due(row.next_price_date)}
        | {row.article for row in data.all(ArticleAccounting) if due(*row.tax_change_dates)}
    )
