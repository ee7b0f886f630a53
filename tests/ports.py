"""Ports of 127.0.0.1 for servers that tests start."""

from __future__ import annotations

import random
import socket

BELOW_OUTGOING = range(20_000, 32_000)
"""The system gives outgoing connections those above: none of them comes in between."""


def free_port() -> int:
    """A port that nobody listens on."""
    for port in random.SystemRandom().sample(BELOW_OUTGOING, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("none of 100 ports is free")
