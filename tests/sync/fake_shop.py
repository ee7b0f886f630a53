"""A webservice of rows in memory: answers reads with their filters, and counts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity

Row = Mapping[str, Any]


class FakeWebservice:
    def __init__(self, **resources: Sequence[Entity]) -> None:
        self.resources = resources
        self.reads: list[tuple[str, dict[str, Any]]] = []

    def capabilities(self) -> ShopCapabilities:
        """Of a key that may not read the languages."""
        return ShopCapabilities(version="8.2.1", rights={}, has_patch=True)

    def read(
        self, resource: str, *, display: Iterable[str] = (), filters: Mapping[str, Any] | None = None, **_more: Any
    ) -> list[Entity]:
        self.reads.append((resource, dict(filters or {})))
        wanted = {name: set(_texts(value)) for name, value in (filters or {}).items()}
        rows = self.resources.get(resource, [])
        return [row for row in rows if all(_text(row, name) in values for name, values in wanted.items())]


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple | set) else [str(value)]


def _text(row: Entity, name: str) -> str:
    value = row.fields.get(name, "")
    return next(iter(value.values()), "") if isinstance(value, dict) else value


def entity(shop_id: int, associations: dict[str, list[int]] | None = None, **fields: Any) -> Entity:
    """entity(7, reference="POLO"): an answer of the webservice."""
    listed = {name: [{"id": str(one)} for one in ids] for name, ids in (associations or {}).items()}
    return Entity(fields={"id": str(shop_id), **fields}, associations=listed or None)
