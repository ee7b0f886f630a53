"""Records that are worked on together are taken apart where that fails, to find those on which it does. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Record = TypeVar("Record")
Done = TypeVar("Done")

FEW = 3
"""So many records, all of those worked on together, are not likely to be bad all together."""


def taken_apart(
    records: Sequence[Record],
    act: Callable[[Sequence[Record]], Done],
    is_a_mistake: Callable[[BaseException], bool],
) -> tuple[list[Done], list[tuple[Record, Exception]]]:
    """What came of these records, all together where that goes well; else of each half, and so on. With each record on
    which it fails alone, and how.

    ``is_a_mistake``: whether a failure may be one record's; any other is raised. ``act`` may be called again with
    records that it was called with before.

    Raises:
        Exception: the first failure, where it is no single record's: it fails on every one of three and more.
    """
    done: list[Done] = []
    failed: list[tuple[Record, Exception]] = []
    waiting = [records] if records else []
    while waiting:
        part = waiting.pop()
        try:
            done.append(act(part))
        except Exception as error:
            if not is_a_mistake(error):
                raise
            if len(part) == 1:
                failed.append((part[0], error))
            else:
                waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
    if len(failed) == len(records) >= FEW:
        raise failed[0][1]
    return done, failed


def is_a_records_own(error: BaseException) -> bool:
    """Whether a failure of what is pure may be one record's: nothing but the memory is around it."""
    return isinstance(error, Exception) and not isinstance(error, MemoryError)
