"""People hear of a flow's change of state once, and when it is well again; a message never breaks the tick."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Client
from sync_portal.sync import alerts, jobs
from sync_portal.sync.causes import describe
from sync_portal.sync.history import codes, flow_states
from sync_portal.sync.models import Alert, Alerting, Change, FlowHealth, FlowSchedule, Run, RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def watched(client_acme: Client) -> Client:
    """A client with a stock schedule and somebody who wants to know."""
    Alerting.objects.create(client=client_acme, emails=["exploitation@example.com"])
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15, next_at=later())
    return client_acme


def later() -> datetime:
    return timezone.now() + timedelta(days=1)


def ended(client: Client, state: str, *, ago: int = 0, **fields: Any) -> Run:
    at = timezone.now() - timedelta(minutes=ago)
    return Run.objects.create(client=client, flow="stock", state=state, ended_at=at, **fields)


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


class DeadServer:
    """Stands in for `get_connection`."""

    def __init__(self, **_options: object) -> None:
        pass

    def send_messages(self, _messages: object) -> int:
        raise ConnectionRefusedError


def test_a_flow_that_breaks_is_told_once_and_its_recovery_once(watched: Client, settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    ended(watched, RunState.SUCCEEDED)
    now = timezone.now()
    assert alerts.tell_changes(now) == 0
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    assert [alerts.tell_changes(now) for _tick in range(3)] == [1, 0, 0]
    ended(watched, RunState.SUCCEEDED)
    assert [alerts.tell_changes(now) for _tick in range(3)] == [1, 0, 0]
    assert subjects() == ["Acmé & Fils: Stock is broken", "Acmé & Fils: Stock is on time"]
    assert mail.outbox[0].to == ["exploitation@example.com"]
    failed = Run.objects.get(state=RunState.FAILED)
    sentence = describe("shop.wrong_key", {}, "en").sentence
    subject, why, address = mail.outbox[0].body.strip().split("\n\n")
    assert (subject, why) == ("Acmé & Fils: Stock is broken", sentence)
    assert address.endswith(f"/c/acme/runs/{failed.pk}/"), "what happened is one click away"
    assert mail.outbox[1].body.strip().endswith("/c/acme/"), "when it is well again there is nothing to look at"


def test_silence_is_a_failure(watched: Client) -> None:
    ended(watched, RunState.SUCCEEDED)
    now = timezone.now()
    alerts.tell_changes(now)
    assert alerts.tell_changes(now + timedelta(minutes=16)) == 0
    assert alerts.tell_changes(now + timedelta(minutes=18)) == 1
    assert FlowHealth.objects.get(flow="stock").code == "late"


def test_silence_is_told_although_something_is_held(watched: Client) -> None:
    ended(watched, RunState.SUCCEEDED, held=1)
    now = timezone.now()
    assert [alerts.tell_changes(now), alerts.tell_changes(now + timedelta(days=3))] == [1, 1]
    assert FlowHealth.objects.get(flow="stock").code == "late"


def test_an_hourly_flow_that_keeps_its_rhythm_is_told_of_to_nobody(watched: Client) -> None:
    FlowSchedule.objects.update(every_minutes=60)
    start = timezone.now()
    for hour in range(3):
        run = ended(watched, RunState.SUCCEEDED)
        at = start + timedelta(hours=hour, minutes=1)
        Run.objects.filter(pk=run.pk).update(ended_at=at)
        assert [alerts.tell_changes(at + timedelta(minutes=minute)) for minute in range(60)] == [0] * 60


@pytest.mark.parametrize("place", ["_is_news", "_mine", "_send"])
def test_two_ticks_at_the_same_moment_tell_once(place: str, watched: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(watched, RunState.SUCCEEDED)
    now = timezone.now()
    alerts.tell_changes(now)
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    real, other = getattr(alerts, place), []

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(alerts, place, real)
        other.append(alerts.tell_changes(now))  # the second tick
        return real(*arguments)

    monkeypatch.setattr(alerts, place, meanwhile)
    told = alerts.tell_changes(now)
    assert (len(other), told + sum(other), len(mail.outbox)) == (1, 1, 1)
    assert not Alert.objects.exists()


def test_an_alert_that_no_mail_server_takes_is_tried_again_until_it_is_told(
    watched: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    now = timezone.now()
    with monkeypatch.context() as away:
        away.setattr(alerts, "get_connection", DeadServer)
        assert [alerts.tell_changes(now), alerts.tell_changes(now + timedelta(seconds=30))] == [0, 0]
        assert alerts.tell_changes(now + timedelta(minutes=2)) == 0
        (alert,) = alerts.undelivered(watched)
        assert (alert.cause, alert.facts, alert.tries) == ("mail.failed", {"reason": "ConnectionRefusedError"}, 2)
    later = now + timedelta(hours=2)
    assert [alerts.tell_changes(later), alerts.tell_changes(later)] == [1, 0]
    assert (len(mail.outbox), alerts.undelivered(watched)) == (1, [])


def test_an_alert_is_given_up_in_the_end_and_told_once_the_way_works_again(
    watched: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    now = timezone.now()
    with monkeypatch.context() as away:
        away.setattr(alerts, "get_connection", DeadServer)
        for hour in range(20):
            alerts.tell_changes(now + timedelta(hours=2 * hour))
        (alert,) = alerts.undelivered(watched)
        assert (alert.tries, alert.due_at) == (alerts.MOST_TRIES, None)
    now += timedelta(days=3)
    assert alerts.tell_changes(now) == 0
    Run.objects.create(client=watched, flow="prices", state=RunState.FAILED, cause="shop.wrong_key", ended_at=now)
    assert [alerts.tell_changes(now) for _tick in range(3)] == [1, 1, 0]
    assert len(mail.outbox) == 2


def test_a_flow_that_is_well_again_before_anybody_heard_is_told_of_to_nobody(
    watched: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(watched, RunState.SUCCEEDED)
    now = timezone.now()
    alerts.tell_changes(now)
    with monkeypatch.context() as away:
        away.setattr(alerts, "get_connection", DeadServer)
        ended(watched, RunState.FAILED, cause="shop.wrong_key")
        alerts.tell_changes(now)
    ended(watched, RunState.SUCCEEDED)
    assert alerts.tell_changes(now + timedelta(minutes=5)) == 0
    assert (mail.outbox, Alert.objects.count()) == ([], 0)


def test_a_recovery_while_the_failure_is_on_its_way_is_told_next(
    watched: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(watched, RunState.SUCCEEDED)
    now = timezone.now()
    alerts.tell_changes(now)
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    real = alerts._send

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(alerts, "_send", real)
        real(*arguments)
        ended(watched, RunState.SUCCEEDED)
        alerts.tell_changes(now)

    monkeypatch.setattr(alerts, "_send", meanwhile)
    told = [alerts.tell_changes(now) for _tick in range(3)]
    assert (told, len(mail.outbox)) == ([1, 1, 0], 2)


def test_a_webhook_that_is_away_does_not_have_the_mail_told_again(
    watched: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[object] = []
    Alerting.objects.update(webhook="http://127.0.0.1:9/hook")
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    now = timezone.now()
    assert alerts.tell_changes(now) == 1
    assert [(one.channel, one.cause) for one in alerts.undelivered(watched)] == [("webhook", "webhook.failed")]
    monkeypatch.setattr(alerts.webhooks, "post", lambda *message: posted.append(message))
    assert [alerts.tell_changes(now + timedelta(minutes=2)) for _tick in range(2)] == [1, 0]
    assert (len(posted), len(mail.outbox)) == (1, 1)


def test_nothing_waits_for_an_address_that_was_taken_away(watched: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "get_connection", DeadServer)
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    now = timezone.now()
    alerts.tell_changes(now)
    Alerting.objects.update(emails=[])
    alerts.tell_changes(now + timedelta(minutes=5))
    assert not Alert.objects.exists()


def test_a_mail_server_that_is_away_is_asked_once_a_tick(watched: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def server(**options: object) -> DeadServer:
        asked.append(options)
        return DeadServer()

    monkeypatch.setattr(alerts, "get_connection", server)
    for flow in ("stock", "prices", "images"):
        fields = {"state": RunState.FAILED, "cause": "shop.wrong_key", "ended_at": timezone.now()}
        Run.objects.create(client=watched, flow=flow, **fields)
    alerts.tell_changes(timezone.now())
    assert (len(asked), Alert.objects.filter(tries=0).count()) == (1, 2)


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        ("on_time", "broken", True),
        ("on_time", "late", True),
        ("on_time", "needs_you", True),
        ("broken", "on_time", True),
        ("late", "catching_up", True),
        ("needs_you", "broken", True),
        ("never", "on_time", False),
        ("on_time", "catching_up", False),
        ("catching_up", "on_time", False),
        ("on_time", "paused", False),
        ("broken", "broken", False),
    ],
)
def test_only_what_people_must_know_is_news(before: str, after: str, news: bool) -> None:
    assert alerts._is_news(before, after) is news


def test_a_client_that_told_nobody_is_remembered_all_the_same(client_acme: Client) -> None:
    ended(client_acme, RunState.FAILED, cause="shop.wrong_key")
    assert alerts.tell_changes(timezone.now()) == 0
    assert FlowHealth.objects.get(flow="stock").code == "broken"
    assert mail.outbox == []


def test_a_client_that_is_switched_off_is_not_watched(watched: Client) -> None:
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    Client.objects.update(active=False)
    assert alerts.tell_changes(timezone.now()) == 0


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/hook", "http://10.0.0.5/hook", "http://169.254.169.254/latest", "http://[::1]/x", "nonsense"],
)
def test_a_webhook_to_a_private_address_is_refused_and_the_mail_still_goes(
    watched: Client, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    Alerting.objects.update(webhook=address)
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    assert "told" in jobs.tick()
    assert len(mail.outbox) == 1
    assert "did not take the message" in caplog.text
    assert address not in caplog.text, "the address may hold a secret"


def test_a_webhook_gets_the_state_before_and_after(watched: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(alerts.webhooks, "post", lambda address, message: posted.append((address, dict(message))))
    Alerting.objects.update(webhook="https://hooks.example.com/1", emails=[])
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    alerts.tell_changes(timezone.now())
    ((address, message),) = posted
    assert address == "https://hooks.example.com/1"
    assert {name: message[name] for name in ("client", "flow", "before", "now")} == {
        "client": "acme",
        "flow": "stock",
        "before": "never",
        "now": "broken",
    }


def test_a_mail_server_that_is_away_breaks_nothing(watched: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    assert alerts.tell_changes(timezone.now()) == 0
    assert [one.cause for one in alerts.undelivered(watched)] == ["mail.failed"]


@pytest.mark.parametrize("flow", ["zones", "stock"], ids=["of a flow that is gone", "to an address that breaks"])
def test_an_alert_that_cannot_be_made_hinders_no_other(
    watched: Client, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    """An update took a flow away that people had of their own; an address is one that no mail can be made of."""
    now = timezone.now()
    made = {"client": watched, "before": "on_time", "code": "late", "since": now}
    Alert.objects.create(**made, flow=flow, channel="email", due_at=now - timedelta(minutes=1))
    Alert.objects.create(**made, flow="prices", channel="email", due_at=now)
    monkeypatch.setattr(alerts, "codes", lambda _clients, now: [])
    send = alerts._mail

    def breaks(subject: str, text: str, addresses: list[str]) -> None:
        if "Stock" in subject:
            raise UnicodeEncodeError("idna", "x", 0, 1, "label too long")
        send(subject, text, addresses)

    monkeypatch.setattr(alerts, "_mail", breaks)
    assert alerts.tell_changes(now) == 1
    assert len(subjects()) == 1
    left = {alert.flow: (alert.cause, alert.facts) for alert in Alert.objects.all()}
    assert left == ({} if flow == "zones" else {"stock": ("portal.unexpected", {"error": "UnicodeEncodeError"})})


def test_a_line_break_in_a_name_breaks_no_header(watched: Client) -> None:
    Client.objects.update(name="Acmé\nBcc: tous@example.com")
    ended(watched, RunState.FAILED, cause="shop.wrong_key")
    assert alerts.tell_changes(timezone.now()) == 1
    assert "\n" not in mail.outbox[0].subject


def test_a_tick_asks_as_often_for_thirty_clients_as_for_one(watched: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            alerts.tell_changes(timezone.now())
        return len(asked)

    ended(watched, RunState.SUCCEEDED)
    alerts.tell_changes(timezone.now())
    alone = queries()
    for number in range(30):
        client = Client.objects.create(name=f"Client {number}", slug=f"client-{number}")
        Run.objects.create(client=client, flow="stock", state=RunState.INCOMPLETE, ended_at=timezone.now(), rejected=2)
    alerts.tell_changes(timezone.now())
    assert queries() <= alone + 2


@pytest.mark.parametrize("scope", [{}, {"product": "POLO"}, {"full": True}, {"retry": 1}])
@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.INCOMPLETE, RunState.FAILED, RunState.CANCELLED])
def test_the_tick_judges_as_the_page_does(watched: Client, state: str, scope: dict[str, object]) -> None:
    ended(watched, RunState.SUCCEEDED, ago=10)
    run = ended(watched, state, ago=1, rejected=1, later=1, scope=scope)
    Change.objects.create(run=run, kind="stock", key="A", label="A", action="update", state="later")
    Run.objects.create(client=watched, flow="stock", state=RunState.QUEUED)
    now = timezone.now()
    on_the_page = {one.flow.name: one.code for one in flow_states(watched, now=now)}
    assert {flow.name: code for _client, flow, code in codes([watched], now=now)} == on_the_page
