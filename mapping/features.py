"""Free fields and statistics as characteristics of products. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import CatalogueFeature, CatalogueFeatureValue, ProductFeature
from mapping.choices import Choices
from mapping.rules import ShopRules

if TYPE_CHECKING:
    from mapping.articles import Workshop

FEATURE_KEY, VALUE_KEY = "FEAT:", "FVAL:"


def features_of(shop: Workshop, article: Article) -> tuple[ProductFeature, ...]:
    """The article's characteristics, in the order in which the shop shows them."""
    return ()


def published_features(shared: Iterable[str], choices: Choices, rules: ShopRules) -> tuple[CatalogueFeature, ...]:
    """The features behind these keys."""
    return ()


def published_values(shared: Iterable[str], choices: Choices, rules: ShopRules) -> tuple[CatalogueFeatureValue, ...]:
    """The values behind these keys."""
    return ()
