"""What each tab of the product page shows: only the chosen one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.models import Client, ShopConnection
from mapping.choices import TEXT, ArticleChoice
from mapping.choices.articles import ARTICLE
from mapping.models import Binding, Choice, Combination, CustomerGroup, Product, ProductImage, ShopCustomer
from sync_portal.pages.access import Access
from sync_portal.pages.causes import tell
from sync_portal.pages.labels import AWAY
from sync_portal.pages.photo_cards import photos_context
from sync_portal.pages.product_facts import combination_grid, fields_of, price_lines, shop_links
from sync_portal.pages.product_filing import (
    category_paths,
    components,
    feature_lines,
    feature_names,
    filing,
    found_categories,
    found_products,
    related,
)
from sync_portal.pages.product_filters import SHOP_STATES, brand_choices
from sync_portal.pages.product_history import timeline
from sync_portal.pages.product_list import shop_state
from sync_portal.pages.product_saving import product_choice, seen, seen_fields, stored
from sync_portal.pages.product_texts import cells, shop_rules

Facts = dict[str, Any]
HISTORY_PARTS = [("", _("All")), ("shop", _("Sent to the shop")), ("people", _("Changed by people"))]


_MENDED_IN = {
    "catalogue.check_category": "filing",
    "catalogue.check_combination_photos": "photos",
    "catalogue.check_description": "texts",
    "catalogue.check_manufacturer": "filing",
    "catalogue.check_photo": "photos",
    "catalogue.check_short": "texts",
    "catalogue.no_family": "filing",
    "catalogue.no_name": "texts",
    "media.missing_file": "photos",
    "media.unreadable_file": "photos",
}
"""Problems that can be mended on the page itself, and the tab where. All others are mended in Sage or in the rules."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the page."""

    name: str
    label: Promise
    icon: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class CombinationLine:
    """One combination with what its row shows."""

    combination: Combination
    photo: ProductImage | None
    article_id: int | None
    """The product page of the article behind it."""
    price: Decimal
    """Tax excluded."""


@dataclass(frozen=True, slots=True)
class ShopLine:
    """Where the product stands in one shop."""

    name: str
    code: str
    word: Promise | str
    reason: Any = None
    """Why the shop refused it."""


def tabs(product: Product, combinations: int, images: int) -> list[Tab]:
    """Those that have something to show; combinations only where there are some."""
    shown = [Tab("overview", _("Overview"), "info-circle"), Tab("texts", _("Texts"), "file-text")]
    if combinations:
        shown.append(Tab("combinations", _("Combinations"), "stack-2", combinations))
    return [
        *shown,
        Tab("photos", _("Photos"), "photo", images),
        Tab("filing", _("Categories and features"), "category"),
        Tab("related", _("Goes with"), "packages"),
        Tab("prices", _("Prices"), "currency-euro"),
        Tab("history", _("History"), "history"),
    ]


def facts(request: HttpRequest, access: Access, product: Product, tab: str) -> Facts:
    """What the tab's template needs."""
    return _FACTS.get(tab, _overview)(request, access.client, product)


def _overview(request: HttpRequest, client: Client, product: Product) -> Facts:
    choice = product_choice(client, product)
    written = Choice.objects.filter(client=client, kind=TEXT.name, subject=product.key).values_list("key", flat=True)
    row = stored(client, (ARTICLE.name, product.key))
    article = ArticleChoice.model_validate(row.value) if row else ArticleChoice()
    bindings = list(bindings_of(product))
    asked = request.GET.get("redirect_to", "")
    causes = [tell(problem["cause"], problem.get("facts")) for problem in product.problems]
    return {
        "fields": fields_of(
            product,
            rules=shop_rules(client)[0],
            choice=choice,
            by_person={TEXT.split_key(key)[1] for key in written},
            paths=category_paths(client, product.categories),
        ),
        "links": shop_links(bindings),
        "shops": _shops(client, product, {one.shop_id: one for one in bindings}),
        "problems": causes,
        "mends": [(cause, _MENDED_IN.get(cause.code, "")) for cause in causes],
        "article": article,
        "article_row": row,
        "article_seen": seen(row.value if row else None),
        "aways": AWAY.items(),
        "target": Product.objects.filter(client=client, key=article.redirect_to).first(),
        "find": asked,
        "found": found_products(client, asked, product),
        "group_of": Product.objects.filter(client=client, key=product.grouped_in).first(),
        "group_members": Product.objects.filter(client=client, key__in=product.members).order_by("reference"),
        "grouping_url": reverse("pages:grouping-of", args=[client.slug, product.pk]),
    }


def _texts(request: HttpRequest, client: Client, product: Product) -> Facts:
    return {"texts": cells(client, product)}


def _combinations(request: HttpRequest, client: Client, product: Product) -> Facts:
    combinations = list(product.combinations.all())
    photos: dict[str, ProductImage] = {}
    for image in product.images.filter(position__gt=0).exclude(file=""):
        for key in image.combination_keys:
            photos.setdefault(key, image)
    articles = {one.article for one in combinations} - {""}
    rows = dict(Product.objects.filter(client=client, key__in=articles).values_list("key", "pk"))
    return {
        "combinations": combinations,
        "lines": [
            CombinationLine(one, photos.get(one.key), rows.get(one.article), product.price + one.price_impact)
            for one in combinations
        ],
        "grid": combination_grid(combinations),
        "has_articles": bool(articles),
        "has_packs": any(one.packs != 1 for one in combinations),
        "has_weights": any(one.weight_impact for one in combinations),
    }


def _photos(request: HttpRequest, client: Client, product: Product) -> Facts:
    return {
        "photos_template": "products/_photos.html",
        **photos_context(client, product),
    }


def _filing(request: HttpRequest, client: Client, product: Product) -> Facts:
    choice = product_choice(client, product)
    names, lines = feature_names(client), feature_lines(client, product, choice)
    shown = {line.key for line in lines}
    return {
        "filing": filing(client, product, choice),
        "find": request.GET.get("find", ""),
        "found": found_categories(client, request.GET.get("find", "")),
        "brand": product.manufacturer if choice.manufacturer is None else choice.manufacturer,
        "brand_by_person": choice.manufacturer is not None,
        "brand_pending": choice.manufacturer is not None and choice.manufacturer != product.manufacturer,
        "brands": brand_choices(client),
        "features": lines,
        "more_features": sorted((key, name) for key, name in names.items() if key not in shown),
        "seen_category": seen_fields(client, product, "category"),
        "seen_categories": seen_fields(client, product, "categories"),
        "seen_brand": seen_fields(client, product, "manufacturer"),
        "seen_features": seen_fields(client, product, "features"),
    }


def _related(request: HttpRequest, client: Client, product: Product) -> Facts:
    chosen = product_choice(client, product).accessories
    return {
        "accessories": related(client, product.accessories if chosen is None else chosen),
        "accessories_by_person": chosen is not None,
        "accessories_pending": chosen is not None and list(chosen) != list(product.accessories),
        "seen_accessories": seen_fields(client, product, "accessories"),
        "find": request.GET.get("find", ""),
        "found": found_products(client, request.GET.get("find", ""), product),
        "components": components(client, product),
        "documents": [
            document | {"cause": tell(document["problem"]["cause"], document["problem"].get("facts"))}
            if document.get("problem")
            else document
            for document in product.documents
        ],
    }


def _prices(request: HttpRequest, client: Client, product: Product) -> Facts:
    prices = list(product.specific_prices.all())
    groups = {group.key: group for group in CustomerGroup.objects.filter(client=client)}
    accounts = {price.customer_key for price in prices} - {""}
    customers = {one.key: one for one in ShopCustomer.objects.filter(client=client, key__in=accounts)}
    return {"prices": price_lines(prices, groups, customers, list(product.combinations.all()))}


def _history(request: HttpRequest, client: Client, product: Product) -> Facts:
    of = request.GET.get("of", "")
    return {"events": timeline(client, product, of), "of": of, "parts": HISTORY_PARTS}


_FACTS: Mapping[str, Callable[[HttpRequest, Client, Product], Facts]] = {
    "overview": _overview,
    "texts": _texts,
    "combinations": _combinations,
    "photos": _photos,
    "filing": _filing,
    "related": _related,
    "prices": _prices,
    "history": _history,
}


def bindings_of(product: Product) -> QuerySet[Binding]:
    """What its shops hold of it, in their order."""
    return (
        Binding.objects.filter(shop__client=product.client, kind="products", key=product.key)
        .select_related("shop")
        .order_by("shop__position")
    )


def _shops(client: Client, product: Product, bindings: Mapping[int, Binding]) -> list[ShopLine]:
    lines = []
    for shop in ShopConnection.objects.filter(client=client).order_by("position", "pk"):
        binding = bindings.get(shop.pk)
        code = shop_state(product, binding)
        refused = tell(binding.parked_cause, binding.parked_facts) if binding and binding.parked_cause else None
        lines.append(ShopLine(shop.name, code, dict(SHOP_STATES)[code], refused))
    return lines
