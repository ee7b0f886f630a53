"""Is a shop getting slower? Each kind of request against its own calm baseline."""

from __future__ import annotations

import statistics
import threading
from collections import deque
from dataclasses import dataclass, field

# Nothing under this is trouble, however much faster the shop was before.
_NOTICED = 0.3
_SLOW, _CALM = 3.0, 1.5
_LAST = 5
# How fast the baseline follows: at once while calm; while slow so little that only a lasting change becomes normal.
_FOLLOW_CALM, _FOLLOW_SLOW = 0.1, 0.02


@dataclass
class _Kind:
    """What is known of one verb and resource: calm seconds by size class, and the last requests against them."""

    calm: dict[int, float] = field(default_factory=dict)
    last: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_LAST))
    slow: bool = False

    def expected(self, size: int) -> float | None:
        """Seconds that a request of this size class took in calm times; None when nothing like it was seen.

        A smaller request than any seen is taken to cost between all of the next larger one (all overhead) and its
        share of it (all work).
        """
        if size in self.calm:
            return self.calm[size]
        larger = min((known for known in self.calm if known > size), default=None)
        return self.calm[larger] / 2 ** ((larger - size) / 2) if larger is not None else None


class Latency:
    """Thread-safe. A kind of request is slow when the median of its last five took more than three times what such
    requests took in calm times, and calm again under one and a half times.
    """

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], _Kind] = {}
        self._lock = threading.Lock()

    def slow(self, verb: str, resource: str) -> bool:
        with self._lock:
            kind = self._kinds.get((verb, resource))
            return kind is not None and kind.slow

    def answered(self, verb: str, resource: str, *, amount: int, seconds: float) -> bool:
        """Learn from an answer. `amount` is what the request was about: entities sent, or kilobytes received.

        True when it is time to slow down: at the onset, and after each five more requests that are still slow.
        """
        size = amount.bit_length()
        with self._lock:
            kind = self._kinds.setdefault((verb, resource), _Kind())
            expected = kind.expected(size)
            if expected is None:
                if not kind.slow:
                    kind.calm[size] = seconds
                return False
            kind.last.append((seconds, seconds / max(expected, 0.001)))
            follow = _FOLLOW_SLOW if kind.slow or seconds > _SLOW * expected else _FOLLOW_CALM
            kind.calm[size] = expected + follow * (seconds - expected)
            return _judge(kind)


def _judge(kind: _Kind) -> bool:
    if len(kind.last) < _LAST:
        return False
    seconds = statistics.median(took for took, _ratio in kind.last)
    ratio = statistics.median(ratio for _took, ratio in kind.last)
    if ratio > _SLOW and seconds > _NOTICED:
        kind.slow = True
        kind.last.clear()
        return True
    if kind.slow and (ratio < _CALM or seconds <= _NOTICED):
        kind.slow = False
    return False
