"""The limits of the brakes: at the limit, one beyond, and where a share means nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.rules import BrakeRules
from mapping.state import Held
from sync_portal.sync.brakes import SMALL, BrakeTripped, Tally, Tripped, fewer_rows, judge
from sync_portal.sync.plan import PlannedChange, Recognised

Lines = Callable[[int], list[PlannedChange]]


def line(kind: str, field: str = "", before: Any = None, after: Any = None, *, action: str = "update") -> PlannedChange:
    differences = [{"field": field, "before": before, "after": after, "why": ""}] if field else []
    return PlannedChange(kind, "KEY", "Label", action, {}, differences, 0, "")


def many(one: PlannedChange) -> Lines:
    return lambda count: [one] * count


HIDDEN = many(line("products", "active", "1", "0"))
LARGE_MOVE = many(line("products", "price", "100", "131"))
EMPTIED = many(line("stock", "quantity", "7", "0"))
CLOSED = many(line("customers", "active", "1", "0"))
DELETED = many(line("specific_prices", action="delete"))

BRAKES = [
    pytest.param("brake.hidden", "max_hidden_percent", "products", HIDDEN, id="hidden"),
    pytest.param("brake.prices", "max_price_moves_percent", "products", LARGE_MOVE, id="prices"),
    pytest.param("brake.stock_zero", "max_zero_stock_percent", "stock", EMPTIED, id="stock to zero"),
    pytest.param("brake.closed", "max_closed_percent", "customers", CLOSED, id="closed accounts"),
    pytest.param("brake.deletions", "max_deletions_percent", "specific_prices", DELETED, id="deletions"),
]


def tripped(
    lines: list[PlannedChange], totals: Mapping[str, int], limits: BrakeRules | None = None
) -> list[tuple[str, int]]:
    tally = Tally()
    for one in lines:
        tally.add(one)
    return [(one.cause, one.amount) for one in tally.tripped(totals, limits or BrakeRules())]


@pytest.mark.parametrize(("cause", "limit", "kind", "lines"), BRAKES)
@pytest.mark.parametrize("percent", [1, 10, 20, 33, 99])
def test_a_share_trips_right_beyond_its_limit(cause: str, limit: str, kind: str, lines: Lines, percent: int) -> None:
    limits = BrakeRules(**{limit: percent})
    at_the_limit = percent * 20
    assert tripped(lines(at_the_limit), {kind: 2000}, limits) == []
    assert tripped(lines(at_the_limit + 1), {kind: 2000}, limits) == [(cause, at_the_limit + 1)]


@pytest.mark.parametrize(("cause", "limit", "kind", "lines"), BRAKES)
def test_a_few_records_trip_nothing_whatever_their_share(cause: str, limit: str, kind: str, lines: Lines) -> None:
    assert tripped(lines(SMALL), {kind: SMALL}) == []
    assert tripped(lines(SMALL + 1), {kind: SMALL + 1}) == [(cause, SMALL + 1)]
    assert tripped(lines(SMALL + 1), {kind: SMALL + 1}, BrakeRules(**{limit: 100})) == []


@pytest.mark.parametrize(("cause", "limit", "kind", "lines"), BRAKES)
def test_each_brake_counts_against_its_own_kind(cause: str, limit: str, kind: str, lines: Lines) -> None:
    assert tripped(lines(20), {"products": 20, "stock": 20, "customers": 20, "specific_prices": 20, kind: 2000}) == []


@pytest.mark.parametrize(
    ("before", "after", "large"),
    [
        pytest.param("100", "130", False, id="up by exactly the limit"),
        pytest.param("100", "130.000001", True, id="up by a little more"),
        pytest.param("100", "70", False, id="down by exactly the limit"),
        pytest.param("100", "69.999999", True, id="down by a little more"),
        pytest.param("100", "110", False, id="a third of the limit"),
        pytest.param("100", "101", False, id="hardly"),
        pytest.param("100", "0", True, id="to zero"),
        pytest.param(None, "0", True, id="zero from nothing"),
        pytest.param(None, "5", False, id="a first price"),
        pytest.param("0.000000", "5", False, id="a first price after zero"),
    ],
)
def test_a_price_moves_far_beyond_its_percentage(before: str | None, after: str, large: bool) -> None:
    lines = many(line("products", "price", before, after))(20)
    assert tripped(lines, {"products": 20}) == ([("brake.prices", 20)] if large else [])


def test_a_price_of_zero_is_large_whatever_the_limit() -> None:
    lines = many(line("products", "price", "100", "0"))(20)
    assert tripped(lines, {"products": 20}, BrakeRules(price_move_percent=100_000)) == [("brake.prices", 20)]


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(line("products", "active", "0", "1"), id="shown again"),
        pytest.param(line("products", "active", None, "0"), id="was never shown"),
        pytest.param(line("categories", "active", "1", "0"), id="a category"),
        pytest.param(line("products", "active", "1", "0", action="create"), id="a new product"),
        pytest.param(line("stock", "quantity", "0", "0"), id="was empty"),
        pytest.param(line("stock", "quantity", None, "0"), id="its first stock"),
        pytest.param(line("stock", "quantity", "7", "1"), id="one left"),
        pytest.param(line("customers", "active", "0", "1"), id="an account opened"),
        pytest.param(line("combinations", "price", "100", "900"), id="of another kind"),
        pytest.param(line("products", "weight", "1", "0"), id="another field"),
    ],
)
def test_what_hurts_nobody_is_not_counted(one: PlannedChange) -> None:
    totals = dict.fromkeys(("products", "stock", "customers", "categories", "combinations"), 50)
    assert tripped([one] * 50, totals) == []


@pytest.mark.parametrize(("cause", "limit", "kind", "lines"), BRAKES)
def test_what_is_held_is_not_counted(cause: str, limit: str, kind: str, lines: Lines) -> None:
    held = [replace(one, held=Held("shop.unknown_id", {})) for one in lines(50)]
    assert tripped(held, {kind: 50}) == []


def test_what_the_shop_has_already_counts_and_is_counted_against() -> None:
    found = replace(line("products", "price", "100", "500", action="create"), recognised=Recognised(7, {}))
    assert tripped([found] * 50, {}) == [("brake.prices", 50)]
    same = replace(line("products", "price", "100", "100", action="create"), recognised=Recognised(7, {}))
    assert tripped([found] * 20 + [same] * 80, {}) == []


def test_deletions_are_judged_kind_by_kind_and_all_that_trips_is_told() -> None:
    lines = [*HIDDEN(60), *DELETED(30), *many(line("images", action="delete"))(5)]
    totals = {"products": 100, "specific_prices": 100, "images": 5}
    assert tripped(lines, totals) == [("brake.hidden", 60), ("brake.deletions", 30)]


@given(count=st.integers(0, 400), total=st.integers(0, 400), percent=st.integers(0, 100))
def test_a_brake_trips_exactly_beyond_its_share(count: int, total: int, percent: int) -> None:
    limits = BrakeRules(max_hidden_percent=percent)
    beyond = count > SMALL and (total == 0 or Decimal(count) / total > Decimal(percent) / 100)
    assert bool(tripped(HIDDEN(count), {"products": total}, limits)) == beyond


@pytest.mark.parametrize(
    ("before", "found", "trips"),
    [
        pytest.param(1000, 700, False, id="exactly the share asked for"),
        pytest.param(1000, 699, True, id="one row fewer"),
        pytest.param(1000, 900, False, id="a third of what may be missing"),
        pytest.param(SMALL, 0, False, id="all of a few"),
        pytest.param(SMALL + 1, 0, True, id="all of a few and one"),
        pytest.param(1000, 1400, False, id="more than before"),
        pytest.param(1000, 0, True, id="none"),
    ],
)
def test_sage_giving_fewer_rows_trips_right_beyond_its_limit(before: int, found: int, trips: bool) -> None:
    told = list(fewer_rows("articles", before=before, found=found, min_percent=70))
    facts = {"stream": "articles", "count": str(found), "before": str(before)}
    assert told == ([Tripped("brake.fewer_rows", facts, before - found)] if trips else [])


# --- what a person lets pass ------------------------------------------------------------------------------------------

PRICES = Tripped("brake.prices", {"count": "20", "move": "30"}, 20, furthest=45, shop=1)
ROWS = Tripped("brake.fewer_rows", {"stream": "articles"}, 300)


@pytest.mark.parametrize(
    ("now", "passes"),
    [
        pytest.param(PRICES, True, id="the same"),
        pytest.param(replace(PRICES, amount=19, furthest=44), True, id="less"),
        pytest.param(replace(PRICES, amount=21), False, id="one more"),
        pytest.param(replace(PRICES, furthest=46), False, id="further"),
        pytest.param(replace(PRICES, shop=2), False, id="in another shop"),
        pytest.param(replace(PRICES, cause="brake.hidden"), False, id="of another kind"),
        pytest.param(replace(PRICES, facts={"move": "10"}), False, id="judged by another percentage"),
        pytest.param(ROWS, True, id="the same rows"),
        pytest.param(replace(ROWS, amount=301), False, id="one row fewer"),
        pytest.param(replace(ROWS, facts={"stream": "customers"}), False, id="rows of another stream"),
    ],
)
def test_an_approval_holds_for_as_much_as_was_seen(now: Tripped, passes: bool) -> None:
    approved = [Tripped.from_json(one.to_json()) for one in (ROWS, PRICES)]
    if passes:
        judge([now], approved)
    else:
        with pytest.raises(BrakeTripped) as stopped:
            judge([PRICES, now], approved)
        assert (stopped.value.cause, stopped.value.facts) == (now.cause, now.facts)


@given(seen=st.integers(0, 50), now=st.integers(0, 50), far=st.integers(0, 50), farther=st.integers(0, 50))
def test_more_or_further_is_never_within_an_approval(seen: int, now: int, far: int, farther: int) -> None:
    approved = replace(PRICES, amount=seen, furthest=far)
    assert replace(PRICES, amount=now, furthest=farther).within(approved) == (now <= seen and farther <= far)


def test_nothing_passes_without_an_approval() -> None:
    with pytest.raises(BrakeTripped):
        judge([PRICES], [])
    judge([], [])
