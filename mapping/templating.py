"""Templates for the texts of a product: "{design|capitalize} {stat1}[ - {free:Matière}]". Pure.

``{source|transform|transform}`` is a value of the article, see `mapping.sources`. What stands in ``[...]`` is left out
when none of its sources gives anything; so is a whole template. A backslash takes the next character as it is.
Templates are parsed once, when the rules are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from mapping.html_text import clean_html, is_markup, paragraphs, with_breaks
from mapping.sources import COLUMNS, LOOKED_UP, is_source
from mapping.transforms import HTML, NEEDED, PLAIN, Transform

Read = Callable[[str], str]
"""The text of a source; "" for none."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One source with what is done to it."""

    source: str
    transforms: tuple[Transform, ...] = ()
    markup: Transform | None = None
    """How its text becomes HTML; None: it is escaped."""

    def text(self, read: Read) -> str:
        text = read(self.source)
        if text:
            for transform in self.transforms:
                text = transform(text)
        return text


@dataclass(frozen=True, slots=True)
class Optional:
    """A part that needs one of its sources."""

    parts: tuple[str | Slot, ...]


Part = str | Slot | Optional


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template."""

    source: str
    parts: tuple[Part, ...]
    slots: tuple[Slot, ...]
    markup: bool
    """It writes HTML itself: in its literal text or by a transform."""

    def fill(self, read: Read) -> str:
        """The text, "" when none of its sources gives anything."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Slot):  # by far the most usual one
            return self.parts[0].text(read)
        return _filled(self.parts, lambda slot: slot.text(read))

    def fill_html(self, read: Read, polish: Transform = str) -> str:
        """The same as safe HTML; ``polish`` changes plain text before it becomes HTML."""
        if not self.markup:
            return paragraphs(polish(self.fill(read)))
        return clean_html(_filled(self.parts, lambda slot: _as_html(slot, slot.text(read), polish)))


def _as_html(slot: Slot, text: str, polish: Transform) -> str:
    if not text or slot.markup is clean_html:  # HTML already: its tags are not words
        return text
    return (slot.markup or with_breaks)(polish(text))


def _filled(parts: tuple[Part, ...], say: Callable[[Slot], str]) -> str:
    said, found = [], False
    for part in parts:
        if isinstance(part, str):
            said.append(part)
            continue
        text = _filled(part.parts, say) if isinstance(part, Optional) else say(part)
        said.append(text)
        found = found or bool(text)
    return "".join(said) if found else ""


@lru_cache(maxsize=1000)
def parse(template: str) -> Template:
    """The parsed template.

    Raises:
        ValueError: it cannot be read; says which source or transform is not known.
    """
    letters = _Letters(template)
    parts: list[Part] = []
    for letter in letters:
        if letter == "[":
            parts.append(Optional(tuple(_inside(letters))))
        elif letter == "]":
            raise ValueError('"]" without "["; write \\] for the character itself')
        else:
            _add(parts, _part(letter, letters))
    if not parts:
        raise ValueError("the template is empty")
    inner = tuple(one for part in parts for one in (part.parts if isinstance(part, Optional) else (part,)))
    slots = tuple(one for one in inner if isinstance(one, Slot))
    if not slots:
        raise ValueError("it names no source of an article, so that it would say the same of all")
    markup = any(is_markup(one) if isinstance(one, str) else one.markup is not None for one in inner)
    return Template(template, tuple(parts), slots, markup)


def checked(template: str) -> str:
    """The template as it is, once it is certain that it can be read."""
    parse(template)
    return template


class _Letters:
    """The characters of a template, one after the other."""

    def __init__(self, text: str) -> None:
        self._rest = iter(text)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._rest)

    def escaped(self) -> str:
        """The character after a backslash; "n" is a line end."""
        letter = next(self._rest, "")
        if not letter:
            raise ValueError("a backslash at the end")
        return "\n" if letter == "n" else letter


def _inside(letters: _Letters) -> list[str | Slot]:
    parts: list[str | Slot] = []
    for letter in letters:
        if letter == "]":
            return parts
        if letter == "[":
            raise ValueError("an optional part within another")
        _add(parts, _part(letter, letters))
    raise ValueError('"[" without "]"; write \\[ for the character itself')


def _part(letter: str, letters: _Letters) -> str | Slot:
    if letter == "\\":
        return letters.escaped()
    if letter == "}":
        raise ValueError('"}" without "{"; write \\} for the character itself')
    return _slot(letters) if letter == "{" else letter


P = TypeVar("P")


def _add(parts: list[P], part: P) -> None:
    """Characters are joined to the one before."""
    if isinstance(part, str) and parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1] + part  # type: ignore[assignment]
    else:
        parts.append(part)


def _slot(letters: _Letters) -> Slot:
    words = [""]
    for letter in letters:
        if letter == "}":
            return _made(words[0].strip(), words[1:])
        if letter == "|":
            words.append("")
        else:
            words[-1] += letters.escaped() if letter == "\\" else letter
    raise ValueError(f'"{{{words[0]}" without "}}"')


def _made(source: str, steps: list[str]) -> Slot:
    if not is_source(source):
        known = ", ".join((*COLUMNS, *LOOKED_UP))
        raise ValueError(f"{source!r} is no source of an article; known: {known}, free:…, glossary:…")
    transforms: list[Transform] = []
    markup: Transform | None = None
    for step in steps:
        name, _, argument = step.lstrip().partition(":")
        if markup is not None:
            raise ValueError(f"{step.strip()!r} after a transform that makes HTML: that one comes last")
        if name.strip() in HTML and not argument:
            markup = HTML[name.strip()]
        else:
            transforms.append(_transform(name.strip(), argument))
    return Slot(source, tuple(transforms), markup)


def _transform(name: str, argument: str) -> Transform:
    if name in PLAIN:
        if argument:
            raise ValueError(f"{name!r} takes nothing after a colon, not {argument!r}")
        return PLAIN[name]
    if name in NEEDED:
        return NEEDED[name](argument)
    raise ValueError(f"{name!r} is no transform; known: {', '.join((*PLAIN, *NEEDED, *HTML))}")
