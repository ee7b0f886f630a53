"""Which free fields and statistics of Sage become features of the shop."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mapping.choices.base import ChoiceKind, ChoiceValue


class FeatureChoice(ChoiceValue):
    published: bool = True
    """False: a person said that it is not for the shop."""
    name: dict[str, str] = {}
    """Language -> name in the shop; none: Sage's label."""
    type: Literal["text", "number", "list", "date"] = "text"
    unit: str = Field(default="", max_length=20)
    position: int | None = Field(default=None, ge=0)


FEATURE = ChoiceKind("feature", FeatureChoice, ("source",))
"""``source``: as `mapping.sources` names it: "free:Matière", "stat1"."""
