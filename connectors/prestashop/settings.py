"""What the client needs to know to reach one shop, and what it tells about the requests it sent."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import time
from urllib.parse import urlsplit

from connectors.errors import ConfigurationError


@dataclass(frozen=True)
class ShopSettings:
    """Everything about one shop's webservice. Times in seconds, sizes in bytes."""

    url: str
    """The shop's own address, as configured there: another domain is answered with a 302."""
    key: str = field(repr=False)
    connect_timeout: float = 5.0
    read_timeout: float = 60.0
    verify_tls: bool = True
    private_network: bool = False
    """The shop may live on a private or loopback address (a LAN, the sandbox)."""
    connections: int = 4
    shop_id: int | None = None
    """Which shop of a multishop: passed as ``id_shop`` with every request. Never "all": only 8 knows it, 1.6 and 1.7
    answer a 302.
    """
    quiet_hours: tuple[tuple[time, time], ...] = ()
    """``(start, end)`` in the shop's local time, in which nothing is written; an end before its start is past
    midnight. Reading goes on.
    """
    max_answer_bytes: int = 64 * 1024 * 1024
    total_timeout: float = 600.0
    """An answer that trickles in is given up after this, whatever `read_timeout` says between two packets."""
    retries: int = 2
    backoff: float = 0.5
    settle: float = 2.0
    """How long to wait before looking up again what the shop did of a request whose answer was lost: it goes on
    working.
    """

    @property
    def api_url(self) -> str:
        """``https://shop.example/api`` from the shop's address, its ``/api`` address, with or without a last slash.

        Raises ConfigurationError ``shop.wrong_url`` for anything but a plain http(s) address.
        """
        parts = urlsplit(self.url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            # A key in the address would land in logs, so it is refused rather than stripped.
            raise ConfigurationError("shop.wrong_url", {"host": parts.hostname or ""})
        path = parts.path.rstrip("/").removesuffix("/api")
        return f"{parts.scheme}://{parts.netloc}{path}/api"


@dataclass(frozen=True)
class RequestRecord:
    """One request, in short form; holds no secret. `seconds` is wall time, retries included."""

    verb: str
    resource: str
    path: str
    status: int
    """0 when no answer came."""
    seconds: float
    entities: int
    """Entities sent (writes) or 0."""
    sent_bytes: int
    received_bytes: int
    cause: str = ""


@dataclass
class RequestCounters:
    """What a flow cost the shop. Thread-safe; read it while requests run."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """``("PATCH", "products") -> requests``."""
    writes: int = 0
    """Requests that change the shop (POST, PUT, PATCH, DELETE)."""
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def total(self) -> int:
        return sum(self.requests.values())

    def add(self, record: RequestRecord) -> None:
        with self._lock:
            self.requests[record.verb, record.resource] += 1
            self.seconds += record.seconds
            self.writes += record.verb in ("POST", "PUT", "PATCH", "DELETE")
