"""A run told in one sentence, readable aloud: "Prix : 214 modifiés, 3 retenus, 12 430 inchangés, 41 s, planifié"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sync_portal.pages.numbers import duration, whole
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Run, RunState, Trigger

ONLY_ASKS = "drift"
"""The flow that writes nothing: what it finds are questions."""


def flow_label(name: str) -> str:
    """The flow's name for people; a flow that no longer exists keeps its code in old history."""
    try:
        return str(get_flow(name).label)
    except KeyError:
        return name


def run_length(run: Run) -> timedelta | None:
    """How long it worked, from its start to its end."""
    return run.ended_at - run.started_at if run.ended_at and run.started_at else None


def run_sentence(run: Run) -> str:
    """What the run did, how long it took and why it started."""
    parts = ", ".join([*_parts(run), why_started(run)])
    return _("%(flow)s: %(parts)s") % {"flow": flow_label(run.flow), "parts": parts}


def why_started(run: Run) -> str:
    """``planifié``, ``lancé par Marie``, ``approuvé par Paul``..."""
    if run.approved_by is not None:
        return _("approved by %(name)s") % {"name": person(run.approved_by)}
    alone, by = _STARTED[run.trigger]
    return str(by) % {"name": person(run.requested_by)} if by and run.requested_by else str(alone)


_STARTED: dict[str, tuple[Promise, Promise | None]] = {
    Trigger.SCHEDULE: (gettext_lazy("scheduled"), None),
    Trigger.COMMAND: (gettext_lazy("from the command line"), None),
    Trigger.PERSON: (gettext_lazy("started by a person"), gettext_lazy("started by %(name)s")),
    Trigger.RETRY: (gettext_lazy("retry"), gettext_lazy("asked for again by %(name)s")),
    Trigger.PLAN: (gettext_lazy("a preview applied"), gettext_lazy("preview applied by %(name)s")),
    Trigger.UNDO: (gettext_lazy("an undo"), gettext_lazy("an undo that %(name)s asked for")),
}
"""Trigger -> the words without and with the person who asked."""


def exact(moment: datetime | None) -> str:
    """The moment to the minute, in the client's time zone; empty for None."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


def person(user: AbstractUser) -> str:
    """The name to show: the full name, or else the user name."""
    return user.get_full_name() or user.get_username()


def _parts(run: Run) -> Iterator[str]:
    if run.preview:
        yield _("preview")
    if run.state in {RunState.QUEUED, RunState.RUNNING}:
        yield _("waiting for its turn") if run.state == RunState.QUEUED else _("running")
        return
    if run.state != RunState.SUCCEEDED:
        yield str(run.get_state_display()).lower()
    yield from _counts(run)
    if length := duration(run_length(run)):
        yield length


def _counts(run: Run) -> Iterator[str]:
    if run.preview or run.state == RunState.STOPPED:
        yield _count(ngettext("%(count)s to change", "%(count)s to change", run.to_write), run.to_write)
    elif run.written:
        yield _count(ngettext("%(count)s changed", "%(count)s changed", run.written), run.written)
    elif run.to_write or run.state in {RunState.FAILED, RunState.CANCELLED}:
        yield _("nothing written")
    elif not run.held:
        yield _("nothing to change")
    if run.held and run.flow == ONLY_ASKS:
        yield _count(ngettext("%(count)s to decide", "%(count)s to decide", run.held), run.held)
    elif run.held:
        yield _count(ngettext("%(count)s held", "%(count)s held", run.held), run.held)
    if run.rejected:
        yield _count(ngettext("%(count)s refused", "%(count)s refused", run.rejected), run.rejected)
    if run.unchanged:
        yield _count(ngettext("%(count)s unchanged", "%(count)s unchanged", run.unchanged), run.unchanged)


def _count(text: str, number: int) -> str:
    return text % {"count": whole(number)}
