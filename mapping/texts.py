"""The texts of a product, field by field and language by language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import ProductText

if TYPE_CHECKING:
    from mapping.articles import Workshop


def texts_of(shop: Workshop, article: Article) -> Mapping[str, Mapping[str, ProductText]]:
    """Field -> language -> text; a field without a text in any language is left out."""
    return {}
