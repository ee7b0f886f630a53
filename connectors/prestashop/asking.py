"""Requests at the shop's pace, their answers turned into entities or errors."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from connectors.errors import ConnectorError, RejectedRecordError
from connectors.prestashop.pace import BatchSizes, Pace
from connectors.prestashop.statuses import Asked, entities_of, error_of, written_entities
from connectors.prestashop.transport import Answer, Transport
from connectors.prestashop.xml import Entity, serialise

_TROUBLE = {"shop.busy", "shop.empty_500", "shop.timeout", "shop.unreachable"}


class Asker:
    """One shop, asked. Remembers what each answer tells in passing: the version and the clock."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.pace = Pace(transport.settings.connections, first_pause=transport.settings.backoff / 2)
        self.sizes = BatchSizes()
        self.version = ""
        self.clock_shift = timedelta()

    def ask(
        self,
        verb: str,
        resource: str,
        path: str = "",
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        upload: tuple[str, str, bytes] | None = None,
        entities: int = 0,
        keep: int | None = None,
    ) -> tuple[Answer, Asked]:
        """Send one request; raises the error that its answer stands for."""
        asked = Asked(verb, resource, self.transport.settings.api_url)
        with self.pace.turn():
            try:
                answer = self.transport.request(
                    verb, resource, path, query=query, body=body, upload=upload, entities=entities, keep=keep
                )
            except ConnectorError as error:
                self._feel(error)
                raise
        self._learn(answer)
        refusal = error_of(answer, asked)
        self._feel(refusal)
        if refusal is not None:
            raise refusal
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
        self.sizes.answered(verb, resource, entities=len(entities), seconds=answer.seconds)
        return answered

    def _learn(self, answer: Answer) -> None:
        self.version = answer.headers.get("psws-version", self.version)
        access_time = answer.headers.get("access-time", "")
        if access_time.isdecimal():
            self.clock_shift = timedelta(seconds=int(access_time) - int(time.time()))

    def _feel(self, error: ConnectorError | None) -> None:
        if error is not None and error.cause in _TROUBLE:
            self.pace.trouble()
        else:
            self.pace.fine()
