"""The client's dictionary: what stands for Sage's abbreviations in every derived text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from mapping.choices import WordChoice


class Dictionary:
    """All entries at once, longest first: what one of them wrote is never changed by another."""

    def __init__(self, words: Mapping[str, WordChoice]) -> None:
        """``words``: the text looked for -> what is to become of it."""
        entries = {unicodedata.normalize("NFC", text): word for text, word in words.items() if text.strip()}
        self._exact = {text: word.to for text, word in sorted(entries.items()) if word.match_case}
        self._folded = {text.casefold(): word.to for text, word in sorted(entries.items()) if not word.match_case}
        ordered = sorted(entries.items(), key=lambda entry: (-len(entry[0]), entry[0]))
        patterns = [_pattern(text, word) for text, word in ordered]
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        self._sought = sorted({text.casefold() for text in entries})

    def apply(self, text: str) -> str:
        """The text with every entry replaced; blanks that a removed word leaves are folded."""
        if self._pattern is None or not text:
            return text
        folded = text.casefold()
        # Most texts hold no entry: looking for each costs a tenth of what the pattern takes.
        if not any(entry in folded for entry in self._sought):
            return text
        said = self._pattern.sub(self._by, text)
        return said if said == text else re.sub(r"[ \t]{2,}", " ", said).strip()

    def _by(self, found: re.Match[str]) -> str:
        word = found[0]
        return self._exact[word] if word in self._exact else self._folded.get(word.casefold(), word)


def _pattern(text: str, word: WordChoice) -> str:
    pattern = re.escape(text)
    if word.whole_word:  # only where the entry itself ends in a letter: "S/" is whole before a letter too
        pattern = (r"(?<!\w)" if text[0].isalnum() else "") + pattern + (r"(?!\w)" if text[-1].isalnum() else "")
    return pattern if word.match_case else f"(?i:{pattern})"
