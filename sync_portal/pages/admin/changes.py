"""The changes of all runs: what each resource was, what it was to become, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.administration import OwnClients
from sync_portal.pages.admin.exports import Column, ExportedAdmin
from sync_portal.pages.admin.filters import CauseFilter, KindFilter
from sync_portal.pages.admin.lists import MOST_COUNTED, OLDER, LongList
from sync_portal.pages.admin.words import as_written, cause_sentence, laid_out, link, state_badge
from sync_portal.pages.differences import Difference, change_rows, readable_label
from sync_portal.pages.labels import KINDS, field_label, kind_label
from sync_portal.pages.numbers import whole
from sync_portal.pages.sentences import exact, flow_label
from sync_portal.sync.history import of_parts
from sync_portal.sync.models import Change

LOOKED_AT = 100_000
"""Of all changes the newest ones that a list looks at, where neither a run nor a key says which: a filter that hardly
any change passes would otherwise have the database read all of them.
"""
MOST_OF_A_RUN = 1_000_000
"""Changes of one run that its list counts: an index does that."""
MOST_OF_A_KEY = 100_000
_RUN = ("run", "run_id", "run__exact", "run__id", "run__id__exact", "run__pk", "run__pk__exact")


class ChangesList(LongList):
    """All changes of a run, of a key; else the newest ones."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        self.oldest = None if self.query or of_one_run(request) else _oldest_looked_at(request)
        return rows.filter(pk__gte=self.oldest) if self.oldest else rows

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.oldest and not self.note:
            self.note = _(
                "The newest %(count)s changes were looked through. To see older ones go on, or open a run, or search "
                "for an article."
            ) % {"count": whole(LOOKED_AT)}
            self.go_on_from(self.oldest)


class KindOfChange(KindFilter):
    """As an expression, which no index answers: what is looked through is found by the newest ids, or by its run. The
    index of keys begins with the kind, and would bring all the stocks there ever were.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.alias(told_kind=Concat("kind", Value(""))).filter(told_kind=self.value())


def of_one_run(request: HttpRequest) -> str:
    """The number of the run that the list is limited to; empty for none."""
    return next((request.GET[name] for name in _RUN if request.GET.get(name)), "")


def _oldest_looked_at(request: HttpRequest) -> int | None:
    """The id of the last change that is looked at; None where there are not so many."""
    start = request.GET.get(OLDER, "")
    rows = Change.objects.order_by("-pk").values_list("pk", flat=True)
    if start.isascii() and start.isdigit():
        rows = rows.filter(pk__lt=int(start))
    return next(iter(rows[LOOKED_AT - 1 : LOOKED_AT]), None)


def _ids_of_key(key: str) -> list[int]:
    """The newest changes of a key and of its parts, by the index of keys, whose first column is the kind.

    Asked for by themselves and in no order: asked for newest first, or for both at once, a database would rather go
    through all the changes there are.
    """
    rows = Change.objects.order_by().filter(kind__in=list(KINDS)).values_list("pk", flat=True)
    found = {*rows.filter(key=key)[:MOST_OF_A_KEY], *rows.filter(of_parts(key))[:MOST_OF_A_KEY]}
    return sorted(found, reverse=True)[:MOST_COUNTED]


@admin.register(Change)
class ChangeAdmin(ExportedAdmin):
    client_path = "run__client"
    file_name = "changes"
    list_display = ("number", "what", "kind_word", "action", "outcome", "cause_told", "run_link", "client", "shop_name")
    list_display_links = ("number", "what")
    list_filter = (
        "state",
        "action",
        CauseFilter,
        KindOfChange,
        ("run__client", OwnClients),
    )
    list_select_related = ("run__client", "shop")
    not_listed = (
        *("detail", "shop__key", "shop__rules", "shop__quiet_hours"),
        *(f"run__{name}" for name in ("scope", "allowed", "brakes", "attempts", "requests", "facts", "detail")),
    )
    search_fields = ("key",)
    search_help_text = gettext_lazy("The whole reference of an article; among the changes of one run any part of it.")
    fieldsets = (
        (None, {"fields": ("what", "kind_word", "key", "action", "outcome", "cause_told", "shop_name", "run_link")}),
        (gettext_lazy("What changes"), {"fields": ("differences_told",)}),
        (
            gettext_lazy("Technical detail"),
            {
                "classes": ("collapse",),
                "fields": ("risk", "shop_id_given", "as_found", "cause", "facts_laid_out", "detail_as_written"),
            },
        ),
    )
    readonly_fields = ("differences_told", "facts_laid_out", "detail_as_written", "cause")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        number = of_one_run(request)
        title = {"title": _("Changes of run %(number)s") % {"number": number}} if number else {}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ChangesList

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> Paginator:
        most = MOST_OF_A_RUN if of_one_run(request) else MOST_COUNTED
        return self.paginator(queryset, per_page, most=most)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Of one run as its page lists them, by the index made for that."""
        return ("-risk", "id") if of_one_run(request) else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Change], search_term: str
    ) -> tuple[QuerySet[Change], bool]:
        """A key and those of its parts; in a run any part of a key or a name."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if of_one_run(request):
            return queryset.filter(Q(label__icontains=term) | Q(key__icontains=term)), False
        return queryset.filter(pk__in=_ids_of_key(term)), False

    def columns(self) -> list[Column]:
        return [
            (_("number"), lambda row: row.pk),
            (_("client"), lambda row: row.run.client.name),
            (_("run"), lambda row: row.run_id),
            (_("flow"), lambda row: flow_label(row.run.flow)),
            (_("asked for at"), lambda row: exact(row.run.queued_at)),
            (_("shop"), lambda row: row.shop.name if row.shop else ""),
            (_("kind"), lambda row: kind_label(row.kind)),
            (_("key"), lambda row: row.key),
            (_("designation"), lambda row: row.label),
            (_("action"), lambda row: row.get_action_display()),
            (_("fields"), lambda row: ", ".join(field_label(one["field"]) for one in row.differences)),
            (_("state"), lambda row: row.get_state_display()),
            (_("cause"), lambda row: cause_sentence(row.cause, row.facts, "")),
        ]

    # --- what the columns and the page show ---

    @admin.display(description=gettext_lazy("designation"))
    def what(self, row: Change) -> str:
        return readable_label(row.kind, row.key, row.label)

    @admin.display(description=gettext_lazy("kind"))
    def kind_word(self, row: Change) -> str:
        return kind_label(row.kind)

    @admin.display(description=gettext_lazy("state"))
    def outcome(self, row: Change) -> SafeString:
        return state_badge("change", row.state, row.get_state_display())

    @admin.display(description=gettext_lazy("cause"))
    def cause_told(self, row: Change) -> str:
        return cause_sentence(row.cause, row.facts)

    @admin.display(description=gettext_lazy("run"))
    def run_link(self, row: Change) -> SafeString:
        return link("admin:sync_run_change", f"{row.run_id} · {flow_label(row.run.flow)}", row.run_id)

    @admin.display(description=gettext_lazy("client"))
    def client(self, row: Change) -> str:
        return row.run.client.name

    @admin.display(description=gettext_lazy("shop"))
    def shop_name(self, row: Change) -> str:
        return row.shop.name if row.shop else ""

    @admin.display(description=gettext_lazy("fields"))
    def differences_told(self, row: Change) -> SafeString:
        """Field by field as the page of its run tells it."""
        told = change_rows(row.run.client, [row])[0]
        heads = (_("Field"), _("Before"), _("After"), _("Why"))
        lines = format_html_join("", _LINE, map(_cells, [*told.differences, *told.technical]))
        return format_html(
            '<div class="differences"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
            *(
                format_html_join("", '<th scope="col">{}</th>', ((head,) for head in heads)),
                lines,
            ),
        )

    @admin.display(description=gettext_lazy("facts"))
    def facts_laid_out(self, row: Change) -> SafeString | str:
        return laid_out(row.facts)

    @admin.display(description=gettext_lazy("technical detail"))
    def detail_as_written(self, row: Change) -> SafeString | str:
        return as_written(row.detail)


_LINE = '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>'


def _cells(one: Difference) -> tuple[str, str, str, str]:
    return one.label, one.before or "—", one.after or "—", one.why
