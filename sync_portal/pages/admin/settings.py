"""Schedules and alerts: what people set, checked and kept as on the portal's own pages; and who changed what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.administration import OfOneClient, OwnClients, staff
from sync_portal.pages import schedule_saving
from sync_portal.pages.admin.filters import FlowFilter, WhenFilter
from sync_portal.pages.admin.lists import HistoryAdmin
from sync_portal.pages.admin.run_actions import may_start
from sync_portal.pages.admin.words import NOTHING, cause_sentence, state_badge
from sync_portal.pages.forms import RHYTHMS, AlertingForm, ScheduleForm
from sync_portal.pages.rhythm_words import rhythm_words
from sync_portal.pages.sentences import flow_label, person
from sync_portal.pages.setting_words import change_row
from sync_portal.sync.history import WORDS
from sync_portal.sync.models import Alerting, FlowSchedule, SettingChange

_WRITTEN = ("rhythm", "every_minutes", "cron", "promise_minutes", "paused", "reason")


class _SettingAdmin(OfOneClient):
    """Edited by those who may run things for the client; made and taken away on the portal's pages."""

    list_select_related = ("client",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_start(request, obj.client))

    @admin.display(description=gettext_lazy("client"), ordering="client__name")
    def client_name(self, row: FlowSchedule | Alerting) -> str:
        return row.client.name


class ScheduleChangeForm(ScheduleForm, forms.ModelForm):
    """A schedule's rhythm and promise, as on the portal's page, and its pause."""

    rhythm = forms.ChoiceField(
        label=ScheduleForm.base_fields["rhythm"].label,
        choices=RHYTHMS,
        widget=forms.RadioSelect,
    )
    paused = forms.BooleanField(label=gettext_lazy("Paused"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it is paused"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For those who find it paused."),
    )

    class Meta:
        model = FlowSchedule
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {name: getattr(self.instance, name) for name in ("every_minutes", "cron", "promise_minutes", "paused")}
        self.initial.update({"rhythm": "cron" if self.instance.cron else "minutes", **known})

    def clean_reason(self) -> str:
        return " ".join(str(self.cleaned_data["reason"]).split())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("paused") and not self.instance.paused and not data.get("reason"):
            self.add_error("reason", _("Say why it is paused: whoever finds it so wants to know."))
        return data


@admin.register(FlowSchedule)
class FlowScheduleAdmin(_SettingAdmin):
    form = ScheduleChangeForm
    list_display = ("flow_name", "client_name", "rhythm_told", "pause_told", "paused_reason", "next_at", "cause_told")
    list_filter = (("client", OwnClients), FlowFilter, "paused")
    readonly_fields = (
        "client_name",
        "flow_name",
        "next_at",
        "paused_reason",
        "cause_told",
        "rhythm_told",
        "pause_told",
    )

    def get_fields(self, request: HttpRequest, obj: FlowSchedule | None = None) -> tuple[str, ...]:
        told = ("client_name", "flow_name", "next_at", "cause_told")
        why = ("paused_reason",) if obj and obj.paused else ()
        if self.has_change_permission(request, obj):
            return (*told, *why, *_WRITTEN)
        return (*told, *why, "rhythm_told", "promise_minutes", "pause_told")

    def save_model(self, request: HttpRequest, obj: FlowSchedule, form: ScheduleChangeForm, change: bool) -> None:
        """Through the functions of the portal's pages: each change leaves its trace."""
        by, wanted = staff(request), form.cleaned_data
        if {"rhythm", "every_minutes", "cron", "promise_minutes"} & set(form.changed_data):
            schedule_saving.save_rhythm(obj.client, obj.flow, form.stored, by=by)
        stored = FlowSchedule.objects.select_related("client").get(pk=obj.pk)
        if wanted["paused"] and (not stored.paused or wanted["reason"]):
            schedule_saving.pause(stored, reason=wanted["reason"], by=by)
        elif stored.paused and not wanted["paused"]:
            schedule_saving.resume(stored, by=by)

    @admin.display(description=gettext_lazy("flow"), ordering="flow")
    def flow_name(self, row: FlowSchedule) -> str:
        return flow_label(row.flow)

    @admin.display(description=gettext_lazy("rhythm"))
    def rhythm_told(self, row: FlowSchedule) -> str:
        return rhythm_words(row.every_minutes, row.cron)

    @admin.display(description=gettext_lazy("paused"), ordering="paused")
    def pause_told(self, row: FlowSchedule) -> SafeString | str:
        return state_badge("flow", "paused", WORDS["paused"]) if row.paused else NOTHING

    @admin.display(description=gettext_lazy("cause"))
    def cause_told(self, row: FlowSchedule) -> str:
        return cause_sentence(row.cause, row.facts)


class AlertingChangeForm(AlertingForm, forms.ModelForm):
    """Whom to tell, as on the portal's page."""

    class Meta:
        model = Alerting
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"emails": "\n".join(self.instance.emails), "webhook": self.instance.webhook})


@admin.register(Alerting)
class AlertingAdmin(_SettingAdmin):
    form = AlertingChangeForm
    list_display = ("client_name", "emails_told", "has_webhook")
    list_filter = (("client", OwnClients),)
    readonly_fields = ("client_name", "emails_told", "has_webhook")

    def get_fields(self, request: HttpRequest, obj: Alerting | None = None) -> tuple[str, ...]:
        """The address of a webhook may hold a secret: it is shown to those who may change it."""
        if self.has_change_permission(request, obj):
            return ("client_name", "emails", "webhook")
        return ("client_name", "emails_told", "has_webhook")

    def save_model(self, request: HttpRequest, obj: Alerting, form: AlertingChangeForm, change: bool) -> None:
        schedule_saving.save_alerting(obj.client, form.cleaned_data, by=staff(request))

    @admin.display(description=gettext_lazy("e-mail addresses"))
    def emails_told(self, row: Alerting) -> str:
        return ", ".join(row.emails)

    @admin.display(description=gettext_lazy("webhook"), boolean=True)
    def has_webhook(self, row: Alerting) -> bool:
        return bool(row.webhook)


@admin.register(SettingChange)
class SettingChangeAdmin(HistoryAdmin):
    list_display = ("number", "at", "client_name", "about", "told", "who", "why")
    list_filter = (("client", OwnClients), FlowFilter, ("at", WhenFilter))
    list_select_related = ("client", "by")
    fields = ("at", "client_name", "about", "told", "who", "why")

    @admin.display(description=gettext_lazy("client"))
    def client_name(self, row: SettingChange) -> str:
        return row.client.name

    @admin.display(description=gettext_lazy("about"))
    def about(self, row: SettingChange) -> str:
        return change_row(row).about

    @admin.display(description=gettext_lazy("what changed"))
    def told(self, row: SettingChange) -> SafeString:
        return format_html_join(
            mark_safe("<br>"), "{} : {} → {}", ((n, b or "—", a or "—") for n, b, a in change_row(row).parts)
        )

    @admin.display(description=gettext_lazy("by"))
    def who(self, row: SettingChange) -> str:
        return person(row.by) if row.by else ""
