"""Every run of every client, and what may be done with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.administration import OwnClients
from connectors.models import Client
from sync_portal.pages.admin.exports import Column, ExportedAdmin
from sync_portal.pages.admin.filters import CauseFilter, FlowFilter, OriginFilter, WhenFilter
from sync_portal.pages.admin.run_actions import ACTIONS, may_start, offered
from sync_portal.pages.admin.words import as_written, cause_sentence, changes_of_run, laid_out, state_badge
from sync_portal.pages.braking import braked
from sync_portal.pages.labels import step_label
from sync_portal.pages.numbers import duration, whole
from sync_portal.pages.scopes import about
from sync_portal.pages.sentences import exact, flow_label, person, run_length, run_sentence, why_started
from sync_portal.sync.models import Run

LONGEST_NUMBER = 18
"""Digits that every database takes as a number."""


@admin.register(Run)
class RunAdmin(ExportedAdmin):
    file_name = "runs"
    change_form_template = "admin/sync/run/change_form.html"
    list_display = (
        *("number", "client_name", "flow_name", "outcome", "started_by", "asked_at", "lasted"),
        *("written", "confirmed", "held", "refused", "changes_link"),
    )
    list_filter = (
        ("client", OwnClients),
        FlowFilter,
        "state",
        ("queued_at", WhenFilter),
        CauseFilter,
        ("trigger", OriginFilter),
        "preview",
    )
    list_select_related = ("client", "requested_by", "approved_by")
    not_listed = ("detail", "scope", "allowed", "brakes", "attempts", "requests")
    search_fields = ("id",)
    search_help_text = gettext_lazy("The number of a run, or the name of the person who asked for it.")
    fieldsets = (
        (None, {"fields": ("sentence", "client_name", "flow_name", "outcome", "cause_told", "about_what")}),
        (gettext_lazy("When"), {"fields": ("started_by", "queued_at", ("started_at", "ended_at", "lasted"))}),
        (
            gettext_lazy("What it did"),
            {
                "fields": (
                    ("read", "unchanged", "to_write"),
                    ("written", "confirmed", "held", "rejected", "later"),
                    "requests_told",
                )
            },
        ),
        (gettext_lazy("Approval"), {"fields": ("approved", "approval", "approved_at", "limits")}),
        (
            gettext_lazy("Technical detail"),
            {
                "classes": ("collapse",),
                "fields": (
                    *("lane", "step_word", "attempt", "worker", "heartbeat_at", "lease_until", "cancel_requested"),
                    *("cancelled", "cause", "facts_laid_out", "scope_laid_out", "attempts_laid_out"),
                    "detail_as_written",
                ),
            },
        ),
    )
    readonly_fields = (
        *("sentence", "about_what", "cause_told", "requests_told", "approved", "limits", "step_word", "cancelled"),
        *("facts_laid_out", "scope_laid_out", "attempts_laid_out", "detail_as_written", "cause"),
    )
    actions = ACTIONS

    def has_start_permission(self, request: HttpRequest) -> bool:
        """Whether the person may start, cancel or undo runs here at all; of which clients is asked run by run."""
        return request.user.has_perm("sync.change_run")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Run], search_term: str
    ) -> tuple[QuerySet[Run], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isascii() and term.isdigit() and len(term) <= LONGEST_NUMBER:
            return queryset.filter(pk=int(term)), False
        names = Q(username__icontains=term) | Q(first_name__icontains=term) | Q(last_name__icontains=term)
        people = list(User.objects.filter(names).values_list("pk", flat=True)[:100])
        return queryset.filter(requested_by__in=people), False

    def get_fieldsets(self, request: HttpRequest, obj: Run | None = None) -> list[Any]:
        """Without the part about approvals where there was nothing to approve."""
        approval = obj is not None and (obj.brakes or obj.approval)
        return [part for part in super().get_fieldsets(request, obj) if approval or "approval" not in part[1]["fields"]]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        run: Run = context["original"]
        told = {
            "changes_url": changes_of_run(run.pk),
            "page_url": _page_of(run, request),
            "offered": offered(run) if self.has_start_permission(request) and may_start(request, run.client) else [],
            "actions_url": reverse("admin:sync_run_changelist"),
        }
        return super().render_change_form(request, context | told, *args, **kwargs)

    def columns(self) -> list[Column]:
        return [
            (_("number"), lambda row: row.pk),
            (_("client"), lambda row: row.client.name),
            (_("flow"), lambda row: flow_label(row.flow)),
            (_("state"), lambda row: row.get_state_display()),
            (_("preview"), lambda row: row.preview),
            (_("started by"), why_started),
            (_("asked for at"), lambda row: exact(row.queued_at)),
            (_("started at"), lambda row: exact(row.started_at)),
            (_("ended at"), lambda row: exact(row.ended_at)),
            (_("seconds"), lambda row: round(length.total_seconds()) if (length := run_length(row)) else ""),
            *((name, _counter(field)) for name, field in _COUNTERS),
            (_("cause"), lambda row: cause_sentence(row.cause, row.facts, "")),
        ]

    # --- what the columns and the page show ---

    @admin.display(description=gettext_lazy("client"))
    def client_name(self, row: Run) -> str:
        return row.client.name

    @admin.display(description=gettext_lazy("flow"))
    def flow_name(self, row: Run) -> str:
        return flow_label(row.flow)

    @admin.display(description=gettext_lazy("state"))
    def outcome(self, row: Run) -> SafeString:
        word = row.get_state_display()
        return state_badge("run", row.state, f"{word} ({_('preview')})" if row.preview else word)

    @admin.display(description=gettext_lazy("started by"))
    def started_by(self, row: Run) -> str:
        return why_started(row)

    @admin.display(description=gettext_lazy("asked for at"))
    def asked_at(self, row: Run) -> str:
        return exact(row.queued_at)

    @admin.display(description=gettext_lazy("duration"))
    def lasted(self, row: Run) -> str:
        return duration(run_length(row))

    @admin.display(description=gettext_lazy("refused"))
    def refused(self, row: Run) -> int:
        return row.rejected

    @admin.display(description=gettext_lazy("changes"))
    def changes_link(self, row: Run) -> SafeString:
        return format_html('<a href="{}">{}</a>', changes_of_run(row.pk), _("Changes"))

    @admin.display(description=gettext_lazy("in one sentence"))
    def sentence(self, row: Run) -> str:
        return run_sentence(row)

    @admin.display(description=gettext_lazy("cause"))
    def cause_told(self, row: Run) -> str:
        return cause_sentence(row.cause, row.facts)

    @admin.display(description=gettext_lazy("about"))
    def about_what(self, row: Run) -> str:
        told = about(row)
        return told.text if told else _("The whole flow")

    @admin.display(description=gettext_lazy("requests"))
    def requests_told(self, row: Run) -> str:
        return ", ".join(f"{verb} {whole(amount)}" for verb, amount in row.requests.items() if amount)

    @admin.display(description=gettext_lazy("approved by"))
    def approved(self, row: Run) -> str:
        return person(row.approved_by) if row.approved_by else ""

    @admin.display(description=gettext_lazy("limits passed"))
    def limits(self, row: Run) -> SafeString:
        told = braked(row)
        return format_html_join(mark_safe("<br>"), "{}", ((one.sentence,) for one in (told.limits if told else [])))

    @admin.display(description=gettext_lazy("step"))
    def step_word(self, row: Run) -> str:
        return step_label(row.step)

    @admin.display(description=gettext_lazy("cancelled by"))
    def cancelled(self, row: Run) -> str:
        return person(row.cancelled_by) if row.cancelled_by else ""

    @admin.display(description=gettext_lazy("facts"))
    def facts_laid_out(self, row: Run) -> SafeString | str:
        return laid_out(row.facts)

    @admin.display(description=gettext_lazy("limited to"))
    def scope_laid_out(self, row: Run) -> SafeString | str:
        return laid_out(row.scope)

    @admin.display(description=gettext_lazy("earlier attempts"))
    def attempts_laid_out(self, row: Run) -> SafeString | str:
        return laid_out(row.attempts)

    @admin.display(description=gettext_lazy("technical detail"))
    def detail_as_written(self, row: Run) -> SafeString | str:
        return as_written(row.detail)


def _page_of(run: Run, request: HttpRequest) -> str:
    """The run's page in the portal; empty for who is no member of its client."""
    mine = Client.objects.visible_to(request.user).filter(pk=run.client_id).exists()
    return reverse("pages:run", args=[run.client.slug, run.pk]) if mine else ""


_COUNTERS = [
    (gettext_lazy("read"), "read"),
    (gettext_lazy("unchanged"), "unchanged"),
    (gettext_lazy("to write"), "to_write"),
    (gettext_lazy("written"), "written"),
    (gettext_lazy("confirmed"), "confirmed"),
    (gettext_lazy("held"), "held"),
    (gettext_lazy("refused"), "rejected"),
]


def _counter(field: str) -> Callable[[Run], object]:
    return lambda run: getattr(run, field)
