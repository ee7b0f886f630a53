"""What is known of a recorded shop at any moment, from what it had answered until then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.shop.schema import Resource
from tests.conformance.bodies import fields_of, parsed, tree
from tests.conformance.recording.transcripts import Exchange

Key = tuple[str, str]


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
