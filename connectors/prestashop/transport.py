"""The only door to HTTP: one request in, one answer out, whatever happened on the way.

Nothing here knows what a resource is; what an answer means is in `statuses`.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import quote

import requests
from requests.auth import HTTPBasicAuth
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.prestashop.hosts import ForbiddenAddressError, checked_adapter
from connectors.prestashop.settings import RequestCounters, RequestRecord, ShopSettings

logger = logging.getLogger(__name__)

_CHUNK = 64 * 1024
# A POST is not here: the shop finishes its work after the client gave up, so a second one would make a second
# product. A DELETE neither: the second one would answer "unknown id" for what the first one deleted.
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "PATCH"})
_BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """What the shop answered. Header names in lower case; `body` is cut when the caller asked for its beginning
    only.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True)
class Upload:
    """A multipart body: one file, and text parts beside it."""

    part: str
    filename: str
    data: bytes = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict)


class Transport:
    """Requests with keep-alive, a session per thread at a time, size and time limits, and a record of each request."""

    def __init__(self, settings: ShopSettings, on_request: Callable[[RequestRecord], None] | None = None) -> None:
        self.settings = settings
        self.counters = RequestCounters()
        self._base = settings.api_url
        self._on_request = on_request
        self._telling = threading.Lock()
        self._idle: queue.LifoQueue[requests.Session] = queue.LifoQueue()

    def request(
        self,
        verb: str,
        resource: str,
        path: str = "",
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        upload: Upload | None = None,
        entities: int = 0,
        keep: int | None = None,
    ) -> Answer:
        """Send one request under ``/api/<resource><path>`` and read the answer.

        In a multishop every request carries the settings' ``id_shop``. With `keep` only that many bytes of the body
        are kept, the rest is read and dropped (an image answer carries the whole image again, in base64).
        Raises RetryableError ``shop.unreachable`` or ``shop.timeout`` (the shop may have done the work all the same),
        RejectedRecordError ``shop.answer_too_big``, ConfigurationError ``shop.forbidden_address``.
        """
        url = address(self._base, resource, path, self._with_shop(query))
        started = time.monotonic()
        size = len(body or b"") + (len(upload.data) if upload else 0)
        try:
            answer = self._send(verb, url, body=body, upload=upload, keep=keep)
        except ConnectorError as error:
            self._tell(verb, resource, url, None, time.monotonic() - started, entities, size, error.cause)
            raise
        self._tell(verb, resource, url, answer, time.monotonic() - started, entities, size, "")
        return answer

    def mask(self, text: str) -> str:
        """`text` without the key."""
        return text.replace(self.settings.key, "***") if self.settings.key else text

    def close(self) -> None:
        """Close the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _with_shop(self, query: Mapping[str, str | int] | None) -> Mapping[str, str | int]:
        if self.settings.shop_id is None:
            return query or {}
        return {**(query or {}), "id_shop": self.settings.shop_id}

    def _send(self, verb: str, url: str, *, body: bytes | None, upload: Upload | None, keep: int | None) -> Answer:
        files = {upload.part: (upload.filename, upload.data)} if upload else None
        headers = {"Content-Type": "text/xml; charset=utf-8"} if body is not None else None
        started = time.monotonic()
        # Every `from None` keeps requests' exceptions, which hold the request and its Authorization header, out of
        # reports.
        try:
            with self._session() as session:
                response = session.request(
                    verb,
                    url,
                    data=upload.form if upload else body,
                    files=files,
                    headers=headers,
                    stream=True,
                    allow_redirects=False,
                    timeout=(self.settings.connect_timeout, self.settings.read_timeout),
                )
                with response:
                    content = self._read(response, started, keep)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._failure(error) from None
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, lowered, content, time.monotonic() - started)

    def _read(self, response: requests.Response, started: float, keep: int | None) -> bytes:
        received = bytearray()
        total = 0
        for chunk in response.iter_content(_CHUNK):
            total += len(chunk)
            if total > self.settings.max_answer_bytes:
                raise RejectedRecordError("shop.answer_too_big", {"limit": self.settings.max_answer_bytes})
            if time.monotonic() - started > self.settings.total_timeout:
                raise RetryableError("shop.timeout", self._facts())
            received += chunk if keep is None else chunk[: max(0, keep - len(received))]
        return bytes(received)

    def _failure(self, error: Exception) -> ConnectorError:
        for cause in _chain(error):
            if isinstance(cause, ForbiddenAddressError):
                return ConfigurationError("shop.forbidden_address", {**self._facts(), "address": cause.address})
        text = self.mask(str(error))
        timed_out = isinstance(error, requests.Timeout) or "timed out" in text.lower()
        return RetryableError("shop.timeout" if timed_out else "shop.unreachable", self._facts(), detail=text)

    def _facts(self) -> dict[str, object]:
        return {"url": self._base, "seconds": self.settings.read_timeout}

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        """A session no other thread holds; kept for the next caller, so that connections stay open."""
        try:
            session = self._idle.get_nowait()
        except queue.Empty:
            session = self._new_session()
        try:
            yield session
        finally:
            self._idle.put(session)

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.auth = HTTPBasicAuth(self.settings.key, "")
        session.verify = self.settings.verify_tls
        # A .netrc would replace the key, a proxy would hide the shop's address from the check.
        session.trust_env = False
        # The shop sets a visitor's cookie on its failures; sent back it only makes work.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        retry = Retry(
            total=self.settings.retries,
            redirect=False,
            status_forcelist=_BUSY,
            allowed_methods=_REPEATABLE,
            backoff_factor=self.settings.backoff,
            backoff_max=30,
            retry_after_max=30,
            raise_on_status=False,
        )
        adapter = checked_adapter(private_network=self.settings.private_network, max_retries=retry)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _tell(
        self,
        verb: str,
        resource: str,
        url: str,
        answer: Answer | None,
        seconds: float,
        entities: int,
        sent_bytes: int,
        cause: str,
    ) -> None:
        record = RequestRecord(
            verb=verb,
            resource=resource,
            path=self.mask(url.removeprefix(self._base)),
            status=answer.status if answer else 0,
            seconds=seconds,
            entities=entities,
            sent_bytes=sent_bytes,
            received_bytes=len(answer.body) if answer else 0,
            cause=cause,
        )
        self.counters.add(record)
        logger.debug("%s %s -> %s in %.3f s %s", verb, record.path[:200], record.status, seconds, cause)
        if self._on_request is not None:
            with self._telling:
                self._on_request(record)


def address(base: str, resource: str, path: str, query: Mapping[str, str | int] | None) -> str:
    """The URL of a request, brackets and bars encoded once and in the order given."""
    pairs = "&".join(
        f"{quote(str(name), safe='')}={quote(str(value), safe=',:')}" for name, value in (query or {}).items()
    )
    return f"{base}/{resource}{path}" + (f"?{pairs}" if pairs else "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything wrapped in it: requests and urllib3 hide the cause in `reason` and `args`."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None), error.__context__):
        if isinstance(inner, BaseException) and inner is not error:
            yield from _chain(inner)
