"""Stored differences made readable: words for fields, names for references, the size of a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from connectors.models import Client
from mapping.models import Category, Combination, CustomerGroup, Product, ShopCustomer
from sync_portal.pages.labels import SPECIAL_KEYS, field_label
from sync_portal.pages.numbers import change_of, decimal_or_none, plain
from sync_portal.sync.causes import CauseText, describe
from sync_portal.sync.models import Change

FLAGS = {"active", "available_for_order", "show_price", "default_on"}
NUMBERS = {"price", "price_impact", "weight", "weight_impact", "reduction", "quantity", "from_quantity"}

Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change, ready to show."""

    label: str
    before: str
    after: str
    why: str
    size: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change with everything its line shows."""

    change: Change
    differences: list[Difference]
    cause: CauseText | None
    product_id: int | None = None


@dataclass(slots=True)
class _Wanted:
    """Local keys to be named, by kind."""

    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def collect(self, value: Any) -> None:
        for kind, key in references(value):
            self.keys[kind].add(key)


def change_rows(client: Client, changes: Iterable[Change]) -> list[ChangeRow]:
    """The changes of one page, their references named in one query per kind."""
    page = list(changes)
    wanted = _Wanted()
    for change in page:
        for difference in change.differences:
            wanted.collect(difference.get("before"))
            wanted.collect(difference.get("after"))
    names = reference_names(client, wanted.keys)
    products = _product_ids(client, page)
    return [
        ChangeRow(
            change,
            [readable(difference, names) for difference in change.differences],
            describe(change.cause, change.facts) if change.cause else None,
            products.get(_product_key(change)),
        )
        for change in page
    ]


def readable(difference: Mapping[str, Any], names: Names) -> Difference:
    """One stored difference in words."""
    name, before, after = difference["field"], difference.get("before"), difference.get("after")
    return Difference(
        label=field_label(name),
        before=value_text(name, before, names),
        after=value_text(name, after, names),
        why=difference.get("why") or "",
        size=change_of(before, after) if name in NUMBERS else "",
    )


def value_text(name: str, value: Any, names: Names) -> str:
    """A value of a difference as text: flags as yes/no, numbers without useless zeros, references by their names."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return _mapping_text(value, names)
    if isinstance(value, list):
        return ", ".join(value_text(name, item, names) for item in value)
    if name in FLAGS and str(value) in {"0", "1"}:
        return _("yes") if str(value) == "1" else _("no")
    number = decimal_or_none(value) if name in NUMBERS else None
    return plain(number) if number is not None else str(value)


def _mapping_text(value: Mapping[str, Any], names: Names) -> str:
    if set(value) == {"ref"}:
        kind, key = value["ref"]
        if kind == "taxes":  # looked up by its rate
            return _("%(rate)s %%") % {"rate": plain(decimal_or_none(key))}
        return names.get((kind, key)) or str(SPECIAL_KEYS.get(key, key))
    texts = {language: str(text) for language, text in value.items()}
    if len(set(texts.values())) <= 1:
        return next(iter(texts.values()), "")
    return " · ".join(f"{language} : {text}" for language, text in texts.items())


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Every (kind, key) a stored value points to."""
    if isinstance(value, dict) and set(value) == {"ref"}:
        kind, key = value["ref"]
        yield kind, key
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def reference_names(client: Client, keys: Mapping[str, set[str]]) -> dict[tuple[str, str], str]:
    """What people call the resources behind local keys."""
    names: dict[tuple[str, str], str] = {}
    for kind, wanted in keys.items():
        if kind in _SOURCES:
            rows, label = _SOURCES[kind](client, wanted)
            names |= {(kind, row.key): label(row) for row in rows}
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
}

_OF_A_PRODUCT = {"products", "combinations", "specific_prices", "stock", "images"}


def _product_key(change: Change) -> str:
    return change.key.split("|")[0] if change.kind in _OF_A_PRODUCT else ""


def _product_ids(client: Client, changes: Sequence[Change]) -> dict[str, int]:
    keys = {_product_key(change) for change in changes} - {""}
    return dict(Product.objects.filter(client=client, key__in=keys).values_list("key", "pk"))
