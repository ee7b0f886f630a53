"""A text that a person wrote: it stands in for Sage's, field by field and language by language."""

from __future__ import annotations

from mapping.choices.base import ChoiceKind, ChoiceValue


class TextChoice(ChoiceValue):
    text: str


TEXT = ChoiceKind("text", TextChoice, ("product", "field", "language"), per_article=True)
