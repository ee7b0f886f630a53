"""Pausing says who and why; resuming takes up the rhythm without making up for what was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from sync_portal.sync.models import Alert, Alerting, FlowSchedule, Run, SettingChange
from tests.pages import factories
from tests.pages.conftest import World

HOOK = "https://chat.example/secret"


def test_pausing_says_who_and_why(world: World, signed_in: Callable[..., Browser]) -> None:
    url = reverse("pages:schedule-pause", args=[world.client.slug, "prices"])

    signed_in(world.client).post(url, {"reason": "inventaire"})

    schedule = FlowSchedule.objects.get(client=world.client)
    assert (schedule.paused, schedule.paused_reason) == (True, "claire : inventaire")


@pytest.mark.parametrize("reason", ["", "   "], ids=["none", "blanks"])
def test_a_pause_without_a_reason_is_refused(world: World, signed_in: Callable[..., Browser], reason: str) -> None:
    url = reverse("pages:schedule-pause", args=[world.client.slug, "prices"])

    page = signed_in(world.client).post(url, {"reason": reason}, follow=True)

    assert not FlowSchedule.objects.get(client=world.client).paused
    assert "Dites pourquoi" in page.content.decode()
    assert not SettingChange.objects.exists()


def test_a_pause_says_what_it_does_before_it_is_made(world: World, signed_in: Callable[..., Browser]) -> None:
    page = signed_in(world.client).get(reverse("pages:schedules", args=[world.client.slug])).content.decode()

    assert "il ne démarre qu’à la main et personne n’est prévenu d’un retard" in page


def test_what_was_changed_stays_with_who_changed_it(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)
    edit(browser, world, "prices", rhythm="minutes", every_minutes="30", promise_minutes="45")
    edit(browser, world, "prices", rhythm="minutes", every_minutes="30", promise_minutes="45")  # nothing changes
    browser.post(reverse("pages:schedule-pause", args=[world.client.slug, "prices"]), {"reason": "inventaire"})
    browser.post(reverse("pages:alerting", args=[world.client.slug]), {"emails": "a@example.com", "webhook": HOOK})

    told = list(SettingChange.objects.order_by("pk").values_list("flow", "by__username", "before", "after", "why"))
    assert told == [
        (
            "prices",
            "claire",
            {"every_minutes": 60, "promise_minutes": None},
            {"every_minutes": 30, "promise_minutes": 45},
            "",
        ),
        ("prices", "claire", {"paused": False}, {"paused": True}, "inventaire"),
        ("", "claire", {"emails": None, "webhook": None}, {"emails": ["a@example.com"], "webhook": True}, ""),
    ]
    shown = browser.get(reverse("pages:schedules", args=[world.client.slug]))
    assert [change.parts for change in shown.context["changes"]][2] == [
        ("rythme", "toutes les heures", "toutes les 30 minutes"),
        ("en retard après", "", "45 minutes"),
    ]
    page = shown.content.decode()
    assert "a@example.com" in page
    assert HOOK not in page, "the address may hold a secret"


def test_whoever_may_mend_it_sees_an_alert_that_was_not_delivered(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    now = timezone.now()
    Alert.objects.create(
        client=world.client, flow="stock", channel="email", before="on_time", code="broken", since=now, tries=12
    )
    Alert.objects.update(cause="mail.failed", facts={"reason": "ConnectionRefusedError"})
    browser = signed_in(world.client)

    page = browser.get(reverse("pages:schedules", args=[world.client.slug])).content.decode()
    assert "n’a pas pris le message d’alerte" in page

    browser.post(reverse("pages:alerting", args=[world.client.slug]), {"emails": "a@example.com"})
    again = Alert.objects.get()
    assert (again.tries, again.due_at >= now) == (0, True)


def test_what_hinders_a_schedule_stands_beside_it(world: World, signed_in: Callable[..., Browser]) -> None:
    FlowSchedule.objects.update(cause="schedule.rhythm", facts={"cron": "0 0 30 2 *"})
    browser = signed_in(world.client)

    page = browser.get(reverse("pages:schedules", args=[world.client.slug])).content.decode()
    assert "« 0 0 30 2 * » ne peut pas être suivi" in page

    _page, schedule = edit(browser, world, "prices", rhythm="minutes", every_minutes="30")
    assert schedule is not None
    assert (schedule.cause, schedule.facts) == ("", {})


def test_a_rhythm_slower_than_the_flow_promises_is_warned_of(world: World, signed_in: Callable[..., Browser]) -> None:
    page, schedule = edit(signed_in(world.client), world, "stock", rhythm="minutes", every_minutes="60")

    assert schedule is not None
    assert schedule.promise_minutes is None
    assert "ne doit pas dater de plus de 15 minutes, mais ce rythme laisse 1 heure entre deux exécutions" in page


def test_resuming_goes_on_at_the_next_time(world: World, signed_in: Callable[..., Browser]) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    FlowSchedule.objects.filter(client=world.client).update(paused=True, paused_reason="claire", next_at=long_ago)

    signed_in(world.client).post(reverse("pages:schedule-resume", args=[world.client.slug, "prices"]))

    schedule = FlowSchedule.objects.get(client=world.client)
    assert (schedule.paused, schedule.paused_reason) == (False, "")
    assert schedule.next_at is not None
    assert schedule.next_at > timezone.now()


def edit(browser: Browser, world: World, flow: str, **data: object) -> tuple[str, FlowSchedule | None]:
    url = reverse("pages:schedule-edit", args=[world.client.slug, flow])
    page = browser.post(url, data, follow=True).content.decode().replace("\xa0", " ")
    return page, FlowSchedule.objects.filter(client=world.client, flow=flow).first()


def test_a_flow_without_a_schedule_gets_one_and_says_when_it_runs(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    page, schedule = edit(signed_in(world.client), world, "stock", rhythm="minutes", every_minutes="15")

    assert schedule is not None
    assert (schedule.every_minutes, schedule.cron) == (15, "")
    assert timedelta(minutes=14) < schedule.next_at - timezone.now() <= timedelta(minutes=15)
    assert "Prochaine exécution :" in page


def test_a_cron_rhythm_takes_the_place_of_minutes_in_the_clients_time_zone(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    _page, schedule = edit(signed_in(world.client), world, "prices", rhythm="cron", cron=" 30  2 * * * ")

    assert schedule is not None
    assert (schedule.every_minutes, schedule.cron) == (None, "30 2 * * *")
    local = schedule.next_at.astimezone(ZoneInfo(world.client.time_zone))
    assert (local.hour, local.minute) == (2, 30)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"rhythm": "minutes"}, "toutes les combien de minutes"),
        ({"rhythm": "minutes", "every_minutes": "0"}, "supérieure ou égale à 1"),
        ({"rhythm": "minutes", "every_minutes": "99999"}, "inférieure ou égale à 10080"),
        ({"rhythm": "minutes", "every_minutes": "60", "promise_minutes": "15"}, "laisse 60 minutes"),
        ({"rhythm": "cron", "cron": "0 6 * * *", "promise_minutes": "60"}, "laisse 1440 minutes"),
        ({"rhythm": "minutes", "every_minutes": "60", "promise_minutes": "0"}, "supérieure ou égale à 1"),
        ({"rhythm": "cron"}, "Écrivez une expression cron"),
        ({"rhythm": "cron", "cron": "every day"}, "cinq parties"),
        ({"rhythm": "cron", "cron": "@daily"}, "cinq parties"),
        ({"rhythm": "cron", "cron": "0 0 6 * * 1"}, "cinq parties"),
        ({"rhythm": "cron", "cron": "99 6 * * *"}, "n’est pas une expression cron"),
        ({"rhythm": "cron", "cron": "0 6 30 2 *"}, "qui n’arrive jamais"),
        ({}, "obligatoire"),
    ],
    ids=lambda value: " ".join(value.values()) or "nothing" if isinstance(value, dict) else "",
)
def test_a_rhythm_that_cannot_be_says_why_and_changes_nothing(
    data: dict[str, str], said: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    page, schedule = edit(signed_in(world.client), world, "prices", **data)

    assert said in page
    assert schedule is not None
    assert (schedule.every_minutes, schedule.cron) == (60, "")


def test_never_takes_the_schedule_away(world: World, signed_in: Callable[..., Browser]) -> None:
    _page, schedule = edit(signed_in(world.client), world, "prices", rhythm="never")

    assert schedule is None


def test_changing_a_paused_schedule_leaves_it_paused(world: World, signed_in: Callable[..., Browser]) -> None:
    FlowSchedule.objects.update(paused=True, paused_reason="inventaire")

    page, schedule = edit(signed_in(world.client), world, "prices", rhythm="minutes", every_minutes="5")

    assert schedule is not None
    assert schedule.paused
    assert "en pause" in page


def test_alerts_go_to_each_address_once(world: World, signed_in: Callable[..., Browser]) -> None:
    url = reverse("pages:alerting", args=[world.client.slug])
    data = {"emails": "a@example.com\n\nb@example.com, a@example.com", "webhook": "https://chat.example/hook"}

    signed_in(world.client).post(url, data)

    alerting = Alerting.objects.get(client=world.client)
    assert alerting.emails == ["a@example.com", "b@example.com"]
    assert alerting.webhook == "https://chat.example/hook"


@pytest.mark.parametrize(
    ("address", "named"),
    [("ftp://x", "ftp://x"), ("not an address", "https://not an address"), ("http://[", "http://[")],
    ids=["scheme", "words", "nonsense"],
)
def test_an_address_that_is_none_is_named_once(
    address: str, named: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(world.client).post(reverse("pages:alerting", args=[world.client.slug]), {"webhook": address})

    assert page.context["form"].errors["webhook"] == [f"« {named} » n’est pas une adresse web (https://…)."]


@pytest.mark.parametrize(
    ("reason", "told"),
    [("ConnectionError", "pas de connexion"), ("404", "404"), ("a@example.com", "a@example.com")],
)
def test_why_an_alert_was_not_taken_is_told_in_words(
    reason: str, told: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    Alert.objects.create(
        client=world.client,
        flow="stock",
        channel="webhook",
        before="on_time",
        code="broken",
        since=timezone.now(),
        cause="webhook.failed",
        facts={"reason": reason},
    )

    page = signed_in(world.client).get(reverse("pages:schedules", args=[world.client.slug])).content.decode()

    assert f"n’a pas pris le message : {told}." in page


@pytest.mark.parametrize("data", [{"emails": "nobody"}, {"webhook": "ftp://x"}, {"webhook": "not an address"}], ids=str)
def test_an_address_that_is_none_is_refused(
    data: dict[str, str], world: World, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(world.client).post(reverse("pages:alerting", args=[world.client.slug]), data)

    assert "invalid-feedback" in page.content.decode()
    assert not Alerting.objects.exists()


def test_a_person_has_everything_derived_anew(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)
    page = browser.get(reverse("pages:schedules", args=[world.client.slug])).content.decode()
    assert "Tout recalculer" in page
    browser.post(reverse("pages:run-start", args=[world.client.slug, "catalogue"]), {"full": "1"})
    run = Run.objects.filter(client=world.client, flow="catalogue").latest("pk")
    assert (run.scope, run.trigger) == ({"full": True}, "person")


def test_a_flow_that_derives_nothing_is_not_asked_to(world: World, signed_in: Callable[..., Browser]) -> None:
    signed_in(world.client).post(reverse("pages:run-start", args=[world.client.slug, "drift"]), {"full": "1"})
    assert Run.objects.filter(client=world.client, flow="drift").latest("pk").scope == {}


def test_whoever_may_only_look_finds_no_such_button(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client, role="sales")
    assert "Tout recalculer" not in browser.get(reverse("pages:schedules", args=[world.client.slug])).content.decode()
    answer = browser.post(reverse("pages:run-start", args=[world.client.slug, "catalogue"]), {"full": "1"})
    assert answer.status_code == 403


def test_the_home_says_that_somebody_is_needed_although_the_flow_is_only_late(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    FlowSchedule.objects.create(client=world.client, flow="stock", every_minutes=15)
    run = factories.RunFactory(client=world.client, flow="stock", state="succeeded", held=40)
    Run.objects.filter(pk=run.pk).update(ended_at=timezone.now() - timedelta(days=3))

    home = signed_in(world.client).get(reverse("pages:client", args=[world.client.slug]))

    line = next(line for line in home.context["lines"] if line.state.flow.name == "stock")
    assert (line.state.code, line.state.waiting, home.context["needing"]) == ("late", 40, 1)
