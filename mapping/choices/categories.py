"""What becomes of a family or a catalogue node in the shop's tree."""

from __future__ import annotations

from mapping.choices.base import ChoiceKind, ChoiceValue


class CategoryChoice(ChoiceValue):
    name: dict[str, str] = {}
    """Language -> name in the shop."""
    hidden: bool = False
    """Its products go to the node above it."""
    shop_categories: dict[str, int] = {}
    """Name of the shop -> id of its category that stands for this node."""


CATEGORY = ChoiceKind("category", CategoryChoice, ("node",))
"""``node``: "FAM:code", "CAT:number"."""
