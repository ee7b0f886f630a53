"""The kinds of resources the engine writes: a table, from our field names to the shop's. Pure.

Adding a kind is adding a row here and a `desired_...` function in `mapping.desired`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Form(Enum):
    """How a value looks in the shop."""

    TEXT = "text"
    LANG = "lang"
    NUMBER = "number"
    """A decimal with six places: compared as a number, sent as text."""
    REF = "ref"
    """The id of another resource; 0 for none."""
    REFS = "refs"
    """Ids in an association, compared as a set."""


@dataclass(frozen=True, slots=True)
class ShopField:
    """One field of a resource; for `Form.REFS` the name is that of the association and `node` of its entries."""

    name: str
    form: Form = Form.TEXT
    node: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    `identity` are the fields by which an existing resource is recognised before anything is created; the first of
    them that is marked in `lookup` is what the shop is asked to filter on. `creatable` is False where the shop makes
    the rows itself.
    """

    name: str
    resource: str
    fields: Mapping[str, ShopField]
    identity: tuple[str, ...]
    lookup: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Shop fields that every creation carries because the shop's own default would hurt."""
    made_up: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """Shop fields that a creation needs and that nobody keeps: a first password."""
    creatable: bool = True
    alternatives: tuple[str, ...] = ()
    """Fields by which a resource may be meant although its identity differs: never certain, a person decides."""
    read_first: bool = False
    """Its value moves in the shop by itself (an order takes stock): look before writing, what is right already is
    left.
    """
    slice: int = 100
    """How many are sent, confirmed and stored together."""


def _text(*names: str) -> dict[str, ShopField]:
    return {name: ShopField(name) for name in names}


def _lang(*names: str) -> dict[str, ShopField]:
    return {name: ShopField(name, Form.LANG) for name in names}


_NO_DATE = "0000-00-00 00:00:00"

FIRST_ONLY = frozenset({"link_rewrite", "state", "available_for_order", "show_price", "minimal_quantity"}) | frozenset(
    {"visibility", "product_type", "default_on"}
)
"""Given when a resource is made and never looked at again: afterwards they are the shop's."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="groups",
            resource="groups",
            fields=_lang("name") | _text("price_display_method"),
            identity=("name",),
        ),
        Kind(
            name="categories",
            resource="categories",
            fields=_lang("name", "link_rewrite") | _text("active") | {"parent": ShopField("id_parent", Form.REF)},
            identity=("parent", "name"),
            lookup="parent",
        ),
        Kind(
            name="product_options",
            resource="product_options",
            fields=_lang("name", "public_name") | _text("group_type"),
            identity=("name",),
        ),
        Kind(
            name="product_option_values",
            resource="product_option_values",
            fields=_lang("name") | {"option": ShopField("id_attribute_group", Form.REF)},
            identity=("option", "name"),
            lookup="option",
        ),
        Kind(
            name="products",
            resource="products",
            fields=_lang("name", "link_rewrite")
            | _text("reference", "ean13", "active", "state", "available_for_order", "show_price", "minimal_quantity")
            | _text("visibility", "product_type")
            | {
                "price": ShopField("price", Form.NUMBER),
                "weight": ShopField("weight", Form.NUMBER),
                "tax": ShopField("id_tax_rules_group", Form.REF),
                "category": ShopField("id_category_default", Form.REF),
                "categories": ShopField("categories", Form.REFS, node="category"),
            },
            identity=("reference",),
            lookup="reference",
            alternatives=("ean13",),
            slice=50,
        ),
        Kind(
            name="combinations",
            resource="combinations",
            fields=_text("reference", "ean13", "minimal_quantity", "default_on")
            | {
                "product": ShopField("id_product", Form.REF),
                "price_impact": ShopField("price", Form.NUMBER),
                "weight_impact": ShopField("weight", Form.NUMBER),
                "values": ShopField("product_option_values", Form.REFS, node="product_option_value"),
            },
            identity=("product", "values"),
            lookup="product",
        ),
        Kind(
            name="stock",
            resource="stock_availables",
            fields={
                "product": ShopField("id_product", Form.REF),
                "combination": ShopField("id_product_attribute", Form.REF),
                "quantity": ShopField("quantity", Form.NUMBER),
            },
            identity=("product", "combination"),
            lookup="product",
            creatable=False,
            read_first=True,
            slice=200,
        ),
        Kind(
            name="specific_prices",
            resource="specific_prices",
            fields=_text("reduction_type", "reduction_tax")
            | {
                "product": ShopField("id_product", Form.REF),
                "combination": ShopField("id_product_attribute", Form.REF),
                "group": ShopField("id_group", Form.REF),
                "customer": ShopField("id_customer", Form.REF),
                "from_quantity": ShopField("from_quantity", Form.NUMBER),
                "price": ShopField("price", Form.NUMBER),
                "reduction": ShopField("reduction", Form.NUMBER),
            },
            identity=("product", "combination", "group", "customer", "from_quantity"),
            lookup="product",
            # The shop's unique key spans these too: 0 and "no date" mean "whatever".
            constants={
                "id_shop": "0",
                "id_cart": "0",
                "id_currency": "0",
                "id_country": "0",
                "from": _NO_DATE,
                "to": _NO_DATE,
            },
            slice=200,
        ),
        Kind(
            name="images",
            resource="images",
            fields=_text("content", "position") | {"product": ShopField("id_product", Form.REF)},
            identity=("product",),
            slice=20,
        ),
        Kind(
            name="customers",
            resource="customers",
            fields=_text("email", "firstname", "lastname", "company", "siret", "active")
            | {
                "group": ShopField("id_default_group", Form.REF),
                "groups": ShopField("groups", Form.REFS, node="group"),
            },
            identity=("email",),
            lookup="email",
            made_up={"passwd": lambda: secrets.token_urlsafe(24)},
            slice=20,
        ),
        Kind(
            name="addresses",
            resource="addresses",
            fields=_text(
                "alias", "company", "firstname", "lastname", "address1", "address2", "postcode", "city", "phone"
            )
            | {
                "customer": ShopField("id_customer", Form.REF),
                "country": ShopField("id_country", Form.REF),
            },
            identity=("customer", "alias"),
            lookup="customer",
        ),
    )
}
            slice=20,
        ),
        # Fields of resources that other kinds own: which photo is a product's cover, which ones a combination shows.
        # `read_first`: the first photo is the cover by itself, and who deletes a photo deletes its mention.
        Kind(
            name="covers",
            resource="products",
            fields={
                "product": ShopField("id", Form.REF),
                "cover": ShopField("id_default_image", Form.REF),
            },
            identity=("product",),
            lookup="product",
            creatable=False,
            read_first=True,
        ),
        Kind(
            name="combination_images",
            resource="combinations",
            fields={
                "combination": ShopField("id", Form.REF),
                "images": ShopField("images", Form.REFS, node="image"),
            },
            identity=("combination",),
            lookup="combination",
            creatable=False,
            read_first=True,
        ),
        Kind(
            name="attachments",
            resource="attachments",
            fields=_text("content", "name") | {"product": ShopField("id_product", Form.REF)},
            identity=("product",),
