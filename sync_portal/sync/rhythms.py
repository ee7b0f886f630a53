"""When a schedule is due: its next moment, and the one check of what a rhythm may be. The only door to croniter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from croniter import croniter
from croniter.croniter import CroniterBadDateError, CroniterError

CRON_FIELDS = 5
"""Minute, hour, day of the month, month, day of the week: croniter's seconds, years and @daily are not taken."""
_BY_LOT = re.compile(r"(?<![a-z])r(?![a-z])", re.IGNORECASE)
"""croniter's R stands for another moment each time it is read."""
_LOOKED_AT = 50
"""Moments between which the shortest gap of a rhythm is looked for."""


class BadCronError(ValueError):
    """No rhythm can be read there; `reason`: "fields" (not five of them), "syntax" or "never" (30 February)."""

    def __init__(self, cron: str, reason: str) -> None:
        told = {
            "fields": f"{cron!r} has not the five parts of a cron expression",
            "syntax": f"{cron!r} is not a cron expression",
            "never": f"{cron!r} names a moment that never comes",
        }
        super().__init__(told[reason])
        self.cron, self.reason = cron, reason


def check_cron(cron: str) -> None:
    """Raise BadCronError for what is no cron expression of five parts, or names a moment that never comes."""
    next_cron(cron, datetime.now(tz=UTC))


def next_cron(cron: str, after: datetime) -> datetime:
    """The first moment after this one, in its time zone.

    Raises:
        BadCronError: there is none, or it is no cron expression.
    """
    if len(cron.split()) != CRON_FIELDS:
        raise BadCronError(cron, "fields")
    if not croniter.is_valid(cron) or _BY_LOT.search(cron):
        raise BadCronError(cron, "syntax")
    try:
        return croniter(cron, after).get_next(datetime)
    except CroniterBadDateError:
        raise BadCronError(cron, "never") from None
    except (CroniterError, ValueError):
        raise BadCronError(cron, "syntax") from None


def next_moment(cron: str, every_minutes: int | None, after: datetime, time_zone: str) -> datetime | None:
    """When a rhythm is due after a moment, in the client's time zone for cron; None without a rhythm.

    Raises:
        BadCronError: the cron expression cannot be followed.
    """
    if cron:
        moment = next_cron(cron, after.astimezone(ZoneInfo(time_zone)))
        while _comes_again(cron, moment):
            moment = next_cron(cron, moment)
        return moment
    return after + timedelta(minutes=every_minutes) if every_minutes else None


def _comes_again(cron: str, moment: datetime) -> bool:
    """Whether it is the second time of an autumn night's double hour, and the rhythm names hours: it has been then.
    What goes on every hour, or every few, goes on.
    """
    repeated = moment.utcoffset() != moment.replace(fold=0).utcoffset()
    return repeated and not cron.split()[1].startswith("*")


def shortest_gap(cron: str, every_minutes: int | None) -> int | None:
    """Minutes between two moments that are as close together as the rhythm brings them; None without a rhythm."""
    if not cron:
        return every_minutes
    moments = [next_cron(cron, datetime.now(tz=UTC))]
    while len(moments) < _LOOKED_AT:
        moments.append(next_cron(cron, moments[-1]))
    return min(int((later - earlier).total_seconds()) // 60 for earlier, later in pairwise(moments))
