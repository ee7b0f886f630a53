from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.prestashop.batches import Batch, Result
from connectors.prestashop.xml import Entity

INVALID = RejectedRecordError("shop.invalid_value")
EMPTY = RetryableError("shop.empty_500")
WARNING = RejectedRecordError("shop.saved_with_warning")
LOST = RetryableError("shop.timeout")
TOO_BIG = RejectedRecordError("shop.refused", {"code": 127})


@dataclass
class Shop:
    """Saves numbers one after the other; meets a trick, and stops as the real one does."""

    tricks: dict[int, ConnectorError] = field(default_factory=dict)
    lose_answers: frozenset[int] = frozenset()
    """Numbers of the requests whose answer is lost after the work was done."""
    saved: list[int] = field(default_factory=list)
    requests: list[list[int]] = field(default_factory=list)

    def send(self, part: Sequence[int]) -> list[Entity]:
        self.requests.append(list(part))
        for item in part:
            trick = self.tricks.get(item)
            if trick is not None and trick is not WARNING:
                raise trick
            self.saved.append(item)
            if trick is WARNING:
                raise trick
        if len(self.requests) - 1 in self.lose_answers:
            raise LOST
        return [Entity({"id": str(item)}) for item in part]

    def applied(self, part: Sequence[int], error: ConnectorError) -> list[Entity]:
        done = []
        for item in part:
            if item not in self.saved:
                break
            done.append(Entity({"id": str(item)}))
        return done


def run(shop: Shop, items: Sequence[int]) -> list[Result]:
    return Batch(items, send=shop.send, applied=shop.applied).run()


@given(
    st.integers(0, 60).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.dictionaries(st.integers(0, max(0, n - 1)), st.sampled_from([INVALID, EMPTY, WARNING]), max_size=n),
            st.frozensets(st.integers(0, 8), max_size=4),
        )
    )
)
def test_whatever_is_bad_or_lost_each_good_one_is_applied_once_and_each_bad_one_has_its_own_error(
    case: tuple[int, dict[int, ConnectorError], frozenset[int]],
) -> None:
    count, tricks, lost = case
    shop = Shop(tricks, lost)
    results = run(shop, range(count))
    refused = {item for item, trick in tricks.items() if trick is not WARNING}
    assert shop.saved == [item for item in range(count) if item not in refused]
    for item, result in enumerate(results):
        if item in refused:
            assert result.error is not None
            assert result.error.cause == tricks[item].cause
        else:
            assert result.error is None
            assert result.entity == Entity({"id": str(item)})
            assert (result.warning is not None) is (tricks.get(item) is WARNING)


def test_one_bad_entity_in_five_hundred_costs_a_handful_of_requests() -> None:
    shop = Shop({249: INVALID})
    results = run(shop, range(500))
    assert [item for item, result in enumerate(results) if result.error] == [249]
    assert len(shop.requests) <= 5


def test_an_empty_500_is_tried_once_more_alone_then_counts_as_a_refusal() -> None:
    shop = Shop({0: EMPTY})
    results = run(shop, [0, 1])
    assert isinstance(results[0].error, RejectedRecordError)
    assert results[1].error is None
    assert shop.requests == [[0, 1], [0], [0], [1]]


def test_what_must_not_be_repeated_is_sent_once() -> None:
    shop = Shop({0: EMPTY})
    results = Batch([0], send=shop.send, applied=lambda part, error: [], again=False).run()
    assert results[0].error is not None
    assert shop.requests == [[0]]


def test_a_body_too_big_is_halved_without_looking_up_what_was_saved() -> None:
    asked: list[int] = []
    sent: list[int] = []

    def send(part: Sequence[int]) -> list[Entity]:
        if len(part) > 3:
            raise TOO_BIG
        sent.extend(part)
        return [Entity({"id": str(item)}) for item in part]

    def applied(part: Sequence[int], error: ConnectorError) -> list[Entity]:
        asked.extend(part)
        return []

    results = Batch(range(10), send=send, applied=applied).run()
    assert sent == list(range(10))
    assert not asked
    assert all(result.error is None for result in results)


def test_a_wrong_setting_stops_the_rest_and_keeps_what_was_done() -> None:
    shop = Shop({2: ConfigurationError("shop.no_right")})
    batch = Batch(range(4), send=lambda part: shop.send(part[:1]), applied=shop.applied)
    # One at a time, so that two are done before the right is taken away.
    batch._size = batch._next_size = 1
    results = batch.run()
    assert [result.error.cause if result.error else "" for result in results][:2] == ["", ""]
    assert {result.error.cause for result in results[2:] if result.error} == {"shop.no_right"}
    assert batch.stopped_by is not None


def test_when_the_shop_is_gone_nothing_more_is_sent() -> None:
    requests: list[int] = []

    def send(part: Sequence[int]) -> list[Entity]:
        requests.append(len(part))
        raise LOST

    def applied(part: Sequence[int], error: ConnectorError) -> list[Entity]:
        raise RetryableError("shop.unreachable")

    results = Batch(range(100), send=send, applied=applied).run()
    assert requests == [100]
    assert {result.error.cause for result in results if result.error} == {"shop.unreachable"}
    assert len(results) == 100


@pytest.mark.parametrize("count", [1, 2, 7])
def test_all_good_is_one_request(count: int) -> None:
    shop = Shop()
    assert all(result.error is None for result in run(shop, range(count)))
    assert len(shop.requests) == 1
