"""What a brake stops, what a person lets pass, and what a preview says of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import ShopConnection
from connectors.sandbox.shop.server import running_shop
from sync_portal.sync import approvals, brakes, jobs
from sync_portal.sync.approvals import NotApprovable, Refusal
from sync_portal.sync.models import Cursor, Run
from tests.flows.portal import World, changes_of, writes
from tests.flows.shop import ShopView

pytestmark = pytest.mark.flow


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six articles are enough to trip a brake."""
    monkeypatch.setattr(brakes, "SMALL", 1)


def double(world: World, *references: str, times: int = 2) -> None:
    for reference in references:
        touch = "cbModification = datetime('now', 'localtime')"
        statement = f"UPDATE F_ARTICLE SET AR_PrixVen = AR_PrixVen * {times}, {touch} WHERE AR_Ref = ?"
        world.company.execute((statement, (reference,)))


def put_to_sleep(world: World, *references: str) -> None:
    for reference in references:
        world.company.update("F_ARTICLE", "AR_Ref", reference, AR_Sommeil=1)


def approved(world: World, stopped: Run, person: Any) -> Run:
    """The run that a person's approval started, carried to its end."""
    run = approvals.approve(stopped, user=person, comment="C'est voulu")
    jobs.carry(run.lane)
    return Run.objects.get(pk=run.pk)


def stop(world: World, flow: str = "catalogue") -> Run:
    run = world.run(flow)
    assert run.state == "stopped"
    return run


# --- two shops --------------------------------------------------------------------------------------------------


@contextmanager
def second_shop(world: World, folder: Path) -> Iterator[ShopView]:
    with running_shop(folder) as running:
        first = world.client.shops.get()
        ShopConnection.objects.create(
            client=world.client,
            name="Autre",
            url=running.url,
            key=running.key,
            private_network=first.private_network,
            rules=first.rules,
            position=1,
        )
        yield ShopView(running)


def test_no_shop_is_written_when_the_brake_of_another_one_stops_the_run(
    small: World, tmp_path: Path, make_user: Callable[..., Any]
) -> None:
    with second_shop(small, tmp_path / "autre") as other:
        small.publish("catalogue")
        small.shop_connection(rules={**small.client.shops.first().rules, "brakes": {"max_price_moves_percent": 100}})
        strict = small.client.shops.get(name="Autre")
        ShopConnection.objects.filter(pk=strict.pk).update(rules={**strict.rules, "brakes": {}})
        small.publish("catalogue")
        double(small, "CAFET-ISO", "CARNET-A5")
        marks = small.shop.mark(), other.mark()
        stopped = stop(small)
        assert (stopped.cause, stopped.written) == ("brake.prices", 0)
        assert [one["shop"] for one in stopped.brakes] == [strict.pk]
        assert [small.shop.since(marks[0]).write_requests, other.since(marks[1]).write_requests] == [0, 0]
        assert approved(small, stopped, make_user("dominique")).state == "succeeded"
        assert {shop.product("CAFET-ISO")["price"] for shop in (small.shop, other)} == {"178.000000"}
        assert changes_of(small.run("catalogue")) == {}


def test_a_shop_that_is_away_does_not_keep_the_other_one_waiting(small: World, tmp_path: Path) -> None:
    small.shop_connection(position=2)
    with second_shop(small, tmp_path / "autre"):
        small.publish("catalogue")
    double(small, "CAFET-ISO")
    run = small.run("catalogue")
    assert (run.state, run.cause) == ("failed", "shop.unreachable")
    assert small.shop.product("CAFET-ISO")["price"] == "178.000000"


# --- an approval --------------------------------------------------------------------------------------------------


def test_an_approval_lets_pass_what_was_seen_and_nothing_else(small: World, make_user: Callable[..., Any]) -> None:
    small.begin("catalogue")
    double(small, "CAFET-ISO", "CARNET-A5")
    stopped = stop(small)
    put_to_sleep(small, "STYLO-BILLE", "SARDINE-VIN", "SECATEUR", "POLO-BLEU-M")
    mark = small.shop.mark()
    again = approved(small, stopped, make_user("dominique"))
    assert (again.state, again.cause, again.facts["count"]) == ("stopped", "brake.hidden", "4")
    assert small.shop.since(mark).write_requests == 0
    both = approved(small, again, make_user("camille"))
    assert (both.state, [one["cause"] for one in both.brakes]) == ("succeeded", ["brake.hidden", "brake.prices"])
    assert changes_of(small.run("catalogue")) == {}


@pytest.mark.parametrize(
    ("further", "state"),
    [
        pytest.param(lambda world: double(world, "POLO-BLEU-M"), "stopped", id="one price more"),
        pytest.param(lambda world: double(world, "CAFET-ISO", times=3), "stopped", id="the same prices, but further"),
        pytest.param(lambda world: put_to_sleep(world, "STYLO-BILLE"), "succeeded", id="something harmless"),
    ],
)
def test_more_than_was_approved_stops_again(
    small: World, make_user: Callable[..., Any], further: Callable[[World], None], state: str
) -> None:
    small.begin("catalogue")
    double(small, "CAFET-ISO", "CARNET-A5")
    stopped = stop(small)
    further(small)
    again = approved(small, stopped, make_user("dominique"))
    assert (again.state, again.cause) == (state, "brake.prices" if state == "stopped" else "")


def test_fewer_rows_are_approved_as_far_as_they_were_seen(small: World, make_user: Callable[..., Any]) -> None:
    def lose(*references: str) -> None:
        for reference in references:
            small.company.execute(("DELETE FROM F_ARTICLE WHERE AR_Ref = ?", (reference,)))
        Cursor.objects.update(full_at=timezone.now() - timedelta(hours=25))

    small.publish("catalogue")
    person = make_user("dominique")
    lose("SECATEUR", "CAFET-ISO")
    stopped = stop(small)
    assert (stopped.cause, stopped.brakes[0]["amount"]) == ("brake.fewer_rows", 2)
    lose("STYLO-BILLE")
    again = approved(small, stopped, person)
    assert (again.state, again.cause, again.brakes[0]["amount"]) == ("stopped", "brake.fewer_rows", 3)
    seen = approved(small, again, person)
    assert (seen.state, seen.cause) == ("stopped", "brake.hidden"), "what Sage lost would be hidden: that was not seen"
    assert approved(small, seen, person).state == "succeeded"


def test_a_stop_is_approved_once_and_the_first_name_stays(small: World, make_user: Callable[..., Any]) -> None:
    small.begin("catalogue")
    double(small, "CAFET-ISO", "CARNET-A5")
    stopped = stop(small)
    first = approvals.approve(stopped, user=make_user("dominique"), comment="Soldes d’hiver")
    with pytest.raises(NotApprovable) as refused:
        approvals.approve(stopped, user=make_user("camille"), comment="Moi aussi")
    assert refused.value.refusal == Refusal.APPROVED
    first.refresh_from_db()
    assert (first.approved_by.username, first.approval, first.approves) == ("dominique", "Soldes d’hiver", stopped)
    assert timezone.now() - first.approved_at < timedelta(minutes=1)


def test_only_the_newest_stop_is_approved(small: World, make_user: Callable[..., Any]) -> None:
    small.begin("catalogue")
    double(small, "CAFET-ISO", "CARNET-A5")
    old, newest = stop(small), stop(small)
    assert [approvals.refusal_of(old), approvals.refusal_of(newest)] == [Refusal.NEWER, None]
    with pytest.raises(NotApprovable):
        approvals.approve(old, user=make_user("dominique"), comment="Voulu")


# --- a preview ----------------------------------------------------------------------------------------------------


def test_a_preview_tells_which_brake_would_stop_it(small: World) -> None:
    small.begin("catalogue")
    double(small, "CAFET-ISO", "CARNET-A5")
    preview = small.run("catalogue", preview=True)
    assert (preview.state, preview.cause, writes(preview)) == ("succeeded", "", {})
    assert [(one["cause"], one["facts"]) for one in preview.brakes] == [
        ("brake.prices", {"count": "2", "total": "6", "limit": "20", "move": "30"})
    ]
    assert stop(small).brakes == preview.brakes


def test_a_preview_that_hurts_nobody_tells_of_no_brake(small: World) -> None:
    small.begin("catalogue")
    double(small, "CAFET-ISO")
    assert small.run("catalogue", preview=True).brakes == []
