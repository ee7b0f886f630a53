"""Combinations and their stock rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity
from connectors.sandbox.shop.errors import WebserviceError
from connectors.sandbox.shop.hooks.base import Hooks, duplicate_key, remove

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


def add_stock_row(shop: Shop, product: int, combination: int, number: int = 1) -> None:
    """The stock row that every product and combination gets: quantity 0, out_of_stock 2 (the shop's default)."""
    row = {known.name: known.blank for known in shop.resources["stock_availables"].fields}
    row |= {"id_product": product, "id_product_attribute": combination, "id_shop": number, "out_of_stock": 2}
    shop.database.insert("ps_stock_availables", row)


def sum_stock(shop: Shop, product: int) -> None:
    """The row of the product itself becomes the sum of its combinations' rows."""
    shop.database.execute(
        """UPDATE ps_stock_availables SET quantity = (
               SELECT coalesce(sum(quantity), 0) FROM ps_stock_availables
               WHERE id_product = :product AND id_product_attribute != 0 AND id_shop = 1)
           WHERE id_product = :product AND id_product_attribute = 0""",
        {"product": product},
    )


def set_default_combination(shop: Shop, product: int, combination: int) -> None:
    """Make it the default on both sides."""
    shop.database.execute("UPDATE ps_combinations SET default_on = NULL WHERE id_product = ?", (product,))
    shop.database.execute("UPDATE ps_combinations SET default_on = 1 WHERE id = ?", (combination,))
    shop.database.execute("UPDATE ps_products SET cache_default_attribute = ? WHERE id = ?", (combination, product))


def delete_combination(shop: Shop, identity: int) -> None:
    """Delete a combination with its stock row; another one becomes the product's default."""
    row = shop.get("combinations", identity)
    if row is None:
        return
    remove(shop, "combinations", identity)
    product = row["id_product"]
    shop.database.execute("DELETE FROM ps_stock_availables WHERE id_product_attribute = ?", (identity,))
    shop.database.execute("DELETE FROM ps_specific_prices WHERE id_product_attribute = ?", (identity,))
    if shop.database.value("SELECT cache_default_attribute FROM ps_products WHERE id = ?", (product,)) == identity:
        left = shop.database.value("SELECT min(id) FROM ps_combinations WHERE id_product = ?", (product,)) or 0
        shop.database.execute("UPDATE ps_products SET cache_default_attribute = ? WHERE id = ?", (left, product))
    sum_stock(shop, product)


class CombinationHooks(Hooks):
    """Combinations: one default per product (a unique key), stock row, the product's type."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if not entity.number("default_on"):
            entity.values["default_on"] = None
            return
        sql = "SELECT id FROM ps_combinations WHERE id_product = ? AND default_on = 1 AND id != ?"
        if shop.database.value(sql, (entity.number("id_product"), entity.id)) is not None:
            raise duplicate_key(shop)

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        product = entity.number("id_product")
        if before is None:
            add_stock_row(shop, product, entity.id)
            sum_stock(shop, product)
        row = shop.get("products", product)
        if row is None:
            return
        changes: Row = {}
        if "product_type" in row and row["product_type"] != "combinations":
            changes["product_type"] = "combinations"
        if entity.number("default_on") or not row["cache_default_attribute"]:
            changes["cache_default_attribute"] = entity.id
        shop.database.update("ps_products", product, changes)

    def delete(self, shop: Shop, row: Row) -> None:
        delete_combination(shop, row["id"])


class StockHooks(Hooks):
    """Stock rows: no advanced stock, and the product's row follows the sum of its combinations."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if entity.number("depends_on_stock") and shop.major < (9, 0):
            message = "You cannot update the available stock when it depends on stock."
            raise WebserviceError(500, 133, message, (46, "Unable to save resource"))

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if entity.number("id_product_attribute"):
            sum_stock(shop, entity.number("id_product"))
