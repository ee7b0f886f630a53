"""What the product page shows, worked out of the catalogue's rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from mapping.choices import ProductChoice
from mapping.models import Binding, Combination, CustomerGroup, Product, ShopCustomer, SpecificPrice
from mapping.rules import ShopRules
from sync_portal.pages.labels import field_label
from sync_portal.pages.numbers import kilograms, labelled, money, percent, whole


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the product and the sentence saying where its value comes from."""

    label: str
    value: str
    source: str
    owner: str = "sage"
    """Who decides it: "sage", "person", "shop", or "if_new" and "if_empty" where Sage only begins it."""
    tab: str = ""
    """Where it is corrected."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Combinations of two gammes as a table; a cell is None where the pair does not exist."""

    title: str
    columns: list[str]
    rows: list[tuple[str, list[Combination | None]]]


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One specific price, with its buyer and combination in words."""

    price: SpecificPrice
    buyer: str
    combination: str


@dataclass(frozen=True, slots=True)
class ShopLink:
    """Where the product is in one shop."""

    name: str
    shop_id: int
    url: str
    adopted: bool


_TABS = {"name": "texts", "category": "filing", "categories": "filing", "manufacturer": "filing"}
_CHOSEN = {"category": "category", "categories": "categories", "manufacturer": "manufacturer"}
"""Field -> the field of a person's choice that stands in for it."""


def fields_of(
    product: Product,
    *,
    rules: ShopRules | None = None,
    choice: ProductChoice | None = None,
    by_person: Collection[str] = (),
    paths: Mapping[str, str] | None = None,
) -> list[Field]:
    """The product's fields in the order people check them, then what else is explained.

    ``by_person``: fields that people wrote; ``paths``: key of a category -> its path.
    """
    values = _values(product, paths or {})
    explained: dict[str, str] = product.explanations
    chosen = {name for name, field in _CHOSEN.items() if choice and getattr(choice, field) not in (None, ())}
    people = {*by_person, *chosen}
    owners = (rules or ShopRules()).owners

    def field(name: str, value: str) -> Field:
        owner = "person" if name in people else owners.get(f"products.{name}", "sage")
        return Field(field_label(name), value, explained.get(name, ""), owner, _TABS.get(name, ""))

    shown = [field(name, value) for name, value in values.items()]
    return shown + [Field(field_label(name), "", text) for name, text in explained.items() if name not in values]


def _values(product: Product, paths: Mapping[str, str]) -> dict[str, str]:
    return {
        "reference": product.reference,
        "name": product.name,
        "ean13": product.ean13,
        "price": money(product.price),
        "tax": percent(product.tax_rate) if product.tax_rate is not None else "",
        "weight": kilograms(product.weight) if product.weight else "",
        "category": product.category_path,
        "categories": ", ".join(paths.get(key, key) for key in product.categories),
        "manufacturer": product.manufacturer,
        "supplier": product.supplier,
        "features": ", ".join(labelled(one["label"], one["value"]) for one in product.features),
        "quantity": whole(product.quantity) if product.quantity is not None else _("not tracked"),
        "active": _("yes") if product.active else _("no"),
    }


def combination_grid(combinations: Sequence[Combination]) -> Grid | None:
    """The combinations as a table of their two gammes; None when they do not all have two."""
    if not combinations or any(len(combination.values) != 2 for combination in combinations):
        return None
    across = list(dict.fromkeys(combination.values[1][1] for combination in combinations))
    down = list(dict.fromkeys(combination.values[0][1] for combination in combinations))
    cells = {(c.values[0][1], c.values[1][1]): c for c in combinations}
    (first, _value), (second, _other) = combinations[0].values
    rows = [(value, [cells.get((value, column)) for column in across]) for value in down]
    return Grid(f"{first} × {second}", across, rows)


def price_lines(
    prices: Sequence[SpecificPrice],
    groups: Mapping[str, CustomerGroup],
    customers: Mapping[str, ShopCustomer],
    combinations: Sequence[Combination],
) -> list[PriceLine]:
    """Specific prices told in words; a group or customer that is gone keeps its key."""
    labels = {combination.key: combination.label for combination in combinations}
    return [
        PriceLine(price, _buyer(price, groups, customers), labels.get(price.combination_key, "")) for price in prices
    ]


def _buyer(price: SpecificPrice, groups: Mapping[str, CustomerGroup], customers: Mapping[str, ShopCustomer]) -> str:
    if price.customer_key:
        customer = customers.get(price.customer_key)
        return customer.company if customer else price.customer_key
    if price.group_key:
        group = groups.get(price.group_key)
        return group.name if group else price.group_key
    return _("Everybody")


def shop_links(bindings: Sequence[Binding]) -> list[ShopLink]:
    """The product's address in each shop that has it; the form with `id_product` works in every PrestaShop."""
    links = []
    for binding in bindings:
        if binding.remote_id is None:
            continue
        query = urlencode({"controller": "product", "id_product": binding.remote_id})
        url = f"{binding.shop.url.rstrip('/')}/index.php?{query}"
        links.append(ShopLink(binding.shop.name, binding.remote_id, url, binding.adopted))
    return links
