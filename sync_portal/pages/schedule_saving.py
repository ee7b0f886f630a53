"""What people set of schedules and alerts: kept, with who changed what. The only way in, wherever it is asked for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from connectors.models import Client
from sync_portal.pages.sentences import person
from sync_portal.sync.alerts import try_again
from sync_portal.sync.models import Alert, Alerting, FlowSchedule
from sync_portal.sync.rhythms import BadCronError
from sync_portal.sync.schedules import next_time
from sync_portal.sync.settings_history import note, of_alerting, of_schedule


def save_rhythm(client: Client, flow: str, columns: dict[str, Any] | None, *, by: User) -> FlowSchedule | None:
    """Give a flow this rhythm (`ScheduleForm.stored`), or with None take its schedule away."""
    before = of_schedule(FlowSchedule.objects.filter(client=client, flow=flow).first())
    if columns is None:
        FlowSchedule.objects.filter(client=client, flow=flow).delete()
        note(client, before, {}, flow=flow, by=by)
        return None
    schedule, _made = FlowSchedule.objects.update_or_create(client=client, flow=flow, defaults=columns)
    schedule.next_at, schedule.cause, schedule.facts = next_time(schedule, timezone.now()), "", {}
    schedule.save(update_fields=["next_at", "cause", "facts"])
    note(client, before, of_schedule(schedule), flow=flow, by=by)
    return schedule


def pause(schedule: FlowSchedule, *, reason: str, by: User) -> None:
    """Have the flow started by nobody but people; the reason is for those who find it so."""
    before = of_schedule(schedule)
    schedule.paused = True
    schedule.paused_reason = f"{person(by)} : {reason}"[:200]
    schedule.save(update_fields=["paused", "paused_reason"])
    note(schedule.client, before, of_schedule(schedule), flow=schedule.flow, by=by, why=reason)


def resume(schedule: FlowSchedule, *, by: User) -> None:
    """Have it start by itself again, at its next time: not at once for all that was missed."""
    before = of_schedule(schedule)
    schedule.paused, schedule.paused_reason = False, ""
    try:
        schedule.next_at = next_time(schedule, timezone.now())
    except BadCronError:  # the next tick says so on the schedule
        schedule.next_at = None
    schedule.save(update_fields=["paused", "paused_reason", "next_at"])
    note(schedule.client, before, of_schedule(schedule), flow=schedule.flow, by=by)


def save_alerting(client: Client, columns: dict[str, Any], *, by: User) -> Alerting:
    """Say whom to tell (`AlertingForm.cleaned_data`); what nobody took so far is tried again at once."""
    known = Alerting.objects.filter(client=client).first()
    stored, _made = Alerting.objects.update_or_create(client=client, defaults=columns)
    note(client, of_alerting(known), of_alerting(stored), by=by)
    try_again(Alert.objects.filter(client=client), timezone.now())
    return stored
