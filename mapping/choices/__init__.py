"""What people decide about the catalogue beside Sage: one small file per kind of choice. Pure.

A choice is kept apart from everything derived, so that no reading of Sage ever overwrites it. Each kind declares its
key and its value; saving, history, undo, import and export are the same for all (`mapping.choosing`).
"""

from mapping.choices.articles import ARTICLE, ArticleChoice
from mapping.choices.base import ChoiceKind, Choices, ChoiceValue
from mapping.choices.brands import BRAND, BrandChoice
from mapping.choices.categories import CATEGORY, CategoryChoice
from mapping.choices.features import FEATURE, FeatureChoice
from mapping.choices.groups import GROUP, GroupChoice
from mapping.choices.images import IMAGE, UPLOAD, ImageChoice, UploadChoice
from mapping.choices.options import OPTION, VALUE, OptionChoice, ValueChoice
from mapping.choices.products import PRODUCT, ProductChoice
from mapping.choices.texts import TEXT, TextChoice
from mapping.choices.words import WORD, WordChoice

CHOICE_KINDS: dict[str, ChoiceKind] = {
    kind.name: kind
    for kind in (ARTICLE, PRODUCT, TEXT, IMAGE, UPLOAD, GROUP, CATEGORY, OPTION, VALUE, FEATURE, BRAND, WORD)
}

__all__ = [
    "CHOICE_KINDS",
    "ArticleChoice",
    "BrandChoice",
    "CategoryChoice",
    "ChoiceKind",
    "ChoiceValue",
    "Choices",
    "FeatureChoice",
    "GroupChoice",
    "ImageChoice",
    "OptionChoice",
    "ProductChoice",
    "TextChoice",
    "UploadChoice",
    "ValueChoice",
    "WordChoice",
]
