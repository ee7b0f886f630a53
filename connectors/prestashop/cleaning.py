"""Values made acceptable to a shop: what a person is proposed, and what the mapping may do by itself. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from slugify import slugify

_LINK_REWRITE_LENGTH = 128


def clean_name(text: str, *, length: int = 128) -> str:
    """A product or category name that the shop takes: no ``<>;=#{}``, one line, at most `length` characters.

    >>> clean_name("Vis <6x40> ; lot de 10")
    'Vis 6x40, lot de 10'
    """
    text = re.sub(r"\s*;", ",", without_controls(text)).replace("=", "-").replace("#", "n°")
    return _shortened(_one_line(re.sub(r"[<>{}]", "", text)), length)


def clean_reference(text: str, *, length: int = 64) -> str:
    """A reference without ``<>;={}``; never shortened, two articles could become one: longer ones come out blank."""
    text = _one_line(re.sub(r"[<>;={}]", "", without_controls(text)))
    return text if len(text) <= length else ""


def clean_customer_name(text: str, *, length: int = 255) -> str:
    """A first or last name as the shop takes it: letters, spaces, hyphens, apostrophes, dots at the end of a word.

    Company names belong in `company`, which takes digits and signs.

    >>> clean_customer_name("DUPONT2 (Lyon)")
    'DUPONT Lyon'
    """
    text = re.sub(r"[^\w\s.'’&-]|[\d_]", " ", without_controls(text))
    text = re.sub(r"[.。](?!\s|$)", ". ", text)
    return _shortened(_one_line(text), length)


def link_rewrite(text: str) -> str:
    """The part of the address that names a product or a category; ``-`` when nothing of the text can be kept.

    >>> link_rewrite("Œuvre d'été n°12, 5 €")
    'oeuvre-d-ete-n-12-5-euro'
    """
    # Without the replacements the slug says "ndeg12" and "eur".
    replacements = [["°", " "], ["€", " euro "], ["&", " et "]]
    return slugify(text, replacements=replacements, max_length=_LINK_REWRITE_LENGTH, word_boundary=True) or "-"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def without_controls(text: str) -> str:
    return "".join(c if c in "\t\n\r" or unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text)


def _shortened(text: str, length: int) -> str:
    """Cut at a word where one ends in the last third, else right at the length."""
    if len(text) <= length:
        return text
    cut = text[:length].rpartition(" ")[0]
    return cut if len(cut) > length * 2 // 3 else text[:length].rstrip()


def _short(text: str, length: int, refused: str) -> str:
    return _shortened(_one_line(re.sub(f"[{re.escape(refused)}]", " ", text)), length)


def _number(text: str, length: int) -> str:
    return re.sub(r"[\s\u202f\xa0€]", "", text).replace(",", ".")


PROPOSALS: dict[str, Callable[[str, int], str]] = {
    "isCatalogName": lambda text, length: clean_name(text, length=length),
    "isGenericName": lambda text, length: clean_name(text, length=length),
    "IsGenericName": lambda text, length: clean_name(text, length=length),
    "isName": lambda text, length: clean_customer_name(text, length=length),
    "isCustomerName": lambda text, length: clean_customer_name(text, length=length),
    "isReference": lambda text, length: clean_reference(text, length=length),
    "isLinkRewrite": lambda text, length: link_rewrite(text),
    "isEan13": lambda text, length: re.sub(r"[\s.-]", "", text),
    "isUpc": lambda text, length: re.sub(r"[\s.-]", "", text),
    "isPrice": _number,
    "isNegativePrice": _number,
    "isFloat": _number,
    "isUnsignedFloat": _number,
    "isPhoneNumber": lambda text, length: _one_line(re.sub(r"[^+0-9. ()/-]", " ", text)),
    "isPostCode": lambda text, length: _one_line(re.sub(r"[^a-zA-Z 0-9-]", " ", _ascii(text)))[:length].rstrip(),
    "isAddress": lambda text, length: _short(text, length, "!<>?=+@{}_$%"),
    "isCityName": lambda text, length: _short(text, length, '!<>;?=+@#"°{}_$%'),
    "isMessage": lambda text, length: re.sub(r"[<>{}]", "", text)[:length],
}
"""The shop's rule -> a value that should pass it, from the refused one and the length; the caller checks that it
does.
"""
