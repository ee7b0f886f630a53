"""A price of the shop's own that a person had deleted comes back with the undo of the run that deleted it."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from mapping.models import Binding
from sync_portal.sync import decisions, jobs
from sync_portal.sync.models import Decision, Run
from tests.flows.dying import Killer, Way, carry, die_in, take_up_again
from tests.flows.portal import World, writes
from tests.flows.test_undoing_creations import quiet, small, told, undo
from tests.sync.shop_edits import delete, edit
from tests.sync.test_orphan_prices import POLO, place, priced, promote

__all__ = ["priced", "small"]
# Real transactions: what a killed worker had not committed must be undone by the database.
pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]

LIMITS = {"id_country": "8", "id_currency": "1", "from": "2026-11-01 00:00:00", "to": "2099-12-31 23:59:59"}


@pytest.fixture
def delete_by_answer(priced: World, make_user: Callable[..., Any]) -> Callable[[], Run]:
    """Have the run of the prices delete what the only open question is about."""
    user = make_user("alix")

    def answered() -> Run:
        priced.run("drift")
        decisions.decide(Decision.objects.get(answer=""), answer="delete", user=user)
        run = priced.run("prices")
        assert (run.state, writes(run)) == ("succeeded", {"DELETE": 1})
        return run

    return answered


def rows(world: World) -> list[dict[str, Any]]:
    """All prices of the shop without their numbers, in an order of their own."""
    found = [{name: value for name, value in row.items() if name != "id"} for row in all_rows(world)]
    return sorted(found, key=repr)


def all_rows(world: World) -> list[dict[str, Any]]:
    return list(world.shop.list("specific_prices"))


def newest(world: World) -> int:
    return max(int(row["id"]) for row in all_rows(world))


@pytest.mark.parametrize("limits", [{}, LIMITS], ids=["for everybody", "for one country, currency and time"])
def test_it_is_made_again_as_it_was_and_stays_the_shops_own(
    priced: World, delete_by_answer: Callable[[], Run], limits: dict[str, str]
) -> None:
    number = promote(priced, **limits)
    before = rows(priced)
    undone = undo(priced, delete_by_answer())
    assert (undone.state, writes(undone), told(undone)) == ("succeeded", {"POST": 1}, [])
    assert rows(priced) == before
    assert newest(priced) > number
    quiet(priced, "prices", "catalogue")
    edit(priced, "specific_prices", newest(priced), reduction="0.5")
    quiet(priced, "prices")
    check = priced.run("drift")
    assert (check.changes.count(), check.held, Decision.objects.filter(answer="").count()) == (0, 0, 0)
    quiet(priced, "prices")


def test_a_price_of_one_group_and_one_combination_is_made_again(
    priced: World, delete_by_answer: Callable[[], Run]
) -> None:
    group = next(key for key, name in priced.shop.names("groups").items() if name == "Revendeurs")
    promote(priced, id_group=group, price="9.9", reduction="0", reduction_type="amount", from_quantity="7", **LIMITS)
    before = rows(priced)
    undo(priced, delete_by_answer())
    assert rows(priced) == before


def test_a_second_undo_writes_nothing(priced: World, delete_by_answer: Callable[[], Run]) -> None:
    promote(priced)
    run = delete_by_answer()
    undo(priced, run)
    again = undo(priced, run)
    assert (again.state, writes(again), again.changes.count()) == ("succeeded", {}, 0)


def test_the_undo_of_that_undo_deletes_it_and_its_undo_makes_it_once_more(
    priced: World, delete_by_answer: Callable[[], Run]
) -> None:
    promote(priced, **LIMITS)
    before = rows(priced)
    back = undo(priced, delete_by_answer())
    gone = undo(priced, back)
    assert (writes(gone), told(gone)) == ({"DELETE": 1}, [])
    assert len(rows(priced)) == len(before) - 1
    quiet(priced, "prices")
    once_more = undo(priced, gone)
    assert (writes(once_more), told(once_more), rows(priced)) == ({"POST": 1}, [], before)
    quiet(priced, "prices")


def test_one_that_was_changed_after_it_came_back_is_not_deleted_by_the_undo_of_the_undo(
    priced: World, delete_by_answer: Callable[[], Run]
) -> None:
    promote(priced)
    back = undo(priced, delete_by_answer())
    edit(priced, "specific_prices", newest(priced), reduction="0.5")
    gone = undo(priced, back)
    assert (writes(gone), told(gone)) == ({}, [("specific_prices", "undo.changed_since")])


def test_one_whose_product_is_gone_is_told(priced: World, delete_by_answer: Callable[[], Run]) -> None:
    promote(priced)
    run = delete_by_answer()
    delete(priced, "products", Binding.objects.get(kind="products", key=POLO).remote_id)
    undone = undo(priced, run)
    assert (undone.state, writes(undone), told(undone)) == ("succeeded", {}, [("specific_prices", "undo.owner_gone")])
    assert undone.changes.get().facts["resource"] == "products"


def test_one_whose_product_the_portal_has_forgotten_is_told(priced: World, delete_by_answer: Callable[[], Run]) -> None:
    promote(priced)
    run = delete_by_answer()
    Binding.objects.filter(kind="products", key=POLO).update(remote_id=None, confirmed={})
    assert told(undo(priced, run)) == [("specific_prices", "undo.owner_gone")]


def test_one_whose_customer_is_gone_is_told(priced: World, delete_by_answer: Callable[[], Run]) -> None:
    buyer = priced.shop.one("customers", email="achats@hotel-abbaye.example")["id"]
    promote(priced, id_customer=str(buyer))
    run = delete_by_answer()
    delete(priced, "customers", buyer)
    undone = undo(priced, run)
    assert (writes(undone), told(undone)) == ({}, [("specific_prices", "undo.owner_gone")])


def test_one_in_whose_place_another_price_stands_is_told(priced: World, delete_by_answer: Callable[[], Run]) -> None:
    promote(priced)
    run = delete_by_answer()
    other = promote(priced, reduction="0.3")
    before = rows(priced)
    undone = undo(priced, run)
    assert (undone.state, writes(undone), told(undone)) == ("succeeded", {}, [("specific_prices", "undo.place_taken")])
    assert undone.changes.get().facts == {"label": undone.changes.get().label, "id": str(other)}
    assert rows(priced) == before


def test_one_that_people_made_again_themselves_is_found_and_not_doubled(
    priced: World, delete_by_answer: Callable[[], Run]
) -> None:
    promote(priced, **LIMITS)
    run = delete_by_answer()
    number = promote(priced, **LIMITS)
    undone = undo(priced, run)
    assert (undone.state, writes(undone), told(undone)) == ("succeeded", {}, [])
    quiet(priced, "prices")
    assert newest(priced) == number
    assert writes(undo(priced, undone)) == {}, "it is people's: no undo of ours deletes it"


POINTS = int(os.environ.get("SYNC_PORTAL_KILLS", "2"))
EVENTS: dict[Way, int] = {"request": 8, "answer": 8, "write": 12}
"""About how many of each there are in this undo."""


@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("way", EVENTS)
def test_an_undo_whose_worker_is_killed_makes_it_once(
    priced: World, delete_by_answer: Callable[[], Run], way: Way, point: int
) -> None:
    number = promote(priced, **LIMITS)
    before = rows(priced)
    at = Random(f"price {way} {point}").randint(1, EVENTS[way])
    asked = jobs.undo(delete_by_answer())
    died = die_in(asked, Killer(way, at))
    asked.refresh_from_db()
    if asked.state != "succeeded":
        assert died
        assert (take_up_again if asked.attempt else carry)(asked) == "succeeded", f"killed at {way} {at}"
    assert rows(priced) == before, f"killed at {way} {at}"
    lines = list(Run.objects.get(pk=asked.pk).changes.values_list("key", "action", "state", "as_found"))
    assert lines == [(place(number)[1], "create", "confirmed", False)], f"killed at {way} {at}"
    quiet(priced, "prices")
    assert writes(undo(priced, Run.objects.get(pk=asked.pk))) == {"DELETE": 1}
