"""The mapping catalogue's tables, one file per subject."""

from mapping.models.bindings import Binding
from mapping.models.customers import ShopCustomer
from mapping.models.derivation import DerivationMark, DerivationTrace
from mapping.models.images import ProductImage
from mapping.models.prices import CustomerGroup, SpecificPrice
from mapping.models.products import Category, Combination, Product, Readiness
from mapping.models.source import MirrorState, SourceRecord, SourceTouch

__all__ = [
    "Binding",
    "Category",
    "Combination",
    "CustomerGroup",
    "DerivationMark",
    "DerivationTrace",
    "MirrorState",
    "Product",
    "ProductImage",
    "Readiness",
    "ShopCustomer",
    "SourceRecord",
    "SourceTouch",
    "SpecificPrice",
]
