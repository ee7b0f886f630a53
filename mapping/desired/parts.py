"""Product fields that come from small files of their own: each gives field -> (value, reason)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mapping.catalogue import CatalogueProduct
from mapping.rules import ShopRules
from mapping.state import Value

Fields = Mapping[str, tuple[Value, str]]
Part = Callable[[CatalogueProduct, ShopRules], Fields]
