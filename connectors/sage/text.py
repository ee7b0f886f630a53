"""Text that must enter Sage: CP1252 columns of fixed lengths, where nothing may be lost without being reported."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# What Unicode's own decomposition does not bring back to a letter of CP1252.
_SPELT = {
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ı": "i",
    "ħ": "h",
    "ŋ": "n",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "‒": "-",
    "′": "'",
    "″": '"',
    "ʼ": "'",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
}
UNKNOWN = "?"
"""What SQL Server itself stores for a character outside CP1252, but silently."""


def to_cp1252(text: str) -> tuple[str, str]:
    """The text in characters that Sage's columns hold, and the distinct characters that had to be replaced.

    Composed first; control characters become blanks and blanks are folded (neither counts as a loss); accents that
    CP1252 lacks are dropped ("ő" -> "o"); what has no Latin spelling becomes "?".
    """
    kept: list[str] = []
    replaced: dict[str, None] = {}
    for character in unicodedata.normalize("NFC", text):
        spelt = " " if character.isspace() or unicodedata.category(character) in {"Cc", "Cf"} else character
        if not _fits(spelt):
            spelt = _spelling(character)
            replaced[character] = None
        kept.append(spelt)
    return " ".join("".join(kept).split()), "".join(replaced)


def split_words(text: str, widths: Sequence[int]) -> tuple[list[str], str]:
    """One part per width, filled word by word, and the rest that found no room ('' when all fits).

    A word is cut only when it is longer than the part it would start.
    """
    words = text.split()
    parts: list[str] = []
    for width in widths:
        part = ""
        while words and width > 0:
            longer = f"{part} {words[0]}" if part else words[0]
            if len(longer) <= width:
                part = longer
                words.pop(0)
            elif part:
                break
            else:
                part, words[0] = words[0][:width], words[0][width:]
                break
        parts.append(part)
    return parts, " ".join(words)


def _fits(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _spelling(character: str) -> str:
    if character in _SPELT:
        return _SPELT[character]
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return base if base and all(map(_fits, base)) else UNKNOWN
