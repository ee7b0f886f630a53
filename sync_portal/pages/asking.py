"""Asking for a run from a page: the person lands where the work is to be seen, or where it cannot be and why."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sync_portal.pages.access import Access
from sync_portal.sync.jobs import QueueBusy
from sync_portal.sync.models import Run, RunState


def ask_and_watch(
    request: HttpRequest, access: Access, flow: str, ask: Callable[[], Run], *, preview: bool = False
) -> HttpResponse:
    """Ask for a run and show it. While one waits that cannot do this work too, that one is shown, and why."""
    try:
        run = ask()
    except QueueBusy:
        return to_the_one_in_front(request, access, flow, preview=preview)
    return redirect("pages:run", access.client.slug, run.pk)


def to_the_one_in_front(request: HttpRequest, access: Access, flow: str, *, preview: bool = False) -> HttpResponse:
    """Show the waiting run that nothing can be added to."""
    messages.warning(
        request,
        _(
            "This run waits already and does exactly what somebody chose: nothing can be added to it. Ask again once "
            "it is over."
        ),
    )
    waiting = Run.objects.filter(client=access.client, flow=flow, preview=preview, state=RunState.QUEUED).first()
    if waiting is None:
        return redirect("pages:runs", access.client.slug)
    return redirect("pages:run", access.client.slug, waiting.pk)
