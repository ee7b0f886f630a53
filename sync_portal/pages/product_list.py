"""The rows of the catalogue list: everything fifty products show, in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.models import Client, ShopConnection
from mapping.models import Binding, Choice, Combination, Product, ProductImage, Readiness
from sync_portal.pages.causes import tell
from sync_portal.pages.product_filters import SHOP_STATES, SORTS
from sync_portal.sync.causes import CauseText

PAGE_SIZES = (25, 50, 100, 200)
DEFAULT_SIZE = 50


@dataclass(frozen=True, slots=True)
class ShopState:
    """What one shop holds of a product."""

    code: str
    """One of `SHOP_STATES`."""
    word: Promise | str
    shop: str
    """The shop's name; "" where the client has one shop only."""


@dataclass(frozen=True, slots=True)
class Row:
    """One product of the list."""

    product: Product
    reason: CauseText | None
    """The first thing that is wrong."""
    more: int
    """How many other things are."""
    shops: list[ShopState]
    texts: int
    """Texts that people wrote."""
    shown: str
    """"always", "never" when a person said so, else ""."""
    corrected: bool
    """Whether people chose anything else about it."""
    group: int | None = None
    """The product that it is sold as."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list that sorts it."""

    name: str
    label: Promise
    number: bool
    sort: str
    """What the address is to say so that a click sorts by it."""
    direction: str
    """"ascending", "descending" or "" (for `aria-sort`)."""


@dataclass(slots=True)
class _Chosen:
    texts: int = 0
    shown: str = ""
    others: int = 0


HEADINGS: Sequence[tuple[str, Promise, bool]] = (
    ("name", _("Product"), False),
    ("category", _("Category"), False),
    ("price", _("Price excl. tax"), True),
    ("stock", _("Stock"), True),
)


def catalogue(client: Client) -> QuerySet[Product]:
    """The client's products with what their row shows of them."""
    photos = Prefetch("images", ProductImage.objects.filter(position__gt=0).exclude(file=""), to_attr="photos")
    combinations = Combination.objects.filter(product=OuterRef("pk")).order_by().values("product")
    number = Coalesce(Subquery(combinations.annotate(number=Count("pk")).values("number")), 0)
    return Product.objects.filter(client=client).annotate(combination_count=number).prefetch_related(photos)


def rows(client: Client, products: Sequence[Product]) -> list[Row]:
    """The rows of one page."""
    keys = [product.key for product in products]
    bindings, chosen, groups = _bindings(client, keys), _chosen(client, keys), _groups(client, products)
    shops = list(ShopConnection.objects.filter(client=client).order_by("position", "pk"))
    return [
        Row(
            product=product,
            reason=_first(product),
            more=max(len(product.problems) - 1, 0),
            shops=[_state(product, shop, bindings.get((shop.pk, product.key)), len(shops) > 1) for shop in shops],
            texts=chosen[product.key].texts,
            shown=chosen[product.key].shown,
            corrected=chosen[product.key].others > 0,
            group=groups.get(product.grouped_in),
        )
        for product in products
    ]


def headings(sort: str) -> list[Column]:
    """The columns, each knowing where a click on it leads."""
    backwards, current = sort.startswith("-"), sort.removeprefix("-")
    columns = []
    for name, label, number in HEADINGS:
        mine = current == name
        direction = ("descending" if backwards else "ascending") if mine else ""
        columns.append(Column(name, label, number, f"-{name}" if mine and not backwards else name, direction))
    return columns


def page_size(asked: str) -> int:
    """One of the sizes on offer."""
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PAGE_SIZES else DEFAULT_SIZE


def known_sort(asked: str) -> str:
    return asked if asked.removeprefix("-") in SORTS else ""


def shop_state(product: Product, binding: Binding | None) -> str:
    """Where the product stands in a shop: a code of `SHOP_STATES`."""
    if binding and binding.parked:
        return "refused"
    if binding and binding.remote_id is not None:
        return "hidden" if binding.confirmed.get("active") == "0" else "online"
    return "waiting" if product.readiness == Readiness.READY else "never"


def _state(product: Product, shop: ShopConnection, binding: Binding | None, several: bool) -> ShopState:
    code = shop_state(product, binding)
    return ShopState(code, dict(SHOP_STATES)[code], shop.name if several else "")


def _first(product: Product) -> CauseText | None:
    return tell(product.problems[0]["cause"], product.problems[0].get("facts")) if product.problems else None


def _bindings(client: Client, keys: Sequence[str]) -> Mapping[tuple[int, str], Binding]:
    found = Binding.objects.filter(shop__client=client, kind="products", key__in=keys)
    return {(one.shop_id, one.key): one for one in found.defer("previous", "undone", "pending")}


def _chosen(client: Client, keys: Sequence[str]) -> Mapping[str, _Chosen]:
    found: dict[str, _Chosen] = defaultdict(_Chosen)
    choices = Choice.objects.filter(client=client, subject__in=keys).values_list("subject", "kind", "value")
    for subject, kind, value in choices:
        if kind == "text":
            found[subject].texts += 1
        elif kind == "article" and value.get("shown", "rules") != "rules":
            found[subject].shown = value["shown"]
        else:
            found[subject].others += 1
    return found


def _groups(client: Client, products: Sequence[Product]) -> Mapping[str, int]:
    keys = {product.grouped_in for product in products} - {""}
    return dict(Product.objects.filter(client=client, key__in=keys).values_list("key", "pk")) if keys else {}
