"""Cuts a write at a chosen statement."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sage.odbc import Transaction


class Killed(BaseException):
    """The worker dies: nothing that runs after it may be relied upon but the rollback of its connection."""


class Saboteur:
    """Raises before (or, ``done``, after) the n-th statement of a transaction, counting the commit as one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException, *, done: bool = False) -> None:
        self.seen = 0
        self._at, self._error, self._done = at, error, done
        for name in ("_run", "commit"):
            monkeypatch.setattr(Transaction, name, self._around(getattr(Transaction, name)))

    def _around(self, original: Callable[..., object]) -> Callable[..., object]:
        def sabotaged(*args: object, **options: object) -> object:
            self.seen += 1
            mine = self.seen == self._at
            if mine and not self._done:
                raise self._error
            answer = original(*args, **options)
            if mine:
                raise self._error
            return answer

        return sabotaged


def statements_of(write: Callable[[], object]) -> int:
    """How many statements a write takes, the commit included."""
    with pytest.MonkeyPatch.context() as patch:
        counter = Saboteur(patch, at=-1, error=Killed())
        write()
    return counter.seen
