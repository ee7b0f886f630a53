"""The dictionary of values: what a word or a text says about colour, size, material, volume. Pure.

>>> recognise("ECRU")
Known(axis='Couleur', label='Écru', ...)
>>> read("Parka « Brume » - kaki - taille XL")
Reading(base=('parka', 'brume'), values={'Couleur': 'Kaki', 'Taille': 'XL'})
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mapping.grouping import word_lists as words
from mapping.naming import folded, without_accents

COLOUR, SIZE, SHOE_SIZE, MATERIAL = "Couleur", "Taille", "Pointure", "Matière"
DIMENSIONS, PEOPLE = "Dimensions", "Genre"
OTHER = "Modèle"
"""The axis of values that the dictionary does not know."""

Rank = tuple[int, float, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A value that the dictionary knows."""

    axis: str
    label: str
    """As people read it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A designation, taken apart."""

    base: tuple[str, ...]
    """The words that are no values, folded, in their order; those that tell nothing are left out."""
    values: Mapping[str, str]
    """Axis -> what the text says, several joined by "/"."""


_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = "|".join(sorted((unit for units in words.UNITS.values() for unit in units), key=lambda one: (-len(one), one)))
_PIECES = re.compile(
    rf"(?P<dimensions>{_NUMBER}(?:\s?[x×*]\s?{_NUMBER})+(?:\s?(?:mm|cm|m)\b)?)"
    r"|\b(?:pointure|pt)[.\s]*(?P<shoe>\d{2}(?:[.,]5)?)\b"
    r"|\b(?:taille|size|t)[.\s]*(?P<size>\d{1,3}(?:/\d{1,3})?)\b"
    rf"|(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})\b"
    r"|\b(?P<people>homme|femme)s?\b"
    r"|(?P<double>\b(?:[2-6]?x{0,4}s|m|[2-6]?x{0,4}l)/(?:m|[2-6]?x{0,4}l)\b)"
    r"|(?P<word>[^\W_]+(?P<elision>['’])?)"
)  # fmt: skip
_UNIT_AXIS = {unit: axis for axis, units in words.UNITS.items() for unit in units}
_WHOLE_MEASURE = re.compile(rf"(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})")
_SIZE_TOKEN = re.compile(r"(?:t|taille)\.?(\d{1,3})")


@lru_cache(maxsize=20_000)
def recognise(text: str) -> Known | None:
    """What a short text on its own says: "BLEU", "XL", "500ML", "bleu marine". Bare numbers say nothing."""
    plain = without_accents(text)
    if found := _WORDS.get(plain):
        return found
    if measure := _WHOLE_MEASURE.fullmatch(plain):
        return _measure(measure["number"], measure["unit"])
    if size := _SIZE_TOKEN.fullmatch(plain):
        return Known(SIZE, size[1])
    head, _blank, shade = plain.partition(" ")
    colour = _WORDS.get(head)
    if shade and shade in words.SHADES and colour and colour.axis == COLOUR:
        return Known(COLOUR, f"{colour.label} {folded(text).partition(' ')[2]}")
    return None


def read(text: str) -> Reading:
    """Takes a designation apart: which words are values, and which say what the article is."""
    base: list[str] = []
    found: dict[str, list[str]] = {}
    after_colour = False
    for piece in _PIECES.finditer(without_accents(text)):
        word = piece["word"]
        if word and piece["elision"]:
            continue
        if word and after_colour and word in words.SHADES:
            found[COLOUR][-1] += f" {word}"
            continue
        known = _piece(piece)
        after_colour = known is not None and known.axis == COLOUR
        if known is not None:
            if known.label not in found.setdefault(known.axis, []):
                found[known.axis].append(known.label)
        elif word and word not in words.EMPTY_WORDS:
            base.append(word)
    return Reading(tuple(base), {axis: "/".join(labels) for axis, labels in found.items()})


def axis_called(label: str) -> str | None:
    """The axis behind the name of a field: "Coloris" is Couleur."""
    return _CALLED.get(without_accents(label))


def numbers_axis(values: frozenset[str], base: frozenset[str]) -> str | None:
    """Which axis bare numbers are, judged by their range and by what the article is; None: they look like no sizes."""
    if not all(value.isdigit() for value in values):
        return None
    numbers = [int(value) for value in values]
    if _speaks_of(base, words.SHOE_WORDS) and all(16 <= one <= 52 for one in numbers):
        return SHOE_SIZE
    if _speaks_of(base, words.GLOVE_WORDS) and all(4 <= one <= 14 for one in numbers):
        return SIZE
    clothes = all(30 <= one <= 64 for one in numbers) and len({one % 2 for one in numbers}) == 1
    return SIZE if clothes else None


@lru_cache(maxsize=20_000)
def rank(value: str) -> Rank:
    """Where a value stands among those of its axis: sizes from small to large, numbers and measures by their amount."""
    plain = without_accents(value)
    size = words.SAME_SIZES.get(plain.upper(), plain.upper()).partition("/")[0]
    if size in words.SIZES:
        return (0, words.SIZES.index(size), plain)
    if number := re.match(_NUMBER, plain):
        amount = float(number[0].replace(",", "."))
        unit = plain[number.end() :].strip()
        return (1, amount * words.UNITS.get(_UNIT_AXIS.get(unit, ""), {}).get(unit, 1), plain)
    return (2, 0, plain)


def _piece(piece: re.Match[str]) -> Known | None:
    if word := piece["word"]:
        return _WORDS.get(word)
    if piece["unit"]:
        return _measure(piece["number"], piece["unit"])
    for name, axis in (("size", SIZE), ("shoe", SHOE_SIZE), ("double", SIZE)):
        if text := piece[name]:
            return Known(axis, text.upper())
    if piece["people"]:
        return _WORDS[piece["people"]]
    return Known(DIMENSIONS, re.sub(r"\s?[x×*]\s?", " × ", piece["dimensions"]))


def _measure(number: str, unit: str) -> Known:
    shown = {"l": "L", "litre": "L", "litres": "L", "gr": "g", "metre": "m", "metres": "m", "w": "W", "v": "V"}
    return Known(_UNIT_AXIS[unit], f"{number.replace('.', ',')} {shown.get(unit, unit)}")


def _speaks_of(base: frozenset[str], beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in base)


def _entries(text: str, axis: str) -> Iterator[tuple[str, Known]]:
    for entry in text.replace("\n", " ").split(";"):
        label, *others = (one.strip() for one in entry.split(","))
        known = Known(axis, label)
        for spelling in (label, *others):
            plain = without_accents(spelling)
            yield plain, known
            for ending in ("s", "e", "es"):
                yield plain + ending, known


def _all_words() -> dict[str, Known]:
    found: dict[str, Known] = {}
    for text, axis in (
        (words.COLOURS, COLOUR),
        (words.MATERIALS, MATERIAL),
        (words.KINDS_OF_PEOPLE, PEOPLE),
    ):
        for plain, known in _entries(text, axis):
            found.setdefault(plain, known)
    for size in words.SIZES:
        found[size.lower()] = Known(SIZE, size)
    for spelling, size in words.SAME_SIZES.items():
        found[spelling.lower()] = Known(SIZE, size)
    label, *spellings = words.ONE_SIZE
    found.update({spelling: Known(SIZE, label) for spelling in spellings})
    return found


_WORDS = _all_words()
_CALLED = {name: axis for axis, names in words.AXES.items() for name in names}
