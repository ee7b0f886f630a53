"""The filters of the grouping studio."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.grouping.words import PROBLEMS
from mapping.models import Choice, GroupSuggestion, Product, SourceRecord
from sync_portal.pages.filters import PageFilter, choice, search
from sync_portal.pages.grouping_words import rule_words

REASONS: dict[str, Promise] = {
    "rule": _("One of your rules"),
    "fits_group": _("Joins an approved group"),
    "shared_beginning": _("Same beginning of the reference"),
    "shared_design": _("Same designation"),
    "shared_source": _("Same field"),
    "known_values": _("Values known by the dictionary"),
    "same_family": _("Same family"),
    "same_price": _("Same price"),
    "same_photo": _("Same photo"),
    "complete_grid": _("Complete grid"),
}
"""The reasons of `mapping.grouping.words` that one looks for."""
SORTS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "": (_("Surest first"), ("-score", "key")),
    "doubtful": (_("Least sure first"), ("score", "key")),
    "large": (_("Largest first"), ("-size", "-score", "key")),
}

_SOMETHING = reduce(or_, (Q(to_look_at__contains=f'"code": "{code}"') for code in PROBLEMS if code != "holes"))
"""Any problem but holes, which are allowed."""


class SuggestionFilter(PageFilter):
    q = search(_("Search"), "by_text")
    rule = choice(_("Found by"), [])
    reason = choice(_("Reason"), list(REASONS.items()), method="by_reason")
    family = choice(_("Family"), [], method="by_family")
    check = choice(
        _("To look at"),
        [("nothing", _("nothing to correct")), ("something", _("something to correct"))],
        method="by_check",
    )
    sort = choice(
        _("Sorted by"),
        [(code, label) for code, (label, _fields) in SORTS.items() if code],
        method="by_sort",
        empty_label=SORTS[""][0],
    )
    show = django_filters.CharFilter(widget=forms.HiddenInput, method="by_nothing")
    """The tab."""

    class Meta:
        model = GroupSuggestion
        fields = ["q", "rule", "reason", "family", "check", "sort", "show"]

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        rules = self.queryset.order_by("rule").values_list("rule", flat=True).distinct()
        self.filters["rule"].extra["choices"] = [(rule, rule_words(rule)) for rule in rules]
        self.filters["family"].extra["choices"] = _families(client, self.queryset)

    @property
    def is_filtered(self) -> bool:
        """The order and the tab leave nothing out."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return any(chosen.get(name) for name in ("q", "rule", "reason", "family", "check"))

    def by_text(self, queryset: QuerySet[GroupSuggestion], name: str, value: str) -> QuerySet[GroupSuggestion]:
        found = queryset.annotate(articles=Cast("members", TextField()))
        return found.filter(Q(name__icontains=value) | Q(articles__icontains=value) | Q(key__icontains=value))

    def by_reason(self, queryset: QuerySet[GroupSuggestion], name: str, value: str) -> QuerySet[GroupSuggestion]:
        return queryset.annotate(why=Cast("reasons", TextField())).filter(why__contains=f'"code": "{value}"')

    def by_family(self, queryset: QuerySet[GroupSuggestion], name: str, value: str) -> QuerySet[GroupSuggestion]:
        articles = SourceRecord.objects.filter(client=self.client, stream="articles", family=value, deleted_at=None)
        return queryset.filter(master__in=articles.values("subject"))

    def by_check(self, queryset: QuerySet[GroupSuggestion], name: str, value: str) -> QuerySet[GroupSuggestion]:
        named = queryset.annotate(to_look_at=Cast("problems", TextField()))
        return named.exclude(_SOMETHING) if value == "nothing" else named.filter(_SOMETHING)

    def by_sort(self, queryset: QuerySet[GroupSuggestion], name: str, value: str) -> QuerySet[GroupSuggestion]:
        return queryset.order_by(*SORTS[value][1])

    def by_nothing(self, queryset: QuerySet[GroupSuggestion], name: str, value: str) -> QuerySet[GroupSuggestion]:
        return queryset


class GroupFilter(PageFilter):
    q = search(_("Search"), "by_text")
    show = django_filters.CharFilter(widget=forms.HiddenInput, method="by_nothing")

    class Meta:
        model = Choice
        fields = ["q", "show"]

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client

    @property
    def is_filtered(self) -> bool:
        return bool(self.form.is_valid() and self.form.cleaned_data.get("q"))

    def by_text(self, queryset: QuerySet[Choice], name: str, value: str) -> QuerySet[Choice]:
        named = Product.objects.filter(client=self.client, name__icontains=value).values("key")
        found = queryset.annotate(articles=Cast("value", TextField()))
        return found.filter(Q(key__icontains=value) | Q(articles__icontains=value) | Q(key__in=named))

    def by_nothing(self, queryset: QuerySet[Choice], name: str, value: str) -> QuerySet[Choice]:
        return queryset


def _families(client: Client, rows: QuerySet[GroupSuggestion]) -> list[tuple[str, str]]:
    """The families of the suggestions' masters, with their names."""
    articles = SourceRecord.objects.filter(
        client=client, stream="articles", subject__in=rows.order_by().values("master"), deleted_at=None
    )
    codes = sorted({code for code in articles.values_list("family", flat=True).distinct() if code})
    names = SourceRecord.objects.filter(client=client, stream="families", deleted_at=None)
    labels = {data.get("code"): data.get("label") for data in names.values_list("data", flat=True)} if codes else {}
    return [(code, labels.get(code) or code) for code in codes]
