"""When flows run by themselves and whom to tell about them; pausing and resuming."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.forms import AlertingForm, ScheduleForm
from sync_portal.pages.runs import flow_or_404
from sync_portal.pages.sentences import exact, flow_label, person
from sync_portal.sync.flows import all_flows
from sync_portal.sync.models import Alerting, FlowSchedule
from sync_portal.sync.schedules import next_time


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """One line per flow, also for those that have no schedule."""
    schedules = {schedule.flow: schedule for schedule in FlowSchedule.objects.filter(client=access.client)}
    lines = [(flow, schedules.get(flow.name)) for flow in all_flows()]
    known = Alerting.objects.filter(client=access.client).first()
    return render_page(request, access, "schedules/index.html", "schedules", lines=lines, alerting=known)


@client_page(may_run=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Give a flow its rhythm, another one, or none."""
    flow = flow_or_404(flow_name)
    schedule = FlowSchedule.objects.filter(client=access.client, flow=flow.name).first()
    form = ScheduleForm(request.POST) if request.method == "POST" else ScheduleForm(initial=_rhythm_of(schedule))
    if request.method == "POST" and form.is_valid():
        messages.success(request, _store(access, flow.name, form.stored))
        return redirect("pages:schedules", access.client.slug)
    return render_page(request, access, "schedules/edit.html", "schedules", flow=flow, schedule=schedule, form=form)


def _rhythm_of(schedule: FlowSchedule | None) -> dict[str, Any]:
    if schedule is None:
        return {"rhythm": "minutes", "every_minutes": 60}
    rhythm = "cron" if schedule.cron else "minutes"
    return {"rhythm": rhythm, "every_minutes": schedule.every_minutes, "cron": schedule.cron}


def _store(access: Access, flow: str, columns: dict[str, Any] | None) -> str:
    """Keep the rhythm; returns the sentence that says when the flow runs next."""
    if columns is None:
        FlowSchedule.objects.filter(client=access.client, flow=flow).delete()
        return _("%(flow)s: runs only when somebody starts it.") % {"flow": flow_label(flow)}
    schedule, _made = FlowSchedule.objects.update_or_create(client=access.client, flow=flow, defaults=columns)
    schedule.next_at = next_time(schedule, timezone.now())
    schedule.save(update_fields=["next_at"])
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
        Alerting.objects.update_or_create(client=access.client, defaults=form.cleaned_data)
        messages.success(request, _("Alerts are saved."))
        return redirect("pages:schedules", access.client.slug)
    return render_page(request, access, "schedules/alerting.html", "schedules", form=form)


@client_page(may_run=True)
@require_POST
def pause(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Stop starting the flow by itself; says why, for those who find it paused."""
    schedule = _schedule(access, flow_name)
    schedule.paused = True
    who = person(access.user)
    reason = request.POST.get("reason", "").strip()
    schedule.paused_reason = (f"{who} : {reason}" if reason else who)[:200]
    schedule.save(update_fields=["paused", "paused_reason"])
    return redirect("pages:schedules", access.client.slug)


@client_page(may_run=True)
@require_POST
def resume(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Start the flow by itself again, at its next time: not at once for all that was missed."""
    schedule = _schedule(access, flow_name)
    schedule.paused, schedule.paused_reason = False, ""
    schedule.next_at = next_time(schedule, timezone.now())
    schedule.save(update_fields=["paused", "paused_reason", "next_at"])
    return redirect("pages:schedules", access.client.slug)


def _schedule(access: Access, flow_name: str) -> FlowSchedule:
    return get_object_or_404(FlowSchedule, client=access.client, flow=flow_or_404(flow_name).name)
