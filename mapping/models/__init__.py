"""The mapping catalogue's tables, one file per subject."""

from mapping.models.bindings import Binding
from mapping.models.customers import ShopCustomer
from mapping.models.images import ProductImage
from mapping.models.prices import CustomerGroup, SpecificPrice
from mapping.models.products import Category, Combination, Product, Readiness
from mapping.models.source import SourceRecord

__all__ = [
    "Binding",
    "Category",
    "Combination",
    "CustomerGroup",
    "Product",
    "ProductImage",
    "Readiness",
    "ShopCustomer",
    "SourceRecord",
    "SpecificPrice",
]
