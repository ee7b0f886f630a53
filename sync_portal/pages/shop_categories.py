"""The shop's own categories, by their paths."""

from __future__ import annotations

from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity

TOP = {"0", "1", "2"}
"""Ids above everything that people see: none, the root, the home category of a shop as it is installed."""


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
