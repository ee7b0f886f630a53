"""The test of a client's connections: what is there, what is missing, in facts that a page or a command can tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language

from connectors import connections
from connectors.errors import ConnectorError
from connectors.models import Client, SageConnection, ShopConnection
from connectors.prestashop import overview, words
from connectors.sage import reading
from connectors.sage import words as sage_words
from connectors.sage.streams import STREAMS


@dataclass(frozen=True)
class Checked:
    """One connection after its test."""

    name: str
    ok: bool
    found: dict[str, Any] = field(default_factory=dict)
    cause: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "found": self.found, "cause": self.cause, "facts": self.facts}


def check_client(client: Client) -> list[Checked]:
    """Test the Sage connection and every active shop; a failure is a result, never an exception."""
    sage = SageConnection.objects.filter(client=client).first()
    checked = [_guarded("Sage", _sage, sage) if sage else Checked("Sage", ok=False, cause="portal.no_sage")]
    shops = list(client.shops.filter(active=True))
    return checked + [_guarded(shop.name, _shop, shop) for shop in shops]


def _guarded(name: str, check: Any, connection: Any) -> Checked:
    try:
        return Checked(name, ok=True, found=check(connection))
    except ConnectorError as error:
        return Checked(name, ok=False, cause=error.cause, facts=error.facts)


def _sage(connection: SageConnection) -> dict[str, Any]:
    with connections.open_sage(connection.client) as session:
        capabilities = connections.probe_sage(connection.client, session)
        counts = {
            name: reading.count(session, capabilities, stream)
            for name, stream in STREAMS.items()
            if capabilities.has(stream.table)
        }
    described, language = capabilities.describe(), get_language() or "en"
    return {
        "summary": sage_words.summary(described, language),
        "capabilities": described,
        "in words": [sage_words.sentence(code, facts, language) for code, facts in described],
        "writing": connection.write_mode if connection.write_enabled else "off",
        "records": counts,
    }


def _shop(connection: ShopConnection) -> dict[str, Any]:
    with connections.open_shop(connection) as webservice:
        capabilities = webservice.capabilities()
        told = webservice.describe()
        missing = {flow: overview.missing_rights(capabilities, flow) for flow in overview.RIGHTS}
        return {
            "version": capabilities.version,
            "partial updates (PATCH)": capabilities.has_patch,
            "languages": [language.name for language in webservice.lists().get("languages", [])],
            "rights the key lacks": {flow: rights for flow, rights in missing.items() if rights},
            "clock ahead by": str(capabilities.clock_shift),
            "told": [{"code": code, "facts": facts} for code, facts in told],
            "in words": [words.sentence(code, facts, get_language() or "en") for code, facts in told],
        }
