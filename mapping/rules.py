"""What one shop shows and how: the rules document kept on its connection. Pure.

Every reading that Sage's facts leave open is a setting here, with the default the portal takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Owner = Literal["sage", "portal", "if_new", "if_empty", "shop"]
Rank = Annotated[int, Field(ge=1, le=50)]
Percent = Annotated[int, Field(ge=0, le=100)]
Iso = Annotated[str, Field(pattern=r"^[a-z]{2}$")]

NAME_REPLACEMENTS = {"<": " ", ">": " ", "=": " ", "{": " ", "}": " ", ";": ",", "#": "n°"}

OWNABLE: Mapping[str, frozenset[str]] = {
    "categories": frozenset({"name", "parent", "active"}),
    "groups": frozenset({"name", "price_display_method"}),
    "product_options": frozenset({"name", "public_name", "group_type"}),
    "product_option_values": frozenset({"name"}),
    "products": frozenset({"ean13", "name", "price", "tax", "weight", "active", "category", "categories"}),
    "combinations": frozenset({"reference", "ean13", "price_impact", "weight_impact"}),
    "customers": frozenset({"firstname", "lastname", "company", "siret", "group", "groups", "active"}),
    "addresses": frozenset({"alias", "company", "firstname", "lastname", "address1", "address2"})
    | {"postcode", "city", "country", "phone"},
}
"""Fields whose owner can be chosen. Keys by which a resource is found again (reference, e-mail) are always ours."""


class _Rules(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ArticleRules(_Rules):
    published_only: bool = True
    """Only articles with AR_Publie = 1."""
    sleeping: Literal["hide", "keep"] = "hide"
    """What becomes of articles "en sommeil": hidden, or treated like the others."""
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


class ImageRules(_Rules):
    enabled: bool = True
    per_product: int = Field(default=10, ge=1)


class CustomerRules(_Rules):
    publish: Literal["none", "with_email"] = "none"


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
