"""Where a product stands in the shop: its categories, its brand, its features; and what goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from connectors.models import Client
from mapping.choices import FEATURE, FeatureChoice, ProductChoice
from mapping.models import Category, Choice, Product
from mapping.sources import column_of
from sync_portal.pages.choice_words import feature_label

FOUND = 20
"""Lines of a search."""


@dataclass(frozen=True, slots=True)
class Place:
    """A category of the product."""

    key: str
    path: str
    by_person: bool
    pending: bool
    """Chosen, and not worked out yet."""


@dataclass(frozen=True, slots=True)
class Filing:
    """The product's categories."""

    main: Place
    more: list[Place]


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """One feature: what the shop shows, and who says so."""

    key: str
    label: str
    value: str
    by_person: bool
    removed: bool
    """A person said that it is not shown."""
    why: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Related:
    """A product that this one leads to."""

    key: str
    product: Product | None
    """None: there is no such product any more."""
    quantity: int = 0
    combination: str = ""


def filing(client: Client, product: Product, choice: ProductChoice) -> Filing:
    """The categories as they are and as they will be."""
    keys = {product.category_key, choice.category or "", *product.categories, *choice.categories} - {""}
    paths = category_paths(client, keys)
    main = choice.category or product.category_key
    path = paths.get(main, product.category_path if main == product.category_key else main)
    more = dict.fromkeys((*product.categories, *choice.categories))
    return Filing(
        Place(main, path, choice.category is not None, main != product.category_key),
        [
            Place(key, paths.get(key, key), key in choice.categories, key not in product.categories)
            for key in more
            if key != main
        ],
    )


def category_paths(client: Client, keys: Iterable[str]) -> dict[str, str]:
    """Key -> path of these categories."""
    return dict(Category.objects.filter(client=client, key__in=set(keys)).values_list("key", "path"))


def found_categories(client: Client, text: str) -> list[Category]:
    """The categories whose path holds all these words."""
    words = Q()
    for word in text.split():
        words &= Q(path__icontains=word)
    return list(Category.objects.filter(words, client=client)[:FOUND]) if words else []


def found_products(client: Client, text: str, but: Product) -> list[Product]:
    """Products with this in their reference or name, that have a page of their own."""
    if not (asked := text.strip()):
        return []
    rows = Product.objects.filter(client=client, grouped_in="").exclude(pk=but.pk)
    return list(rows.filter(Q(reference__icontains=asked) | Q(name__icontains=asked)).order_by("reference")[:FOUND])


def feature_lines(client: Client, product: Product, choice: ProductChoice) -> list[FeatureLine]:
    """The features that the shop shows of it, and those that people gave or took away."""
    derived: Mapping[str, Mapping[str, Any]] = {one["key"]: one for one in product.features}
    labels = feature_names(client)
    lines = []
    for key in dict.fromkeys((*derived, *choice.features)):
        one, mine = derived.get(key, {}), choice.features.get(key)
        value = str(one.get("value", "")) if mine is None else mine
        lines.append(
            FeatureLine(
                key=key,
                label=str(one.get("label", "")) or feature_label(key, labels),
                value=value,
                by_person=mine is not None,
                removed=mine == "",
                why="" if mine is not None else str(one.get("why", "")),
                pending=mine is not None and mine != str(one.get("value", "")),
            )
        )
    return lines


def feature_names(client: Client) -> dict[str, str]:
    """Key of each feature that the client publishes -> its name."""
    names = {}
    for row in Choice.objects.filter(client=client, kind=FEATURE.name):
        choice = FeatureChoice.model_validate(row.value)
        if choice.published:
            source = FEATURE.split_key(row.key)[0]
            names[f"FEAT:{source}"] = next(iter(choice.name.values()), "") or column_of(source)
    return names


def related(client: Client, keys: Iterable[str]) -> list[Related]:
    """The products behind these keys, in their order."""
    wanted = list(dict.fromkeys(keys))
    rows = {row.key: row for row in Product.objects.filter(client=client, key__in=wanted)}
    return [Related(key, rows.get(key)) for key in wanted]


def components(client: Client, product: Product) -> list[Related]:
    """What a pack holds."""
    rows = {
        row.key: row for row in Product.objects.filter(client=client, key__in={one["product"] for one in product.pack})
    }
    return [
        Related(one["reference"], rows.get(one["product"]), int(one["quantity"]), one.get("combination", ""))
        for one in product.pack
    ]
