"""Tells people when a flow changes its state, once, and when it is well again. Silence counts as a failure: `late`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from connectors import webhooks
from connectors.errors import RetryableError
from connectors.models import Client
from sync_portal.sync.flows import Flow
from sync_portal.sync.history import WORDS, codes
from sync_portal.sync.models import Alerting, FlowHealth

logger = logging.getLogger(__name__)

MAIL_SECONDS = 10
BAD = frozenset({"late", "broken", "needs_you"})


def tell_changes(now: datetime) -> int:
    """Compare each flow's state with the one last told; returns how many messages went out.

    The number of queries follows the flows that there are and what changed, not the clients.
    """
    told = 0
    alerting = {row.client_id: row for row in Alerting.objects.all()}
    states = list(codes(list(Client.objects.filter(active=True)), now=now))
    known = _last_told([(client, flow) for client, flow, _code in states], now)
    for client, flow, code in states:
        health = known[client.pk, flow.name]
        if health.code == code or not _moved(health, code, now):
            continue
        if _is_news(health.code, code) and client.pk in alerting:
            _tell(alerting[client.pk], client, flow, health.code, code)
            told += 1
    return told


def _last_told(places: Sequence[tuple[Client, Flow]], now: datetime) -> dict[tuple[int, str], FlowHealth]:
    """(client id, flow) -> the state that was last told; "never" where none was."""
    known = {(row.client_id, row.flow): row for row in FlowHealth.objects.all()}
    new = [(client, flow.name) for client, flow in places if (client.pk, flow.name) not in known]
    if not new:
        return known
    rows = [FlowHealth(client=client, flow=flow, code="never", since=now) for client, flow in new]
    FlowHealth.objects.bulk_create(rows, ignore_conflicts=True)  # another tick may be doing the same
    return {(row.client_id, row.flow): row for row in FlowHealth.objects.all()}


def _moved(health: FlowHealth, code: str, now: datetime) -> bool:
    """Store the new state; whether this very call changed it (two ticks: only one is told)."""
    return bool(FlowHealth.objects.filter(pk=health.pk, code=health.code).update(code=code, since=now))


def _is_news(before: str, after: str) -> bool:
    return before != after and (before in BAD or after in BAD)


def _tell(alerting: Alerting, client: Client, flow: Flow, before: str, code: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        url = settings.SITE_URL.rstrip("/") + reverse("pages:client", args=[client.slug])
        subject = _("%(client)s: %(flow)s is %(word)s") % {
            "client": client.name,
            "flow": flow.label,
            "word": WORDS[code],
        }
    subject = " ".join(subject.split())  # a line break in a client's name would end the mail's header
    if alerting.emails:
        # A mail server that does not answer must not keep the tick.
        server = get_connection(fail_silently=True, timeout=MAIL_SECONDS)
        sender = settings.DEFAULT_FROM_EMAIL
        EmailMessage(subject, f"{subject}\n\n{url}\n", sender, alerting.emails, connection=server).send()
    if alerting.webhook:
        message = {"client": client.slug, "flow": flow.name, "before": before, "now": code}
        try:
            webhooks.post(alerting.webhook, message | {"text": subject, "url": url})
        except RetryableError as error:
            logger.warning("the alert webhook of %s did not take the message: %s", client.slug, error.facts["reason"])
