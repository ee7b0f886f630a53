"""Several shops in one: which shops a request is about, and what products differ in between them.

Only products and their stock rows know more than one shop here; everything else belongs to all of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectors.sandbox.shop.call import Call
from connectors.sandbox.shop.errors import RedirectError, WebserviceError
from connectors.sandbox.shop.values import whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

DEFAULT_SHOP = 1
TABLE = """CREATE TABLE IF NOT EXISTS product_shops (
    id_product INTEGER NOT NULL, id_shop INTEGER NOT NULL, price TEXT, PRIMARY KEY (id_product, id_shop))"""
"""A product without a row here is in the default shop only, at the price of its own row."""


def attach_key(shop: Shop, key: str, shops: list[int]) -> None:
    """Let a webservice key into these shops (a new one opens the default shop only)."""
    shop.set_setting(f"shops of {key}", json.dumps(shops))


def resolve(shop: Shop, call: Call, key: str) -> None:
    """Set `call.shops` from `id_shop` or `id_group_shop`.

    RedirectError for an unknown shop, WebserviceError 132 for one that the key is not attached to.
    """
    wanted = call.parameters.get("id_shop")
    group = call.parameters.get("id_group_shop") or call.parameters.get("id_shop_group")
    if wanted == "all" and shop.major >= (8, 0):
        call.shops = [row["id"] for row in shop.database.rows("SELECT id FROM ps_shops WHERE deleted = 0 ORDER BY id")]
    elif wanted is not None:
        _one(shop, call, key, whole(wanted))
    elif group is not None:
        sql = "SELECT id FROM ps_shops WHERE id_shop_group = ? AND deleted = 0 ORDER BY id"
        call.shops = [row["id"] for row in shop.database.rows(sql, (whole(group),))] or [DEFAULT_SHOP]


def _one(shop: Shop, call: Call, key: str, wanted: int) -> None:
    if shop.get("shops", wanted) is None:
        raise RedirectError
    if wanted not in json.loads(shop.setting(f"shops of {key}", "[1]")):
        raise WebserviceError(403, 132, "Bad id_shop or id_shop_group parameter, or missing permission of this key")
    call.shops = [wanted]


def is_other(call: Call) -> bool:
    """Whether the request names one shop that is not the default one."""
    return "id_shop" in call.parameters and call.shops not in ([DEFAULT_SHOP], []) and len(call.shops) == 1


def members(call: Call) -> str:
    """A condition on `ps_products`: the products of the shop that was named."""
    return f"id IN (SELECT id_product FROM product_shops WHERE id_shop = {int(call.shops[0])})"  # noqa: S608 - a number


def check_member(shop: Shop, call: Call, product: int) -> None:
    sql = "SELECT 1 FROM product_shops WHERE id_product = ? AND id_shop = ?"
    if is_other(call) and shop.database.value(sql, (product, call.shops[0])) is None:
        raise WebserviceError(404, 131, f"This product ({product}) does not exist in the asked shop")


def added(shop: Shop, product: int, shops: list[int]) -> None:
    """A new product belongs to the shops of its request."""
    for other in shops if shops != [DEFAULT_SHOP] else []:
        shop.database.execute("INSERT OR REPLACE INTO product_shops VALUES (?, ?, NULL)", (product, other))


def price_in(shop: Shop, product: int, wanted: int) -> str | None:
    """The price of a product in another shop, None where it has none of its own."""
    found = shop.database.value(
        "SELECT price FROM product_shops WHERE id_product = ? AND id_shop = ?", (product, wanted)
    )
    return None if found is None else str(found)


def set_price(shop: Shop, product: int, shops: list[int], price: str) -> None:
    for other in shops:
        sql = "INSERT OR REPLACE INTO product_shops VALUES (?, ?, ?)"
        if other != DEFAULT_SHOP:
            shop.database.execute(sql, (product, other, price))
