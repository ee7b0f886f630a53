"""Tells people when a flow changes its state, once, and when it is well again. Silence counts as a failure: `late`.

A change is written down first (`Alert`, one a channel), and goes only once it is delivered.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from connectors import webhooks
from connectors.errors import RetryableError
from connectors.models import Client
from sync_portal.sync.causes import describe
from sync_portal.sync.flows import Flow, all_flows, get_flow
from sync_portal.sync.history import WORDS, codes, last_judged
from sync_portal.sync.models import Alert, Alerting, Channel, FlowHealth

logger = logging.getLogger(__name__)

MAIL_SECONDS = 10
SECONDS = 30
"""What one tick gives to delivering: its other work must not wait for dead servers."""
MOST_TRIES = 12
"""After 1, 2, 4 ... minutes, then every hour: some six hours."""
BAD = frozenset({"late", "broken", "needs_you"})


def tell_changes(now: datetime) -> int:
    """Compare each flow's state with the one last seen, and deliver what is to be told; returns how many messages went
    out.

    The number of queries follows the flows that there are and what changed, not the clients.
    """
    alerting = {row.client_id: row for row in Alerting.objects.all()}
    states = list(codes(list(Client.objects.filter(active=True)), now=now))
    known = _last_seen([(client, flow) for client, flow, _code in states], now)
    for client, flow, code in states:
        health = known[client.pk, flow.name]
        if health.code != code:
            _moved(health, code, alerting.get(client.pk), now)
    return _deliver(alerting, now)


def _last_seen(places: Sequence[tuple[Client, Flow]], now: datetime) -> dict[tuple[int, str], FlowHealth]:
    """(client id, flow) -> the state that was last seen; "never" where none was."""
    known = {(row.client_id, row.flow): row for row in FlowHealth.objects.all()}
    new = [(client, flow.name) for client, flow in places if (client.pk, flow.name) not in known]
    if not new:
        return known
    rows = [FlowHealth(client=client, flow=flow, code="never", since=now) for client, flow in new]
    FlowHealth.objects.bulk_create(rows, ignore_conflicts=True)  # another tick may be doing the same
    return {(row.client_id, row.flow): row for row in FlowHealth.objects.all()}


@transaction.atomic
def _moved(health: FlowHealth, code: str, alerting: Alerting | None, now: datetime) -> None:
    """Store the new state together with what is to be told of it, once: two ticks may see the same change."""
    if not FlowHealth.objects.filter(pk=health.pk, code=health.code).update(code=code, since=now):
        return
    for channel in channels(alerting):
        waiting = Alert.objects.filter(client=health.client_id, flow=health.flow, channel=channel).first()
        _write_down(health, channel, waiting.before if waiting else health.code, code, now)


def _write_down(place: FlowHealth | Alert, channel: str, before: str, code: str, now: datetime) -> None:
    """What people of the place's client are to be told of its flow, when they last heard that it is `before`."""
    key: dict[str, Any] = {"client_id": place.client_id, "flow": place.flow, "channel": channel}
    if _is_news(before, code):
        told = {"before": before, "code": code, "since": now, "due_at": now, "tries": 0, "cause": "", "facts": {}}
        Alert.objects.update_or_create(**key, defaults=told)
    else:  # nothing that they have to hear of: also when all is as it was when they last heard
        Alert.objects.filter(**key).delete()


def channels(alerting: Alerting | None) -> list[str]:
    """The ways in which this client's people are told."""
    if alerting is None:
        return []
    ways = {Channel.EMAIL: bool(alerting.emails), Channel.WEBHOOK: bool(alerting.webhook)}
    return [str(way) for way, used in ways.items() if used]


def _is_news(before: str, after: str) -> bool:
    return before != after and (before in BAD or after in BAD)


# --- delivering -------------------------------------------------------------------------------------------------------


class _NotDelivered(Exception):
    """`stop`: the channel itself is away, there is no use in trying it for others now."""

    def __init__(self, cause: str, *, stop: bool = False, **facts: str) -> None:
        super().__init__(cause)
        self.cause, self.facts, self.stop = cause, facts, stop


def _deliver(alerting: dict[int, Alerting], now: datetime) -> int:
    """Send what waits and is due; returns how many messages were taken."""
    told, away, began = 0, set[str](), time.monotonic()
    flows = {flow.name for flow in all_flows()}
    for alert in Alert.objects.filter(due_at__lte=now, client__active=True).select_related("client"):
        nobody = alert.channel not in channels(alerting.get(alert.client_id))
        if nobody or alert.flow not in flows:  # or there is nothing to tell any more
            alert.delete()
        elif alert.channel not in away and time.monotonic() - began < SECONDS and _mine(alert, now):
            try:
                _send_or_say_why(alerting[alert.client_id], alert)
            except _NotDelivered as error:
                _note(alert, error)
                away |= {alert.channel} if error.stop else set()
            else:
                _delivered(alert, now)
                told += 1
    return told


def _mine(alert: Alert, now: datetime) -> bool:
    """Take the next try: of two ticks one gets it. Where it dies while sending, the alert is due again later."""
    alert.tries += 1
    wait = timedelta(minutes=min(2 ** (alert.tries - 1), 60))
    due = now + wait if alert.tries < MOST_TRIES else None
    same = Alert.objects.filter(pk=alert.pk, tries=alert.tries - 1, code=alert.code, due_at=alert.due_at)
    alert.due_at = due
    return bool(same.update(tries=alert.tries, due_at=due))


@transaction.atomic
def _delivered(alert: Alert, now: datetime) -> None:
    """It is told. What was given up on this way may be tried again: it works now."""
    others = Alert.objects.filter(client=alert.client_id, channel=alert.channel)
    if not others.filter(pk=alert.pk, code=alert.code).delete()[0]:  # the state changed while it was on its way
        code = FlowHealth.objects.values_list("code", flat=True).get(client=alert.client_id, flow=alert.flow)
        _write_down(alert, alert.channel, alert.code, code, now)
    try_again(others, now)


def _note(alert: Alert, error: _NotDelivered) -> None:
    Alert.objects.filter(pk=alert.pk).update(cause=error.cause, facts=error.facts)
    given_up = ", given up" if alert.due_at is None else ""
    logger.warning("%s did not take the message: %s%s", alert, error.cause, given_up)


def try_again(alerts: QuerySet[Alert], now: datetime) -> None:
    """Have those of them that were given up tried anew."""
    alerts.filter(due_at=None).update(due_at=now, tries=0)


def undelivered(client: Client) -> list[Alert]:
    """What people should have been told of and were not, because a try failed; for those who can mend it."""
    return list(Alert.objects.filter(client=client).exclude(cause="").order_by("since", "pk"))


def _send_or_say_why(alerting: Alerting, alert: Alert) -> None:
    """
    Raises:
        _NotDelivered: the message was not taken, or could not be made: that hinders no other one.
    """
    try:
        _send(alerting, alert)
    except _NotDelivered:
        raise
    except Exception as error:
        logger.exception("%s could not be sent", alert)
        raise _NotDelivered("portal.unexpected", error=type(error).__name__) from error


def _send(alerting: Alerting, alert: Alert) -> None:
    client, flow = alert.client, get_flow(alert.flow)
    run = last_judged(client, flow.name) if alert.code in BAD else None
    with translation.override(settings.LANGUAGE_CODE):
        why = describe(run.cause, run.facts).sentence if run and run.cause else ""
        page = reverse("pages:run", args=[client.slug, run.pk]) if run else reverse("pages:client", args=[client.slug])
        url = settings.SITE_URL.rstrip("/") + page
        subject = _("%(client)s: %(flow)s is %(word)s") % {
            "client": client.name,
            "flow": flow.label,
            "word": WORDS[alert.code],
        }
    subject = " ".join(subject.split())  # a line break in a client's name would end the mail's header
    if alert.channel == Channel.EMAIL:
        _mail(subject, "\n\n".join(filter(None, [subject, why, url])) + "\n", alerting.emails)
    else:
        message = {"client": client.slug, "flow": flow.name, "before": alert.before, "now": alert.code}
        _post(alerting.webhook, message | {"text": subject, "why": why, "url": url})


def _mail(subject: str, text: str, addresses: list[str]) -> None:
    # A mail server that does not answer must not keep the tick.
    server = get_connection(timeout=MAIL_SECONDS)
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, addresses, connection=server).send()
    except SMTPRecipientsRefused as error:
        raise _NotDelivered("mail.failed", reason="; ".join(sorted(error.recipients))) from error
    except (SMTPException, OSError) as error:
        raise _NotDelivered("mail.failed", stop=True, reason=type(error).__name__) from error


def _post(address: str, message: dict[str, str]) -> None:
    try:
        webhooks.post(address, message)
    except RetryableError as error:
        raise _NotDelivered(error.cause, reason=str(error.facts["reason"])) from error
