"""A run in progress, as the importer sees it, without the engine: counters and changes are kept in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from connectors.models import Client, ShopConnection
from connectors.prestashop.webservice import ShopSettings, Webservice
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSession
from mapping.rules import ShopRules, load_rules


class FakeContext:
    """The methods of `sync_portal.sync.context.RunContext` that importing orders uses."""

    def __init__(self, client: Client, sage: SageSession, capabilities: Capabilities, *, preview: bool = False) -> None:
        self.client = client
        self.sage = sage
        self.capabilities = capabilities
        self.preview = preview
        self.counters: Counter[str] = Counter()
        self.changes: list[dict[str, Any]] = []
        self.on_progress: Callable[[int], None] = lambda done: None
        self._webservices: dict[int, Webservice] = {}

    def webservice(self, shop: ShopConnection) -> Webservice:
        if shop.pk not in self._webservices:
            self._webservices[shop.pk] = Webservice(
                ShopSettings(url=shop.url, key=shop.key.reveal(), private_network=True, backoff=0, settle=0)
            )
        return self._webservices[shop.pk]

    def rules(self, shop: ShopConnection) -> ShopRules:
        return load_rules(shop.rules)

    def step(self, name: str, total: int = 0) -> None:
        self.total = total

    def progress(self, done: int) -> None:
        self.on_progress(done)

    def count(self, **amounts: int) -> None:
        self.counters.update(amounts)

    def line(self, **fields: Any) -> Any:
        """Counts once it is stored."""
        return SimpleNamespace(save=lambda: self.changes.append(fields))

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """(state, cause) of each change, in order."""
        return [(change["state"], change["cause"]) for change in self.changes]

    def close(self) -> None:
        for webservice in self._webservices.values():
            webservice.close()
