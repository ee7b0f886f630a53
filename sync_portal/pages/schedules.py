"""When flows run by themselves and whom to tell about them; pausing and resuming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors.models import Client
from sync_portal.pages import schedule_saving
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.causes import tell
from sync_portal.pages.forms import AlertingForm, ScheduleForm
from sync_portal.pages.rhythm_words import rhythm_words
from sync_portal.pages.runs import flow_or_404
from sync_portal.pages.schedule_saving import save_alerting, save_rhythm
from sync_portal.pages.sentences import exact, flow_label
from sync_portal.pages.setting_words import change_row, span, undelivered_rows
from sync_portal.sync.causes import CauseText
from sync_portal.sync.flows import Flow, all_flows
from sync_portal.sync.history import promise_minutes
from sync_portal.sync.models import Alerting, FlowSchedule, SettingChange

CHANGES_SHOWN = 20


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """One line per flow, also for those that have no schedule."""
    schedules = {schedule.flow: schedule for schedule in FlowSchedule.objects.filter(client=access.client)}
    known = Alerting.objects.filter(client=access.client).first()
    return render_page(
        request,
        access,
        "schedules/index.html",
        "schedules",
        lines=[_line(flow, schedules.get(flow.name)) for flow in all_flows()],
        alerting=known,
        undelivered=undelivered_rows(access.client) if access.may_run else [],
        changes=[change_row(change) for change in _newest_changes(access.client)] if access.may_run else [],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One flow of the list: its rhythm, its promise, and what hinders it."""

    flow: Flow
    schedule: FlowSchedule | None
    rhythm: str
    promise: str
    cause: CauseText | None


def _line(flow: Flow, schedule: FlowSchedule | None) -> Line:
    cause = tell(schedule.cause, schedule.facts) if schedule and schedule.cause else None
    rhythm = rhythm_words(schedule.every_minutes, schedule.cron) if schedule else ""
    return Line(flow, schedule, rhythm, span(promise_minutes(flow, schedule)), cause)


def _newest_changes(client: Client) -> QuerySet[SettingChange]:
    return SettingChange.objects.filter(client=client).select_related("by")[:CHANGES_SHOWN]


@client_page(may_run=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Give a flow its rhythm, another one, or none."""
    flow = flow_or_404(flow_name)
    schedule = FlowSchedule.objects.filter(client=access.client, flow=flow.name).first()
    form = ScheduleForm(request.POST) if request.method == "POST" else ScheduleForm(initial=_rhythm_of(schedule))
    if request.method == "POST" and form.is_valid():
        messages.success(request, _store(access, flow.name, form.stored))
        _warn_of_a_slow_rhythm(request, flow, form)
        return redirect("pages:schedules", access.client.slug)
    promise = span(flow.promise_minutes)
    return render_page(
        request, access, "schedules/edit.html", "schedules", flow=flow, schedule=schedule, form=form, promise=promise
    )


def _warn_of_a_slow_rhythm(request: HttpRequest, flow: Flow, form: ScheduleForm) -> None:
    if form.gap and not form.cleaned_data["promise_minutes"] and form.gap > flow.promise_minutes:
        text = _(
            "%(flow)s is to be no older than %(promise)s, but this rhythm leaves %(gap)s between two runs: it counts "
            "as late only after the next run was due."
        )
        told = {"flow": flow.label, "promise": span(flow.promise_minutes), "gap": span(form.gap)}
        messages.warning(request, text % told)


def _rhythm_of(schedule: FlowSchedule | None) -> dict[str, Any]:
    if schedule is None:
        return {"rhythm": "minutes", "every_minutes": 60}
    rhythm = "cron" if schedule.cron else "minutes"
    return {"rhythm": rhythm, "every_minutes": schedule.every_minutes, "cron": schedule.cron} | {
        "promise_minutes": schedule.promise_minutes
    }


def _store(access: Access, flow: str, columns: dict[str, Any] | None) -> str:
    """Keep the rhythm; returns the sentence that says when the flow runs next."""
    schedule = save_rhythm(access.client, flow, columns, by=access.user)
    if schedule is None:
        return _("%(flow)s: runs only when somebody starts it.") % {"flow": flow_label(flow)}
    if schedule.paused:
        return _("%(flow)s: saved. It is paused: resume it to have it run.") % {"flow": flow_label(flow)}
    return _("%(flow)s: saved. Next run: %(time)s.") % {"flow": flow_label(flow), "time": exact(schedule.next_at)}


@client_page(may_run=True)
@require_http_methods(["GET", "HEAD", "POST"])
def alerting(request: HttpRequest, access: Access) -> HttpResponse:
    """Say whom to tell when a flow is late, broken or waits for somebody, and when it is well again."""
    known = Alerting.objects.filter(client=access.client).first()
    initial = {"emails": "\n".join(known.emails), "webhook": known.webhook} if known else {}
    form = AlertingForm(request.POST) if request.method == "POST" else AlertingForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        save_alerting(access.client, form.cleaned_data, by=access.user)
        messages.success(request, _("Alerts are saved."))
        return redirect("pages:schedules", access.client.slug)
    return render_page(request, access, "schedules/alerting.html", "schedules", form=form)


@client_page(may_run=True)
@require_POST
def pause(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Stop starting the flow by itself; says why, for those who find it paused."""
    schedule = _schedule(access, flow_name)
    reason = " ".join(request.POST.get("reason", "").split())
    if not reason:
        messages.error(request, _("Say why it is paused: whoever finds it so wants to know."))
        return redirect("pages:schedules", access.client.slug)
    schedule_saving.pause(schedule, reason=reason, by=access.user)
    return redirect("pages:schedules", access.client.slug)


@client_page(may_run=True)
@require_POST
def resume(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Start the flow by itself again, at its next time: not at once for all that was missed."""
    schedule_saving.resume(_schedule(access, flow_name), by=access.user)
    return redirect("pages:schedules", access.client.slug)


def _schedule(access: Access, flow_name: str) -> FlowSchedule:
    return get_object_or_404(FlowSchedule, client=access.client, flow=flow_or_404(flow_name).name)
