"""Options, their values, and specific prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity
from connectors.sandbox.shop.hooks.base import Hooks, duplicate_key, remove
from connectors.sandbox.shop.hooks.combinations import delete_combination

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

SPECIFIC_PRICE_KEY = (
    *("id_product", "id_product_attribute", "id_customer", "id_cart", "from", "to", "id_shop", "id_shop_group"),
    *("id_currency", "id_country", "id_group", "from_quantity", "id_specific_price_rule"),
)
"""The unique key of the shop's table: a second row with another price violates it too."""


class SpecificPriceHooks(Hooks):
    """Specific prices: the unique key that a second one with another price violates too."""

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        condition = " AND ".join(f'"{name}" = ?' for name in SPECIFIC_PRICE_KEY)
        sql = f"SELECT id FROM ps_specific_prices WHERE {condition} AND id != ?"  # noqa: S608 - names above
        if shop.database.value(sql, [*(row[name] for name in SPECIFIC_PRICE_KEY), entity.id]) is not None:
            raise duplicate_key(shop)
        return row


class FeatureHooks(Hooks):
    """Features: the next position."""

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        if before is None:
            row["position"] = shop.database.value("SELECT coalesce(max(position) + 1, 0) FROM ps_product_features")
            entity.values["position"] = str(row["position"])
        return row


class OptionHooks(Hooks):
    """Options: the next position; a deleted one takes its values and their combinations along."""

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        if before is None:
            row["position"] = shop.database.value("SELECT coalesce(max(position) + 1, 0) FROM ps_product_options")
            entity.values["position"] = str(row["position"])
        return row

    def delete(self, shop: Shop, row: Row) -> None:
        values = shop.database.rows(
            "SELECT id FROM ps_product_option_values WHERE id_attribute_group = ?", (row["id"],)
        )
        for value in values:
            OptionValueHooks().delete(shop, value)
        remove(shop, "product_options", row["id"])


class OptionValueHooks(Hooks):
    """Option values: the next position in their option; a deleted one takes its combinations along."""

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        if before is None:
            sql = "SELECT coalesce(max(position) + 1, 0) FROM ps_product_option_values WHERE id_attribute_group = ?"
            row["position"] = shop.database.value(sql, (row["id_attribute_group"],))
            entity.values["position"] = str(row["position"])
        return row

    def delete(self, shop: Shop, row: Row) -> None:
        sql = "SELECT id FROM links WHERE resource = 'combinations' AND name = 'product_option_values' AND target = ?"
        for combination in shop.database.rows(sql, (row["id"],)):
            delete_combination(shop, combination["id"])
        remove(shop, "product_option_values", row["id"])
