"""Where the count of what waits for a person leads: to exactly these rows."""

from __future__ import annotations

from django.urls import reverse

from connectors.models import Client
from sync_portal.sync.history import FlowState


def waiting_url(client: Client, state: FlowState) -> str:
    """The changes behind `state.waiting`: those of the last run that went to its end. Empty when nothing waits."""
    return f"{last_url(client, state)}?show=waiting" if state.waiting else ""


def last_url(client: Client, state: FlowState) -> str:
    """The run that `state` was judged on: the last one that went to its end. Empty when there is none."""
    run = state.judged
    return reverse("pages:run", args=[client.slug, run.pk]) if run else ""
