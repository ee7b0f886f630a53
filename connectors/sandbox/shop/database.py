"""The shop's own memory: one SQLite file, a table per resource, one connection per thread.

A real shop saves each entity of a batch on its own, without a transaction around the batch: so does `Database.entity`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectors.sandbox.shop.schema import Field, Kind, Resource
from connectors.sandbox.shop.values import fold, leading_number

CHUNK = 500

OWN_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE keys (key TEXT PRIMARY KEY, active INTEGER NOT NULL DEFAULT 1, rights TEXT NOT NULL);
CREATE TABLE links (
    resource TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL,
    target INTEGER NOT NULL, item TEXT NOT NULL, PRIMARY KEY (resource, id, name, position)
) WITHOUT ROWID;
CREATE INDEX links_target ON links (resource, name, target);
CREATE TABLE images (
    id INTEGER PRIMARY KEY AUTOINCREMENT, id_product INTEGER NOT NULL, position INTEGER NOT NULL,
    cover INTEGER, shop_cover INTEGER, mime TEXT NOT NULL
);
CREATE INDEX images_product ON images (id_product);
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, resource TEXT NOT NULL, path TEXT NOT NULL,
    status INTEGER NOT NULL, entities INTEGER NOT NULL
);
CREATE TABLE misbehaviours (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, left INTEGER NOT NULL);
"""

INDEXES = {
    "products": ["fold(reference)", "fold(ean13)", "id_category_default"],
    "combinations": ["id_product", "fold(reference)", "fold(ean13)"],
    "stock_availables": ["id_product"],
    "specific_prices": ["id_product", "id_customer"],
    "categories": ["id_parent"],
    "customers": ["fold(email)"],
    "addresses": ["id_customer"],
    "product_option_values": ["id_attribute_group"],
    "product_feature_values": ["id_feature"],
    "orders": ["fold(reference)", "id_cart"],
    "order_details": ["id_order"],
    "order_histories": ["id_order"],
    "order_carriers": ["id_order"],
    "order_payments": ["fold(order_reference)"],
    "configurations": ["fold(name)"],
}

Row = dict[str, Any]


def _column(known: Field) -> str:
    kind = "INTEGER" if known.kind is Kind.INTEGER else "TEXT"
    return f'"{known.name}" {kind}'


class Database:
    """Connections to the shop's file; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA synchronous = OFF")
            found.execute("PRAGMA journal_mode = WAL")
            found.create_function("fold", 1, fold, deterministic=True)
            found.create_function("leading_number", 1, lambda text: leading_number(str(text or "")), deterministic=True)
            self._local.connection = found
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        if (found := getattr(self._local, "connection", None)) is not None:
            found.close()
            self._local.connection = None

    @contextmanager
    def entity(self) -> Iterator[None]:
        """Save one entity: all of it or nothing; another writer waits. Inside another `entity` it joins that one."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def create(self, resources: Iterable[Resource]) -> None:
        """Make the tables of an empty shop."""
        for statement in OWN_TABLES.split(";"):
            self.connection.execute(statement)
        for resource in resources:
            if not resource.fields:
                continue
            columns = ", ".join(["id INTEGER PRIMARY KEY AUTOINCREMENT", *map(_column, resource.fields)])
            self.connection.execute(f'CREATE TABLE "{resource.table}" ({columns})')
            for number, expression in enumerate(INDEXES.get(resource.name, [])):
                name = f"{resource.table}_{number}"
                self.connection.execute(f'CREATE INDEX "{name}" ON "{resource.table}" ({expression})')

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        return [dict(row) for row in self.connection.execute(sql, values)]

    def row(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        found = self.connection.execute(sql, values).fetchone()
        return dict(found) if found is not None else None

    def value(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first column of the first row, None when there is none."""
        found = self.connection.execute(sql, values).fetchone()
        return found[0] if found is not None else None

    def execute(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Run a statement; the number of rows it changed."""
        return self.connection.execute(sql, values).rowcount

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Add a row; its id."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - names come from the schema
        return int(self.connection.execute(sql, list(values.values())).lastrowid or 0)

    def update(self, table: str, identity: int, values: Mapping[str, Any]) -> None:
        """Change columns of the row with this id."""
        if not values:
            return
        names = ", ".join(f'"{name}" = ?' for name in values)
        self.connection.execute(f'UPDATE "{table}" SET {names} WHERE id = ?', [*values.values(), identity])  # noqa: S608

    def by_ids(self, sql: str, ids: Sequence[int]) -> list[Row]:
        """Rows of a query that holds `IN (?)`, asked for in chunks that SQLite accepts."""
        found: list[Row] = []
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            found += self.rows(sql.replace("(?)", f"({', '.join('?' for _ in part)})"), part)
        return found

    # Associations that the shop stores as such (the others are computed: see associations.py).

    def links(self, resource: str, ids: Sequence[int], name: str) -> dict[int, list[dict[str, str]]]:
        sql = f"SELECT id, item FROM links WHERE resource = '{resource}' AND name = '{name}' AND id IN (?) "  # noqa: S608
        found: dict[int, list[dict[str, str]]] = {}
        for row in self.by_ids(sql + "ORDER BY id, position", ids):
            found.setdefault(row["id"], []).append(json.loads(row["item"]))
        return found

    def set_links(self, resource: str, identity: int, name: str, items: Iterable[Mapping[str, str]], key: str) -> None:
        """Replace one entity's association; `key` names the item's field that points to the other entity."""
        self.execute("DELETE FROM links WHERE resource = ? AND id = ? AND name = ?", (resource, identity, name))
        for position, item in enumerate(items):
            target = int(leading_number(item.get(key, "")))
            values = (resource, identity, name, position, target, json.dumps(dict(item)))
            self.execute("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)", values)
