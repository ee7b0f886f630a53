"""Batches of one call spread over several requests at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from connectors.errors import ConnectorError
from connectors.prestashop.batches import Batch, Result
from connectors.prestashop.items import Item, Outcome, outcome_of, sendable
from connectors.prestashop.xml import Entity

_WORTH_A_REQUEST = 100
"""So many go in one request although that leaves a connection idle."""

Send = Callable[[Sequence[Item]], list[Entity]]
Applied = Callable[[Sequence[Item], ConnectorError], list[Entity]]


def carry_out(
    resource: str,
    items: Sequence[Item],
    *,
    send: Send,
    applied: Applied,
    size: Callable[[], int],
    connections: int,
    again: bool = True,
) -> list[Outcome]:
    """Send the items in batches of `size()` (it may change while they go), at most `connections` at a time.

    A batch is no larger than the connections' equal share: the last one would be waited for while the others are idle.

    One outcome per item, by position. What stops one lane (a wrong setting, a shop that is gone) stops them all.
    """
    ready, outcomes = sendable(resource, items)
    share = max(_WORTH_A_REQUEST, -(-len(ready) // connections))
    work = _Work(ready, lambda: min(size(), share))

    def lane() -> list[Outcome]:
        done: list[Outcome] = []
        while part := work.take():
            batch = Batch(part, send=send, applied=applied, again=again)
            done += [outcome_of(i.position, i.given, r) for i, r in zip(part, batch.run(), strict=True)]
            if batch.stopped_by is not None:
                stopped = Result(error=batch.stopped_by)
                done += [outcome_of(i.position, i.given, stopped) for i in work.stop()]
        return done

    lanes = min(connections, -(-len(ready) // max(1, size())))
    if lanes <= 1:
        outcomes += lane()
    else:
        with ThreadPoolExecutor(lanes) as pool:
            for future in [pool.submit(lane) for _ in range(lanes)]:
                outcomes += future.result()
    return sorted(outcomes, key=lambda outcome: outcome.position)


class _Work:
    """A list of items that several threads take slices from."""

    def __init__(self, items: Sequence[Item], size: Callable[[], int]) -> None:
        self._items = items
        self._next = 0
        self._lock = threading.Lock()
        self._size = size

    def take(self) -> Sequence[Item]:
        with self._lock:
            part = self._items[self._next : self._next + max(1, self._size())]
            self._next += len(part)
            return part

    def stop(self) -> Sequence[Item]:
        with self._lock:
            left = self._items[self._next :]
            self._next = len(self._items)
            return left
