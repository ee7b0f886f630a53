"""Where the count of what waits for a person leads: to exactly these rows; and when what failed is tried again."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from connectors.models import Client
from sync_portal.pages.causes import tell
from sync_portal.sync.history import FlowState
from sync_portal.sync.models import FlowSchedule, Run, RunState


def waiting_url(client: Client, state: FlowState) -> str:
    """The changes behind `state.waiting`: those of the last run that went to its end. Empty when nothing waits."""
    return f"{last_url(client, state)}?show=waiting" if state.waiting else ""


def next_try(run: Run) -> datetime | None:
    """When its schedule starts anew what failed and may heal; None: it does not, or that has happened already."""
    if run.state != RunState.FAILED or not run.cause or not tell(run.cause, run.facts).retryable:
        return None
    if Run.objects.filter(client=run.client_id, flow=run.flow, preview=False, pk__gt=run.pk).exists():
        return None
    schedule = FlowSchedule.objects.filter(client=run.client_id, flow=run.flow, paused=False).first()
    return schedule.next_at if schedule else None


def last_url(client: Client, state: FlowState) -> str:
    """The run that `state` was judged on: the last one that went to its end. Empty when there is none."""
    run = state.judged
    return reverse("pages:run", args=[client.slug, run.pk]) if run else ""
