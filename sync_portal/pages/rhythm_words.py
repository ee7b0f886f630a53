"""When a schedule runs, in words: nobody has to read cron."""

from __future__ import annotations

from datetime import time

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DAY = 24 * 60
WORKING_DAYS = ("1-5", "mon-fri")
EVERY_DAY = ("*", "0-6", "1-7")
_DAYS = {str(number): number for number in range(7)} | dict(
    zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), range(1, 8), strict=True)
)
"""A day of the week as cron writes it -> its number there; 0 and 7 are Sunday."""


def rhythm_words(every_minutes: int | None, cron: str | None) -> str:
    """``every 15 minutes``, ``every day at 02:30``; a rarer cron expression as it stands; empty without a rhythm."""
    if cron:
        return _cron_words(cron.lower().split()) or cron
    return _every(every_minutes) if every_minutes else ""


def _every(minutes: int) -> str:
    if minutes % DAY == 0:
        return ngettext("every day", "every %(count)s days", minutes // DAY) % {"count": minutes // DAY}
    if minutes % 60 == 0:
        return ngettext("every hour", "every %(count)s hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("every minute", "every %(count)s minutes", minutes) % {"count": minutes}


def _cron_words(parts: list[str]) -> str:
    """Empty for what is not one of the usual shapes."""
    match parts:
        case [step, "*", "*", "*", "*"] if step.startswith("*/") and step[2:].isdigit() and int(step[2:]) > 0:
            return _every(int(step[2:])) if 60 % int(step[2:]) == 0 else ""
        case [minute, "*", "*", "*", "*"] if minute.isdigit():
            return _("every hour, at minute %(minute)s") % {"minute": minute}
        case [minute, hours, "*", "*", days]:
            at = _moments(minute, hours)
            return _days_words(days) % {"times": at} if at else ""
        case [minute, hours, day, "*", "*"] if day.isdigit():
            at = _moments(minute, hours)
            return _("on day %(day)s of each month at %(times)s") % {"day": day, "times": at} if at else ""
    return ""


def _moments(minute: str, hours: str) -> str:
    """``02:30``, ``06:00, 12:00 and 18:00``; empty where they are no plain numbers of a day."""
    numbers = hours.split(",")
    if not (minute.isdigit() and int(minute) < 60 and all(one.isdigit() and int(one) < 24 for one in numbers)):
        return ""
    told = [time_format(time(int(one), int(minute)), "TIME_FORMAT") for one in sorted(numbers, key=int)]
    return get_text_list(told, _("and"))


def _days_words(days: str) -> str:
    """With a place for ``times``; empty where the days are no plain list."""
    if days in EVERY_DAY:
        return _("every day at %(times)s")
    if days in WORKING_DAYS:
        return _("Monday to Friday at %(times)s")
    names = days.split(",")
    if not all(name in _DAYS or name == "7" for name in names):
        return ""
    # Django's week begins on Monday with 0, cron's with Sunday.
    numbers = sorted((_DAYS.get(name, 0) - 1) % 7 for name in names)
    told = get_text_list([str(WEEKDAYS[number]) for number in numbers], _("and"))
    return _("every %(days)s at %(times)s") % {"days": told, "times": "%(times)s"}
