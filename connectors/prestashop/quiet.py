"""The hours in which a shop is not written to. Pure: the clock is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

Hours = tuple[time, time]


def quiet_until(moment: datetime, hours: Sequence[Hours]) -> datetime | None:
    """When the quiet that holds at `moment` ends; None when writing is allowed.

    `moment` is the shop's local time. An end before its start lies on the next day, equal ones are the whole day.
    Hours that follow each other are one quiet.

    >>> quiet_until(datetime(2026, 3, 2, 23, 30), [(time(22), time(6))])
    datetime.datetime(2026, 3, 3, 6, 0)
    """
    until: datetime | None = None
    # Each further stretch can only begin where the one before it ended.
    for _stretch in hours:
        end = _end(until or moment, hours)
        if end is None:
            break
        until = end
    return until


def _end(moment: datetime, hours: Sequence[Hours]) -> datetime | None:
    ends = [end for start, stop in hours if (end := _end_of_one(moment, start, stop)) is not None]
    return max(ends, default=None)


def _end_of_one(moment: datetime, start: time, stop: time) -> datetime | None:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    for first in (day - timedelta(days=1), day):
        begins = _at(first, start)
        ends = _at(first if stop > start else first + timedelta(days=1), stop)
        if begins <= moment < ends:
            return ends
    return None


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=clock.second)
