"""Packs: products made of other products, with the traps of their `product_bundle`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.shop.entity import Entity, Items
from connectors.sandbox.shop.values import whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

BUNDLE = "product_bundle"


def store(shop: Shop, entity: Entity, items: Items) -> None:
    """Replace what a pack holds.

    `id_product_attribute` is read and never written: the setter knows the undocumented `product_attribute_id` (not on
    1.6), and takes the product's default combination for anything else. A GET answer put back resets the choice.
    """
    kept = []
    for item in items:
        product = shop.get("products", whole(item.get("id"))) or {}
        combination = whole(item.get("product_attribute_id")) if shop.major >= (1, 7) else 0
        combination = combination or int(product.get("cache_default_attribute") or 0)
        quantity = str(whole(item.get("quantity")) or 1)
        kept.append({"id": item.get("id", ""), "id_product_attribute": str(combination), "quantity": quantity})
    kept.sort(key=lambda item: whole(item["id"]))
    shop.database.set_links("products", entity.id, BUNDLE, kept, "id")
    shop.database.update("ps_products", entity.id, {"cache_is_pack": int(bool(kept))})


def kind(shop: Shop, entity: Entity) -> str:
    """The field `type`, computed: what was sent counts for nothing but a pack's content."""
    # The echo of a creation shows what was sent; a list that was not asked for the field does not hold it at all.
    is_new = entity.values.get("cache_is_pack", "") is None and (1, 7) <= shop.major < (8, 0)
    if not is_new and shop.database.links("products", [entity.id], BUNDLE):
        return "pack"
    if shop.major >= (8, 0) and entity.text("product_type") == "pack":
        return "pack"
    return "virtual" if entity.number("is_virtual") else "simple"


def empty_unless_pack(shop: Shop, entity: Entity) -> None:
    """`<type>simple</type>` empties a pack; an entity without the field keeps it."""
    if "type" in entity.sent and entity.text("type") != "pack":
        shop.database.set_links("products", entity.id, BUNDLE, [], "id")
        shop.database.update("ps_products", entity.id, {"cache_is_pack": 0})
