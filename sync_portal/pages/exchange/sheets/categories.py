"""Families and catalogue nodes: their names in the shop, and the shop's own categories that stand for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.categories import CATEGORY
from mapping.models import Category
from sync_portal.pages.exchange.columns import Column, Suffixed, number, yes_no
from sync_portal.pages.exchange.common import flat_names, info, name_columns, whole_names
from sync_portal.pages.exchange.sheet import Row, Sheet, unless_empty

SHOP = "shop:"
"""Followed by the name of the shop."""


def _columns(client: Client) -> list[Column]:
    label = _("Category of the shop")
    return [
        Column("node", _("Key")),
        info("path", _("Path in Sage")),
        info("products", _("Products")),
        *name_columns(client),
        yes_no("hidden", _("Left out")),
        *(number(f"{SHOP}{shop.name}", Suffixed(label, f"({shop.name})")) for shop in client.shops.all()),
    ]


def _rows(client: Client) -> Iterator[Row]:
    for category in Category.objects.filter(client=client).order_by("path"):
        yield {"node": category.key, "path": category.path, "products": category.product_count}


def _flat(value: Mapping[str, Any]) -> Row:
    flat = flat_names(value)
    shops = flat.pop("shop_categories", None) or {}
    return flat | {f"{SHOP}{name}": number for name, number in shops.items()}


def _whole(row: Row) -> Mapping[str, Any] | None:
    data = whole_names(row)
    shops = {code.removeprefix(SHOP): data.pop(code) for code in list(data) if code.startswith(SHOP)}
    return unless_empty(data | {"shop_categories": {name: number for name, number in shops.items() if number}})


CATEGORIES = Sheet(
    name="categories",
    label=_("Categories"),
    text=_("Names of categories in the shop, those left out, and the shop's own categories they stand for."),
    kind=CATEGORY.name,
    keys=CATEGORY.key,
    columns=_columns,
    rows=_rows,
    flat=_flat,
    whole=_whole,
)
