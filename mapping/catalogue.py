"""What is derived from Sage for a shop: the shapes that the tables of `mapping.models` store. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from mapping.price_steps import PriceStep

ZERO = Decimal(0)
Readiness = Literal["ready", "held", "out"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A cause of `mapping.causes` and the facts that its sentence quotes."""

    cause: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return {"cause": self.cause, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class CategoryNode:
    key: str
    """"FAM:code", "CAT:number" or "MORE:source|path"."""
    name: str
    parent_key: str
    """"" at the root: the shop's home category."""
    path: str
    """Names from the root, joined by " > "."""
    position: int
    product_count: int
    explanation: str
    names: Mapping[str, str] = field(default_factory=dict)
    """Language -> a person's name for it."""
    shop_category: int | None = None
    """Id of the shop's own category that a person chose for it: it is that one, and nothing of it is written."""


@dataclass(frozen=True, slots=True)
class CatalogueGroup:
    """A tariff category; the public one is not a group of the shop, but shown to people."""

    key: str
    name: str
    with_tax: bool
    public: bool


@dataclass(frozen=True, slots=True)
class CatalogueOption:
    """A gamme, shared by all products whose gamme is spelt alike; or an axis of a group."""

    key: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    """Language -> a person's name for it."""
    display: str = "select"
    """"select", "radio" or "color"."""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueValue:
    key: str
    option_key: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    colour: str = ""
    """"#rrggbb"."""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueFeature:
    """A characteristic that products have a value of."""

    key: str
    """"FEAT:source"."""
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueFeatureValue:
    key: str
    """"FVAL:source|value as shown"."""
    feature_key: str
    name: str


@dataclass(frozen=True, slots=True)
class CatalogueBrand:
    """A maker or a supplier."""

    key: str
    """"MAN:folded name" or "SUP:folded name": see `mapping.brands.brand_key`."""
    name: str


@dataclass(frozen=True, slots=True)
class CatalogueTag:
    key: str
    """"TAG:language|name"."""
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class ProductFeature:
    """A product's value of a feature, as shown."""

    feature_key: str
    value_key: str
    label: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class ProductText:
    """One text in one language, acceptable to the shop."""

    text: str
    why: str
    by_person: bool = False
    from_sage: str = ""
    """What it would be without the person."""


@dataclass(frozen=True, slots=True)
class PackItem:
    """One component of a kit."""

    reference: str
    product_key: str
    combination_key: str
    """"" for a component without combinations."""
    quantity: int


@dataclass(frozen=True, slots=True)
class CatalogueDocument:
    """A file to download from the product's page."""

    product_key: str
    key: str
    """"product key|Sage path in lower case with forward slashes"."""
    source_path: str
    name: str
    file: str = ""
    content_hash: str = ""
    problem: Problem | None = None
    size: int = 0
    modified_ns: int = 0
    """With the size: while both stay, the content is not hashed again."""


@dataclass(frozen=True, slots=True)
class CatalogueCombination:
    key: str
    """"reference|AG_No1|AG_No2"; of a packaging "reference|pack|CO_No"."""
    reference: str
    ean13: str
    values: tuple[tuple[str, str], ...]
    """(("Couleur", "Bleu"), ("Taille", "M")), as shown."""
    value_keys: tuple[str, ...]
    price_impact: Decimal
    quantity: int | None
    position: int
    active: bool = True
    """False: asleep in Sage. It is not published, and an earlier publication shows no stock."""
    weight_impact: Decimal = ZERO
    """Kilograms."""
    article: str = ""
    """The article behind it when it is another one than the product's (a group)."""
    packs: int = 1
    """Sales units in one of it (packagings)."""
    default: bool = False
    """Chosen when the product is first shown: the oldest one, so that a value added later never takes its place."""
    explanations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CataloguePrice:
    """A price, tax excluded, for a group ("" all) or a customer, from a quantity on."""

    product_key: str
    combination_key: str
    group_key: str
    customer_key: str
    from_quantity: int
    price: Decimal
    steps: tuple[PriceStep, ...]

    @property
    def key(self) -> str:
        owner = f"{self.group_key}|{self.customer_key}"
        return f"{self.product_key}|{self.combination_key}|{owner}|{self.from_quantity}"


@dataclass(frozen=True, slots=True)
class CatalogueImage:
    product_key: str
    key: str
    """"product key|Sage path in lower case with forward slashes"."""
    source_path: str
    legend: str
    position: int
    """1-based; the first one is the cover. 0: left out, see `CatalogueProduct.images_left_out`."""
    file: str = ""
    """The file on this machine; "" while it was not looked for, or is missing."""
    content_hash: str = ""
    """SHA-256 of the file; when it is missing, of the content last seen, so that its photo stays in the shop."""
    problem: Problem | None = None
    legends: Mapping[str, str] = field(default_factory=dict)
    """Language -> a person's legend."""
    combination_keys: tuple[str, ...] = ()
    """The combinations that it shows; none: all."""
    uploaded: bool = False
    """Brought by a person; ``source_path`` is then its name."""
    hidden: bool = False
    """A person took it out of the shop."""


@dataclass(frozen=True, slots=True)
class CatalogueProduct:
    key: str
    reference: str
    name: str
    ean13: str
    weight: Decimal
    """Kilograms."""
    price: Decimal
    """Tax excluded, public, for one unit."""
    tax_rate: Decimal | None
    """Percent. None: no VAT was found."""
    category_key: str
    category_path: str
    quantity: int | None
    """None: Sage does not track it."""
    active: bool
    readiness: Readiness
    sleeping: bool
    problems: tuple[Problem, ...]
    """The first one says why it is held or out."""
    explanations: Mapping[str, str]
    combinations: tuple[CatalogueCombination, ...] = ()
    specific_prices: tuple[CataloguePrice, ...] = ()
    images: tuple[CatalogueImage, ...] = ()
    images_left_out: tuple[CatalogueImage, ...] = ()
    """Known and not for the shop: hidden by a person, the same picture as another one, beyond the limit."""
    texts: Mapping[str, Mapping[str, ProductText]] = field(default_factory=dict)
    """Field ("name", "description", ...) -> language -> text."""
    features: tuple[ProductFeature, ...] = ()
    manufacturer: str = ""
    supplier: str = ""
    supplier_reference: str = ""
    """What the supplier calls it."""
    categories: tuple[str, ...] = ()
    """Keys of further categories."""
    pack: tuple[PackItem, ...] = ()
    accessories: tuple[str, ...] = ()
    """Keys of products."""
    documents: tuple[CatalogueDocument, ...] = ()
    members: tuple[str, ...] = ()
    """The articles of a group; none: it is one article."""
    grouped_in: str = ""
    """Key of the product that this article is sold as: it has no page of its own."""
    away: Literal["", "hide", "out_of_stock", "redirect"] = ""
    """What becomes of the page of an article that is out."""
    redirect_to: str = ""
    """Key of the product whose page stands in for it."""


@dataclass(frozen=True, slots=True)
class CatalogueAddress:
    """A postal address in the shop's terms, every text already acceptable there."""

    address1: str
    address2: str
    postcode: str
    city: str
    country: str
    """ISO 3166 code of two letters; "" when Sage's country is not known."""
    phone: str


@dataclass(frozen=True, slots=True)
class CatalogueCustomer:
    key: str
    company: str
    email: str
    firstname: str
    lastname: str
    siret: str
    group_key: str
    """Rank of the tariff category when it is published as a group, else ""."""
    sleeping: bool
    address: CatalogueAddress
    problems: tuple[Problem, ...] = ()
    """Of the account: those that are not published for it, see `published`."""
    address_problems: tuple[Problem, ...] = ()
    explanations: Mapping[str, str] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Catalogue:
    categories: tuple[CategoryNode, ...] = ()
    """Parents before their children."""
    groups: tuple[CatalogueGroup, ...] = ()
    options: tuple[CatalogueOption, ...] = ()
    values: tuple[CatalogueValue, ...] = ()
    features: tuple[CatalogueFeature, ...] = ()
    feature_values: tuple[CatalogueFeatureValue, ...] = ()
    manufacturers: tuple[CatalogueBrand, ...] = ()
    suppliers: tuple[CatalogueBrand, ...] = ()
    tags: tuple[CatalogueTag, ...] = ()
    products: tuple[CatalogueProduct, ...] = ()
    gone: tuple[str, ...] = ()
    """Keys of products whose article Sage no longer has: what the shop holds of them is taken offline."""
    customers: tuple[CatalogueCustomer, ...] = ()
    failed_customers: tuple[str, ...] = ()
    """Keys of those that could not be derived: what is known of them, and in the shop, stays."""
    problems: tuple[Problem, ...] = ()
    """What belongs to no single product."""
