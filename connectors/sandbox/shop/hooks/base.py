"""The shape of a resource's side effects. Every method runs inside the entity's own save."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.sandbox.shop import associations
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity, Items
from connectors.sandbox.shop.errors import UncaughtError, WebserviceError

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


class Hooks:
    """The default: nothing special. `before` is the stored row, None at creation."""

    def prepare(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        """Complete or refuse what was sent, ahead of the general checks (PrestaShop's setters)."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        """Refuse, or set what the shop decides itself; may raise WebserviceError or UncaughtError."""

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        """Last word on the row about to be stored."""
        return row

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        """Side effects on other entities."""

    def unknown_association(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        """An association that the resource does not have was sent: the entity is saved, the answer a refusal."""

    def set_association(self, shop: Shop, entity: Entity, name: str, items: Items) -> None:
        associations.store(shop, entity, name, items)

    def after_associations(self, shop: Shop, entity: Entity, sent: frozenset[str], before: Row | None) -> None:
        """Once the sent associations are stored (their names in `sent`)."""

    def delete(self, shop: Shop, row: Row) -> None:
        """Delete the entity and what depends on it."""
        remove(shop, str(row["__resource"]), int(row["id"]))

    def compute(self, shop: Shop, entities: Sequence[Entity], names: frozenset[str]) -> None:
        """Fill fields of these entities that no column holds; `names` are those that will be shown."""


def remove(shop: Shop, resource: str, identity: int) -> None:
    """Delete a row and its own associations."""
    table = shop.resources[resource].table
    shop.database.execute(f'DELETE FROM "{table}" WHERE id = ?', (identity,))  # noqa: S608 - a table of the schema
    shop.database.execute("DELETE FROM links WHERE resource = ? AND id = ?", (resource, identity))


def duplicate_key(shop: Shop) -> Exception:
    """What a violated unique key answers: an uncaught exception on 8, a refusal of the model before."""
    if shop.major >= (8, 0):
        return UncaughtError()
    return WebserviceError(500, 46, "Unable to save resource")
