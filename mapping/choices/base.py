"""What every kind of choice shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.sage.records.base import join_key

SEPARATOR = "|"


class ChoiceValue(BaseModel):
    """What was chosen. An unknown name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


V = TypeVar("V", bound=ChoiceValue)


@dataclass(frozen=True, slots=True)
class ChoiceKind:
    """One kind of choice.

    ``key`` names the parts of its key ("product", "field", "language"). ``per_article`` says that the first part is an
    article's reference: only that article is derived again when the choice changes.
    """

    name: str
    value: type[ChoiceValue]
    key: tuple[str, ...]
    per_article: bool = False

    def make_key(self, *parts: object) -> str:
        """The parts as one text; a "|" inside a part is escaped."""
        if len(parts) != len(self.key):
            raise ValueError(f"a choice of kind {self.name!r} has the key {self.key!r}, not {parts!r}")
        return join_key(parts)

    def split_key(self, key: str) -> tuple[str, ...]:
        """The parts of `make_key`."""
        return split(key) if len(self.key) > 1 else (key,)

    def load(self, data: Mapping[str, Any]) -> ChoiceValue:
        """The value behind its JSON.

        Raises:
            ValueError: one line per fault, with its place and the value met.
        """
        try:
            return self.value.model_validate(dict(data))
        except ValidationError as invalid:
            faults = (
                f"{'.'.join(str(part) for part in error['loc']) or self.name}: {error['input']!r}: {error['msg']}"
                for error in invalid.errors(include_url=False)
            )
            raise ValueError("\n".join(faults)) from None


def split(key: str) -> tuple[str, ...]:
    """The parts of a key made by `join_key`."""
    parts, part, letters = [], "", iter(key)
    for letter in letters:
        if letter == "\\":
            part += next(letters, "")
        elif letter == SEPARATOR:
            parts.append(part)
            part = ""
        else:
            part += letter
    return (*parts, part)


class Choices:
    """The choices of one client, or those of some of its articles, looked up by kind and key."""

    def __init__(self, rows: Iterable[tuple[str, str, ChoiceValue]] = ()) -> None:
        self._by_kind: dict[str, dict[str, ChoiceValue]] = {}
        self._by_owner: dict[str, dict[str, dict[tuple[str, ...], ChoiceValue]]] = {}
        for kind, key, value in rows:
            self._by_kind.setdefault(kind, {})[key] = value

    def joined(self, others: Choices) -> Choices:
        """These and more."""
        joined = Choices()
        for kind in {*self._by_kind, *others._by_kind}:
            joined._by_kind[kind] = {**self._by_kind.get(kind, {}), **others._by_kind.get(kind, {})}
        return joined

    def all(self, kind: ChoiceKind, model: type[V]) -> Mapping[str, V]:
        """Key -> value of one kind; ``model`` is the kind's own value class."""
        return self._by_kind.get(kind.name, {})  # type: ignore[return-value]

    def get(self, kind: ChoiceKind, model: type[V], *parts: object) -> V | None:
        """The choice with this key."""
        return self.all(kind, model).get(kind.make_key(*parts))

    def under(self, kind: ChoiceKind, model: type[V], owner: str) -> Mapping[tuple[str, ...], V]:
        """The other parts of the key -> value, of the choices whose key begins with this part: all of one product."""
        if kind.name not in self._by_owner:
            by_owner: dict[str, dict[tuple[str, ...], ChoiceValue]] = {}
            for key, value in self._by_kind.get(kind.name, {}).items():
                first, *others = kind.split_key(key)
                by_owner.setdefault(first, {})[tuple(others)] = value
            self._by_owner[kind.name] = by_owner
        return self._by_owner[kind.name].get(owner, {})  # type: ignore[return-value]
