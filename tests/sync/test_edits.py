"""What somebody changed in the shop, and Sage changes too: seen right before it would be overwritten, and asked."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import connections
from connectors.errors import RetryableError
from mapping.models import Binding
from sync_portal.sync import decisions, edits, jobs, sending
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.models import Answer, Change, ChangeState, Decision, DecisionKind, Run
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task
from tests.flows.portal import World, changes_of, writes
from tests.sync.counted import queries_of
from tests.sync.fake_shop import entity
from tests.sync.shop_edits import edit, in_french

pytestmark = pytest.mark.flow


def price_in_sage(world: World, price: str) -> None:
    world.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PrixVen=price)


def in_shop(world: World) -> str:
    return str(world.shop.product("CARNET-A5")["price"])


@pytest.fixture
def moved(small: World) -> World:
    """Published; then the shop's price is changed to 77 and Sage's to 21.40."""
    small.begin("catalogue")
    edit(small, "products", small.shop.product("CARNET-A5")["id"], price="77.000000")
    price_in_sage(small, "21.40")
    return small


def test_a_price_changed_on_both_sides_is_asked_and_not_overwritten(moved: World) -> None:
    before = next(iter(changes_of(Run.objects.get(flow="catalogue"))[("products", "CARNET-A5")]["price"][1:]))
    run = moved.run("catalogue")
    line = run.changes.get(kind="products", key="CARNET-A5")
    assert (line.state, line.cause, line.facts["field"]) == (ChangeState.HELD, "shop.conflict", "price")
    assert (run.state, writes(run), in_shop(moved)) == ("succeeded", {}, "77.000000")
    question = Decision.objects.get()
    assert (question.question, question.key, question.field) == (DecisionKind.CONFLICT, "CARNET-A5", "price")
    assert question.facts == {"sent": before, "shop": "77.000000", "sage": "21.400000"}


def test_the_next_run_asks_nothing_more_and_writes_nothing(moved: World) -> None:
    moved.run("catalogue")
    again = moved.run("catalogue")
    assert (again.state, again.held, writes(again), Decision.objects.count()) == ("succeeded", 1, {}, 1)


@pytest.mark.parametrize(
    ("answer", "price"),
    [
        pytest.param(Answer.PUT_BACK, "21.400000", id="Sage wins"),
        pytest.param(Answer.ACCEPT, "77.000000", id="the shop wins"),
        pytest.param(Answer.IGNORE, "77.000000", id="left as it is"),
    ],
)
def test_the_answer_is_obeyed_at_the_next_run(moved: World, make_user: Any, answer: str, price: str) -> None:
    moved.run("catalogue")
    decisions.decide(Decision.objects.get(), answer=answer, user=make_user("alix"))
    moved.run("catalogue")
    assert in_shop(moved) == price
    last = moved.run("catalogue")
    assert (writes(last), last.held, Decision.objects.filter(answer="").count()) == ({}, 0, 0)


def test_other_fields_of_the_record_are_written(moved: World) -> None:
    moved.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PoidsNet=700)
    run = moved.run("catalogue")
    line = run.changes.get(kind="products", key="CARNET-A5")
    assert (line.state, [one["field"] for one in line.differences]) == (ChangeState.CONFIRMED, ["weight"])
    assert (in_shop(moved), Decision.objects.get().field) == ("77.000000", "price")


def test_a_preview_that_is_applied_does_not_force_what_moved_in_the_shop_meanwhile(small: World) -> None:
    small.begin("catalogue")
    price_in_sage(small, "21.40")
    preview = small.run("catalogue", preview=True)
    edit(small, "products", small.shop.product("CARNET-A5")["id"], price="77.000000")
    applied = jobs.apply_preview(preview)
    assert jobs.carry("slow") == "succeeded"
    assert set(applied.changes.values_list("state", "cause")) == {(ChangeState.HELD, "shop.conflict")}
    assert in_shop(small) == "77.000000"


def test_what_the_shop_holds_already_as_wanted_is_no_question(small: World) -> None:
    small.begin("catalogue")
    edit(small, "products", small.shop.product("CARNET-A5")["id"], price="21.400000")
    price_in_sage(small, "21.40")
    assert (small.run("catalogue").confirmed, Decision.objects.count()) == (1, 0)


def test_what_is_not_to_be_written_is_not_looked_at(small: World) -> None:
    small.begin("catalogue")
    edit(small, "products", small.shop.product("CARNET-A5")["id"], name=in_french("Cahier du chef"))
    price_in_sage(small, "21.40")
    assert (small.run("catalogue").confirmed, Decision.objects.count()) == (1, 0)


def test_where_the_shop_cannot_be_read_nothing_is_written(moved: World, monkeypatch: pytest.MonkeyPatch) -> None:
    held = sending._held

    def lost(resolver: Any, kind: Any, tasks: Any) -> Any:
        if tasks and tasks[0].expected:
            raise RetryableError("shop.busy", {"seconds": 30})
        return held(resolver, kind, tasks)

    monkeypatch.setattr(sending, "_held", lost)
    run = moved.run("catalogue")
    assert (run.state, run.cause, writes(run)) == ("failed", "shop.busy", {})
    monkeypatch.setattr(sending, "_held", held)
    moved.run("catalogue")
    assert (in_shop(moved), Decision.objects.count()) == ("77.000000", 1)


@pytest.mark.parametrize("version", ["1.6.1.24", "1.7.8.11"])
def test_shops_without_patch_are_looked_at_too(make_world: Any, version: str) -> None:
    world = make_world(small=True, version=version)
    world.publish("catalogue")
    edit(world, "products", world.shop.product("CARNET-A5")["id"], price="77.000000")
    price_in_sage(world, "21.40")
    world.run("catalogue")
    assert (in_shop(world), Decision.objects.count()) == ("77.000000", 1)


def test_what_the_records_referred_to_is_read_together(small: World, django_assert_num_queries: Any) -> None:
    small.begin("catalogue")
    shop = small.client.shops.get()
    with connections.open_shop(shop) as webservice:
        resolver = Resolver(shop, webservice)
        tasks = [
            Task(Change(kind="products", key=key), encoded={"category": "2"})
            for key in Binding.objects.filter(kind="products").values_list("key", flat=True)
        ]
        resolver.bindings.preload(("products", task.change.key) for task in tasks)
        assert len({str(resolver.bindings["products", task.change.key].confirmed["category"]) for task in tasks}) > 1
        with django_assert_num_queries(1):
            edits.expect(resolver, KINDS["products"], tasks)
    assert all(task.expected["category"] for task in tasks)


def test_six_conflicts_take_as_many_queries_as_one(small: World) -> None:
    """Also where the shop refers to what is nobody's, and where what was sent has to be looked up again."""
    small.begin("catalogue")
    shop = small.client.shops.get()

    def taken_for(count: int) -> int:
        bound = list(Binding.objects.filter(kind="products").order_by("pk")[:count])
        found = {
            row.remote_id: entity(
                row.remote_id or 0, price="77.000000", id_category_default=str(900 + (row.remote_id or 0))
            )
            for row in bound
        }
        moved = ["price", "category"]
        tasks = [Task(Change(kind="products", key=row.key, label=row.key), shop_id=row.remote_id) for row in bound]
        for task in tasks:
            task.moved = moved
            task.change.differences = [{"field": name, "before": None, "after": "1"} for name in moved]
        with connections.open_shop(shop) as webservice:
            resolver = Resolver(shop, webservice)
            resolver.bindings.preload(("products", row.key) for row in bound)
            assert resolver.languages
            taken = queries_of(lambda: edits.ask(resolver, KINDS["products"], tasks, found), Decision, Binding)
        assert Decision.objects.filter(field="category").count() == count
        Decision.objects.all().delete()
        return taken

    assert taken_for(1) == taken_for(6)
