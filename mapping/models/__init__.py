"""The mapping catalogue's tables, one file per subject."""

from mapping.models.bindings import Binding
from mapping.models.choices import Choice, ChoiceAct, ChoiceChange
from mapping.models.customers import ShopCustomer
from mapping.models.derivation import DerivationMark, DerivationTrace
from mapping.models.exchange import ImportDraft
from mapping.models.grouping import GroupSuggestion
from mapping.models.images import ProductImage
from mapping.models.ordered import OrderedStock
from mapping.models.prices import CustomerGroup, SpecificPrice
from mapping.models.products import Category, Combination, Product, Readiness
from mapping.models.quality import QualityFinding
from mapping.models.source import MirrorState, SourceRecord, SourceTouch

__all__ = [
    "Binding",
    "Category",
    "Choice",
    "ChoiceAct",
    "ChoiceChange",
    "Combination",
    "CustomerGroup",
    "DerivationMark",
    "DerivationTrace",
    "GroupSuggestion",
    "ImportDraft",
    "MirrorState",
    "OrderedStock",
    "Product",
    "ProductImage",
    "QualityFinding",
    "Readiness",
    "ShopCustomer",
    "SourceRecord",
    "SourceTouch",
    "SpecificPrice",
]
