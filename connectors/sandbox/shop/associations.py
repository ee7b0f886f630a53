"""The lists inside entities: some are stored as sent, others are read from the other side's rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity, Items
from connectors.sandbox.shop.schema import Association

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

Lists = dict[int, Items]
MISSING_ITEM_FIELD = {"id_customization": "0", "id_product_attribute": "0", "id_address_delivery": "0"}


def _grouped(rows: Sequence[Row]) -> Lists:
    """Rows whose first column `owner` names the entity; the others are the item's fields."""
    found: Lists = {}
    for row in rows:
        item = {name: str(value) for name, value in row.items() if name != "owner"}
        found.setdefault(row["owner"], []).append(item)
    return found


def _query(sql: str) -> Callable[[Shop, Sequence[int]], Lists]:
    return lambda shop, ids: _grouped(shop.database.by_ids(sql, ids))


def _reverse(resource: str, name: str) -> Callable[[Shop, Sequence[int]], Lists]:
    """The entities that list this one in their own association."""
    return _query(
        f"SELECT target AS owner, id FROM links WHERE resource = '{resource}' AND name = '{name}' "  # noqa: S608
        "AND target IN (?) ORDER BY target, id"
    )


ORDER_ROWS = """
    SELECT id_order AS owner, id, product_id, product_attribute_id, product_quantity, product_name, product_reference,
        product_ean13, {isbn} product_upc, product_price, {customization} unit_price_tax_incl, unit_price_tax_excl
    FROM ps_order_details WHERE id_order IN (?) ORDER BY id_order, id"""


def _order_rows(shop: Shop, ids: Sequence[int]) -> Lists:
    old = shop.major < (1, 7)
    isbn, customization = ("", "") if old else ("product_isbn,", "id_customization,")
    return _grouped(shop.database.by_ids(ORDER_ROWS.format(isbn=isbn, customization=customization), ids))


COMPUTED: dict[tuple[str, str], Callable[[Shop, Sequence[int]], Lists]] = {
    ("products", "images"): _query(
        "SELECT id_product AS owner, id FROM images WHERE id_product IN (?) ORDER BY id_product, position, id"
    ),
    ("products", "combinations"): _query(
        "SELECT id_product AS owner, id FROM ps_combinations WHERE id_product IN (?) ORDER BY id_product, id"
    ),
    ("products", "stock_availables"): _query(
        "SELECT id_product AS owner, id, id_product_attribute FROM ps_stock_availables "
        "WHERE id_product IN (?) "
        "AND id_shop = (SELECT max(1, id_shop_default) FROM ps_products p WHERE p.id = id_product) "
        "ORDER BY id_product, id_product_attribute"
    ),
    ("products", "product_option_values"): _query(
        """SELECT c.id_product AS owner, coalesce(l.target, '') AS id FROM ps_combinations c
           LEFT JOIN links l ON l.resource = 'combinations' AND l.name = 'product_option_values' AND l.id = c.id
           WHERE c.id_product IN (?) GROUP BY c.id_product, l.target
           ORDER BY c.id_product, min(c.id), min(l.position)"""
    ),
    ("combinations", "product_option_values"): _query(
        "SELECT l.id AS owner, l.target AS id FROM links l JOIN ps_product_option_values v ON v.id = l.target "
        "WHERE l.resource = 'combinations' AND l.name = 'product_option_values' AND l.id IN (?) "
        "ORDER BY l.id, l.position"
    ),
    ("categories", "categories"): _query(
        "SELECT id_parent AS owner, id FROM ps_categories WHERE id_parent IN (?) ORDER BY id_parent, position, id"
    ),
    ("categories", "products"): _reverse("products", "categories"),
    ("attachments", "products"): _reverse("products", "attachments"),
    ("tags", "products"): _reverse("products", "tags"),
    ("product_options", "product_option_values"): _query(
        "SELECT id_attribute_group AS owner, id FROM ps_product_option_values "
        "WHERE id_attribute_group IN (?) ORDER BY id_attribute_group, position, id"
    ),
    ("orders", "order_rows"): _order_rows,
}

IGNORED_WHEN_SENT = frozenset(
    {
        ("products", "images"),
        ("products", "stock_availables"),
        ("products", "product_option_values"),
        ("categories", "categories"),
        ("categories", "products"),
        ("product_options", "product_option_values"),
        ("orders", "order_rows"),
    }
)
"""Associations without a setter in PrestaShop: sent, they are neither refused nor used."""

KEY_OF_ITEM = {"cart_rows": "id_product"}


def load(shop: Shop, entities: Sequence[Entity], names: Sequence[str]) -> None:
    """Fill the named associations of these entities of one resource."""
    if not entities:
        return
    resource = entities[0].resource
    ids = [entity.id for entity in entities]
    for name in names:
        association = resource.association(name)
        computed = COMPUTED.get((resource.name, name))
        lists = computed(shop, ids) if computed else shop.database.links(resource.name, ids, name)
        for entity in entities:
            entity.associations[name] = lists.get(entity.id, [])
            if association is not None and not computed:
                entity.associations[name] = [_complete(association, item) for item in entity.associations[name]]


def _complete(association: Association, item: dict[str, str]) -> dict[str, str]:
    return {known.name: item.get(known.name) or MISSING_ITEM_FIELD.get(known.name, "") for known in association.fields}


def store(shop: Shop, entity: Entity, name: str, items: Items) -> None:
    """Replace a stored association, the way the shop's setters do; ones without a setter are ignored."""
    resource = entity.resource.name
    if (resource, name) in IGNORED_WHEN_SENT:
        return
    if (resource, name) == ("attachments", "products"):
        _store_reverse(shop, entity.id, "products", "attachments", items)
    elif (resource, name) == ("tags", "products"):
        _store_reverse(shop, entity.id, "products", "tags", items)
    else:
        shop.database.set_links(resource, entity.id, name, items, KEY_OF_ITEM.get(name, "id"))


def _store_reverse(shop: Shop, identity: int, resource: str, name: str, items: Items) -> None:
    """Set a list that the other side's entities hold."""
    database = shop.database
    database.execute("DELETE FROM links WHERE resource = ? AND name = ? AND target = ?", (resource, name, identity))
    for item in items:
        other = int(item.get("id") or 0)
        kept = database.links(resource, [other], name).get(other, [])
        database.set_links(resource, other, name, [*kept, {"id": str(identity)}], "id")
