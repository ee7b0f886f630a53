"""What the catalogue can be searched for: each filter is one question to the database, and stays in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.models import Binding, Category, Choice, Combination, Product, ProductImage, Readiness, SourceRecord
from sync_portal.pages.filters import YES_NO, PageFilter, choice, search
from sync_portal.pages.labels import problem_label

SHOP_STATES = [
    ("online", _("Online")),
    ("hidden", _("Hidden in the shop")),
    ("waiting", _("Waiting to be sent")),
    ("refused", _("Refused by the shop")),
    ("never", _("Never sent")),
]
GROUPED = [("group", _("Groups of articles")), ("member", _("Articles inside a group")), ("pack", _("Packs"))]
CHANGED = [
    ("any", _("Anything by a person")),
    ("text", _("Texts by a person")),
    ("article", _("Kept out or forced in")),
]
SORTS = {
    "reference": ("reference",),
    "name": ("name",),
    "category": ("category_path",),
    "price": ("price",),
    "stock": ("quantity",),
}
"""Column -> the fields behind it; "-column" the other way round."""
MAIN = frozenset({"q", "readiness", "category", "shop", "problem"})
"""Filters that always stand above the list; the others are folded."""


class ProductFilter(PageFilter):
    """Above the catalogue list."""

    q = search(_("Search"), "by_text")
    readiness = choice(_("State"), Readiness.choices)
    category = choice(_("Category"), [], method="by_category", empty_label=_("All categories"))
    shop = choice(_("In the shop"), SHOP_STATES, method="by_shop")
    problem = choice(_("Problem"), [], method="by_problem")
    family = choice(_("Sage family"), [], method="by_family")
    brand = choice(_("Brand"), [], method="by_brand")
    photo = choice(_("Has a photo"), YES_NO, method="by_photo")
    grouped = choice(_("Kind"), GROUPED, method="by_grouped")
    changed = choice(_("Changed by a person"), CHANGED, method="by_changed")
    active = choice(_("To be online"), YES_NO, method="by_active")
    sort = django_filters.CharFilter(method="by_nothing", widget=forms.HiddenInput)
    size = django_filters.CharFilter(method="by_nothing", widget=forms.HiddenInput)

    class Meta:
        model = Product
        fields = ["q", "readiness", "category", "active"]

    def __init__(self, *args: Any, client: Client, categories: list[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        self.categories = categories
        self.filters["category"].extra["choices"] = [(category.key, category.path) for category in categories]
        self.filters["problem"].extra["choices"] = problem_choices(client)
        self.filters["family"].extra["choices"] = family_choices(client)
        self.filters["brand"].extra["choices"] = [("-", _("without a brand")), *brand_choices(client)]

    @property
    def is_filtered(self) -> bool:
        """Sorting and page length do not narrow anything."""
        return self.form.is_valid() and any(
            value not in {None, ""} for name, value in self.form.cleaned_data.items() if name not in {"sort", "size"}
        )

    @property
    def more_chosen(self) -> bool:
        """Whether one of the folded filters is chosen."""
        return self.form.is_valid() and any(
            value not in {None, ""}
            for name, value in self.form.cleaned_data.items()
            if name not in MAIN | {"sort", "size"}
        )

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self.form.visible_fields() if field.name in MAIN and field.name != "readiness"]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """The folded filters that have something to choose from."""
        fields = [field for field in self.form.visible_fields() if field.name not in MAIN]
        return [field for field in fields if len(field.field.choices) > 2 or field.name != "family"]

    def by_text(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Reference, name and EAN of the product, of its combinations and of the articles that it sells."""
        of_the_product = Q(reference__icontains=value) | Q(name__icontains=value) | Q(ean13__startswith=value)
        combinations = Combination.objects.filter(product=OuterRef("pk")).filter(
            Q(reference__icontains=value) | Q(ean13__startswith=value) | Q(article__icontains=value)
        )
        members = Product.objects.filter(client=self.client, reference__icontains=value).exclude(grouped_in="")
        return queryset.filter(of_the_product | Exists(combinations) | Q(key__in=members.values("grouped_in")))

    def by_category(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Products of the category and of all below it."""
        return queryset.filter(category_key__in=branch(self.categories, value))

    def by_active(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        return queryset.filter(active=value == "1")

    def by_shop(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        bound = _bindings(self.client).filter(remote_id__isnull=False)
        refused = Exists(_bindings(self.client).exclude(parked=""))
        match value:
            case "refused":
                return queryset.filter(refused)
            case "online":
                return queryset.filter(Exists(bound.filter(parked="").exclude(confirmed__active="0")))
            case "hidden":
                return queryset.filter(Exists(bound.filter(parked="", confirmed__active="0")))
            case "waiting":
                return queryset.filter(~Exists(bound), ~refused, readiness=Readiness.READY)
        return queryset.filter(~Exists(bound), ~refused).exclude(readiness=Readiness.READY)

    def by_problem(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Whatever its place among the product's problems."""
        return queryset.annotate(problem_text=Cast("problems", TextField())).filter(problem_text__contains=f'"{value}"')

    def by_family(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        articles = SourceRecord.objects.filter(client=self.client, stream="articles", family=value, deleted_at=None)
        return queryset.filter(key__in=articles.values("key"))

    def by_brand(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        return queryset.filter(manufacturer="" if value == "-" else value)

    def by_photo(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        shown = Exists(ProductImage.objects.filter(product=OuterRef("pk"), position__gt=0).exclude(file=""))
        return queryset.filter(shown if value == "1" else ~shown)

    def by_grouped(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        match value:
            case "group":
                return queryset.exclude(members=[])
            case "member":
                return queryset.exclude(grouped_in="")
        return queryset.exclude(pack=[])

    def by_changed(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        choices = Choice.objects.filter(client=self.client, subject=OuterRef("key"))
        return queryset.filter(Exists(choices if value == "any" else choices.filter(kind=value)))

    def by_nothing(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        return queryset


def sorted_by(queryset: QuerySet[Product], sort: str) -> QuerySet[Product]:
    """In the order of a column of `SORTS`; an unknown one gives references. What is empty comes last."""
    backwards, column = sort.startswith("-"), sort.removeprefix("-")
    fields = SORTS.get(column, SORTS["reference"])
    if backwards:
        return queryset.order_by(*(F(field).desc(nulls_last=True) for field in fields), "pk")
    return queryset.order_by(*(F(field).asc(nulls_last=True) for field in fields), "pk")


def problem_choices(client: Client) -> list[tuple[str, str]]:
    """The causes that products have as their first one, the most frequent first, each with its number."""
    first = Product.objects.filter(client=client).exclude(problems=[]).order_by()
    counted = first.values_list("problems__0__cause").annotate(amount=Count("pk")).order_by("-amount")
    return [(code, f"{problem_label(code)} ({amount})") for code, amount in counted if code]


def family_choices(client: Client) -> list[tuple[str, str]]:
    """Sage's families that hold articles, by code."""
    rows = SourceRecord.objects.filter(client=client, stream="families", deleted_at=None).values_list("data", flat=True)
    named = {str(row.get("code", "")): str(row.get("label", "")) for row in rows}
    return sorted((code, f"{code} · {label}") for code, label in named.items() if code)


def brand_choices(client: Client) -> list[tuple[str, str]]:
    """The brands that products have."""
    rows = Product.objects.filter(client=client).exclude(manufacturer="").order_by("manufacturer")
    return [(name, name) for name in rows.values_list("manufacturer", flat=True).distinct()]


def branch(categories: list[Category], key: str) -> set[str]:
    """The category and all its descendants; a loop in the tree ends by itself."""
    found: set[str] = set()
    level = {key}
    while level - found:
        found |= level
        level = {category.key for category in categories if category.parent_key in level}
    return found


def _bindings(client: Client) -> QuerySet[Binding]:
    return Binding.objects.filter(shop__client=client, kind="products", key=OuterRef("key"))
