"""Separate articles sold as one product with combinations."""

from __future__ import annotations

from pydantic import Field, model_validator

from mapping.choices.base import ChoiceKind, ChoiceValue


class GroupChoice(ChoiceValue):
    """The key is the article whose page in the shop becomes the product's: it never changes while the group lives."""

    name: str = Field(default="", max_length=128)
    """The product's name: what its members have in common; "": the master's designation."""
    master: str
    """The member that gives the texts, the category and the base price."""
    axes: tuple[str, ...] = Field(min_length=1, max_length=4)
    """("Couleur", "Taille")."""
    members: dict[str, tuple[str, ...]]
    """Reference -> its value on each axis."""
    locked: bool = False
    """No article joins by itself."""
    rule: str = ""
    """Name of the grouping rule that proposed it; "" when a person built it."""
    pattern: str = ""
    """What new members must fit, in the terms of that rule."""

    @model_validator(mode="after")
    def _whole(self) -> GroupChoice:
        if self.master not in self.members:
            raise ValueError(f"the master {self.master!r} is not among the members")
        for reference, values in self.members.items():
            if len(values) != len(self.axes):
                raise ValueError(f"{reference!r} has {len(values)} values for {len(self.axes)} axes")
        return self


GROUP = ChoiceKind("group", GroupChoice, ("anchor",))
