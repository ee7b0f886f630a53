"""Many are worked on together; where that fails, those are found that it fails on, and the others lose little time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from mapping.apart import is_a_records_own, taken_apart


class Refusing:
    """Works on numbers, and fails where a bad one is among them."""

    def __init__(self, *bad: int) -> None:
        self.bad, self.calls = set(bad), 0

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.calls += 1
        if met := self.bad & set(numbers):
            raise ZeroDivisionError(min(met))
        return list(numbers)


@pytest.mark.parametrize(
    ("bad", "calls"),
    [
        pytest.param((), 1, id="none: once, all together"),
        pytest.param((0,), 17, id="the first of them"),
        pytest.param((255,), 17, id="the last of them"),
        pytest.param((3, 200), 31, id="two far apart"),
    ],
)
def test_those_that_fail_are_told_and_the_others_are_done_in_order(bad: tuple[int, ...], calls: int) -> None:
    act = Refusing(*bad)
    done, failed = taken_apart(range(256), act, is_a_records_own)
    assert [number for part in done for number in part] == [number for number in range(256) if number not in bad]
    assert [(number, str(error)) for number, error in failed] == [(number, str(number)) for number in bad]
    assert act.calls == calls


@pytest.mark.parametrize(
    ("amount", "outcome"),
    [
        pytest.param(2, [0, 1], id="two bad ones may well meet"),
        pytest.param(3, ZeroDivisionError, id="three and nothing else: it is not theirs"),
    ],
)
def test_what_every_record_brings_to_light_is_no_records_own(amount: int, outcome: object) -> None:
    act = Refusing(*range(amount))
    if outcome is ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            taken_apart(range(amount), act, is_a_records_own)
    else:
        assert [number for number, _error in taken_apart(range(amount), act, is_a_records_own)[1]] == outcome


def failing(error: BaseException) -> Callable[[Sequence[int]], None]:
    def act(_numbers: Sequence[int]) -> None:
        raise error

    return act


@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt()])
def test_what_is_no_mistake_ends_it_at_once(error: BaseException) -> None:
    with pytest.raises(type(error)):
        taken_apart([1, 2], failing(error), is_a_records_own)


def test_of_nothing_comes_nothing() -> None:
    assert taken_apart([], Refusing(), is_a_records_own) == ([], [])
