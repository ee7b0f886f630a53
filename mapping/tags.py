"""Tags of products: words by which the shop's visitors find them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mapping.catalogue import CatalogueProduct, CatalogueTag

TAG = "TAG:"


def shared_keys(product: CatalogueProduct) -> Iterable[str]:
    """ "TAG:fr|polo" for each of the product's tags."""
    return ()


def published(shared: Iterable[str]) -> tuple[CatalogueTag, ...]:
    """The tags behind these keys."""
    return ()
