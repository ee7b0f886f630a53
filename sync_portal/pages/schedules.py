"""When flows run by themselves; pausing and resuming them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.runs import flow_or_404
from sync_portal.pages.sentences import person
from sync_portal.sync.flows import all_flows
from sync_portal.sync.jobs import next_time
from sync_portal.sync.models import FlowSchedule


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """One line per flow, also for those that have no schedule."""
    schedules = {schedule.flow: schedule for schedule in FlowSchedule.objects.filter(client=access.client)}
    lines = [(flow, schedules.get(flow.name)) for flow in all_flows()]
    return render_page(request, access, "schedules/index.html", "schedules", lines=lines)


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
