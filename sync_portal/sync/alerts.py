"""Tells people when a flow changes its state, once, and when it is well again. Silence counts as a failure: `late`."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from connectors import webhooks
from connectors.errors import RetryableError
from connectors.models import Client
from sync_portal.sync.history import FlowState, flow_states
from sync_portal.sync.models import Alerting, FlowHealth

logger = logging.getLogger(__name__)

MAIL_SECONDS = 10
BAD = frozenset({"late", "broken", "needs_you"})


def tell_changes(now: datetime) -> int:
    """Compare each flow's state with the one last told; returns how many messages went out."""
    told = 0
    alerting = {row.client_id: row for row in Alerting.objects.all()}
    for client in Client.objects.filter(active=True):
        for state in flow_states(client, now=now):
            before = _remember(client, state, now)
            if before is not None and _is_news(before, state.code) and client.pk in alerting:
                _tell(alerting[client.pk], client, state, before)
                told += 1
    return told


def _is_news(before: str, after: str) -> bool:
    return before != after and (before in BAD or after in BAD)


def _remember(client: Client, state: FlowState, now: datetime) -> str | None:
    """Store the state; returns the one before when this very call changed it (two ticks: only one is told)."""
    try:
        with transaction.atomic():
            known, made = FlowHealth.objects.get_or_create(
                client=client, flow=state.flow.name, defaults={"code": state.code, "since": now}
            )
    except IntegrityError:
        return None
    if made or known.code == state.code:
        return "never" if made else None
    same = FlowHealth.objects.filter(pk=known.pk, code=known.code)
    return known.code if same.update(code=state.code, since=now) else None


def _tell(alerting: Alerting, client: Client, state: FlowState, before: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        url = settings.SITE_URL.rstrip("/") + reverse("pages:client", args=[client.slug])
        subject = _("%(client)s: %(flow)s is %(word)s") % {
            "client": client.name,
            "flow": state.flow.label,
            "word": state.word,
        }
    subject = " ".join(subject.split())  # a line break in a client's name would end the mail's header
    if alerting.emails:
        # A mail server that does not answer must not keep the tick.
        server = get_connection(fail_silently=True, timeout=MAIL_SECONDS)
        sender = settings.DEFAULT_FROM_EMAIL
        EmailMessage(subject, f"{subject}\n\n{url}\n", sender, alerting.emails, connection=server).send()
    if alerting.webhook:
        message = {"client": client.slug, "flow": state.flow.name, "before": before, "now": state.code}
        try:
            webhooks.post(alerting.webhook, message | {"text": subject, "url": url})
        except RetryableError as error:
            logger.warning("the alert webhook of %s did not take the message: %s", client.slug, error.facts["reason"])
