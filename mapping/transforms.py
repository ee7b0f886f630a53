"""What a template can do to a value: one line each. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from mapping.html_text import clean_html, paragraphs, with_breaks
from mapping.naming import cut, folded_blanks, link_rewrite

Transform = Callable[[str], str]

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ0-9«\"'])|\n")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)


def title(text: str) -> str:
    """Every word with a capital; what follows an elision keeps to French: "Polo D'accueil" is no word, "d'accueil" is.

    >>> title("POLO D'ACCUEIL")
    "Polo D'accueil"
    """
    return _WORD.sub(lambda found: found[0][:1].upper() + found[0][1:].lower(), text)


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence, or the first line."""
    return _SENTENCE_END.split(text.strip(), maxsplit=1)[0].strip()


def no_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _cut(argument: str) -> Transform:
    if not argument.isdecimal() or not int(argument):
        raise ValueError(f"cut:{argument}: a number of characters is needed, as in cut:60")
    length = int(argument)
    return lambda text: cut(text, length)


def _replace(argument: str) -> Transform:
    old, colon, new = argument.partition(":")
    if not old or not colon:
        raise ValueError(f"replace:{argument}: what and by what are needed, as in replace:/:-")
    return lambda text: text.replace(old, new)


PLAIN: Mapping[str, Transform] = {
    "capitalize": str.capitalize,
    "title": title,
    "lower": str.lower,
    "upper": str.upper,
    "trim": folded_blanks,
    "first_sentence": first_sentence,
    "no_accents": no_accents,
    "slug": link_rewrite,
}
NEEDED: Mapping[str, Callable[[str], Transform]] = {"cut": _cut, "replace": _replace}
"""Those that need something after a colon.

Raises ValueError where that is not given.
"""
HTML: Mapping[str, Transform] = {"paragraphs": paragraphs, "br": with_breaks, "html": clean_html}
"""Those that make HTML, and come last: ``html`` says that the text is HTML already."""
