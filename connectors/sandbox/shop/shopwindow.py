"""What the public pages show: products as a visitor sees them, read from the shop's tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.shop import basket, prices
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.values import fold

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

PAGE_SIZE = 24


@dataclass(frozen=True)
class Card:
    """A product in the list. `price` is with tax, for a visitor."""

    id: int
    name: str
    reference: str
    image: int | None
    price: Decimal
    stock: int
    active: bool
    combinations: int


@dataclass(frozen=True)
class Category:
    """A category of the menu with the number of products directly in it."""

    id: int
    name: str
    depth: int
    products: int
    active: bool


@dataclass
class Page:
    """One page of cards."""

    cards: list[Card]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class GroupPrice:
    """The price of one group from one quantity on."""

    group: str
    quantity: int
    excl: Decimal
    incl: Decimal


@dataclass(frozen=True)
class Combination:
    """A combination as the product page lists it."""

    id: int
    label: str
    reference: str
    ean13: str
    price: Decimal
    stock: int
    default: bool


@dataclass
class Product:
    """Everything the product page shows."""

    card: Card
    row: Row
    texts: dict[str, str]
    images: list[int]
    combinations: list[Combination]
    prices: list[GroupPrice]
    features: list[tuple[str, str]]
    categories: list[Category]
    tax: Decimal
    manufacturer: str = ""
    customer_prices: list[Row] = field(default_factory=list)


def categories(shop: Shop) -> list[Category]:
    """The tree under the home category, in menu order."""
    rows = shop.database.rows("SELECT * FROM ps_categories ORDER BY position, id")
    sql = """SELECT target, count(*) AS products FROM links
             WHERE resource = 'products' AND name = 'categories' GROUP BY target"""
    counts = {row["target"]: row["products"] for row in shop.database.rows(sql)}
    children: dict[int, list[Row]] = {}
    for row in rows:
        children.setdefault(row["id_parent"], []).append(row)
    found: list[Category] = []

    def walk(parent: int, depth: int) -> None:
        for row in children.get(parent, []):
            name = basket.text(shop, row["name"])
            found.append(Category(row["id"], name, depth, counts.get(row["id"], 0), bool(row["active"])))
            walk(row["id"], depth + 1)

    walk(int(shop.configuration("PS_HOME_CATEGORY") or 2), 0)
    return found


def page(shop: Shop, *, category: int = 0, search: str = "", number: int = 1, hidden: bool = False) -> Page:
    """One page of products, by name; a category includes the ones below it."""
    where, values = ["1" if hidden else "active = 1"], list[object]()
    if category:
        where.append(
            """id IN (WITH RECURSIVE tree (id) AS (
                 SELECT ? UNION SELECT c.id FROM ps_categories c JOIN tree ON c.id_parent = tree.id)
               SELECT l.id FROM links l JOIN tree ON l.target = tree.id
               WHERE l.resource = 'products' AND l.name = 'categories')"""
        )
        values.append(category)
    if search:
        where.append("(fold(name) LIKE ? OR fold(reference) LIKE ?)")
        values += [f"%{fold(search)}%"] * 2
    condition = " AND ".join(where)
    total = shop.count("products", condition, tuple(values))
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), pages)
    path = f'$."{shop.default_language}"'
    sql = f"""SELECT * FROM ps_products WHERE {condition} ORDER BY fold(json_extract(name, ?)), id
              LIMIT {PAGE_SIZE} OFFSET {(number - 1) * PAGE_SIZE}"""  # noqa: S608 - conditions above
    rows = shop.database.rows(sql, [*values, path])
    return Page(cards(shop, rows), number, pages, total)


def cards(shop: Shop, rows: Sequence[Row]) -> list[Card]:
    ids = [row["id"] for row in rows]
    images = _pairs(shop, "SELECT id_product AS k, min(id) AS v FROM images WHERE id_product IN (?) GROUP BY 1", ids)
    covers = _pairs(shop, "SELECT id_product AS k, id AS v FROM images WHERE shop_cover = 1 AND id_product IN (?)", ids)
    stocks = _pairs(
        shop,
        """SELECT id_product AS k, quantity AS v FROM ps_stock_availables
           WHERE id_product_attribute = 0 AND id_product IN (?)""",
        ids,
    )
    counts = _pairs(
        shop, "SELECT id_product AS k, count(*) AS v FROM ps_combinations WHERE id_product IN (?) GROUP BY 1", ids
    )
    return [
        Card(
            id=row["id"],
            name=basket.text(shop, row["name"]) or row["reference"] or f"Article {row['id']}",
            reference=row["reference"],
            image=covers.get(row["id"]) or images.get(row["id"]),
            price=prices.price(shop, prices.Asked(product=row["id"], decimals=2)),
            stock=stocks.get(row["id"], 0),
            active=bool(row["active"]),
            combinations=counts.get(row["id"], 0),
        )
        for row in rows
    ]


def _pairs(shop: Shop, sql: str, ids: Sequence[int]) -> dict[int, int]:
    return {row["k"]: row["v"] for row in shop.database.by_ids(sql, ids)}


def product(shop: Shop, identity: int) -> Product | None:
    """The product page's content; None for an unknown id."""
    row = shop.get("products", identity)
    if row is None:
        return None
    by_id = {known.id: known for known in categories(shop)}
    linked = shop.database.links("products", [identity], "categories").get(identity, [])
    maker = shop.get("manufacturers", row["id_manufacturer"]) or {}
    return Product(
        card=cards(shop, [row])[0],
        row=row,
        texts={name: basket.text(shop, row[name]) for name in ("description", "description_short")},
        images=[
            image["id"]
            for image in shop.database.rows("SELECT id FROM images WHERE id_product = ? ORDER BY position", (identity,))
            if (shop.images / str(image["id"])).exists()
        ],
        combinations=_combinations(shop, identity),
        prices=_group_prices(shop, identity),
        features=_features(shop, identity),
        categories=[by_id[int(item["id"])] for item in linked if int(item["id"]) in by_id],
        tax=prices.tax_rate(shop, row["id_tax_rules_group"], prices.FRANCE),
        manufacturer=maker.get("name", ""),
        customer_prices=_customer_prices(shop, identity),
    )


def _combinations(shop: Shop, product_id: int) -> list[Combination]:
    sql = """SELECT c.*, coalesce(s.quantity, 0) AS stock FROM ps_combinations c
             LEFT JOIN ps_stock_availables s ON s.id_product_attribute = c.id
             WHERE c.id_product = ? ORDER BY c.id"""
    return [
        Combination(
            id=row["id"],
            label=basket.combination_label(shop, row["id"]) or f"Déclinaison {row['id']}",
            reference=row["reference"],
            ean13=row["ean13"],
            price=prices.price(shop, prices.Asked(product=product_id, combination=row["id"], decimals=2)),
            stock=row["stock"],
            default=bool(row["default_on"]),
        )
        for row in shop.database.rows(sql, (product_id,))
    ]


def _group_prices(shop: Shop, product_id: int) -> list[GroupPrice]:
    """Every group's price from 1 piece on, and from each quantity threshold on."""
    sql = """SELECT DISTINCT id_group, from_quantity FROM ps_specific_prices
             WHERE id_product IN (0, ?) AND id_customer = 0 ORDER BY from_quantity"""
    thresholds = shop.database.rows(sql, (product_id,))
    found = []
    for group in shop.database.rows("SELECT id, name FROM ps_groups ORDER BY id"):
        own = {max(1, row["from_quantity"]) for row in thresholds if row["id_group"] in {0, group["id"]}}
        for quantity in sorted({1, *own}):
            amounts = [
                prices.price(
                    shop,
                    prices.Asked(product=product_id, quantity=quantity, group=group["id"], use_tax=tax, decimals=2),
                )
                for tax in (False, True)
            ]
            found.append(GroupPrice(basket.text(shop, group["name"]), quantity, *amounts))
    return found


def _customer_prices(shop: Shop, product_id: int) -> list[Row]:
    sql = """SELECT s.*, c.firstname, c.lastname, c.company FROM ps_specific_prices s
             JOIN ps_customers c ON c.id = s.id_customer WHERE s.id_product = ? ORDER BY c.id, s.from_quantity"""
    return shop.database.rows(sql, (product_id,))


def _features(shop: Shop, product_id: int) -> list[tuple[str, str]]:
    sql = """SELECT f.name AS feature, v.value AS value FROM links l JOIN ps_product_features f ON f.id = l.target
             JOIN ps_product_feature_values v ON v.id = CAST(json_extract(l.item, '$.id_feature_value') AS INTEGER)
             WHERE l.resource = 'products' AND l.name = 'product_features' AND l.id = ? ORDER BY l.position"""
    rows = shop.database.rows(sql, (product_id,))
    return [(basket.text(shop, row["feature"]), basket.text(shop, row["value"])) for row in rows]


@dataclass(frozen=True)
class Choice:
    """Something that can be ordered, for the order form."""

    product: int
    combination: int
    label: str

    @property
    def value(self) -> str:
        return f"{self.label} [{self.product}-{self.combination}]"


def choices(shop: Shop, limit: int = 300) -> list[Choice]:
    """The first articles for sale, with their combinations."""
    sql = """SELECT p.id AS product, coalesce(c.id, 0) AS combination, p.name AS name, p.reference AS reference
             FROM ps_products p LEFT JOIN ps_combinations c ON c.id_product = p.id
             WHERE p.active = 1 AND p.available_for_order = 1 ORDER BY p.id, c.id LIMIT ?"""
    found = []
    for row in shop.database.rows(sql, (limit,)):
        label = basket.text(shop, row["name"]) or row["reference"]
        if row["combination"]:
            label = f"{label} – {basket.combination_label(shop, row['combination'])}"
        found.append(Choice(row["product"], row["combination"], label))
    return found


def orders(shop: Shop, limit: int = 50) -> list[Row]:
    """The latest orders with their customer and state."""
    sql = """SELECT o.*, c.firstname, c.lastname, c.company, s.name AS state, s.color AS color FROM ps_orders o
             LEFT JOIN ps_customers c ON c.id = o.id_customer LEFT JOIN ps_order_states s ON s.id = o.current_state
             ORDER BY o.id DESC LIMIT ?"""
    rows = shop.database.rows(sql, (limit,))
    for row in rows:
        row["state"] = json.loads(row["state"] or "{}").get(str(shop.default_language), "")
    return rows
