"""Makers and suppliers of products. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import CatalogueBrand, CatalogueProduct

if TYPE_CHECKING:
    from mapping.articles import Workshop

MANUFACTURER, SUPPLIER = "MAN:", "SUP:"


def manufacturer_of(shop: Workshop, article: Article) -> str:
    """The maker's name as the shop shows it, "" for none."""
    return ""


def supplier_of(shop: Workshop, article: Article) -> str:
    """The main supplier's name, "" for none."""
    return ""


def shared_keys(product: CatalogueProduct) -> Iterable[str]:
    """Of the product's maker and supplier."""
    if product.manufacturer:
        yield MANUFACTURER + product.manufacturer
    if product.supplier:
        yield SUPPLIER + product.supplier


def published(shared: Iterable[str], prefix: str) -> tuple[CatalogueBrand, ...]:
    """The brands behind the keys with this prefix, by name."""
    keys = sorted(key for key in shared if key.startswith(prefix))
    return tuple(CatalogueBrand(key, key.removeprefix(prefix)) for key in keys)
