"""Several entities in one request, and what to do when one of them is bad.

The shop works through a batch in order, is not transactional, stops at the first bad entity, keeps what came before
it and does not say which one it was. So after a failure the state is read back: the entities found applied are kept,
the next one is sent alone to get its own error, and the rest goes on in halves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError, blameless
from connectors.prestashop.statuses import whole_request_refused
from connectors.prestashop.xml import Entity

Item = TypeVar("Item")

# So many requests of one entity without an answer, one after the other, and the shop is taken for gone.
_STRIKES = 2


@dataclass(frozen=True)
class Result:
    """What became of one item: an entity, or an error; with a warning the entity was saved all the same."""

    entity: Entity | None = None
    error: ConnectorError | None = None
    warning: ConnectorError | None = None


class Batch(Generic[Item]):
    """One slice of work, carried to its end.

    `send` sends some items in one request and returns as many entities, or raises. `applied` says, after `send`
    raised the given error, which of the items the shop did: the leading ones, in order. `again` tells whether an
    item that was not applied may be sent a second time after an empty 500 (a lock of the shop's database looks like
    one).
    """

    def __init__(
        self,
        items: Sequence[Item],
        *,
        send: Callable[[Sequence[Item]], list[Entity]],
        applied: Callable[[Sequence[Item], ConnectorError], list[Entity]],
        again: bool = True,
    ) -> None:
        self._items = items
        self._send = send
        self._applied = applied
        self._again = again
        self._results: list[Result] = []
        self._size = max(1, len(items))
        self._next_size = self._size
        self._strikes = 0
        self._repeated = False
        self.stopped_by: ConnectorError | None = None
        """Why the rest was not even tried: a setting is wrong, the shop is gone, or its quiet hours began."""

    def run(self) -> list[Result]:
        """One result per item, in order. Never raises a ConnectorError."""
        while len(self._results) < len(self._items) and self.stopped_by is None:
            start = len(self._results)
            part = self._items[start : start + self._size]
            try:
                entities = self._send(part)
            except ConnectorError as error:
                if isinstance(error, ConfigurationError) or error.cause == "shop.quiet_hours":
                    self.stopped_by = error
                else:
                    self._after_failure(part, error)
            else:
                self._keep(entities)
                self._size, self._next_size = self._next_size, self._next_size * 2
        if self.stopped_by is not None:
            left = len(self._items) - len(self._results)
            self._results.extend([Result(error=self.stopped_by)] * left)
        return self._results

    def _keep(self, entities: Sequence[Entity]) -> None:
        self._results.extend(Result(entity=entity) for entity in entities)
        self._strikes = 0
        self._repeated = False

    def _after_failure(self, part: Sequence[Item], error: ConnectorError) -> None:
        try:
            done = [] if whole_request_refused(error) else self._applied(part, error)[: len(part)]
        except ConnectorError as unreadable:
            # What the shop did is not known and cannot be asked: nothing more is sent, nothing is sent again.
            self.stopped_by = blameless(unreadable)
            return
        if done:
            self._keep(done)
            if error.cause == "shop.saved_with_warning":
                self._results[-1] = Result(entity=done[-1], warning=error)
        elif len(part) == 1:
            self._give_up_one(error)
        if len(part) > 1:
            self._next_size = max(1, len(part) // 2)
        # One entity is suspected and goes alone; after it, or when the body was too big, the rest goes on in halves.
        alone = self._repeated or (len(part) > 1 and not whole_request_refused(error))
        self._size = 1 if alone else self._next_size

    def _give_up_one(self, error: ConnectorError) -> None:
        if error.cause in ("shop.empty_500", "shop.busy") and self._again and not self._repeated:
            self._repeated = True
            return
        self._repeated = False
        if error.cause == "shop.empty_500":
            # Twice the same, alone: it is this entity that the shop cannot save, not the moment.
            error = RejectedRecordError(error.cause, error.facts, detail=error.detail)
        self._results.append(Result(error=error))
        self._strikes = self._strikes + 1 if isinstance(error, RetryableError) else 0
        if self._strikes >= _STRIKES:
            self.stopped_by = error
