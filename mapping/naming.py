"""Texts of Sage made acceptable to the shop, and compared without their accidents of typing. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from slugify import slugify

NAME_LENGTH = 128
GROUP_NAME_LENGTH = 32
PERSON_NAME_LENGTH = 32
"""Version 1.6's limit; later versions take 255."""
FORBIDDEN_IN_NAMES = re.compile(r"[<>;=#{}]")
"""What the shop refuses in names of products and categories (it says only "invalid")."""
FORBIDDEN_IN_REFERENCES = re.compile(r"[<>;={}]")
REFERENCE_LENGTH = 64
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")
_FORBIDDEN_IN_PERSON_NAMES = re.compile(r"""[0-9!<>,;?=+()/\\@#"°*{}_^$%:\[\]|]+|\.(?=\w)""")


@dataclass(frozen=True, slots=True)
class ShopText:
    """The text as the shop takes it, and what was changed, in French words for the product page."""

    text: str
    changes: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        return "".join(f" ; {change}" for change in self.changes)


def folded_blanks(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def folded(text: str) -> str:
    """For comparing spellings: blanks and case are folded, accents are not ("Pêche" is not "Péché")."""
    return folded_blanks(unicodedata.normalize("NFC", text)).casefold()


def without_accents(text: str) -> str:
    """Folded further, as the shop's own comparison does."""
    decomposed = unicodedata.normalize("NFKD", folded(text))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def shop_name(text: str, replacements: Mapping[str, str], *, length: int = NAME_LENGTH) -> ShopText:
    """Forbidden characters replaced by the client's dictionary, blanks folded, cut at ``length`` on a word."""
    changes = []
    name = unicodedata.normalize("NFC", text)
    for character, replacement in replacements.items():
        if character in name:
            name = name.replace(character, replacement)
            changes.append(f"« {character} » remplacé")
    if FORBIDDEN_IN_NAMES.search(name):
        name = FORBIDDEN_IN_NAMES.sub(" ", name)
        changes.append("caractères refusés par la boutique enlevés")
    name = folded_blanks(name)
    if len(name) > length:
        name = cut(name, length)
        changes.append(f"coupé à {length} caractères")
    return ShopText(name, tuple(changes))


def generic_text(text: str, replacements: Mapping[str, str], *, length: int) -> ShopText:
    """One line as the shop's `isGenericName` takes it: without ``<>={}``, cut at ``length`` on a word."""
    changes = []
    said = without_controls(unicodedata.normalize("NFC", text))
    for character in "<>={}":
        if character in said:
            said = said.replace(character, replacements.get(character, " "))
            changes.append(f"« {character} » remplacé")
    said = folded_blanks(said)
    if len(said) > length:
        said = cut(said, length)
        changes.append(f"coupé à {length} caractères")
    return ShopText(said, tuple(changes))


def without_controls(text: str) -> str:
    """Without the characters that XML cannot carry."""
    return _CONTROLS.sub(" ", text)


def cut(text: str, length: int) -> str:
    """At most ``length`` characters, ending on a whole word where there is one."""
    if len(text) <= length:
        return text
    head, blank, _ = text[: length + 1].rpartition(" ")
    return head.rstrip() if blank and head.strip() else text[:length]


def link_rewrite(name: str) -> str:
    """The readable part of an address: "polo-bleu". Never empty, because the shop refuses that."""
    link = slugify(
        name,
        replacements=[("°", ""), ("œ", "oe"), ("Œ", "oe")],
        max_length=NAME_LENGTH,
        backend="text-unidecode",  # named, because "auto" looks for the other one at every call
    )
    return link or "article"


def person_name(text: str) -> str:
    """What the shop's `isCustomerName` takes: no digit, no sign, no dot before a letter; "" when nothing is left."""
    return cut(folded_blanks(_FORBIDDEN_IN_PERSON_NAMES.sub(" ", text)), PERSON_NAME_LENGTH)


def reference_is_accepted(reference: str) -> bool:
    return 0 < len(reference) <= REFERENCE_LENGTH and not FORBIDDEN_IN_REFERENCES.search(reference)
