"""How much at once: the size of the batches and the number of requests at a time, led by how the shop answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds a batch should take: long enough that the cost of a request does not count, short enough to show progress.
_SHORT, _TARGET, _LONG = 1.0, 2.0, 3.0
_CEILING = 500
# Cheap rows (0.6 to 1 ms each on a real shop) start bigger than products (11 to 19 ms each).
_START = {"stock_availables": 100, "specific_prices": 100}
_START_OTHERS = 50


class BatchSizes:
    """Entities per request, per verb and resource. Thread-safe."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[str, str], int] = {}
        self._ceilings: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def size(self, verb: str, resource: str) -> int:
        with self._lock:
            return self._size((verb, resource))

    def answered(self, verb: str, resource: str, *, entities: int, seconds: float, slow: bool = False) -> None:
        """Learn from an answer; small leftovers teach nothing. A slow shop is never sent more at once."""
        with self._lock:
            size = self._size((verb, resource))
            if slow and seconds < _SHORT:
                return
            if entities * 2 < size or _SHORT <= seconds <= _LONG:
                return
            ideal = int(entities * _TARGET / max(seconds, 0.001))
            self._set((verb, resource), min(max(ideal, size // 2), size * 2))

    def too_big(self, verb: str, resource: str, *, entities: int) -> None:
        """The shop refused a body of that many entities (its ``post_max_size``): never again as many."""
        with self._lock:
            self._ceilings[verb, resource] = max(1, entities // 2)
            self._set((verb, resource), self._size((verb, resource)))

    def smaller(self, verb: str, resource: str) -> None:
        """The shop is getting slower: half as much at once."""
        with self._lock:
            self._set((verb, resource), self._size((verb, resource)) // 2)

    def _size(self, key: tuple[str, str]) -> int:
        return self._sizes.get(key, _START.get(key[1], _START_OTHERS))

    def _set(self, key: tuple[str, str], size: int) -> None:
        self._sizes[key] = max(1, min(size, self._ceilings.get(key, _CEILING)))


class Pace:
    """Lets at most `connections` requests run at a time, fewer and with pauses while the shop is in trouble."""

    def __init__(self, connections: int, *, first_pause: float = 0.25, longest_pause: float = 30.0) -> None:
        self._most = max(1, connections)
        self._allowed = self._most
        self._running = 0
        self._pause = 0.0
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._quiet = 0
        self._changed = threading.Condition()

    @property
    def allowed(self) -> int:
        return self._allowed

    @property
    def pause(self) -> float:
        """Seconds waited before each request."""
        return self._pause

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a free place, then hold it."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._allowed)
            self._running += 1
            pause = self._pause
        try:
            if pause:
                time.sleep(pause)
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def trouble(self) -> None:
        """The shop was too busy (429, 503, an empty 500, no answer): half the requests at a time, longer pauses."""
        with self._changed:
            self._allowed = max(1, self._allowed // 2)
            self._pause = min(self._longest_pause, max(self._first_pause, self._pause * 2))
            self._quiet = 0

    def slower(self) -> None:
        """The shop answers more slowly than it did: half the requests at a time."""
        with self._changed:
            self._allowed = max(1, self._allowed // 2)
            self._quiet = 0

    def fine(self) -> None:
        """A good answer: shorter pauses at once, one more request at a time after ten of them."""
        with self._changed:
            self._pause = self._pause / 2 if self._pause > self._first_pause else 0.0
            self._quiet += 1
            if self._quiet >= 10 and self._allowed < self._most:
                self._allowed += 1
                self._quiet = 0
                self._changed.notify_all()
