"""Schedules and alerts are changed here as on the portal's pages: as strictly, and with the same traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from sync_portal.sync.models import Alerting, FlowSchedule, SettingChange
from tests.pages.admin.conftest import listed, page_of, text
from tests.pages.conftest import World


def schedule_of(world: World) -> FlowSchedule:
    return FlowSchedule.objects.get(client=world.client, flow="prices")


def save(browser: Browser, world: World, **fields: str) -> Any:
    """Send the schedule's form; what is not said stays as the page shows it."""
    shown = {"rhythm": "minutes", "every_minutes": "60", "cron": "", "promise_minutes": "", "reason": ""}
    url = page_of("flowschedule", schedule_of(world).pk)
    return browser.post(url, shown | fields, follow=True, headers={"accept-language": "en"})


def test_a_rhythm_is_changed_with_its_trace(world: World, admin_client: Browser, admin_user: Any) -> None:
    before = schedule_of(world).next_at

    save(admin_client, world, every_minutes="30", promise_minutes="45")

    schedule, change = schedule_of(world), SettingChange.objects.get()
    assert (schedule.every_minutes, schedule.promise_minutes) == (30, 45)
    assert schedule.next_at != before
    assert (change.by, change.before, change.after) == (
        admin_user,
        {"every_minutes": 60, "promise_minutes": None},
        {"every_minutes": 30, "promise_minutes": 45},
    )


def test_a_cron_expression_takes_the_place_of_the_minutes(world: World, admin_client: Browser) -> None:
    save(admin_client, world, rhythm="cron", cron="30 2 * * *")

    assert (schedule_of(world).every_minutes, schedule_of(world).cron) == (None, "30 2 * * *")
    assert "every day at 02:30" in text(admin_client, listed("flowschedule"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"every_minutes": "0"}, "1"),
        ({"every_minutes": ""}, "Say every how many minutes."),
        ({"rhythm": "cron", "cron": "61 * * * *"}, "“61 * * * *” is no cron expression"),
        ({"rhythm": "cron", "cron": "0 0 31 2 *"}, "names a moment that never comes"),
        ({"rhythm": "never"}, "never"),
        ({"every_minutes": "60", "promise_minutes": "5"}, "leaves 60 minutes between two runs"),
        ({"paused": "on"}, "Say why it is paused"),
        ({"paused": "on", "reason": "   "}, "Say why it is paused"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_the_portals_page_refuses_is_refused_here(
    fields: dict[str, str], told: str, world: World, admin_client: Browser
) -> None:
    before = FlowSchedule.objects.filter(pk=schedule_of(world).pk).values().get()

    page = save(admin_client, world, **fields)

    assert told in page.content.decode()
    assert FlowSchedule.objects.filter(pk=schedule_of(world).pk).values().get() == before
    assert not SettingChange.objects.exists()


def test_a_pause_says_who_and_why_and_ends_with_its_trace(world: World, admin_client: Browser) -> None:
    save(admin_client, world, paused="on", reason="inventaire")
    assert (schedule_of(world).paused, schedule_of(world).paused_reason) == (True, "admin : inventaire")

    save(admin_client, world)

    assert (schedule_of(world).paused, schedule_of(world).paused_reason) == (False, "")
    changes = list(SettingChange.objects.order_by("pk").values_list("after", "why"))
    assert changes == [({"paused": True}, "inventaire"), ({"paused": False}, "")]


def test_saving_what_is_there_leaves_no_trace(world: World, admin_client: Browser) -> None:
    before = schedule_of(world).next_at

    save(admin_client, world)

    assert schedule_of(world).next_at == before
    assert not SettingChange.objects.exists()


def test_a_paused_schedule_keeps_its_reason_when_its_rhythm_changes(world: World, admin_client: Browser) -> None:
    save(admin_client, world, paused="on", reason="inventaire")

    save(admin_client, world, paused="on", every_minutes="15")

    assert (schedule_of(world).every_minutes, schedule_of(world).paused_reason) == (15, "admin : inventaire")


def alerting_of(world: World) -> Alerting:
    return Alerting.objects.create(client=world.client, emails=["a@example.com"], webhook="https://chat.example/secret")


def test_whom_to_tell_is_changed_with_its_trace(world: World, admin_client: Browser, admin_user: Any) -> None:
    url = page_of("alerting", alerting_of(world).pk)

    admin_client.post(url, {"emails": "a@example.com\nb@example.com", "webhook": "https://chat.example/secret"})

    assert Alerting.objects.get().emails == ["a@example.com", "b@example.com"]
    assert SettingChange.objects.get().by == admin_user


def test_an_address_that_is_none_is_refused(world: World, admin_client: Browser) -> None:
    url = page_of("alerting", alerting_of(world).pk)

    page = admin_client.post(url, {"emails": "nobody", "webhook": ""}, headers={"accept-language": "en"})

    assert "“nobody” is no e-mail address." in page.content.decode()
    assert Alerting.objects.get().emails == ["a@example.com"]


def test_the_address_of_a_webhook_is_shown_to_those_who_may_change_it(
    world: World, staff: Callable[..., Browser]
) -> None:
    url = page_of("alerting", alerting_of(world).pk)

    assert "secret" in text(staff(world.client, may=("view", "change"), name="one"), url)
    assert "secret" not in text(staff(world.client, name="two"), url)
    assert "secret" not in text(staff(world.client, role="sales", may=("view", "change"), name="three"), url)


@pytest.mark.parametrize("model", ["flowschedule", "alerting"])
@pytest.mark.parametrize(
    ("role", "may"), [("administrator", ("view",)), ("sales", ("view", "change"))], ids=["only looks", "sales staff"]
)
def test_settings_are_changed_by_those_alone_who_may_run_things(
    model: str, role: str, may: tuple[str, ...], world: World, staff: Callable[..., Browser]
) -> None:
    row = alerting_of(world) if model == "alerting" else schedule_of(world)

    answer = staff(world.client, role=role, may=may).post(
        page_of(model, row.pk), {"rhythm": "minutes", "every_minutes": "5", "emails": "x@example.com"}
    )

    assert answer.status_code == 403
    assert not SettingChange.objects.exists()


def test_who_changed_what_is_listed(world: World, admin_client: Browser) -> None:
    save(admin_client, world, every_minutes="30")

    page = text(admin_client, listed("settingchange"), "fr")

    assert "toutes les heures → toutes les 30 minutes" in page
