"""The shop's own categories, by their paths."""

from __future__ import annotations

import logging

from django.core.cache import cache

from connectors import connections
from connectors.errors import ConnectorError
from connectors.models import ShopConnection
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity

logger = logging.getLogger(__name__)

KEPT = 10 * 60
"""Seconds for which a shop is not asked again."""
TOP = {"0", "1", "2"}
"""Ids above everything that people see: none, the root, the home category of a shop as it is installed."""


def categories_of(shop: ShopConnection) -> dict[int, str]:
    """Id -> path of the shop's own categories; none while it cannot be asked."""
    key = f"shop-categories:{shop.pk}"
    kept: dict[int, str] | None = cache.get(key)
    if kept is not None:
        return kept
    try:
        webservice = connections.open_shop(shop)
        try:
            found = paths_of(webservice)
        finally:
            webservice.close()
    except ConnectorError:
        logger.info("the categories of shop %s could not be read", shop.pk)
        return {}
    cache.set(key, found, KEPT)
    return found


def paths_of(webservice: Webservice) -> dict[int, str]:
    """Id -> "Vêtements > Polos", without the home category and what is above it.

    Raises:
        ConnectorError: the shop cannot be asked.
    """
    rows = webservice.read("categories", display=["id", "id_parent", "name"])
    names = {str(row.id): _text(row, "name") for row in rows if row.id is not None}
    parents = {str(row.id): _text(row, "id_parent") for row in rows if row.id is not None}
    found = {}
    for shop_id in names:
        path: list[str] = []
        above = shop_id
        while above in names and above not in TOP and len(path) < 20:
            path.insert(0, names[above])
            above = parents.get(above, "0")
        if path:
            found[int(shop_id)] = " > ".join(path)
    return found


def _text(row: Entity, name: str) -> str:
    value = row.fields.get(name, "")
    return value if isinstance(value, str) else next(iter(value.values()), "")
