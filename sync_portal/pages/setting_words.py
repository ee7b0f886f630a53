"""Changes of schedules and alerts, and alerts that nobody took, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connectors.models import Client
from sync_portal.pages.causes import tell
from sync_portal.pages.rhythm_words import rhythm_words
from sync_portal.pages.sentences import flow_label, person
from sync_portal.sync.alerts import undelivered
from sync_portal.sync.causes import CauseText
from sync_portal.sync.history import WORDS
from sync_portal.sync.models import Alert, SettingChange


@dataclass(frozen=True, slots=True)
class ChangeOfSetting:
    """One line: "Stock, rhythm: every 15 minutes -> every 60 minutes"."""

    at: datetime
    who: str
    about: str
    parts: list[tuple[str, str, str]]
    """(name, before, after) of each setting that changed."""
    why: str


NAMES: dict[str, Promise] = {
    "rhythm": gettext_lazy("rhythm"),
    "promise_minutes": gettext_lazy("late after"),
    "paused": gettext_lazy("paused"),
    "emails": gettext_lazy("e-mail addresses"),
    "webhook": gettext_lazy("webhook"),
}


def change_row(change: SettingChange) -> ChangeOfSetting:
    """The change as its line tells it."""
    names = dict.fromkeys("rhythm" if name in _RHYTHM else name for name in change.after)
    parts = [(str(NAMES.get(name, name)), _value(change.before, name), _value(change.after, name)) for name in names]
    who = person(change.by) if change.by else ""
    about = flow_label(change.flow) if change.flow else _("Alerts")
    return ChangeOfSetting(change.at, who, about, [part for part in parts if part[1] != part[2]], change.why)


_RHYTHM = {"every_minutes", "cron"}


def _value(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if name == "rhythm":
        return rhythm_words(values.get("every_minutes"), values.get("cron"))
    if name == "promise_minutes":
        return span(value) if value else ""
    if name in {"paused", "webhook"}:
        return _("yes") if value else _("no")
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def span(minutes: int) -> str:
    """``15 minutes``, ``2 hours``, ``7 days``: in the largest unit that says it whole."""
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if minutes % 60 == 0:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An alert that people should have had, and why they do not have it."""

    alert: Alert
    flow: str
    word: str
    cause: CauseText


def undelivered_rows(client: Client) -> list[Undelivered]:
    """For the staff who can mend the address or the mail server."""
    return [
        Undelivered(alert, flow_label(alert.flow), str(WORDS[alert.code]), tell(alert.cause, alert.facts))
        for alert in undelivered(client)
    ]
