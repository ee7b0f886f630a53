"""A sandbox shop: a folder holding its database and its image files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.shop import install, shops
from connectors.sandbox.shop.database import Database
from connectors.sandbox.shop.journal import Journal
from connectors.sandbox.shop.misbehaviour import Misbehaviours
from connectors.sandbox.shop.schema import Resource, load

DEFAULT_VERSION = "8.2.1"
DEFAULT_KEY = "SANDBOXKEYSANDBOXKEYSANDBOXKEY00"
TIME_ZONE = ZoneInfo("Europe/Paris")
ALL_RIGHTS = "*"


def local_now() -> datetime:
    """The shop's local time; the webservice shows it without a zone."""
    return datetime.now(TIME_ZONE)


class Shop:
    """State of one sandbox shop. Several processes may open the same folder.

    >>> shop = Shop(Path("/tmp/shop"))            # creates it with the content of a fresh French install
    >>> shop.journal.mark()                       # ... and later: shop.journal.since(mark).writes == 0
    >>> shop.misbehaviours.add("empty_500", path="/api/products", times=2)
    """

    def __init__(
        self,
        folder: Path,
        *,
        version: str = DEFAULT_VERSION,
        key: str = DEFAULT_KEY,
        languages: tuple[str, ...] = ("fr",),
        clock: Callable[[], datetime] = local_now,
    ) -> None:
        """Open the shop of this folder, or install one. ValueError when the folder holds a shop of another version."""
        self.folder = folder
        self.clock = clock
        self.resources: dict[str, Resource] = load(version)
        self.version = version
        self.images = folder / "images"
        self.images.mkdir(parents=True, exist_ok=True)
        self.attachments = folder / "attachments"
        self.attachments.mkdir(exist_ok=True)
        self.database = Database(folder / "shop.sqlite3")
        self.journal = Journal(self.database)
        self.misbehaviours = Misbehaviours(self.database)
        self._open(key, languages)

    def _open(self, key: str, languages: tuple[str, ...]) -> None:
        with self.database.entity():
            self.database.execute(shops.TABLE)
            known = self.database.value("SELECT name FROM sqlite_master WHERE name = 'settings'")
            if known is None:
                self.database.create(self.resources.values())
                self.set_setting("version", self.version)
                self.allow(key)
                install.fill(self.database, self.resources, self.now(), languages)
                return
        stored = self.setting("version")
        if stored != self.version:
            raise ValueError(f"{self.folder} holds a shop of version {stored}, not {self.version}")

    @property
    def major(self) -> tuple[int, int]:
        """`(8, 2)`, `(1, 7)`, `(1, 6)`: what the version differences are decided by."""
        first, second = self.version.split(".")[:2]
        return int(first), int(second)

    @property
    def has_patch(self) -> bool:
        return self.major >= (8, 0)

    def now(self) -> str:
        return self.clock().strftime("%Y-%m-%d %H:%M:%S")

    def setting(self, name: str, default: str = "") -> str:
        found = self.database.value("SELECT value FROM settings WHERE name = ?", (name,))
        return default if found is None else str(found)

    def set_setting(self, name: str, value: str) -> None:
        """Settings: `enabled` (0 switches the webservice off), `version`."""
        self.database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def allow(self, key: str, rights: Mapping[str, list[str]] | str = ALL_RIGHTS, *, active: bool = True) -> None:
        """Create or change a webservice key; `rights` is `{"products": ["GET", "HEAD"]}` or `"*"`."""
        self.database.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?)", (key, int(active), json.dumps(rights)))

    def rights(self, key: str) -> dict[str, list[str]] | None:
        """What an active key may do, by resource; None when the key is unknown or inactive."""
        row = self.database.row("SELECT * FROM keys WHERE key = ?", (key,))
        if row is None or not row["active"]:
            return None
        rights = json.loads(row["rights"])
        if rights == ALL_RIGHTS:
            methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"]
            return dict.fromkeys(self.resources, methods)
        return {str(name): list(methods) for name, methods in rights.items()}

    def configuration(self, name: str) -> str:
        """A value of the shop's own configuration (`PS_OS_WS_PAYMENT`), blank when it is not set."""
        sql = 'SELECT value FROM "ps_configurations" WHERE fold(name) = fold(?)'
        return str(self.database.value(sql, (name,)) or "")

    def languages(self) -> list[int]:
        """Ids of the shop's languages."""
        return [row["id"] for row in self.database.rows('SELECT id FROM "ps_languages" ORDER BY id')]

    @property
    def default_language(self) -> int:
        return int(self.configuration("PS_LANG_DEFAULT") or 1)

    def count(self, resource: str, where: str = "1", values: tuple[Any, ...] = ()) -> int:
        """How many entities of a resource the shop holds; `images` counts the product images."""
        table = "images" if resource == "images" else self.resources[resource].table
        return int(self.database.value(f'SELECT count(*) FROM "{table}" WHERE {where}', values))  # noqa: S608

    def get(self, resource: str, identity: int) -> dict[str, Any] | None:
        """One stored row as the database holds it (multi-language fields as JSON text)."""
        return self.database.row(f'SELECT * FROM "{self.resources[resource].table}" WHERE id = ?', (identity,))  # noqa: S608
