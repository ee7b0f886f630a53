"""Makers and suppliers of products. Pure.

Spellings that differ by case or blanks only are one brand: it is known by its folded name, and shown as most of it is
written with care: mixed case before capitals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import CatalogueBrand, CatalogueProduct
from mapping.choices import BRAND, PRODUCT, BrandChoice, ProductChoice
from mapping.naming import folded, folded_blanks, shop_name
from mapping.sources import column_of, text_of

if TYPE_CHECKING:
    from mapping.articles import Workshop

MANUFACTURER, SUPPLIER = "MAN:", "SUP:"
NAME_LENGTH = 64
"""Of manufacturers and suppliers, on every version."""


@dataclass(frozen=True, slots=True)
class Brand:
    """One of a product's brands, "" for none, and where it comes from."""

    name: str = ""
    why: str = ""
    reference: str = ""
    """A supplier's: what it calls the article."""


def manufacturer_of(shop: Workshop, article: Article, key: str | None = None) -> Brand:
    """The maker as the shop shows it: a person's word for this product, else the source of the rules.

    ``key``: the product, when it is not the article's own.
    """
    chosen = shop.choices.get(PRODUCT, ProductChoice, key or article.reference)
    if chosen is not None and chosen.manufacturer is not None:
        cleaned = _clean(shop, chosen.manufacturer)
        return Brand(cleaned, "choisi par une personne")
    source = shop.rules.brands.manufacturer
    said = folded_blanks(text_of(shop.data, article, source, today=shop.today)) if source else ""
    if not source or not said:
        return Brand()
    why = f"{column_of(source)} « {said} »"
    known = shop.choices.get(BRAND, BrandChoice, folded(said))
    if known is not None and known.ignored:
        return Brand("", f"{why} : à ignorer")
    renamed = folded_blanks(known.name) if known is not None else ""
    return Brand(_clean(shop, renamed or said), f"{why}, appelé « {renamed} »" if renamed else why)


def supplier_of(shop: Workshop, article: Article) -> Brand:
    """The main supplier (F_ARTFOURNISS) by its name, when the rules publish suppliers."""
    main = shop.data.main_suppliers.get(article.reference) if shop.rules.brands.suppliers else None
    if main is None:
        return Brand()
    name = shop.data.supplier_names.get(main.supplier, "") or main.supplier
    why = f"F_ARTFOURNISS, fournisseur {'principal' if main.main else 'premier'} {main.supplier} « {name} »"
    return Brand(_clean(shop, name), why, main.reference)


def brand_key(prefix: str, name: str) -> str:
    """ "MAN:armor textile": the same for all spellings of a brand."""
    return prefix + folded(name)


def shared_keys(product: CatalogueProduct) -> Iterable[str]:
    """Of the product's maker and supplier, with their spelling: "MAN:Armor Textile"."""
    if product.manufacturer:
        yield MANUFACTURER + product.manufacturer
    if product.supplier:
        yield SUPPLIER + product.supplier


def published(shared: Iterable[str], prefix: str) -> tuple[CatalogueBrand, ...]:
    """The brands behind the shared keys with this prefix, each once, by name."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for key in shared:
        if key.startswith(prefix):
            name = key.removeprefix(prefix)
            spellings[brand_key(prefix, name)].append(name)
    return tuple(CatalogueBrand(key, min(names, key=_care)) for key, names in sorted(spellings.items()))


def _care(name: str) -> tuple[bool, str]:
    """Names in capitals, or without any, come last."""
    return name.isupper() or name.islower(), name


def _clean(shop: Workshop, name: str) -> str:
    return shop_name(name, shop.rules.name_replacements, length=NAME_LENGTH).text
