"""Makers: which spellings of Sage are one, and how it is called."""

from __future__ import annotations

from mapping.choices.base import ChoiceKind, ChoiceValue


class BrandChoice(ChoiceValue):
    name: str = ""
    """Its name in the shop; two spellings with one name are one maker."""
    ignored: bool = False


BRAND = ChoiceKind("brand", BrandChoice, ("brand",))
"""``brand``: Sage's text with blanks and case folded."""
