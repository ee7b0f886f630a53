"""Sends a message to an address that a client's staff typed, under the same watch as a shop's address."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from connectors.errors import ConnectorError, RetryableError
from connectors.prestashop.hosts import ForbiddenAddressError, checked_adapter

SECONDS = 5


def post(address: str, message: Mapping[str, object], *, private_network: bool = False) -> None:
    """POST the message as JSON; redirects are not followed.

    Raises:
        RetryableError: ``webhook.failed``, with the kind of failure (never the address: it may hold a secret).
    """
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, checked_adapter(private_network=private_network))
        try:
            answer = session.post(address, json=message, timeout=SECONDS, allow_redirects=False)
        except (requests.RequestException, ForbiddenAddressError, ConnectorError) as error:
            raise RetryableError("webhook.failed", {"reason": type(error).__name__}) from error
        if not answer.ok or answer.is_redirect:
            raise RetryableError("webhook.failed", {"reason": str(answer.status_code)})
