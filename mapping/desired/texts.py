"""Texts and tags of products."""

from __future__ import annotations

from mapping.catalogue import CatalogueProduct
from mapping.desired.parts import Fields
from mapping.rules import ShopRules


def fields(product: CatalogueProduct, rules: ShopRules) -> Fields:
    """The fields of a product that come from here."""
    return {}
