"""Products and categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.sandbox.shop import packs, shops
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity, Items
from connectors.sandbox.shop.errors import UncaughtError, WebserviceError
from connectors.sandbox.shop.hooks.base import Hooks, remove
from connectors.sandbox.shop.hooks.combinations import add_stock_row, delete_combination, set_default_combination
from connectors.sandbox.shop.values import slug, stored, whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


class ProductHooks(Hooks):
    """Products: link_rewrite from the name, stock row, default combination, cover, position in the category."""

    def prepare(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is not None and "position_in_category" in entity.sent:
            self._check_position(shop, entity, entity.text("position_in_category"))
        if shop.major < (1, 7) or before is not None or "name" in entity.plain:
            return
        rewrites = dict(entity.texts("link_rewrite"))
        for language, name in entity.texts("name").items():
            if name and not rewrites.get(language):
                rewrites[language] = slug(name)
        entity.values["link_rewrite"] = rewrites

    @staticmethod
    def _check_position(shop: Shop, entity: Entity, position: str) -> None:
        if shop.major >= (1, 7) and whole(position) <= 0:
            raise WebserviceError(500, 134, "You cannot set 0 or a negative position, the minimum is 1.")
        category = entity.number("id_category_default")
        sql = "SELECT count(*) FROM links WHERE resource = 'products' AND name = 'categories' AND target = ?"
        if whole(position) > int(shop.database.value(sql, (category,))):
            message = "You cannot set a position greater than the total number of products in the category."
            raise WebserviceError(500, 135, message)

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        entity.values["visibility"] = entity.text("visibility") or "both"
        entity.values["condition"] = entity.text("condition") or "new"
        if before is None and 1 not in entity.shops:
            entity.values["id_shop_default"] = str(entity.shops[0])
        entity.values["id_shop_default"] = entity.text("id_shop_default") or "1"
        if before is not None and "unit_price_ratio" not in entity.sent and shop.major >= (8, 0):
            entity.values["unit_price_ratio"] = entity.text("unit_price_ratio") or "0"

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        row["indexed"] = int(bool(row["active"]) and row["visibility"] in {"both", "search"})
        if before is not None:
            row["cache_default_attribute"] = before["cache_default_attribute"]
            if 1 not in entity.shops:
                row["price"] = before["price"]  # the default shop keeps its own
            if "product_type" in row and not row["product_type"] and before["cache_default_attribute"]:
                row["product_type"] = "combinations"
        return row

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is None:
            shops.added(shop, entity.id, entity.shops)
            for number in entity.shops:
                add_stock_row(shop, entity.id, 0, number)
            return
        if "price" in entity.sent:
            shops.set_price(
                shop, entity.id, entity.shops, str(stored(entity.resource.by_name["price"], entity.text("price")))
            )
        packs.empty_unless_pack(shop, entity)
        wanted = entity.number("id_default_combination") if "id_default_combination" in entity.sent else 0
        if wanted and wanted != before["cache_default_attribute"]:
            set_default_combination(shop, entity.id, wanted)
            entity.values["cache_default_attribute"] = str(wanted)
        if "id_default_image" in entity.sent and entity.number("id_default_image"):
            # Only image_shop's cover moves, not ps_image's: deleting that image later leaves the product without cover.
            shop.database.execute("UPDATE images SET shop_cover = NULL WHERE id_product = ?", (entity.id,))
            image = entity.number("id_default_image")
            shop.database.execute(
                "UPDATE images SET shop_cover = 1 WHERE id = ? AND id_product = ?", (image, entity.id)
            )

    def set_association(self, shop: Shop, entity: Entity, name: str, items: Items) -> None:
        if name == "product_bundle":
            packs.store(shop, entity, items)
            return
        if name == "categories":
            items = [item for item in items if shop.get("categories", whole(item.get("id"))) is not None]
        if name != "combinations":
            super().set_association(shop, entity, name, items)
            return
        kept = {whole(item.get("id")) for item in items}
        for row in shop.database.rows("SELECT id FROM ps_combinations WHERE id_product = ?", (entity.id,)):
            if row["id"] not in kept:
                delete_combination(shop, row["id"])

    def delete(self, shop: Shop, row: Row) -> None:
        identity = row["id"]
        remove(shop, "products", identity)
        for combination in shop.database.rows("SELECT id FROM ps_combinations WHERE id_product = ?", (identity,)):
            remove(shop, "combinations", combination["id"])
        for table in ("ps_combinations", "ps_stock_availables", "ps_specific_prices"):
            shop.database.execute(f"DELETE FROM {table} WHERE id_product = ?", (identity,))  # noqa: S608
        for image in shop.database.rows("SELECT id FROM images WHERE id_product = ?", (identity,)):
            (shop.images / str(image["id"])).unlink(missing_ok=True)
        shop.database.execute("DELETE FROM images WHERE id_product = ?", (identity,))

    def compute(self, shop: Shop, entities: Sequence[Entity], names: frozenset[str]) -> None:
        if "id_default_image" in names:
            self._covers(shop, entities)
        if names & {"id_default_combination"}:
            rows = shop.database.by_ids(
                "SELECT id, cache_default_attribute AS wanted FROM ps_products WHERE id IN (?)",
                [entity.id for entity in entities],
            )
            wanted = {row["id"]: row["wanted"] for row in rows}
            for entity in entities:
                number = wanted.get(entity.id) or ("" if shop.major < (1, 7) else 0)
                entity.values["id_default_combination"] = str(number)
        if shop.major < (1, 7) and "cache_default_attribute" in names:
            for entity in entities:
                entity.values["cache_default_attribute"] = str(entity.number("cache_default_attribute") or "")
        for entity in entities:
            entity.values["type"] = packs.kind(shop, entity)
            if "manufacturer_name" in names:
                maker = shop.get("manufacturers", entity.number("id_manufacturer"))
                entity.values["manufacturer_name"] = maker["name"] if maker else ""
            if "position_in_category" in names:
                entity.values["position_in_category"] = self._position(shop, entity)

    @staticmethod
    def _covers(shop: Shop, entities: Sequence[Entity]) -> None:
        sql = "SELECT id_product, id FROM images WHERE shop_cover = 1 AND id_product IN (?)"
        covers = {row["id_product"]: row["id"] for row in shop.database.by_ids(sql, [entity.id for entity in entities])}
        for entity in entities:
            entity.values["id_default_image"] = str(covers.get(entity.id, ""))

    @staticmethod
    def _position(shop: Shop, entity: Entity) -> str:
        """Rank among the products of the default category; blank when the product is not in it."""
        sql = """SELECT count(*) FILTER (WHERE id <= :id) AS rank, count(*) FILTER (WHERE id = :id) AS inside FROM links
                 WHERE resource = 'products' AND name = 'categories' AND target = :category"""
        category = entity.number("id_category_default")
        row = shop.database.row(sql, {"id": entity.id, "category": category})
        if row is None or not row["inside"]:
            return ""
        return str(row["rank"] - (1 if shop.major < (1, 7) else 0))


class ManufacturerHooks(Hooks):
    """Brands: the link_rewrite is computed from the name."""

    def compute(self, shop: Shop, entities: Sequence[Entity], names: frozenset[str]) -> None:
        for entity in entities:
            entity.values["link_rewrite"] = slug(entity.text("name"))


class CategoryHooks(Hooks):
    """Categories: depth under the parent, position among the siblings, children go with a deleted one."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        parent = entity.number("id_parent")
        above = shop.get("categories", parent) if parent else None
        if parent and above is None:
            raise UncaughtError
        entity.values["level_depth"] = str(above["level_depth"] + 1 if above else "" if shop.major < (1, 7) else 0)
        entity.values["id_shop_default"] = entity.text("id_shop_default") or "1"

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        if before is None or not row["position"]:
            sql = "SELECT coalesce(max(position) + 1, 0) FROM ps_categories WHERE id_parent = ? AND id != ?"
            row["position"] = shop.database.value(sql, (row["id_parent"], entity.id))
        return row

    def unknown_association(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        """From 1.7 on the refusal leaves the tree's bounds (nleft, nright) at 0: a later delete finds no children."""
        if before is not None and shop.major >= (1, 7):
            shop.set_setting(f"category {entity.id} is out of the tree", "1")

    def delete(self, shop: Shop, row: Row) -> None:
        lost = shop.setting(f"category {row['id']} is out of the tree")
        children = shop.database.rows("SELECT id FROM ps_categories WHERE id_parent = ?", (row["id"],))
        for child in [] if lost else children:
            self.delete(shop, child)
        remove(shop, "categories", row["id"])
        sql = "DELETE FROM links WHERE resource = 'products' AND name = 'categories' AND target = ?"
        shop.database.execute(sql, (row["id"],))

    def compute(self, shop: Shop, entities: Sequence[Entity], names: frozenset[str]) -> None:
        if "nb_products_recursive" not in names:
            return
        sql = """WITH RECURSIVE tree (id) AS (SELECT ? UNION SELECT c.id FROM ps_categories c JOIN tree ON c.id_parent = tree.id)
                 SELECT count(DISTINCT l.id) FROM links l JOIN tree ON l.target = tree.id
                 WHERE l.resource = 'products' AND l.name = 'categories'"""  # noqa: E501
        for entity in entities:
            entity.values["nb_products_recursive"] = str(shop.database.value(sql, (entity.id,)) or -1)
