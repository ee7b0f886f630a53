"""Sends a message to an address that a client's staff typed, under the same watch as a shop's address."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import requests

from connectors.errors import ConnectorError, RetryableError
from connectors.prestashop.hosts import ForbiddenAddressError, checked_adapter

SECONDS = 5
"""For each answer to be waited for: a connection, the next byte."""
WHOLE_SECONDS = 15
"""For all of it: one who answers a byte at a time must not keep the tick of everybody else."""


def post(address: str, message: Mapping[str, object], *, private_network: bool = False) -> None:
    """POST the message as JSON; redirects are not followed, and nothing of the answer but its status is read.

    Raises:
        RetryableError: ``webhook.failed``, with the kind of failure (never the address: it may hold a secret).
    """
    reasons = ["Timeout"]  # until it is known otherwise
    sending = threading.Thread(
        target=lambda: reasons.append(_reason(address, message, private_network=private_network)), daemon=True
    )
    sending.start()
    sending.join(WHOLE_SECONDS)
    if reason := reasons[-1]:
        raise RetryableError("webhook.failed", {"reason": reason})


def _reason(address: str, message: Mapping[str, object], *, private_network: bool) -> str:
    """Why it was not taken; empty when it was."""
    with requests.Session() as session:
        # No proxy or password of this machine's: the first would hide whom we talk to, the second is nobody else's.
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, checked_adapter(private_network=private_network))
        try:
            answer = session.post(address, json=message, timeout=SECONDS, allow_redirects=False, stream=True)
        except (requests.RequestException, ForbiddenAddressError, ConnectorError) as error:
            return type(error).__name__
        return "" if answer.ok and not answer.is_redirect else str(answer.status_code)
