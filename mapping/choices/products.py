"""What a person adds to one product."""

from __future__ import annotations

from mapping.choices.base import ChoiceKind, ChoiceValue


class ProductChoice(ChoiceValue):
    category: str | None = None
    """Key of the main category; None: Sage's."""
    categories: tuple[str, ...] = ()
    """Keys of further categories."""
    accessories: tuple[str, ...] | None = None
    """References; None: those that Sage links."""
    features: dict[str, str] = {}
    """Key of a feature -> the value that replaces Sage's; "" removes it."""
    manufacturer: str | None = None


PRODUCT = ChoiceKind("product", ProductChoice, ("product",), per_article=True)
