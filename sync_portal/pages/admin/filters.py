"""Filters whose choices are known beforehand: none of them asks the database what its column holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sync_portal.pages.labels import KINDS
from sync_portal.sync.flows import all_flows


class WhenFilter(admin.DateFieldListFilter):
    """By day, week, month or year."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("date")


class OriginFilter(admin.ChoicesFieldListFilter):
    """By what started it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("origin")


class FlowFilter(admin.SimpleListFilter):
    """One of the flows that there are."""

    title = _("flow")
    parameter_name = "flow"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        return [(flow.name, flow.label) for flow in all_flows()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(flow=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    """One of the kinds of resources that the shop has."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        return sorted(KINDS.items(), key=lambda one: str(one[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class CauseFilter(admin.SimpleListFilter):
    """Whether something hindered it."""

    title = _("cause")
    parameter_name = "has_cause"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        return [("1", _("With a cause")), ("0", _("Without"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "1":
                return queryset.filter(~Q(cause=""))  # as the index of causes says it
            case "0":
                return queryset.filter(cause="")
        return queryset


class AnswerFilter(admin.SimpleListFilter):
    """Questions that are open, and those that were answered."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, Any]]:
        return [("open", _("Open")), ("answered", _("Answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "open":
                return queryset.filter(answer="")
            case "answered":
                return queryset.exclude(answer="")
        return queryset
