"""What people chose, in words: for the timeline, for what is undone, for what is about to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from mapping import joining
from mapping.choices import CHOICE_KINDS
from mapping.models import ChoiceAct, ChoiceChange
from sync_portal.pages.labels import (
    AWAY,
    DISPLAYS,
    FEATURE_TYPES,
    SHOWN,
    choice_field_label,
    field_label,
    verb_label,
)
from sync_portal.pages.numbers import labelled
from sync_portal.pages.sentences import person


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One field of a choice before and after; "" for nothing."""

    label: str
    before: str
    after: str
    about: str = ""
    """What the choice is about: a product, a value, a field of Sage."""


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act of a person with everything its line shows."""

    act: ChoiceAct
    verb: str
    who: str
    lines: list[ChoiceLine]
    left: int = 0
    """Changes that are not told here."""

    @property
    def amount(self) -> int:
        """How much an undo takes back."""
        return len(self.lines) + self.left

    @property
    def can_be_undone(self) -> bool:
        return not hasattr(self.act, "undone_by")


def act_row(act: ChoiceAct, names: Mapping[str, str], changes: Iterable[ChoiceChange] | None = None) -> ActRow:
    """The act told by these of its changes (all, by default); ``names``: key of a thing -> what people call it."""
    told = act.changes.all() if changes is None else changes
    lines = [replace(line, about=about(change, names)) for change in told for line in change_lines(change, names)]
    return ActRow(act, verb_label(act.verb), _who(act), lines)


def _who(act: ChoiceAct) -> str:
    if act.by:
        return person(act.by)
    if act.verb == joining.VERB:
        return _("a rule that a person allowed")
    # What else has nobody is a client file's, or of somebody whose account is gone.
    return _("from a client file") if act.verb == "import" else _("somebody")


def about(change: ChoiceChange, names: Mapping[str, str]) -> str:
    """The thing that a choice is about, as people call it: "MUG · Tasse", "Rouge foncé", "Matière"."""
    first = CHOICE_KINDS[change.kind].split_key(change.key)[0] if change.kind in CHOICE_KINDS else change.key
    if name := names.get(first):
        return name if name == first or change.kind == "category" else f"{first} · {name}"
    if change.kind == "value":
        return first.rpartition("|")[2]
    return first.removeprefix("OPT:").removeprefix("free:")


_INNER = frozenset({"pattern"})
"""What only the program reads."""


def change_lines(change: ChoiceChange, names: Mapping[str, str]) -> Iterator[ChoiceLine]:
    """One line per field that the change moved."""
    before, after = change.before or {}, change.after or {}
    if change.kind == "text":
        yield ChoiceLine(text_label(change.key), str(before.get("text", "")), str(after.get("text", "")))
        return
    for name in sorted({*before, *after} - _INNER):
        if before.get(name) != after.get(name):
            yield from _field_lines(name, before.get(name), after.get(name), names)


def text_label(key: str) -> str:
    """ "Nom (fr)" for the key of a text."""
    _product, field, language = CHOICE_KINDS["text"].split_key(key)
    return f"{field_label(field)} ({language})"


def _field_lines(name: str, before: Any, after: Any, names: Mapping[str, str]) -> Iterator[ChoiceLine]:
    if name == "features":
        old, new = before or {}, after or {}
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield ChoiceLine(feature_label(key, names), _feature(old.get(key)), _feature(new.get(key)))
        return
    yield ChoiceLine(choice_field_label(name), value_words(name, before, names), value_words(name, after, names))


def feature_label(key: str, names: Mapping[str, str]) -> str:
    """The feature's name, or else Sage's name of its source."""
    return names.get(key) or key.partition(":")[2].removeprefix("free:") or key


def _feature(value: str | None) -> str:
    return _("not shown") if value == "" else (value or "")


def value_words(name: str, value: Any, names: Mapping[str, str]) -> str:
    """A chosen value as people say it."""
    if value is None:
        return str(SHOWN["rules"]) if name == "shown" else ""
    if name in _WORDS:
        return str(_WORDS[name].get(value, value))
    match value:
        case bool():
            return _("yes") if value else _("no")
        case dict():
            return ", ".join(labelled(key, value_words("", one, names)) for key, one in value.items())
        case list():
            return ", ".join(value_words("", one, names) for one in value) or _("none")
    return names.get(str(value)) or str(value)


_WORDS = {"shown": SHOWN, "when_away": AWAY, "display": DISPLAYS, "type": FEATURE_TYPES}
