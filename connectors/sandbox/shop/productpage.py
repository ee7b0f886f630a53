"""What a product's page shows beside the product itself: choices, pack, accessories, documents, where it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sandbox.shop import basket, shopwindow
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.values import whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


@dataclass(frozen=True)
class Value:
    """One value of an option; ``combination`` is where choosing it leads to, 0 where no combination has it."""

    name: str
    colour: str
    chosen: bool
    combination: int


@dataclass(frozen=True)
class Option:
    """An option of the product: a list of words, or of colours."""

    name: str
    is_colour: bool
    values: list[Value]


@dataclass(frozen=True)
class PackLine:
    """A component of a pack."""

    card: shopwindow.Card
    label: str
    quantity: int


@dataclass(frozen=True)
class Document:
    """A file to download."""

    id: int
    name: str
    file_name: str
    size: int


@dataclass(frozen=True)
class Beside:
    """All of it."""

    chosen: shopwindow.Combination | None
    options: list[Option]
    images: list[int]
    pack: list[PackLine]
    accessories: list[shopwindow.Card]
    documents: list[Document]
    tags: list[str]
    supplier: str
    orderable: bool


def beside(shop: Shop, product: shopwindow.Product, combination: int) -> Beside:
    """``combination``: the one that the visitor chose; 0 for the product's default."""
    chosen = _chosen(product.combinations, combination)
    row, identity = product.row, product.card.id
    supplier = shop.get("suppliers", row["id_supplier"]) or {}
    return Beside(
        chosen=chosen,
        options=_options(shop, product.combinations, chosen),
        images=_images(shop, product.images, chosen),
        pack=_pack(shop, identity),
        accessories=shopwindow.cards(shop, _linked(shop, identity, "accessories", "products")),
        documents=[
            Document(one["id"], basket.text(shop, one["name"]), one["file_name"], whole(one["file_size"]))
            for one in _linked(shop, identity, "attachments", "attachments")
        ],
        tags=_tags(shop, identity),
        supplier=supplier.get("name", ""),
        orderable=bool(row["active"] and row["available_for_order"]),
    )


def _tags(shop: Shop, identity: int) -> list[str]:
    rows = _linked(shop, identity, "tags", "tags")
    return [row["name"] for row in rows if row["id_lang"] == shop.default_language]


def leads_to(shop: Shop, row: Row) -> str:
    """The address that a visitor of a hidden page is sent to; "" when there is none."""
    kind, target = row["redirect_type"] or "", 0
    if row["active"] or not kind.startswith("30"):
        return ""
    target = whole(row.get("id_type_redirected") or row.get("id_product_redirected"))
    if "category" in kind:
        return f"/?categorie={target or row['id_category_default']}"
    return f"/produit/{target}" if target and shop.get("products", target) else ""


def _chosen(combinations: Sequence[shopwindow.Combination], wanted: int) -> shopwindow.Combination | None:
    by_id = {one.id: one for one in combinations}
    default = next((one for one in combinations if one.default), combinations[0] if combinations else None)
    return by_id.get(wanted, default)


VALUES = """SELECT l.id AS combination, v.id AS value, v.name AS name, v.color AS colour, v.position AS position,
       o.id AS option, o.public_name AS option_name, o.is_color_group = 1 OR o.group_type = 'color' AS is_colour,
       o.position AS option_position
    FROM links l JOIN ps_product_option_values v ON v.id = l.target
    JOIN ps_product_options o ON o.id = v.id_attribute_group
    WHERE l.resource = 'combinations' AND l.name = 'product_option_values' AND l.id IN (?)
    ORDER BY o.position, o.id, v.position, v.id"""


def _options(
    shop: Shop, combinations: Sequence[shopwindow.Combination], chosen: shopwindow.Combination | None
) -> list[Option]:
    rows = shop.database.by_ids(VALUES, [one.id for one in combinations])
    held: dict[int, dict[int, int]] = {}
    for row in rows:
        held.setdefault(row["combination"], {})[row["option"]] = row["value"]
    mine = held.get(chosen.id, {}) if chosen else {}
    options: list[Option] = []
    for option in dict.fromkeys(row["option"] for row in rows):
        own = [row for row in rows if row["option"] == option]
        values = {row["value"]: row for row in own}
        options.append(
            Option(
                basket.text(shop, own[0]["option_name"]),
                bool(own[0]["is_colour"]),
                [
                    Value(
                        basket.text(shop, row["name"]),
                        row["colour"] or "",
                        mine.get(option) == value,
                        _nearest(held, mine, option, value),
                    )
                    for value, row in values.items()
                ],
            )
        )
    return options


def _nearest(held: dict[int, dict[int, int]], mine: dict[int, int], option: int, value: int) -> int:
    """The combination with this value that shares most of the others with the one now shown."""
    fitting = [one for one, values in held.items() if values.get(option) == value]
    same = {one: sum(held[one].get(other) == known for other, known in mine.items()) for one in fitting}
    return max(fitting, key=lambda one: (same[one], -one), default=0)


def _images(shop: Shop, images: list[int], chosen: shopwindow.Combination | None) -> list[int]:
    """Those of the chosen combination first."""
    linked = shop.database.links("combinations", [chosen.id], "images").get(chosen.id, []) if chosen else []
    first = [whole(one.get("id")) for one in linked if whole(one.get("id")) in images]
    return [*first, *(one for one in images if one not in first)]


def _pack(shop: Shop, identity: int) -> list[PackLine]:
    lines = shop.database.links("products", [identity], "product_bundle").get(identity, [])
    found: list[PackLine] = []
    for line in lines:
        row = shop.get("products", whole(line["id"]))
        if row is not None:
            combination = whole(line.get("id_product_attribute"))
            label = basket.combination_label(shop, combination) if combination else ""
            found.append(PackLine(shopwindow.cards(shop, [row])[0], label, whole(line.get("quantity")) or 1))
    return found


def _linked(shop: Shop, identity: int, association: str, resource: str) -> list[Row]:
    """The entities of an association that exist and, where they are products, are online."""
    if resource not in shop.resources:
        return []
    linked = shop.database.links("products", [identity], association).get(identity, [])
    rows = [row for one in linked if (row := shop.get(resource, whole(one.get("id")))) is not None]
    return [row for row in rows if row.get("active", 1)]
