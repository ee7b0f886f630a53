"""What has to be in the shop before a transcript starts: the stand-in of the demonstration catalogue.

The values are those that the shop answered before the transcript first wrote to the entity, in this transcript or in
an earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from connectors.sandbox.shop.schema import Resource
from tests.conformance.ids import ITEMS, TARGETS
from tests.conformance.recording.story import Entity, Key, entities, ordered_products, sent
from tests.conformance.recording.transcripts import Exchange

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
