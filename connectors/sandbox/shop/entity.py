"""One entity in memory, between the database row and the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.schema import Kind, Resource
from connectors.sandbox.shop.values import stored, whole

Texts = dict[int, str | None]
Value = str | None | Texts
Items = list[dict[str, str]]


@dataclass
class Entity:
    """An entity as PHP holds it: a field that was not sent is None and answered blank, whatever is stored."""

    resource: Resource
    id: int
    values: dict[str, Value]
    associations: dict[str, Items] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    """Virtual fields asked for by the request: `price[p][...]`."""
    sent: frozenset[str] = frozenset()
    """Names of the nodes that a write carried: some setters only act on those."""
    plain: frozenset[str] = frozenset()
    """Names of multi-language nodes that were sent as plain text."""
    shops: list[int] = field(default_factory=lambda: [1])
    """The shops a write is for."""

    def number(self, name: str) -> int:
        """A field as PHP's `(int)`."""
        value = self.values.get(name)
        return whole(value if isinstance(value, str) else None)

    def text(self, name: str) -> str:
        """A field of one language; blank when it was not sent."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> Texts:
        """A field of several languages, by language id."""
        value = self.values.get(name)
        return value if isinstance(value, dict) else {}


def from_row(resource: Resource, row: Row) -> Entity:
    """A stored row (all columns or some of them) as an entity."""
    values: dict[str, Value] = {}
    for known in resource.fields:
        if known.name not in row:
            continue
        value = row[known.name]
        if known.kind is Kind.LANG:
            values[known.name] = {int(language): text for language, text in json.loads(value or "{}").items()}
        else:
            values[known.name] = None if value is None else str(value)
    return Entity(resource, int(row["id"]), values)


def to_row(entity: Entity, languages: Iterable[int]) -> Row:
    """What is stored: blanks take the column's default, a required text missing in a language takes the first one."""
    row: Row = {}
    for known in entity.resource.fields:
        value = entity.values.get(known.name)
        if known.kind is Kind.LANG:
            texts = value if isinstance(value, dict) else {}
            fallback = next((text for text in texts.values() if text), "") if known.required else ""
            kept = {str(language): texts.get(language) or fallback for language in languages}
            row[known.name] = json.dumps(kept, ensure_ascii=False)
        elif isinstance(value, dict):
            raise TypeError(f"{known.name} is not a multi-language field")
        else:
            row[known.name] = stored(known, value)
    return row
