"""Schedules that are due start their flows. What hinders one hinders no other, and costs it no slot."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sync_portal.sync.flows import UnknownFlowError
from sync_portal.sync.jobs import QueueBusy, request_run
from sync_portal.sync.models import FlowSchedule, Trigger
from sync_portal.sync.rhythms import BadCronError, next_moment

logger = logging.getLogger(__name__)


def start_due(now: datetime) -> int:
    """Ask for a run of every schedule that is due; returns of how many.

    One that cannot be served says why and stays due: the next tick tries it again.
    """
    due = FlowSchedule.objects.filter(Q(next_at__lte=now) | Q(next_at=None), paused=False, client__active=True)
    return sum(_serve(schedule, now) for schedule in due.select_related("client"))


def _serve(schedule: FlowSchedule, now: datetime) -> bool:
    try:
        with transaction.atomic():  # the slot moves only together with the run that was asked for
            return _start(schedule, now)
    except QueueBusy as busy:
        _tell(schedule, "schedule.waits", {"run": str(busy.run_id)})
    except BadCronError as error:
        _tell(schedule, "schedule.rhythm", {"cron": error.cron})
    except UnknownFlowError as error:
        _tell(schedule, "portal.unknown_flow", error.facts)
    except Exception as error:
        if schedule.cause != "portal.unexpected":
            logger.exception("the schedule %s could not be served", schedule)
        _tell(schedule, "portal.unexpected", {"error": type(error).__name__})
    return False


def _start(schedule: FlowSchedule, now: datetime) -> bool:
    # Two ticks at the same moment: only the one whose update hits the row starts the run.
    slot = FlowSchedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at, paused=False)
    if not slot.update(next_at=next_time(schedule, now), cause="", facts={}) or schedule.next_at is None:
        return False
    request_run(schedule.client, schedule.flow, trigger=Trigger.SCHEDULE)
    return True


def _tell(schedule: FlowSchedule, cause: str, facts: dict[str, str]) -> None:
    if (schedule.cause, schedule.facts) == (cause, facts):
        return
    logger.warning("the schedule %s could not be served: %s %s", schedule, cause, facts)
    FlowSchedule.objects.filter(pk=schedule.pk).update(cause=cause, facts=facts)


def next_time(schedule: FlowSchedule, after: datetime) -> datetime | None:
    """When the schedule runs next, in the client's time zone for cron; None without a rhythm.

    Raises:
        BadCronError: its rhythm cannot be followed.
    """
    return next_moment(schedule.cron, schedule.every_minutes, after, schedule.client.time_zone)
