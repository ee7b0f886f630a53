"""The sandbox shop as the exam's candidate: filled with what a scenario needs, its clock set to the recorded one."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from connectors.sandbox.shop import ordering
from connectors.sandbox.shop.app import ShopApp
from connectors.sandbox.shop.hooks.combinations import add_stock_row
from connectors.sandbox.shop.schema import Kind
from connectors.sandbox.shop.shop import TIME_ZONE, Shop
from connectors.sandbox.shop.values import stored
from tests.conformance.bodies import summary
from tests.conformance.scenarios import KEYS, Exchange, Scenario, file_content

HOST = "http://127.0.0.1:8800"
READ = ["GET", "HEAD"]
UNKNOWN: dict[str, dict[str, Any]] = {
    "products": {
        "reference": "zz",
        "name": {"1": "zz"},
        "price": "10.000000",
        "state": "1",
        "active": "1",
        "condition": "new",
        "visibility": "both",
    },
    "stock_availables": {"id_shop": "1", "out_of_stock": "2"},
    "specific_prices": {"price": "-1.000000"},
    "customers": {
        "secure_key": "0" * 32,
        "last_passwd_gen": "2026-01-01 00:00:00",
        "active": "1",
        "id_default_group": "3",
        "id_shop": "1",
        "id_shop_group": "1",
        "firstname": "A",
    },
    "addresses": {"id_country": "8", "alias": "a"},
    "categories": {"active": "1", "id_parent": "2", "id_shop_default": "1"},
    "combinations": {"minimal_quantity": "1"},
}
"""What a given entity holds where nothing was recorded."""


class Candidate:
    """A sandbox shop that takes the exam of one scenario."""

    def __init__(self, folder: Path, scenario: Scenario, version: str) -> None:
        self.clock = scenario.exchanges[0].at
        self.shop = Shop(
            folder, version=version, key=KEYS["all"], clock=self._now, languages=("fr", "en")[: scenario.languages]
        )
        self.app = ShopApp(self.shop, base_url=HOST)
        self.client = Client(self.app)
        self._allow()
        self._give(scenario)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock, TIME_ZONE)

    def _allow(self) -> None:
        self.shop.allow(KEYS["catalogue_reader"], {"products": READ, "stock_availables": READ})
        self.shop.allow(KEYS["inactive"], active=False)
        self.shop.allow(KEYS["none"], {})
        without_patch = ["GET", "PUT", "POST", "DELETE", "HEAD"]
        self.shop.allow(KEYS["no_patch"], dict.fromkeys(self.shop.resources, without_patch))

    # What is there before.

    def _give(self, scenario: Scenario) -> None:
        database = self.shop.database
        with database.entity():
            for entry in scenario.given:
                if entry["resource"] in self.shop.resources:
                    self._insert(entry["resource"], int(entry["id"]), entry.get("values", {}))
            for entry in scenario.given:
                if entry["resource"] in self.shop.resources:
                    self._link(entry["resource"], int(entry["id"]), entry.get("lists", {}))
                if entry["resource"] == "attachments":
                    file = entry.get("values", {}).get("file") or "f" * 40
                    (self.shop.attachments / file).write_bytes(b"%PDF")
                    database.execute("UPDATE ps_attachments SET file = ? WHERE id = ?", (file, entry["id"]))
            self._give_tracking(scenario)
            self._give_positions(scenario)
            for product in database.rows("SELECT id FROM ps_products"):
                has = "SELECT 1 FROM ps_stock_availables WHERE id_product = ? AND id_product_attribute = 0"
                if database.value(has, (product["id"],)) is None:
                    add_stock_row(self.shop, product["id"], 0)

    def _give_tracking(self, scenario: Scenario) -> None:
        """Every order has its row of order_carriers, whether or not it was read."""
        for entry in scenario.given:
            sql = "SELECT 1 FROM ps_order_carriers WHERE id_order = ?"
            if entry["resource"] == "orders" and self.shop.database.value(sql, (entry["id"],)) is None:
                number = entry.get("values", {}).get("shipping_number", "")
                ordering.insert(self.shop, "order_carriers", id_order=entry["id"], tracking_number=number)

    def _give_positions(self, scenario: Scenario) -> None:
        """Fill categories up to the position that a product had in them: its neighbours were not recorded."""
        database = self.shop.database
        for entry in scenario.given:
            values = entry.get("values", {})
            position, category = values.get("position_in_category", ""), values.get("id_category_default", "")
            if not str(position).isdigit():
                continue
            sql = "SELECT count(*) FROM links WHERE resource = 'products' AND name = 'categories' AND target = ?"
            for number in range(database.value(sql, (category,)), int(position) + 1):
                item = ("products", 10**6 + number, "categories", int(category), int(category), "{}")
                database.execute("INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?, ?)", item)

    def _insert(self, resource: str, identity: int, values: Mapping[str, Any]) -> None:
        known = self.shop.resources[resource]
        row: dict[str, Any] = {"id": identity}
        values = UNKNOWN.get(resource, {}) | dict(values)
        for name in known.by_name:
            row[name] = self._stored(known.by_name[name], values.get(name))
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        sql = f'INSERT OR REPLACE INTO "{known.table}" ({names}) VALUES ({marks})'
        self.shop.database.execute(sql, list(row.values()))

    def _stored(self, known: Any, value: Any) -> Any:
        if known.kind is Kind.LANG:
            texts = value if isinstance(value, dict) else {}
            texts = {str(number): "" for number in self.shop.languages()} | texts
            return json.dumps({name: text for name, text in texts.items() if not name.startswith("@")})
        if isinstance(value, dict):
            value = value.get("", "")
        if known.is_clock and not value:
            return self.shop.now()
        return stored(known, value)

    def _link(self, resource: str, identity: int, lists: Mapping[str, list[dict[str, str]]]) -> None:
        database = self.shop.database
        for name, all_items in lists.items():
            items = [item for item in all_items if "id" in item or name == "cart_rows"]
            if (resource, name) == ("products", "images"):
                self._give_images(identity, items)
            elif (resource, name) == ("products", "stock_availables"):
                for item in items:
                    self._give_row(
                        "ps_stock_availables", item, {"id_product": identity, "id_shop": 1, "out_of_stock": 2}
                    )
            elif (resource, name) == ("products", "combinations"):
                for item in items:
                    self._give_row("ps_combinations", item, {"id_product": identity, "minimal_quantity": 1})
            elif (resource, name) == ("categories", "products"):
                for item in items:
                    values = (
                        "products",
                        int(item["id"]),
                        "categories",
                        100 + identity,
                        identity,
                        json.dumps({"id": str(identity)}),
                    )
                    database.execute("INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?, ?)", values)
            elif (resource, name) == ("orders", "order_rows"):
                for item in items:
                    self._give_row("ps_order_details", item, {**item, "id_order": identity, "id_shop": 1})
            elif (resource, name) == ("categories", "categories"):
                for item in items:
                    database.execute("UPDATE ps_categories SET id_parent = ? WHERE id = ?", (identity, item["id"]))
                    self._give_row("ps_categories", item, {"id_parent": identity, "active": 1, "id_shop_default": 1})
            elif (resource, name) == ("products", "product_option_values"):
                self._give_values(identity, items)
            else:
                key = "id_product" if name == "cart_rows" else "id"
                database.set_links(resource, identity, name, items, key)

    def _give_values(self, product: int, items: list[dict[str, str]]) -> None:
        """Option values of a product whose combinations are known by number only."""
        sql = """SELECT id FROM ps_combinations WHERE id_product = ? AND id NOT IN (SELECT id FROM links
                 WHERE resource = 'combinations' AND name = 'product_option_values') ORDER BY id"""
        for row in self.shop.database.rows(sql, (product,)):
            self.shop.database.set_links("combinations", row["id"], "product_option_values", items, "id")

    def _give_row(self, table: str, item: Mapping[str, str], values: dict[str, Any]) -> None:
        if self.shop.database.value(f"SELECT 1 FROM {table} WHERE id = ?", (item["id"],)) is None:
            known = self.shop.resources[table.removeprefix("ps_")]
            row = {field.name: self._stored(field, None) for field in known.fields} | values | {"id": int(item["id"])}
            if "id_product_attribute" in item:
                row["id_product_attribute"] = int(item["id_product_attribute"])
            self.shop.database.insert(table, row)
        elif "id_product" in values:
            sql = f"UPDATE {table} SET id_product = ? WHERE id = ? AND id_product = 0"
            self.shop.database.execute(sql, (values["id_product"], item["id"]))

    def _give_images(self, product: int, items: list[dict[str, str]]) -> None:
        for position, item in enumerate(items, start=1):
            cover = 1 if position == 1 else None
            sql = "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, ?, 'image/jpeg')"
            self.shop.database.execute(sql, (int(item["id"]), product, position, cover, cover))
            (self.shop.images / item["id"]).write_bytes(file_content("JPEG", 0))

    # The exam.

    def number_next(self, exchange: Exchange) -> None:
        """Let the next creation have the recorded id, as the shop's counters stood elsewhere."""
        body = exchange.answer.get("body")
        if exchange.method != "POST" or not isinstance(body, list):
            return
        tables = {resource.node: resource.table for resource in self.shop.resources.values() if resource.fields}
        tables["image"] = "images"
        for tag, content in body:
            if tag in tables and isinstance(content, dict) and str(content.get("id", "")).isdigit():
                self._set_counter(tables[tag], int(content["id"]) - 1)
                return

    def _set_counter(self, table: str, number: int) -> None:
        database = self.shop.database
        if (database.value(f'SELECT coalesce(max(id), 0) FROM "{table}"') or 0) > number:
            return
        if not database.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (number, table)):
            database.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, number))

    def send(self, exchange: Exchange, path: str, body: str) -> dict[str, Any]:
        """Send a request, its ids already translated; what was answered."""
        self.clock = exchange.at or self.clock
        request = exchange.request
        headers = dict(request.get("headers", {}))
        base = f"http://{headers.pop('Host')}" if "Host" in headers else HOST
        key = request.get("key", "all")
        if key is not None:
            key = KEYS.get(key, key)
            headers["Authorization"] = "Basic " + b64encode(f"{key}:".encode()).decode()
        declared = re.match(r'<\?xml[^>]*encoding="([\w-]+)"', body)
        data: Any = body.encode(declared[1] if declared else "utf-8", errors="replace") or None
        if "parts" in request:
            data = form(request["parts"])
            headers.pop("Content-Type", None)
        for name, value in KEYS.items():
            path = path.replace(f"{{{name}}}", value)
        answer = self.client.open(path, method=exchange.method, base_url=base, headers=headers, data=data)
        return summary(answer.status_code, answer.headers.get("Content-Type") or "", answer.get_data())


def form(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """A multipart body: texts, and files of the recorded kind and size."""
    import io

    found: dict[str, Any] = {}
    for part in parts:
        if "text" in part:
            found[part["name"]] = part["text"]
        else:
            content = file_content(part.get("kind", ""), part.get("size", 0))
            found[part["name"]] = (io.BytesIO(content), part["file"])
    return found
