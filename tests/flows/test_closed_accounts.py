"""The account of a customer that fell asleep, or that Sage no longer has, and its way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.portal import World, changes_of, writes

pytestmark = [pytest.mark.flow, pytest.mark.django_db]

EMAIL = "achats@hotel-abbaye.example"


def active(world: World) -> str:
    return str(world.shop.one("customers", email=EMAIL)["active"])


def rule(world: World, **customers: str) -> None:
    known = world.client.shops.get().rules
    world.shop_connection(rules=known | {"customers": known["customers"] | customers})


def sleep(world: World, value: int) -> None:
    world.company.update("F_COMPTET", "CT_Num", "ABBAYE", CT_Sommeil=value)


def take_out(world: World) -> Any:
    """Delete the customer in Sage; what is returned brings it back."""
    import sqlite3

    with sqlite3.connect(world.company.path) as base:
        cursor = base.execute("SELECT * FROM F_COMPTET WHERE CT_Num = 'ABBAYE'")
        names = [one[0] for one in cursor.description]
        row = cursor.fetchone()
    world.company.execute(("DELETE FROM F_COMPTET WHERE CT_Num = 'ABBAYE'", ()))
    values = ", ".join("?" * len(names))
    return (f"INSERT INTO F_COMPTET ({', '.join(names)}) VALUES ({values})", tuple(row))


def a_day_passes() -> None:
    from tests.flows.test_changes import a_day_passes as passes

    passes()


def test_a_customer_that_falls_asleep_is_closed_and_opened_when_it_wakes(small: World) -> None:
    small.begin("customers")
    sleep(small, 1)
    run = small.run("customers")
    assert changes_of(run) == {("customers", "ABBAYE"): {"active": ("1", "0")}}
    assert (active(small), writes(small.run("customers"))) == ("0", {})
    sleep(small, 0)
    small.publish("customers")
    assert (active(small), writes(small.run("customers"))) == ("1", {})


def test_a_customer_that_sage_deleted_is_closed_and_opened_when_it_is_back(small: World) -> None:
    small.begin("customers")
    before = len(small.shop.list("customers"))
    back = take_out(small)
    a_day_passes()
    run = small.run("customers")
    assert changes_of(run) == {("customers", "ABBAYE"): {"active": ("1", "0")}}
    assert (active(small), len(small.shop.list("customers"))) == ("0", before)
    assert writes(small.run("customers")) == {}
    small.company.execute(back)
    a_day_passes()
    small.publish("customers")
    assert (active(small), writes(small.run("customers"))) == ("1", {})


@pytest.mark.parametrize("name", ["when_asleep", "when_deleted"])
def test_a_shop_may_keep_them(small: World, name: str) -> None:
    rule(small, **{name: "keep"})
    small.publish("customers")
    if name == "when_asleep":
        sleep(small, 1)
    else:
        take_out(small)
        a_day_passes()
    assert (writes(small.run("customers")), active(small)) == ({}, "1")


def test_an_account_that_is_not_ours_is_left_alone(small: World) -> None:
    """A shop that publishes no customers closes none, whatever Sage deletes."""
    small.begin("customers")
    rule(small, publish="none")
    take_out(small)
    a_day_passes()
    assert (writes(small.run("customers")), active(small)) == ({}, "1")
