"""One change on its way to the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import ConnectorError
from mapping.state import Held
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.models import Change


@dataclass
class Task:
    """One change on its way: the stored row, what is to be sent, and what became of it."""

    change: Change
    encoded: dict[str, ShopValue] = field(default_factory=dict)
    shop_id: int | None = None
    adopted: bool = False
    error: ConnectorError | None = None
    sent: bool = False
    made_meanwhile: bool = False
    """Another flow made it since it was planned."""
    as_found: bool = False
    """Adopted and already as it should be: nothing was written."""
    held_before: dict[str, Any] = field(default_factory=dict)
    """Adopted: what the shop held before us, in local terms."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What the shop holds in fields that are its own, or were only to be filled: not sent, see `owners`."""
    expected: dict[str, ShopValue] = field(default_factory=dict)
    """What the shop confirmed of the fields that are to be changed: what it should still hold."""
    moved: list[str] = field(default_factory=list)
    """Fields that it no longer holds like that: they are not sent."""
    held: Held | None = None
    """This shop cannot have it: told, and no fault of the run."""
    mismatch: dict[str, str] | None = None
    """The first field that the shop does not hold as it was sent."""
    unconfirmed: frozenset[str] = frozenset()
    """All such fields."""

    @property
    def values(self) -> dict[str, Any]:
        """Our field -> wanted value as JSON."""
        return {difference["field"]: difference["after"] for difference in self.change.differences}


def references(values: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """(kind, key) of everything that these values, as JSON, refer to."""
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and "ref" in item:
                yield item["ref"][0], item["ref"][1]


def live(tasks: Sequence[Task]) -> list[Task]:
    """The tasks that have not failed."""
    return [task for task in tasks if task.error is None]
