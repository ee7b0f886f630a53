"""Settings in, live session out: the stored connections become sessions of the two connectors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import TYPE_CHECKING

from django.utils import timezone

from connectors.models import SageConnection, ShopConnection
from connectors.prestashop.webservice import ShopSettings, Webservice
from connectors.sage.capabilities import Capabilities
from connectors.sage.file_layout import FileLayout
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.paths import PathRules

if TYPE_CHECKING:
    from connectors.models import Client


def sage_settings(connection: SageConnection) -> SageSettings:
    """The stored Sage connection in the connector's terms, its secret revealed."""
    return SageSettings(
        dialect=connection.dialect,  # type: ignore[arg-type]  # the model's choices are the connector's literals
        driver=connection.driver,
        dsn=connection.dsn,
        server=connection.server,
        port=connection.port,
        database=connection.database,
        user=connection.user,
        password=connection.password.reveal(),
        path=connection.path,
        login_timeout=connection.login_timeout,
        query_timeout=connection.query_timeout,
        write_enabled=connection.write_enabled,
        write_mode=connection.write_mode,  # type: ignore[arg-type]
        file_folder=connection.file_folder,
        file_layout=FileLayout.from_json(connection.file_layout),
    )


def open_sage(client: Client) -> SageSession:
    """A live session on the client's Sage company; use it as a context manager.

    Raises:
        ConnectorError: unreachable, wrong password, ... with its cause.
    """
    return open_session(sage_settings(client.sage))


def probe_sage(client: Client, session: SageSession) -> Capabilities:
    """What this base has; kept on the connection, so that the page can say it without asking again."""
    capabilities = Capabilities.probe(session)
    client.sage.capabilities = capabilities.to_json()
    client.sage.capabilities_at = timezone.now()
    client.sage.save(update_fields=["capabilities", "capabilities_at"])
    return capabilities


def media_paths(client: Client) -> PathRules:
    """Where the client's Windows paths of photos and documents are found on this machine."""
    return PathRules.from_json(client.sage.media_folders)


def open_shop(shop: ShopConnection, *, before_write: Callable[[], None] = lambda: None) -> Webservice:
    """A webservice client for the shop; it sends nothing until it is used. See `Webservice` for ``before_write``."""
    return Webservice(
        ShopSettings(
            url=shop.url,
            key=shop.key.reveal(),
            private_network=shop.private_network,
            connections=shop.connections,
            shop_id=shop.shop_id,
            quiet_hours=tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in shop.quiet_hours),
        ),
        before_write=before_write,
    )
