"""One column of a sheet: how a value of a choice is written into a cell and read back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TRUE = frozenset({"1", "oui", "yes", "true", "vrai", "x"})
FALSE = frozenset({"", "0", "non", "no", "false", "faux"})
LANGUAGES = ("fr", "en")
"""Of the interface: a sheet is read back whichever language its headings are in."""


class CellError(ValueError):
    """A cell that cannot be read: its heading, its value and what would do."""

    def __init__(self, heading: str, value: str, rule: object) -> None:
        super().__init__(_("%(heading)s: “%(value)s”: %(rule)s") % {"heading": heading, "value": value, "rule": rule})


@dataclass(frozen=True, slots=True)
class Suffixed:
    """A label with something behind it, in whichever language it is asked for."""

    label: Promise
    suffix: str

    def __str__(self) -> str:
        return f"{self.label} {self.suffix}"


@dataclass(frozen=True, slots=True)
class Column:
    """``code`` is its name in every language; ``read`` and ``write`` turn cells into JSON values and back.

    ``info`` columns are shown and never read: what is derived from Sage.
    """

    code: str
    label: Promise | Suffixed
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = lambda value: "" if value is None else str(value)
    info: bool = False
    widget: str = "text"
    """How a form asks for it: "text", "check", "number", "colour", or "select" among `words`."""
    words: Mapping[str, Promise | str] = field(default_factory=dict)


def yes_no(code: str, label: Promise) -> Column:
    """A column of yes and no."""
    return Column(code, label, read_bool, write_bool, widget="check")


def number(code: str, label: Promise | Suffixed) -> Column:
    """A column of whole numbers."""
    return Column(code, label, read_int, widget="number")


def among(code: str, label: Promise, words: Mapping[str, Promise | str]) -> Column:
    """A column of one value among a few."""
    read, write = one_of(words)
    return Column(code, label, read, write, widget="select", words=words)


def places_of(columns: Sequence[Column], headings: Sequence[str]) -> dict[str, int]:
    """Column code -> where it stands. Headings are labels in one language, or codes: whichever fits most of them."""
    folded = [fold(heading) for heading in headings]
    namings = [{column.code: column.code for column in columns}]
    for language in LANGUAGES:
        with translation.override(language):
            namings.append({fold(str(column.label)): column.code for column in reversed(columns)})
    found = [
        {naming[heading]: place for place, heading in reversed(list(enumerate(folded))) if heading in naming}
        for naming in namings
    ]
    return max(found, key=len)


def fold(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def read_bool(cell: str) -> bool:
    """
    Raises:
        ValueError: neither yes nor no.
    """
    folded = fold(cell)
    if folded not in TRUE | FALSE:
        raise ValueError(_("write yes or no"))
    return folded in TRUE


def write_bool(value: Any) -> str:
    return translation.gettext("yes") if value else ""


def read_int(cell: str) -> int | None:
    """A whole number, or nothing.

    Raises:
        ValueError: something else.
    """
    text = cell.strip().removesuffix(".0")
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise ValueError(_("write a whole number"))
    return int(text)


def one_of(words: Mapping[str, Any]) -> tuple[Callable[[str], str], Callable[[Any], str]]:
    """Reader and writer of a value among a few: the cell holds its word, or its code."""

    def read(cell: str) -> str:
        folded = fold(cell)
        for code, word in words.items():
            spellings = {fold(code)}
            for language in LANGUAGES:
                with translation.override(language):
                    spellings.add(fold(str(word)))
            if folded in spellings:
                return code
        known = ", ".join(filter(None, (str(word) or code for code, word in words.items())))
        raise ValueError(_("write one of: %(known)s") % {"known": known})

    return read, lambda value: str(words.get(value or "", value or ""))
