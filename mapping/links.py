"""What ties a product to others: further categories, the components of a pack, accessories. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import PackItem

if TYPE_CHECKING:
    from mapping.articles import Workshop


def categories_of(shop: Workshop, article: Article) -> tuple[str, ...]:
    """Keys of further categories."""
    return ()


def pack_of(shop: Workshop, article: Article) -> tuple[PackItem, ...]:
    """The components of a commercial nomenclature."""
    return ()


def accessories_of(shop: Workshop, article: Article) -> tuple[str, ...]:
    """Keys of the products that go with it."""
    return ()
