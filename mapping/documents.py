"""Files linked to an article that are no photos: attachments of its product. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import CatalogueDocument

if TYPE_CHECKING:
    from mapping.articles import Workshop


def documents_of(shop: Workshop, article: Article) -> tuple[CatalogueDocument, ...]:
    """The article's documents, each path once."""
    return ()
