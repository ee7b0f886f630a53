"""Pausing says who and why; resuming takes up the rhythm without making up for what was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from sync_portal.sync.models import FlowSchedule
from tests.pages.conftest import World


def test_pausing_says_who_and_why(world: World, signed_in: Callable[..., Browser]) -> None:
    url = reverse("pages:schedule-pause", args=[world.client.slug, "prices"])

    signed_in(world.client).post(url, {"reason": "inventaire"})

    schedule = FlowSchedule.objects.get(client=world.client)
    assert (schedule.paused, schedule.paused_reason) == (True, "claire : inventaire")


def test_resuming_goes_on_at_the_next_time(world: World, signed_in: Callable[..., Browser]) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    FlowSchedule.objects.filter(client=world.client).update(paused=True, paused_reason="claire", next_at=long_ago)

    signed_in(world.client).post(reverse("pages:schedule-resume", args=[world.client.slug, "prices"]))

    schedule = FlowSchedule.objects.get(client=world.client)
    assert (schedule.paused, schedule.paused_reason) == (False, "")
    assert schedule.next_at is not None
    assert schedule.next_at > timezone.now()
