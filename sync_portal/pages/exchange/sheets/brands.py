"""Makers: their names in the shop, and those left out."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.brands import BRAND
from mapping.models import Product
from mapping.naming import folded
from sync_portal.pages.exchange.columns import Column, yes_no
from sync_portal.pages.exchange.common import info
from sync_portal.pages.exchange.sheet import Row, Sheet, unless_empty


def _columns(client: Client) -> list[Column]:
    return [
        Column("brand", _("Key")),
        info("label", _("Brand")),
        info("count", _("Products")),
        Column("name", _("Name in the shop")),
        yes_no("ignored", _("Left out")),
    ]


def _rows(client: Client) -> Iterator[Row]:
    products = Product.objects.filter(client=client).exclude(manufacturer="")
    for name, count in products.values_list("manufacturer").annotate(amount=Count("pk")).order_by("manufacturer"):
        yield {"brand": folded(name), "label": name, "count": count}


BRANDS = Sheet(
    name="brands",
    label=_("Brands"),
    text=_("Names of makers in the shop; two spellings with one name are one maker."),
    kind=BRAND.name,
    keys=BRAND.key,
    columns=_columns,
    rows=_rows,
    whole=unless_empty,
)
