"""The dictionary by which Sage's abbreviations become words in all derived texts."""

from __future__ import annotations

from pydantic import Field

from mapping.choices.base import ChoiceKind, ChoiceValue


class WordChoice(ChoiceValue):
    to: str = Field(max_length=200)
    """What stands in for it; "" removes it."""
    whole_word: bool = True
    match_case: bool = False


WORD = ChoiceKind("word", WordChoice, ("text",))
