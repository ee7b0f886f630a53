"""What one shop shows and how: the rules document kept on its connection. Pure.

Every reading that Sage's facts leave open is a setting here, with the default the portal takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mapping.photo_patterns import checked_pattern
from mapping.sources import COLUMNS, LOOKED_UP, is_source
from mapping.templating import checked

Owner = Literal["sage", "portal", "if_new", "if_empty", "shop"]
Rank = Annotated[int, Field(ge=1, le=50)]
Percent = Annotated[int, Field(ge=0, le=100)]
Iso = Annotated[str, Field(pattern=r"^[a-z]{2}$")]

TextField = Literal[
    "name", "description_short", "description", "meta_title", "meta_description", "link_rewrite", "tags"
]

NAME_REPLACEMENTS = {"<": " ", ">": " ", "=": " ", "{": " ", "}": " ", ";": ",", "#": "n°"}

OWNABLE: Mapping[str, frozenset[str]] = {
    "categories": frozenset({"name", "parent", "active"}),
    "groups": frozenset({"name", "price_display_method"}),
    "product_options": frozenset({"name", "public_name", "group_type", "position"}),
    "product_option_values": frozenset({"name", "color", "position"}),
    "products": frozenset({"ean13", "name", "price", "tax", "weight", "active", "category", "categories"})
    | {"description", "description_short", "meta_title", "meta_description", "link_rewrite", "tags"}
    | {"manufacturer", "supplier", "features"},
    "product_links": frozenset({"accessories"}),
    "product_features": frozenset({"name", "position"}),
    "combinations": frozenset({"reference", "ean13", "price_impact", "weight_impact"}),
    "customers": frozenset({"firstname", "lastname", "company", "siret", "group", "groups", "active"}),
    "addresses": frozenset({"alias", "company", "firstname", "lastname", "address1", "address2"})
    | {"postcode", "city", "country", "phone"},
}
"""Fields whose owner can be chosen. Keys by which a resource is found again (reference, e-mail) are always ours."""


class _Rules(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Source = Annotated[str, Field(min_length=1, max_length=120)]
"""A value of an article, as `mapping.sources` names it: "family", "stat1", "free:Matière"."""


def _checked_source(name: str) -> str:
    if not is_source(name):
        raise ValueError(f"{name!r} is no source of an article; known: {', '.join((*COLUMNS, *LOOKED_UP))}, free:…")
    return name


class Condition(_Rules):
    """One line of the rules that choose articles: a source value compared with what is named."""

    source: Annotated[Source, AfterValidator(_checked_source)]
    test: (
        Literal["is", "is_not", "in", "not_in", "begins", "contains", "matches", "empty", "not_empty"]
        | Literal["at_least", "at_most"]
    )
    value: str | list[str] = ""
    """Text, a number as text, or a list for "in" and "not_in". Case and blanks are folded."""

    @model_validator(mode="after")
    def _can_be_tested(self) -> Condition:
        if fault := _fault_of_condition(self.test, self.value):
            raise ValueError(fault)
        return self


def _fault_of_condition(test: str, value: str | list[str]) -> str:
    """What is wrong with a condition's value; "" when nothing is."""
    if test in {"in", "not_in"}:
        return "" if isinstance(value, list) and value else f"{test!r} needs a list of values, not {value!r}"
    if not isinstance(value, str):
        return f"{test!r} takes one value, not the list {value!r}"
    if test in {"begins", "contains"} and not value.strip():
        return f"{test!r} needs a text"
    if test in {"at_least", "at_most"} and not _NUMBER_OR_DAY.fullmatch(value.strip()):
        return f"{test!r} needs a number or a day like 2026-11-24, not {value!r}"
    if test == "matches":
        try:
            re.compile(value)
        except re.error as error:
            return f"{value!r} is no regular expression: {error}"
    return ""


_NUMBER_OR_DAY = re.compile(r"-?\d+([.,]\d+)?|\d{4}-\d{2}-\d{2}")


class ArticleRules(_Rules):
    published_only: bool = True
    """Only articles with AR_Publie = 1."""
    sleeping: Literal["hide", "keep"] = "hide"
    """What becomes of articles "en sommeil": hidden, or treated like the others."""
    only: list[Condition] = []
    """An article must meet all of these."""
    never: list[Condition] = []
    """An article that meets one of these stays out."""
    away: Literal["hide", "out_of_stock", "redirect"] = "hide"
    """What becomes of the page of an article that is no longer for this shop: hidden, shown without stock, or hidden
    and redirected to its category or to the product that a person chose. Nothing is ever deleted.
    """
    packagings: Literal["ignore", "combinations"] = "ignore"
    """Whether packagings (F_CONDITION) are combinations of their article."""
    missing_pairs: Literal["stock", "all", "none"] = "stock"
    """Pairs of gamme values without a F_ARTENUMREF row exist: when they have stock, always, never."""
    weight: Literal["net", "gross"] = "net"
    """The weight to publish; the other one where it is 0."""


class PriceRules(_Rules):
    public_category: Rank = 1
    """Tariff category of visitors: it gives the base price."""
    accounting_category: Rank = 1
    """Accounting category whose VAT is shown and converts prices kept with tax."""
    groups: list[Rank] = []
    """Tariff categories published as customer groups; none named: all but the public one."""
    tiers: bool = True
    customer_prices: bool = True


class StockRules(_Rules):
    formula: Literal["available_advanced", "available", "real", "future"] = "available_advanced"
    depots: list[int] = []
    """DE_No of the depots that serve the shop; none named: the main one."""
    untracked_quantity: int = Field(default=999, ge=0)
    """Shown for articles whose stock Sage does not track."""
    deduct_orders: bool = True
    """What the client's shops have sold and Sage does not know yet counts as reserved, as it will once imported."""


class CategoryRules(_Rules):
    more: list[Annotated[Source, AfterValidator(_checked_source)]] = []
    """Further categories of a product, each from a source: "catalogue_path", "family_label", "free:Rayon", "stat2"."""
    root: int | None = Field(default=None, ge=1)
    """Id of the shop's category under which the tree is put; None: its home category."""
    hide_empty: bool = True
    """A category that no product leads to any more is hidden, never deleted."""


class TextRule(_Rules):
    """Where one text of a product comes from: the first template that gives something, per language."""

    templates: list[Annotated[str, AfterValidator(checked)]] = Field(min_length=1)
    """"{design|capitalize} {stat1}", "{glossary:*}": see docs/catalogue.md."""
    language: Annotated[int, Field(ge=0, le=2)] = 0
    """Which of Sage's texts feed it: 0 the main ones, 1 and 2 the translated ones."""


class BrandRules(_Rules):
    manufacturer: Annotated[Source, AfterValidator(_checked_source)] | None = None
    suppliers: bool = False
    """The main supplier (F_ARTFOURNISS)."""


class PackRules(_Rules):
    publish: bool = True
    """Commercial nomenclatures (AR_Nomencl 2, 3) are packs of the shop; else plain products."""
    stock: Literal["pack", "components", "both"] = "pack"
    """What an order of a pack takes from the shop's stock."""


class CheckRules(_Rules):
    """Ready to sell: what a product must have before it is published."""

    required: list[
        Literal["photo", "weight", "category", "description", "ean", "combination_photos", "manufacturer"]
    ] = []
    min_description: int = Field(default=0, ge=0)
    """Characters of the description, tags not counted."""


def _groups_of(pattern: str) -> frozenset[str]:
    """The named groups of a pattern of references; one of them is "base"."""
    try:
        groups = frozenset(re.compile(pattern).groupindex)
    except re.error as fault:
        raise ValueError(f"pattern {pattern!r}: {fault}") from None
    if "base" not in groups:
        raise ValueError(f'pattern {pattern!r} has no group "base" that names the product: (?P<base>...)')
    return groups


class GroupingRule(_Rules):
    """One way to see that separate articles are one product."""

    name: str = Field(min_length=1, max_length=40)
    by: Literal["reference", "design", "source"]
    """A pattern of the reference, a common designation, or a source value that is the same for all."""
    pattern: str = ""
    """By reference: a regular expression whose group "base" names the product and whose other groups are the axes."""
    source: str = ""
    """By source: "free:Modèle", "stat3"."""
    axes: dict[str, str] = {}
    """Axis -> where the member's value is read: a group of the pattern, or a source."""
    family_only: bool = True
    """Members share one family."""

    @model_validator(mode="after")
    def _can_be_read(self) -> GroupingRule:
        if self.by == "source" and not is_source(self.source):
            raise ValueError(f"{self.source!r} is no source of an article")
        groups = _groups_of(self.pattern) if self.by == "reference" else frozenset()
        for axis, place in self.axes.items():
            if place not in groups and not is_source(place):
                raise ValueError(f"axis {axis!r}: {place!r} is neither a group of the pattern nor a source")
        return self


class GroupingRules(_Rules):
    rules: list[GroupingRule] = []
    """Tried in this order before the portal's own suggestions."""
    master: Literal["first_reference", "published_first", "cheapest", "most_stock"] = "published_first"
    joins: bool = False
    """An article that fits an approved group joins it by itself, unless the group is locked."""
    min_members: int = Field(default=2, ge=2)


class ImageRules(_Rules):
    enabled: bool = True
    per_product: int = Field(default=10, ge=1)
    folder_patterns: list[Annotated[str, AfterValidator(checked_pattern)]] = []
    """File names looked for in the media folders: "{ref}.jpg", "{ref}_{n}.jpg", "{family}/{ref}-{n}.png"."""
    remove: bool = True
    """A photo that left its source leaves the shop. One that a person hid or took away leaves it in any case."""
    documents: bool = True
    """Linked files that are no photos (PDF ...) are attachments of the product."""


class CustomerRules(_Rules):
    publish: Literal["none", "with_email"] = "none"
    when_asleep: Literal["deactivate", "keep"] = "deactivate"
    """The account of a customer that Sage put to sleep (CT_Sommeil): it can no longer sign in, or stays as it is."""
    when_deleted: Literal["deactivate", "keep"] = "deactivate"
    """The same of a customer that Sage no longer has. An account is never deleted: orders hang on it."""


class OrderRules(_Rules):
    since: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    """First day ("2026-11-24") whose orders are imported; earlier ones were keyed into Sage by hand. "": all."""
    souche: int = Field(default=0, ge=0)
    """DO_Souche, 0-based."""
    depot: int = Field(default=0, ge=0)
    """DE_No of the documents; 0: the main depot."""
    generic_account: str = ""
    """CT_Num on which private buyers are booked."""
    existing_customers: list[Literal["binding", "email"]] = ["binding", "email"]
    """How the buyer's account in Sage is looked for, in this order."""
    private_buyers: Literal["generic", "account"] = "generic"
    shipping_article: str = ""
    discount_article: str = ""
    carriers: dict[str, Rank] = {}
    """Reference or name of the shop's carrier -> rank in P_EXPEDITION."""
    payments: dict[str, Rank] = {}
    """Payment module -> rank in P_REGLEMENT."""
    accepted_states: list[int] = []
    """Ids of the shop's order states that are imported; none named: all paid or valid ones."""
    statut: int = Field(default=2, ge=0, le=4)
    """DO_Statut of the documents: 0 entered, 1 confirmed, 2 accepted."""
    deposit: bool = True
    """Record the payment as a deposit (acompte)."""
    document: Literal["order", "quote"] = "order"


class BrakeRules(_Rules):
    """Limits beyond which a run stops before its first write."""

    max_hidden_percent: Percent = 20
    """Share of the online products that one run may hide."""
    price_move_percent: Annotated[int, Field(ge=1)] = 30
    """A price that moves by more than this counts as a large move."""
    max_price_moves_percent: Percent = 20
    """Share of the prices that may make a large move in one run."""
    max_zero_stock_percent: Percent = 30
    """Share of the stocks that one run may bring to 0."""
    max_closed_percent: Percent = 20
    """Share of the customers' accounts that one run may close."""
    max_deletions_percent: Percent = 10
    min_rows_percent: Percent = 70
    """Sage must answer with at least this share of the rows of the last full reading."""


class ShopRules(_Rules):
    """Everything that decides what a shop shows. An unknown name is an error: nothing misspelt passes in silence."""

    language: Iso = "fr"
    languages: list[Iso] = ["fr"]
    """Every language of the shop: a text sent without one of them is blanked there by the webservice."""
    articles: ArticleRules = ArticleRules()
    categories_from: Literal["families", "catalogue"] = "families"
    categories: CategoryRules = CategoryRules()
    texts: dict[TextField, dict[Iso, TextRule]] = {}
    """Text of a product -> language -> where it comes from; see `mapping.texts.DEFAULTS` for those not named."""
    short_description_length: int = Field(default=800, ge=1)
    """PS_PRODUCT_SHORT_DESC_LIMIT of the shop: characters of a short description, tags not counted."""
    brands: BrandRules = BrandRules()
    packs: PackRules = PackRules()
    accessories: bool = True
    """Linked articles (AR_Nomencl 4) are accessories."""
    grouping: GroupingRules = GroupingRules()
    checks: CheckRules = CheckRules()
    prices: PriceRules = PriceRules()
    stock: StockRules = StockRules()
    images: ImageRules = ImageRules()
    customers: CustomerRules = CustomerRules()
    orders: OrderRules = OrderRules()
    owners: dict[str, Owner] = {}
    """"products.name" -> who owns the field; those not named belong to Sage."""
    brakes: BrakeRules = BrakeRules()
    name_replacements: dict[str, str] = NAME_REPLACEMENTS

    @field_validator("owners")
    @classmethod
    def _known_fields(cls, owners: dict[str, Owner]) -> dict[str, Owner]:
        known = {f"{kind}.{name}" for kind, names in OWNABLE.items() for name in names}
        for field in owners:
            if field not in known:
                raise ValueError(f"{field!r} is not a field with an owner; known: {', '.join(sorted(known))}")
        return owners

    @model_validator(mode="after")
    def _default_language_is_one_of_them(self) -> ShopRules:
        if self.language not in self.languages:
            raise ValueError(f"language {self.language!r} is not among languages {self.languages!r}")
        return self


def load_rules(data: Mapping[str, Any]) -> ShopRules:
    """The rules of a document (JSON or TOML values).

    Raises:
        ValueError: one line per fault, with its path and the value met: "prices.tiers: 'yes': Input should be ...".
    """
    try:
        return ShopRules.model_validate(dict(data))
    except ValidationError as invalid:
        faults = (
            f"{'.'.join(str(part) for part in error['loc']) or 'rules'}: {error['input']!r}: {error['msg']}"
            for error in invalid.errors(include_url=False)
        )
        raise ValueError("\n".join(faults)) from None
