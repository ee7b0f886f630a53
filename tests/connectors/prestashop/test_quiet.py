from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from connectors.errors import RetryableError
from connectors.prestashop.quiet import Hours, quiet_until
from connectors.prestashop.webservice import Webservice
from tests.connectors.prestashop.fake import FakeShop, product, settings

NIGHT = (time(22), time(6))
LUNCH = (time(12), time(14))
ALWAYS = ((time(0), time(0)),)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


@pytest.mark.parametrize(
    ("moment", "hours", "until"),
    [
        (at(2, 23), [NIGHT], at(3, 6)),
        (at(3, 5, 59), [NIGHT], at(3, 6)),
        (at(3, 6), [NIGHT], None),
        (at(3, 21, 59), [NIGHT], None),
        (at(3, 22), [NIGHT], at(4, 6)),
        (at(3, 13), [NIGHT, LUNCH], at(3, 14)),
        (at(3, 13), [LUNCH, (time(14), time(15))], at(3, 15)),
        (at(3, 13), [(time(14), time(15)), LUNCH], at(3, 15)),
        (at(3, 13), [LUNCH, (time(13), time(16))], at(3, 16)),
        (at(3, 13), [(time(9), time(9))], at(4, 9)),
        (at(3, 13), [], None),
    ],
    ids=[
        "before midnight",
        "after midnight",
        "the end is not quiet",
        "just before",
        "the start is quiet",
        "the one that holds",
        "one after the other",
        "in any order",
        "overlapping",
        "the whole day",
        "no quiet hours",
    ],
)
def test_when_writing_may_go_on(moment: datetime, hours: list[Hours], until: datetime | None) -> None:
    assert quiet_until(moment, hours) == until


@given(
    moment=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),
    hours=st.lists(st.tuples(st.times(), st.times()), max_size=3),
)
def test_the_end_of_quiet_lies_ahead_within_the_days_there_are(moment: datetime, hours: list[Hours]) -> None:
    until = quiet_until(moment, hours)
    assert until is None or moment < until <= moment + timedelta(days=len(hours))


def test_in_quiet_hours_the_shop_is_read_and_not_written_to(httpserver: HTTPServer) -> None:
    fake = FakeShop(rows={1: {"reference": "A", "price": "1"}})
    fake.serve(httpserver)
    with Webservice(settings(httpserver, quiet_hours=ALWAYS)) as shop:
        assert [entity.text("reference") for entity in shop.read("products", display=["reference"])] == ["A"]
        created = shop.create("products", [product("B"), product("C")], find=None)
        updated = shop.update("products", [product("A", id="1")])
        deleted = shop.delete("products", [1])
        with pytest.raises(RetryableError) as error:
            shop.upload_image(1, "photo.jpg", b"...", existing=[])
    for outcome in [*created, *updated, *deleted]:
        assert outcome.error is not None
        assert (outcome.error.cause, isinstance(outcome.error, RetryableError)) == ("shop.quiet_hours", True)
    assert error.value.cause == "shop.quiet_hours"
    assert {method for method, _path in fake.requests} == {"GET"}


def test_quiet_hours_that_begin_stop_the_rest_and_keep_what_was_done(httpserver: HTTPServer) -> None:
    fake = FakeShop()
    fake.serve(httpserver)
    with Webservice(settings(httpserver, quiet_hours=(NIGHT,), connections=1)) as shop:
        moments = iter([at(3, 21), at(3, 21), at(3, 22)])
        shop.capabilities()
        shop._asker.local_time = lambda moment: next(moments)
        outcomes = shop.create("products", [product(r) for r in "ABCD"], find=None)
    assert [outcome.error is None for outcome in outcomes] == [True, True, False, False]
    assert outcomes[2].error is not None
    assert outcomes[2].error.facts == {"until": "2026-03-04 06:00"}
    assert [reference for _verb, reference in fake.saves] == ["A", "B"]


def test_quiet_hours_are_the_shops_local_time(httpserver: HTTPServer) -> None:
    fake = FakeShop()
    fake.serve(httpserver)
    with Webservice(settings(httpserver)) as shop:
        shown = shop._asker.local_time(datetime(2026, 7, 1, 21, 30, tzinfo=UTC))
    assert (shown.hour, shown.minute) in {(23, 30), (23, 29), (23, 31)}
