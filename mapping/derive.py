"""Sage's records and a shop's rules in, its catalogue out. Pure: the same input always gives the same catalogue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from connectors.sage.records import Record
from mapping import brands, features, tags
from mapping.accounts import customers
from mapping.articles import Workshop, may_be_for_sale
from mapping.barcodes import doubled_eans
from mapping.catalogue import Catalogue, CatalogueCustomer, CatalogueGroup, CatalogueProduct, CategoryNode
from mapping.categories import CategoryTree
from mapping.checklist import checked
from mapping.checks import twins
from mapping.choices import Choices
from mapping.combinations import barcodes
from mapping.gammes import Gammes
from mapping.group_products import product_of
from mapping.groups import Groups
from mapping.naming import GROUP_NAME_LENGTH, shop_name
from mapping.ordered import NONE, Ordered
from mapping.photo_patterns import FolderFiles
from mapping.pricing import Buyer, PriceBook
from mapping.rules import ShopRules
from mapping.source import SageData
from mapping.specific_prices import Audience
from mapping.stock import StockBook
from mapping.texts import TextBook
from mapping.vocabulary import Vocabulary, count_vocabulary, with_spellings

STREAMS = (
    "families",
    "catalogue_nodes",
    "gammes",
    "gamme_values",
    "articles",
    "article_gammes",
    "combinations",
    "kit_components",
    "media",
    "stock",
    "gamme_stock",
    "depots",
    "tariff_categories",
    "article_tariffs",
    "quantity_tiers",
    "gamme_prices",
    "taxes",
    "article_accounting",
    "family_accounting",
    "packagings",
    "packaging_prices",
    "glossary_texts",
    "article_texts",
    "article_suppliers",
    "suppliers",
    "customers",
    "contacts",
    "countries",
)
"""The streams of `connectors.sage.streams` that the derivation reads."""


def derive(
    records: Mapping[str, Iterable[Record]],
    rules: ShopRules,
    *,
    today: date,
    choices: Choices | None = None,
    files: FolderFiles | None = None,
    shop: str = "",
) -> Catalogue:
    """The shop's catalogue on this day (in the client's time zone: future prices begin at its midnight)."""
    data = SageData(records)
    chosen = Choices() if choices is None else choices
    vocabulary = count_vocabulary(data)
    vocabulary.update(Groups(chosen).spellings())
    company = Company(data, rules, today=today, vocabulary=vocabulary, choices=chosen, files=files, shop=shop)
    products = company.products(data, company.group_book.with_anchors(data.articles))
    for_sale = [one for one in products if one.readiness != "out"]
    return company.catalogue(
        products,
        per_category=Counter(one.category_key for one in for_sale),
        shared={key for one in for_sale for key in shared_keys(one)},
    )


def shared_keys(product: CatalogueProduct) -> list[str]:
    """What the product shares with others, each once, in a fixed order.

    Option values ("VAL:"), features ("FEAT:", "FVAL:"), brands ("MAN:", "SUP:"), tags ("TAG:"), further categories.
    """
    keys = {key for combination in product.combinations for key in combination.value_keys}
    keys.update(product.categories, *((one.feature_key, one.value_key) for one in product.features))
    keys.update(brands.shared_keys(product), tags.shared_keys(product))
    return sorted(keys)


class Company:
    """What all products of a shop share on one day: derived once, whatever the number of products.

    ``data`` holds the common streams, and the customers' unless no product has terms for one of them.
    """

    def __init__(
        self,
        data: SageData,
        rules: ShopRules,
        *,
        today: date,
        vocabulary: Vocabulary,
        choices: Choices | None = None,
        files: FolderFiles | None = None,
        shop: str = "",
        ordered: Ordered = NONE,
    ) -> None:
        """``choices``: those that reach further than one article, at least. ``files``: of the media folders.
        ``shop``: the name under which people map categories to the shop's own. ``ordered``: what the client's shops
        have sold and Sage does not count yet.
        """
        self._ordered = ordered
        self._files = FolderFiles() if files is None else files
        self._rules, self._today = rules, today
        self._data = data
        self._choices = Choices() if choices is None else choices
        self.group_book = Groups(self._choices)
        self._vocabulary = with_spellings(vocabulary, self.group_book.spellings())
        self.groups = tariff_groups(data, rules)
        published = frozenset(group.key for group in self.groups if not group.public)
        self.accounts, self.failed_accounts = customers(data, rules, published)
        self._tree = CategoryTree(data, rules, self._choices, shop=shop)
        self._texts = TextBook(rules, self._choices)

    def products(
        self, data: SageData, references: Iterable[str], choices: Choices | None = None
    ) -> tuple[CatalogueProduct, ...]:
        """The products of these articles. ``data`` also holds whatever they depend on: see `mapping.loading`.

        ``choices``: those about these articles, when the company was made without them.
        """
        shop = self._workshop(data, self._choices if choices is None else self._choices.joined(choices))
        wanted = sorted(reference for reference in references if self._exists(data, reference))
        return tuple(checked(product_of(shop, reference), self._rules) for reference in wanted)

    def _exists(self, data: SageData, reference: str) -> bool:
        """In Sage; the product of a group does while one of its articles does."""
        group = self.group_book.of(reference)
        return reference in data.articles or (group is not None and any(one in data.articles for one in group.members))

    def categories(self, products: Mapping[str, int], more: Iterable[str] = ()) -> tuple[CategoryNode, ...]:
        """The categories of so many products each, ``more``, and all above them, parents first."""
        return self._tree.published(products, more)

    def catalogue(
        self, products: tuple[CatalogueProduct, ...], *, per_category: Mapping[str, int], shared: Collection[str]
    ) -> Catalogue:
        """A catalogue of these products with everything that is shared.

        ``per_category`` (category key -> how many) and ``shared`` (`shared_keys`) are those of all products of the
        shop that are for sale.
        """
        gammes = self._gammes(self._data)
        value_keys = [key for key in shared if key.startswith("VAL:")]
        options, values = gammes.published(value_keys)
        more = [key for key in shared if key.startswith(("FAM:", "CAT:", "MORE:"))]
        return Catalogue(
            categories=self._tree.published(per_category, more),
            groups=self.groups,
            options=options,
            values=values,
            features=features.published_features(shared, self._choices, self._rules),
            feature_values=features.published_values(shared, self._choices, self._rules),
            manufacturers=brands.published(shared, brands.MANUFACTURER),
            suppliers=brands.published(shared, brands.SUPPLIER),
            tags=tags.published(shared),
            products=products,
            customers=self.accounts,
            failed_customers=tuple(self.failed_accounts),
            problems=gammes.near_twins(value_keys),
        )

    def _gammes(self, data: SageData) -> Gammes:
        rules = self._rules
        return Gammes(data, rules.name_replacements, self._vocabulary, self._choices, language=rules.language)

    def _workshop(self, data: SageData, choices: Choices) -> Workshop:
        rules = self._rules
        for_sale = [one for one in data.articles.values() if may_be_for_sale(data, one, rules, choices)]
        everybody = Audience(Buyer(rules.prices.public_category))
        published = [group for group in self.groups if not group.public]
        return Workshop(
            data=data,
            rules=rules,
            tree=self._tree,
            gammes=self._gammes(data),
            prices=PriceBook(data, accounting_category=rules.prices.accounting_category, today=self._today),
            stock=StockBook(data, rules, self._ordered),
            texts=self._texts,
            doubled_eans=doubled_eans(barcodes(data, frozenset(article.reference for article in for_sale))),
            twins=twins(for_sale),
            audiences=[everybody, *(Audience(Buyer(int(group.key)), group_key=group.key) for group in published)],
            buyers=_buyers(self._data, data, self.accounts) if rules.prices.customer_prices else {},
            choices=choices,
            groups=self.group_book,
            files=self._files,
            today=self._today,
        )


def tariff_groups(data: SageData, rules: ShopRules) -> tuple[CatalogueGroup, ...]:
    """The tariff categories that the rules name (all, by default) and the public one."""
    chosen = frozenset(rules.prices.groups) or frozenset(data.tariff_categories)
    public = rules.prices.public_category
    return tuple(
        CatalogueGroup(
            key=str(rank),
            name=shop_name(category.label, rules.name_replacements, length=GROUP_NAME_LENGTH).text,
            with_tax=category.with_tax,
            public=rank == public,
        )
        for rank, category in sorted(data.tariff_categories.items())
        if rank in chosen or rank == public
    )


def _buyers(company: SageData, data: SageData, accounts: Sequence[CatalogueCustomer]) -> dict[str, list[Audience]]:
    """Article -> the published customers who, or whose buying group, have terms of their own for it."""
    buyers: dict[str, list[Audience]] = defaultdict(list)
    for account in accounts if data.customer_terms else ():
        if not account.published:
            continue
        customer = company.customers[account.key]
        numbers = tuple(number for number in (customer.number, customer.buying_group) if number)
        audience = Audience(
            Buyer(customer.tariff_category, numbers), group_key=account.group_key, customer_key=account.key
        )
        for reference in sorted(set().union(*(data.customer_terms.get(number, set()) for number in numbers))):
            buyers[reference].append(audience)
    return buyers
