"""Requests at the shop's pace and in its hours, their answers turned into entities or errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.errors import ConnectorError, RejectedRecordError, RetryableError
from connectors.prestashop.latency import Latency
from connectors.prestashop.pace import BatchSizes, Pace
from connectors.prestashop.quiet import quiet_until
from connectors.prestashop.statuses import Asked, entities_of, error_of, written_entities
from connectors.prestashop.transport import Answer, Transport, Upload
from connectors.prestashop.xml import Entity, serialise

READING = ("GET", "HEAD")
_TROUBLE = {"shop.busy", "shop.empty_500", "shop.timeout", "shop.unreachable"}


class Asker:
    """One shop, asked. Remembers what each answer tells in passing: the version and the clock."""

    def __init__(self, transport: Transport, *, before_write: Callable[[], None] = lambda: None) -> None:
        self.transport = transport
        self._before_write = before_write
        self.pace = Pace(transport.settings.connections, first_pause=transport.settings.backoff / 2)
        self.sizes = BatchSizes()
        self.latency = Latency()
        self.version = ""
        self.clock_shift = timedelta()
        self.local_time: Callable[[datetime], datetime] = lambda moment: moment
        """The shop's wall clock at an aware moment; whoever knows its time zone puts it here."""

    def ask(
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
    ) -> tuple[Answer, Asked]:
        """Send one request; raises the error that its answer stands for, and RetryableError ``shop.quiet_hours``
        (facts until: the shop's local time) for a write in them.
        """
        self._respect_quiet_hours(verb)
        asked = Asked(verb, resource, self.transport.settings.api_url)
        with self.pace.turn():
            if verb not in READING:  # here, because there may have been a long wait for the turn
                self._before_write()
            try:
                answer = self.transport.request(
                    verb, resource, path, query=query, body=body, upload=upload, entities=entities, keep=keep
                )
            except ConnectorError as error:
                self._feel(asked, error)
                raise
        self._learn(answer)
        refusal = error_of(answer, asked)
        if refusal is None:
            amount = len(upload.data) // 1024 if upload else entities or len(answer.body) // 1024
            self._time(asked, amount, answer.seconds)
        self._feel(asked, refusal)
        if refusal is not None:
            raise self._located(refusal)
        return answer, asked

    def read(self, resource: str, path: str = "", *, query: Mapping[str, str | int] | None = None) -> list[Entity]:
        """The entities of a GET."""
        return entities_of(*self.ask("GET", resource, path, query=query))

    def write(
        self, verb: str, resource: str, entities: Sequence[Entity], *, query: Mapping[str, str | int] | None = None
    ) -> list[Entity]:
        """Send entities in one request; the answer holds as many, in the order sent, or the request failed."""
        body = serialise(resource, entities)
        answer, asked = self.ask(verb, resource, query=query, body=body, entities=len(entities))
        answered = written_entities(answer, asked)
        if len(answered) != len(entities):
            message = f"{len(answered)} entities answered for {len(entities)} sent"
            raise RejectedRecordError("shop.refused", {"resource": resource, "verb": verb, "message": message})
        slow = self.latency.slow(verb, resource)
        self.sizes.answered(verb, resource, entities=len(entities), seconds=answer.seconds, slow=slow)
        return answered

    def _respect_quiet_hours(self, verb: str) -> None:
        hours = self.transport.settings.quiet_hours
        if not hours or verb in READING:
            return
        until = quiet_until(self.local_time(datetime.now(UTC)), hours)
        if until is not None:
            raise RetryableError("shop.quiet_hours", {"until": f"{until:%Y-%m-%d %H:%M}"})

    def _located(self, refusal: ConnectorError) -> ConnectorError:
        """An unknown shop of a multishop looks like a wrong domain: both are a 302."""
        if refusal.cause == "shop.wrong_domain" and self.transport.settings.shop_id is not None:
            refusal.facts["id_shop"] = str(self.transport.settings.shop_id)
        return refusal

    def _learn(self, answer: Answer) -> None:
        self.version = answer.headers.get("psws-version", self.version)
        access_time = answer.headers.get("access-time", "")
        if access_time.isdecimal():
            self.clock_shift = timedelta(seconds=int(access_time) - int(time.time()))

    def _time(self, asked: Asked, amount: int, seconds: float) -> None:
        if self.latency.answered(asked.verb, asked.resource, amount=amount, seconds=seconds):
            self.pace.slower()
            self.sizes.smaller(asked.verb, asked.resource)

    def _feel(self, asked: Asked, error: ConnectorError | None) -> None:
        if error is not None and error.cause in _TROUBLE:
            self.pace.trouble()
        elif not self.latency.slow(asked.verb, asked.resource):
            self.pace.fine()
