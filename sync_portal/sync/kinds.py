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
    HTML = "html"
    """Texts by language in HTML: compared in one spelling, because the shop rewrites entities and single tags."""
    PAIRS = "pairs"
    """Features of a product: (feature, value) in an association. A value names its feature; see `sync.pairs`."""
    BUNDLE = "bundle"
    """The content of a pack in an association; see `sync.bundles`."""
    FLAG = "flag"
    """"0" or "1"; the shop may leave "0" blank."""


@dataclass(frozen=True, slots=True)
class ShopField:
    """One field of a resource; for `Form.REFS` the name is that of the association and `node` of its entries.

    For `Form.PAIRS` `node` is what the entries call the second id; the first is their "id".
    """

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
    only_with: Mapping[str, str] = field(default_factory=dict)
    """Shop fields and what they must hold for an existing resource of the same identity to be recognised: one that is
    limited otherwise is another thing.
    """
    alternatives: tuple[str, ...] = ()
    """Fields by which a resource may be meant although its identity differs: never certain, a person decides."""
    read_first: bool = False
    """Its value moves in the shop by itself (an order takes stock): look before writing, what is right already is
    left.
    """
    after_creation: frozenset[str] = frozenset()
    """Fields that the shop fills in by itself while it makes a resource (a place at the end): sent when it is there."""
    shared: bool = False
    """Several flows make it, perhaps at the same moment: see `sync.turns`."""
    slice: int = 100
    """How many each connection gets of what is sent, confirmed and stored together."""


def _text(*names: str) -> dict[str, ShopField]:
    return {name: ShopField(name) for name in names}


def _lang(*names: str) -> dict[str, ShopField]:
    return {name: ShopField(name, Form.LANG) for name in names}


NO_DATE = "0000-00-00 00:00:00"

FIRST_ONLY = frozenset({"link_rewrite", "state", "available_for_order", "show_price", "minimal_quantity"}) | frozenset(
    {"visibility", "product_type", "default_on"}
)
"""Given when a resource is made and never looked at again: afterwards they are the shop's."""

UNWATCHED = FIRST_ONLY | {"redirect_type", "redirect_to", "type", "pack_stock_type"}
"""What a check of the shop does not compare: also what versions spell in their own ways (see `sync.spelling`)."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="groups",
            resource="groups",
            fields=_lang("name") | _text("price_display_method"),
            identity=("name",),
            shared=True,
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
            fields=_lang("name", "public_name")
            | _text("group_type", "position")
            | {"is_color_group": ShopField("is_color_group", Form.FLAG)},
            identity=("name",),
            after_creation=frozenset({"position"}),
        ),
        Kind(
            name="product_option_values",
            resource="product_option_values",
            fields=_lang("name") | _text("color", "position") | {"option": ShopField("id_attribute_group", Form.REF)},
            identity=("option", "name"),
            lookup="option",
            after_creation=frozenset({"position"}),
        ),
        Kind(
            name="product_features",
            resource="product_features",
            fields=_lang("name") | _text("position"),
            identity=("name",),
            after_creation=frozenset({"position"}),
        ),
        Kind(
            name="product_feature_values",
            resource="product_feature_values",
            fields={
                "name": ShopField("value", Form.LANG),
                "feature": ShopField("id_feature", Form.REF),
                "custom": ShopField("custom", Form.FLAG),
            },
            # A custom value belongs to one product: it is never taken for the one that all share.
            identity=("feature", "name", "custom"),
            lookup="feature",
        ),
        Kind(name="manufacturers", resource="manufacturers", fields=_text("name", "active"), identity=("name",)),
        Kind(name="suppliers", resource="suppliers", fields=_text("name", "active"), identity=("name",)),
        Kind(
            name="tags",
            resource="tags",
            fields=_text("name") | {"language": ShopField("id_lang", Form.REF)},
            identity=("language", "name"),
            lookup="name",
        ),
        Kind(
            name="products",
            resource="products",
            fields=_lang("name", "link_rewrite", "meta_title", "meta_description")
            | _text("reference", "ean13", "active", "state", "available_for_order", "show_price", "minimal_quantity")
            | _text("visibility", "product_type")
            | {
                "description": ShopField("description", Form.HTML),
                "description_short": ShopField("description_short", Form.HTML),
                "price": ShopField("price", Form.NUMBER),
                "weight": ShopField("weight", Form.NUMBER),
                "manufacturer": ShopField("id_manufacturer", Form.REF),
                "supplier": ShopField("id_supplier", Form.REF),
                "tags": ShopField("tags", Form.REFS, node="tag"),
                "tax": ShopField("id_tax_rules_group", Form.REF),
                "category": ShopField("id_category_default", Form.REF),
                "categories": ShopField("categories", Form.REFS, node="category"),
                "features": ShopField("product_features", Form.PAIRS, node="id_feature_value"),
                "redirect_to": ShopField("id_type_redirected", Form.REF),
                "redirect_product": ShopField("id_product_redirected", Form.REF),
                "redirect_type": ShopField("redirect_type"),
            },
            identity=("reference",),
            lookup="reference",
            alternatives=("ean13",),
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
            name="product_suppliers",
            resource="product_suppliers",
            fields={
                "product": ShopField("id_product", Form.REF),
                "supplier": ShopField("id_supplier", Form.REF),
                "reference": ShopField("product_supplier_reference"),
            },
            identity=("product", "supplier"),
            lookup="product",
            constants={"id_product_attribute": "0", "id_currency": "0"},
        ),
        Kind(
            name="product_links",
            resource="products",
            fields=_text("type", "product_type", "pack_stock_type")
            | {
                "product": ShopField("id", Form.REF),
                "accessories": ShopField("accessories", Form.REFS, node="product"),
                "default_combination": ShopField("id_default_combination", Form.REF),
                "pack": ShopField("product_bundle", Form.BUNDLE),
            },
            identity=("product",),
            lookup="product",
            creatable=False,
            slice=50,
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
                # Never sent of ours, which hold for ever and everywhere. Read of those that people made
                # (`orphan_prices`), and given back to those that an undo makes again (`made_again`).
                "begins": ShopField("from"),
                "ends": ShopField("to"),
                "country": ShopField("id_country", Form.REF),
                "currency": ShopField("id_currency", Form.REF),
                "shop": ShopField("id_shop", Form.REF),
                "shop_group": ShopField("id_shop_group", Form.REF),
            },
            identity=("product", "combination", "group", "customer", "from_quantity"),
            lookup="product",
            # The shop's unique key spans these too: 0 and "no date" mean "whatever".
            constants={
                "id_shop": "0",
                "id_cart": "0",
                "id_currency": "0",
                "id_country": "0",
                "from": NO_DATE,
                "to": NO_DATE,
            },
            # A promotion of some weeks, or a row that a catalogue rule of the shop made, is none of ours: the price
            # of Sage would end with it. `id_shop` is left out: one for this very shop would win over ours.
            only_with={
                "id_cart": "0",
                "id_currency": "0",
                "id_country": "0",
                "id_specific_price_rule": "0",
                "from": NO_DATE,
                "to": NO_DATE,
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
