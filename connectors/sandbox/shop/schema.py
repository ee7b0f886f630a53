"""The table of the shop's resources: which fields and associations each has, as real shops of three versions answered.

The data files beside this module are made by `bin/shop-schema` from recorded answers to `GET /api/` and
`?schema=synopsis`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from connectors.sandbox.shop import nine

DATA = Path(__file__).parent / "data"

INTEGER_FORMATS = frozenset(
    {
        "isUnsignedId",
        "isNullOrUnsignedId",
        "isUnsignedInt",
        "isPositiveInt",
        "isInt",
        "isBool",
        "isPriceDisplayMethod",
    }
)
DECIMAL_FORMATS = frozenset({"isPrice", "isNegativePrice", "isFloat", "isUnsignedFloat", "isPercentage"})
DATE_FORMATS = frozenset({"isDate", "isDateFormat", "isDateOrNull", "isBirthDate"})

UNFORMATTED_INTEGERS = frozenset(
    {"position", "position_in_category", "invoice_number", "delivery_number", "valid", "deleted", "active"}
    | {"quantity", "cache_default_attribute", "shipping_external", "need_range", "nb_products_recursive"}
)
UNFORMATTED_DATES = frozenset({"invoice_date", "delivery_date", "newsletter_date_add", "last_passwd_gen"})
UNFORMATTED_DECIMALS = frozenset({"unit_price_ratio"})
DAY_ONLY = frozenset({"available_date", "birthday"})
NULLABLE = frozenset({"default_on", "new", "low_stock_threshold"})
"""Columns whose blank stays NULL in the shop's database and is shown as an empty node."""

FORBIDDEN_METHODS: dict[str, frozenset[str]] = {
    "stock_availables": frozenset({"POST", "DELETE"}),
    "stock_movements": frozenset({"POST", "PUT", "PATCH", "DELETE"}),
    "search": frozenset({"POST", "PUT", "PATCH", "DELETE", "HEAD"}),
}

MODELS = {
    "addresses": "Address",
    "categories": "Category",
    "content_management_system": "CMS",
    "countries": "Country",
    "currencies": "Currency",
    "deliveries": "Delivery",
    "order_histories": "OrderHistory",
    "product_feature_values": "FeatureValue",
    "product_features": "Feature",
    "product_option_values": "ProductAttribute",
    "product_options": "AttributeGroup",
    "tax_rule_groups": "TaxRulesGroup",
    "taxes": "Tax",
}
"""Names in error messages where they are not the singular: `Property StockAvailable->quantity is not valid`."""

LIST_NODES = {
    "order_slip": "order_slips",
    "product_customization_fields": "customization_fields",
    "stock_movements": "stock_mvts",
}


class Kind(Enum):
    """How a field's value is stored and compared."""

    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    DATE = "DATE"
    TEXT = "TEXT"
    LANG = "LANG"


@dataclass(frozen=True)
class Field:
    """One field of a resource, in the words of the synopsis."""

    name: str
    format: str = ""
    max: int = 0
    required: bool = False
    read_only: bool = False
    """Sent in a body, it is refused with code 93."""
    shown_read_only: bool = False
    """Marked so in the synopsis, accepted all the same (a customer's secure_key)."""
    dynamic: bool = False
    lang: bool = False
    link: str = ""
    decimals: int = 6

    @property
    def kind(self) -> Kind:
        if self.lang:
            return Kind.LANG
        if self.format in INTEGER_FORMATS or self.name.startswith("id_") or self.name in UNFORMATTED_INTEGERS:
            return Kind.INTEGER
        if self.format in DECIMAL_FORMATS or self.name in UNFORMATTED_DECIMALS or self._is_unformatted_total:
            return Kind.DECIMAL
        if self.format in DATE_FORMATS or self.name in UNFORMATTED_DATES:
            return Kind.DATE
        return Kind.TEXT

    @property
    def _is_unformatted_total(self) -> bool:
        return not self.format and self.name.startswith("total_")

    @property
    def is_clock(self) -> bool:
        """True for the two dates that are only filterable with `&date=1` and that the shop sets by itself."""
        return self.name in {"date_add", "date_upd"}

    @property
    def blank(self) -> str | int | None:
        """What the shop stores when the value is left out."""
        if self.name in NULLABLE:
            return None
        if self.kind is Kind.DATE:
            return "0000-00-00" if self.name in DAY_ONLY else "0000-00-00 00:00:00"
        if self.kind is Kind.DECIMAL:
            return f"{0:.{self.decimals}f}"
        return 0 if self.kind is Kind.INTEGER else ""


@dataclass(frozen=True)
class ItemField:
    """One field inside an association's item."""

    name: str
    link: str = ""


@dataclass(frozen=True)
class Association:
    """A list inside an entity: `<categories nodeType="category" api="categories">`."""

    name: str
    item: str
    fields: tuple[ItemField, ...]
    api: str = ""
    virtual: bool = False


@dataclass(frozen=True)
class Resource:
    """One resource of the webservice and the rules of its fields."""

    name: str
    node: str
    description: str
    fields: tuple[Field, ...]
    associations: tuple[Association, ...]
    by_name: dict[str, Field] = field(default_factory=dict, compare=False, repr=False)

    @property
    def model(self) -> str:
        """The PHP class that validation messages name."""
        if self.name in MODELS:
            return MODELS[self.name]
        return "".join(part.capitalize() for part in self.name.removesuffix("s").split("_"))

    @property
    def list_node(self) -> str:
        """The element around a list: nearly always the resource's own name."""
        return LIST_NODES.get(self.name, self.name)

    @property
    def table(self) -> str:
        return f"ps_{self.name}"

    def association(self, name: str) -> Association | None:
        return next((known for known in self.associations if known.name == name), None)

    @property
    def lang_fields(self) -> list[Field]:
        return [known for known in self.fields if known.lang]


def _resource(name: str, entry: dict[str, Any]) -> Resource:
    fields = tuple(Field(**known) for known in entry["fields"])
    associations = tuple(
        Association(
            name=known["name"],
            item=known["item"],
            api=known.get("api", ""),
            virtual=known.get("virtual", False),
            fields=tuple(ItemField(**item) for item in known["fields"]),
        )
        for known in entry["associations"]
    )
    by_name = {known.name: known for known in fields}
    return Resource(name, entry.get("node", ""), entry["description"], fields, associations, by_name)


def versions() -> list[str]:
    """The versions that can be imitated, oldest first."""
    found = [path.stem.removeprefix("schema-") for path in DATA.glob("schema-*.json")] + [nine.VERSION]
    return sorted(found, key=lambda version: [int(part) for part in version.split(".")])


@lru_cache(maxsize=8)
def load(version: str) -> dict[str, Resource]:
    """The resources of one version by name, in the order of `GET /api/`; ValueError for an unrecorded version."""
    recorded = nine.BASE if version == nine.VERSION else version
    path = DATA / f"schema-{recorded}.json"
    if not path.exists():
        raise ValueError(f"no recorded schema for PrestaShop {version}; known: {', '.join(versions())}")
    entries = json.loads(path.read_text(encoding="utf-8"))["resources"]
    if version == nine.VERSION:
        entries = nine.entries(entries)
    return {name: _resource(name, entry) for name, entry in entries.items()}
