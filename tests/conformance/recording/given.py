"""What has to be in the shop before a transcript starts: the stand-in of the demonstration catalogue.

The values are those that the shop answered before the transcript first wrote to the entity, in this transcript or in
an earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.shop.schema import Resource
from tests.conformance.bodies import fields_of, parsed, tree
from tests.conformance.ids import ITEMS, TARGETS
from tests.conformance.recording.transcripts import Exchange

Key = tuple[str, str]
NEVER_GIVEN = frozenset({"configurations", "languages"})
HELD_BY = frozenset({("products", "categories"), ("combinations", "product_option_values")})
"""Lists that only show what exists: an item that was answered was there, even when nothing else is known of it."""
MADE_FROM = frozenset({"order_histories", "orders"})
"""Creations that need what they name: it was there, even when nothing else is known of it."""
FOLLOWED = {
    "carts": ("id_customer", "id_address_delivery", "id_address_invoice"),
    "combinations": ("id_product",),
    "stock_availables": ("id_product", "id_product_attribute"),
    "orders": ("id_customer", "id_address_delivery", "id_cart"),
    "order_histories": ("id_order",),
    "order_carriers": ("id_order",),
}
"""An entity that is given brings these along."""


@dataclass
class Entity:
    """Observed values and lists of one entity."""

    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def observe(self, seen: Entity, *, fields: frozenset[str] | None = None, over: bool = False) -> None:
        """Take values that are not known yet (`over`: replace what is known); `fields` limits which."""
        for mine, other in ((self.values, seen.values), (self.lists, seen.lists)):
            for name, value in other.items():
                if (over or name not in mine) and (fields is None or name in fields):
                    mine[name] = value


def entities(answer: str, resources: Mapping[str, Resource]) -> dict[Key, Entity]:
    """The entities that an answer shows, full or in part."""
    root = parsed(answer.encode())
    found: dict[Key, Entity] = {}
    if root is None:
        return found
    nodes = {resource.node: resource.name for resource in resources.values() if resource.node}
    content = tree(root)
    if len(content) == 1 and content[0][0] in resources and isinstance(content[0][1], list):
        content = content[0][1]
    for tag, value in content:
        identity = value.get("id") or value.get("@id") if isinstance(value, dict) else None
        if tag in nodes and identity:
            found[nodes[tag], identity] = _entity(value)
        if tag == "image" and isinstance(value, dict) and "id_product" not in value and identity:
            images = [item[1]["@id"] for item in _items(value) if item[0] == "declination"]
            found["products", identity] = Entity(lists={"images": [{"id": image} for image in images]})
    return found


def _items(value: dict[str, Any]) -> list[Any]:
    return [[name, item] for name, item in value.items() if isinstance(item, dict)] + list(value.get("", []))


def _entity(value: dict[str, Any]) -> Entity:
    lists = value.get("associations")
    if isinstance(lists, list):  # a single association
        lists = dict(lists)
    known = {
        name: item for name, item in fields_of(value).items() if name[0] != "@" and name not in {"associations", "id"}
    }
    return Entity(
        values={
            name: item.get("", "") if isinstance(item, dict) and "" in item else item for name, item in known.items()
        },
        lists={name: _list(items) for name, items in (lists if isinstance(lists, dict) else {}).items()},
    )


def _list(items: Any) -> list[dict[str, str]]:
    if isinstance(items, dict):  # one item only
        items = list(items.items())
    return [fields_of(content) for _, content in items if isinstance(content, dict)] if isinstance(items, list) else []


def sent(exchange: Exchange) -> dict[str, set[str]]:
    """Id of each entity in a body -> the fields it carries; blank id at creation."""
    root = parsed(exchange.body.encode())
    if root is None:
        return {}
    return {(node.findtext("id") or "").strip(): {str(child.tag) for child in node} for node in root}


def copied(known: Mapping[Key, Entity]) -> dict[Key, Entity]:
    return {key: Entity(dict(entity.values), dict(entity.lists)) for key, entity in known.items()}


def ordered_products(exchange: Exchange, order: Entity) -> dict[Key, Entity]:
    """The cart and the products behind an order's lines, when nothing else was recorded of them."""
    cart = re.search(r"<id_cart>(?:<!\[CDATA\[)?(\d+)", exchange.body)
    rows = order.lists.get("order_rows", [])
    found: dict[Key, Entity] = {}
    for row in map(fields_of, rows):
        values = {
            "reference": row["product_reference"],
            "name": {"1": row["product_name"]},
            "price": row["product_price"],
        }
        taxed = row["unit_price_tax_incl"] != row["unit_price_tax_excl"]
        values |= {"id_tax_rules_group": "1" if taxed else "0", "active": "1", "available_for_order": "1"}
        found["products", row["product_id"]] = Entity(values)
    if cart and rows:
        lines = [
            {
                "id_product": fields_of(row)["product_id"],
                "id_product_attribute": fields_of(row)["product_attribute_id"],
                "quantity": fields_of(row)["product_quantity"],
            }
            for row in rows
        ]
        found["carts", cart[1]] = Entity({"id_carrier": "1"}, {"cart_rows": lines})
    return found


class Story:
    """Everything known about the recorded shop, exchange after exchange in the order of time."""

    def __init__(self, resources: Mapping[str, Resource], installed: Mapping[Key, Entity]) -> None:
        self.resources = resources
        self._installed = installed
        self.known = copied(installed)
        self._made: set[Key] = set()

    def seen(self, exchange: Exchange) -> None:
        """Take over what an exchange shows; a number that comes back says that the shop was installed again."""
        if exchange.works and exchange.method == "POST":
            for key in entities(exchange.answer, self.resources):
                if key in self._made:
                    self.known, self._made = copied(self._installed), set()
                    break
            self._made |= set(entities(exchange.answer, self.resources))
        if exchange.method == "DELETE" and exchange.works:
            self._deleted(exchange)
        if exchange.works:
            for key, entity in entities(exchange.answer, self.resources).items():
                self.known.setdefault(key, Entity()).observe(entity, over=True)

    def _deleted(self, exchange: Exchange) -> None:
        gone = set(re.findall(r"\d+", exchange.query.get("id", ""))) | {exchange.id}
        for number in gone:
            self.known.pop((exchange.name, number), None)
        if exchange.name == "combinations":
            self._forget_combinations(gone)

    def _forget_combinations(self, gone: set[str]) -> None:
        for entity in self.known.values():
            for name, field_name in (("combinations", "id"), ("stock_availables", "id_product_attribute")):
                items = entity.lists.get(name, [])
                entity.lists[name] = [item for item in items if item.get(field_name) not in gone]
            if not entity.lists["combinations"]:
                entity.lists.pop("product_option_values", None)

    def start(self) -> dict[Key, Entity]:
        """A copy of what is known now."""
        return copied(self.known)


class Needs:
    """What one transcript needs, from what was known at its start."""

    def __init__(
        self, resources: Mapping[str, Resource], known: dict[Key, Entity], installed: Mapping[Key, Entity]
    ) -> None:
        self.resources = resources
        self.known = known
        self.installed = installed
        self.given: dict[Key, Entity] = {}
        self.made: set[Key] = set()
        self.written: dict[Key, frozenset[str] | None] = {}
        self._told: set[tuple[Key, str]] = set()

    def read(self, exchanges: Sequence[Exchange]) -> dict[Key, Entity]:
        for exchange in exchanges:
            shown = entities(exchange.answer, self.resources) if exchange.works else {}
            if exchange.method in {"GET", "HEAD"}:
                self._need_path(exchange)
                self._observe(shown, None)
                continue
            if exchange.name == "images" and exchange.works:
                self.made |= {("images", number) for number in re.findall(r"<image>\s*<id>\D*(\d+)", exchange.answer)}
            for key, entity in shown.items():
                if key[0] == "orders" and exchange.method == "POST":
                    for other, learnt in ordered_products(exchange, entity).items():
                        if other not in self.known and other not in self.made:
                            self.known[other] = learnt
            self._need_body(exchange)
            if exchange.method == "POST" and not exchange.query.get("ps_method"):
                self.made |= set(shown)
                self.made |= self._made_along(shown)
            self._write(exchange, shown)
        self._follow()
        self._forget_made()
        return self.given

    def _forget_made(self) -> None:
        """What came with an entity of the transcript's own was not there before."""
        for key, entity in list(self.given.items()):
            entity.lists = {
                name: [item for item in items if (name, item.get("id", "")) not in self.made]
                for name, items in entity.lists.items()
            }
            if key[0] == "products":
                self._forget_later_images(key, entity)
            owner = ("products", str(entity.values.get("id_product", "")))
            if key[0] in {"stock_availables", "combinations"} and owner in self.made:
                del self.given[key]
            mine = [int(number) for name, number in self.made if name == key[0] and number.isdigit()]
            if key[0] == "specific_prices" and mine and int(key[1]) > min(mine):
                del self.given[key]  # another transcript, recorded at the same time, made it

    def _forget_later_images(self, key: Key, entity: Entity) -> None:
        """Rows that failed uploads of this transcript left behind have no answer of their own."""
        made = [int(number) for name, number in self.made if name == "images"]
        if made and "images" in entity.lists:
            entity.lists["images"] = [item for item in entity.lists["images"] if int(item["id"]) < min(made)]

    def _made_along(self, shown: Mapping[Key, Entity]) -> set[Key]:
        return {
            (ITEMS[name.rstrip("s")], item["id"])
            for entity in shown.values()
            for name in ("stock_availables", "combinations")
            for item in entity.lists.get(name, [])
            if "id" in item
        }

    def _need_path(self, exchange: Exchange) -> None:
        if exchange.id.isdigit() and (exchange.works or "[131]" in exchange.answer):
            self._need((exchange.name, exchange.id))
        for number in re.findall(r"price\[\w+\]\[product_attribute\]=(\d+)", exchange.path):
            self._need(("combinations", number))

    def _need_body(self, exchange: Exchange) -> None:
        keys = [(exchange.name, identity) for identity in sent(exchange)]
        if exchange.works and exchange.method != "POST":
            keys += [key for key in entities(exchange.answer, self.resources) if key[0] == exchange.name]
        asked = re.findall(r"\d+", exchange.query.get("id", "")) or [exchange.id]
        if exchange.method == "DELETE" and exchange.works:
            keys += [(exchange.name, number) for number in asked if number]
        for key in keys:
            if key[1].isdigit() and (exchange.works or key in self.known):
                self._need(key)
        if exchange.name == "images" and "/products/" in exchange.path:
            numbers = re.findall(r"/(\d+)", exchange.path)
            if numbers and (exchange.works or ("products", numbers[0]) in self.known):
                self._need(("products", numbers[0]))
        for name, target in TARGETS.items():
            for number in re.findall(rf"<{name}(?: [^>]*)?>(?:<!\[CDATA\[)?(\d+)", exchange.body):
                if (target, number) in self.known or (exchange.works and exchange.name in MADE_FROM):
                    self._need((target, number))
        for tag, number in re.findall(r"<(\w+)(?: [^>]*)?>\s*<id(?: [^>]*)?>(?:<!\[CDATA\[)?(\d+)", exchange.body):
            if (ITEMS.get(tag, ""), number) in self.known:
                self._need((ITEMS[tag], number))

    def _need(self, key: Key) -> None:
        if (
            not key[1].isdigit()
            or key[1] == "0"
            or key in self.made
            or key in self.given
            or key[0] in NEVER_GIVEN
            or key[0] not in self.resources
        ):
            return
        known = self.known.get(key, Entity())
        self.given[key] = Entity(dict(known.values), dict(known.lists))

    def _observe(self, shown: Mapping[Key, Entity], fields: frozenset[str] | None) -> None:
        for key, entity in shown.items():
            if key in self.made or key[0] in NEVER_GIVEN:
                continue
            self._need(key)
            written = self.written.get(key, frozenset())
            if written is None or key not in self.given:
                continue
            seen = self.given[key]
            first = {
                name
                for name in [*entity.values, *entity.lists]
                if name not in written and (key, name) not in self._told
            }
            chosen = frozenset(first if fields is None else first & fields)
            seen.observe(entity, fields=chosen, over=True)
            self._told |= {(key, name) for name in chosen}

    def _write(self, exchange: Exchange, shown: Mapping[Key, Entity]) -> None:
        patch = exchange.method == "PATCH" or exchange.query.get("ps_method") == "PATCH"
        for (owner, _id), entity in shown.items():
            for name, items in entity.lists.items():
                for item in items:
                    key_of_item = (ITEMS.get(name, ""), item.get("id", ""))
                    if key_of_item in self.known or (owner, name) in HELD_BY:
                        self._need(key_of_item)
        for identity, fields in sent(exchange).items():
            key = (exchange.name, identity)
            if patch and key in shown and key not in self.made:
                rest = frozenset(set(shown[key].values) | set(shown[key].lists)) - fields - {"date_upd"}
                self._observe({key: shown[key]}, rest)
            if key[0] == "attachments" and key in shown and key not in self.made:
                # A PUT has to carry the file's data exactly as read: so they were before.
                self._observe({key: shown[key]}, frozenset({"file", "file_name", "mime"}))
            before = self.written.get(key, frozenset())
            whole = None if not patch else frozenset(fields | {"date_upd"})
            self.written[key] = None if whole is None or before is None else before | whole
            if not patch and key in shown:
                self._keep_lists(key, shown[key], fields)
        if exchange.method == "DELETE" and exchange.id:
            self.written[exchange.name, exchange.id] = None

    def _keep_lists(self, key: Key, shown: Entity, fields: set[str]) -> None:
        """A PUT without associations shows those that were there before."""
        if "associations" not in fields and key in self.given:
            self.given[key].observe(Entity(lists=shown.lists))

    def _follow(self) -> None:
        for key, entity in self.known.items():
            if (
                key[0] == "specific_prices"
                and key in self.installed
                and ("products", str(entity.values.get("id_product"))) in self.given
            ):
                self._need(key)
        for _ in range(2):
            for (name, _id), entity in list(self.given.items()):
                for field_name in FOLLOWED.get(name, ()):
                    number = str(entity.values.get(field_name, ""))
                    key = (TARGETS[field_name], number)
                    if number.isdigit() and number != "0" and key in self.known:
                        self._need(key)
                for item in entity.lists.get("combinations", []) if name == "products" else []:
                    if ("combinations", item["id"]) in self.known:
                        self._need(("combinations", item["id"]))
                maker = ("manufacturers", str(entity.values.get("id_manufacturer", "0")))
                if name == "products" and maker in self.known:
                    self._need(maker)
                for item in entity.lists.get("cart_rows", []):
                    self._need(("products", item.get("id_product", "")))
