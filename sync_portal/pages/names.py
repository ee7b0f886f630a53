"""What people call the things that stored values refer to by their local keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from connectors.models import Client
from mapping.choices.base import split
from mapping.desired.links import PACK_ITEM
from mapping.models import (
    Binding,
    Category,
    Combination,
    CustomerGroup,
    Product,
    ProductImage,
    ShopCustomer,
    SourceRecord,
    SpecificPrice,
)
from sync_portal.sync.models import Change

Names = Mapping[tuple[str, str], str]
"""(kind, local key) -> name."""


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Every (kind, key) a stored value points to."""
    if isinstance(value, dict) and set(value) == {"ref"}:
        kind, key = value["ref"]
        if kind == PACK_ITEM:
            product, combination, _quantity = split(key)
            yield from [("products", product), *([("combinations", combination)] if combination else [])]
        else:
            yield kind, key
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def reference_names(
    client: Client, keys: Mapping[str, set[str]], runs: Collection[int] = ()
) -> dict[tuple[str, str], str]:
    """What people call the resources behind local keys, with at most two queries per kind.

    `runs` are those on the page: an option or a brand that is not in the shop yet has its name there alone.
    """
    names: dict[tuple[str, str], str] = {}
    for kind, wanted in keys.items():
        if kind in _SOURCES:
            rows, label = _SOURCES[kind](client, wanted)
            names |= {(kind, row.key): label(row) for row in rows}
        elif kind == "countries":
            names |= {(kind, code): name for code, name in _countries(client, wanted).items()}
        elif kind in _NAMED_IN_THE_SHOP:
            names |= {(kind, key): name for key, name in _shop_names(client, kind, wanted, runs).items()}
    return names


_Source = Callable[[Client, set[str]], tuple[QuerySet[Any], Callable[[Any], str]]]

_SOURCES: dict[str, _Source] = {
    "categories": lambda client, keys: (Category.objects.filter(client=client, key__in=keys), lambda row: row.path),
    "groups": lambda client, keys: (CustomerGroup.objects.filter(client=client, key__in=keys), lambda row: row.name),
    "customers": lambda client, keys: (
        ShopCustomer.objects.filter(client=client, key__in=keys),
        lambda row: row.company,
    ),
    "products": lambda client, keys: (Product.objects.filter(client=client, key__in=keys), lambda row: row.reference),
    "combinations": lambda client, keys: (
        Combination.objects.filter(product__client=client, key__in=keys),
        lambda row: row.label,
    ),
    "images": lambda client, keys: (
        ProductImage.objects.filter(product__client=client, key__in=keys),
        lambda row: PurePosixPath(row.source_path.replace("\\", "/")).name,
    ),
}


def _countries(client: Client, codes: Collection[str]) -> dict[str, str]:
    """ISO code -> name, as Sage has them."""
    rows = SourceRecord.objects.filter(client=client, stream="countries", data__iso_code__in=list(codes))
    return {data["iso_code"]: data["label"] for data in rows.values_list("data", flat=True)}


def price_words(client: Client, keys: Collection[str]) -> dict[str, str]:
    """Key of a specific price -> for whom and from which quantity it is: what tells a product's prices apart."""
    rows = list(SpecificPrice.objects.filter(product__client=client, key__in=keys)) if keys else []
    wanted = {
        "groups": {row.group_key for row in rows} - {""},
        "customers": {row.customer_key for row in rows} - {""},
    }
    names = reference_names(client, {kind: found for kind, found in wanted.items() if found})
    return {row.key: _price_words(row, names) for row in rows}


def _price_words(row: SpecificPrice, names: Names) -> str:
    buyer = names.get(("customers", row.customer_key)) or names.get(("groups", row.group_key)) or _("everybody")
    if row.from_quantity <= 1:
        return buyer
    return _("%(buyer)s, from %(quantity)s") % {"buyer": buyer, "quantity": row.from_quantity}


_NAMED_IN_THE_SHOP = frozenset(
    {"product_options", "product_option_values", "product_features", "product_feature_values"}
) | frozenset({"attachments", "manufacturers", "suppliers", "tags"})
"""Kinds the catalogue keeps no table of: named by the shop's confirmed state, or else by the run that makes them."""


def _shop_names(client: Client, kind: str, keys: set[str], runs: Collection[int]) -> dict[str, str]:
    rows = Binding.objects.filter(shop__client=client, kind=kind, key__in=keys).values_list("key", "confirmed")
    names = {key: name for key, confirmed in rows if (name := _text(confirmed.get("name")))}
    missing = keys - set(names)
    return names | (_names_planned(kind, missing, runs) if missing and runs else {})


def _names_planned(kind: str, keys: Collection[str], runs: Collection[int]) -> dict[str, str]:
    made = Change.objects.filter(run__in=runs, kind=kind, action="create", key__in=keys)
    found: dict[str, str] = {}
    for key, differences in made.values_list("key", "differences"):
        found[key] = next((_text(one["after"]) for one in differences if one["field"] == "name"), "")
    return found


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return str(next(iter(value.values()), ""))
    return str(value or "")
