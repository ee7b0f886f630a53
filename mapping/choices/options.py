"""Gammes and their values: how they are called and shown, and which spellings are one value."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mapping.choices.base import ChoiceKind, ChoiceValue


class OptionChoice(ChoiceValue):
    name: dict[str, str] = {}
    """Language -> name in the shop."""
    display: Literal["select", "radio", "color"] = "select"
    position: int | None = Field(default=None, ge=0)


class ValueChoice(ChoiceValue):
    same_as: str = ""
    """Key of the value that this spelling stands for."""
    distinct: bool = False
    """A person said that it is not the same as one spelt almost alike."""
    name: dict[str, str] = {}
    colour: str = Field(default="", pattern=r"^(#[0-9a-fA-F]{6})?$")
    position: int | None = Field(default=None, ge=0)


OPTION = ChoiceKind("option", OptionChoice, ("option",))
"""``option``: "OPT:couleur"."""
VALUE = ChoiceKind("value", ValueChoice, ("value",))
"""``value``: "VAL:couleur|rouge foncé"; kept whole, as one part."""
