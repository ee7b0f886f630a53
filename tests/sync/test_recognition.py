"""A shop that is full already: the plan says what it holds, brakes judge that, a person decides what is not certain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.connections import open_shop
from mapping.models import Binding, DerivationMark
from mapping.state import Ref, to_json
from sync_portal.sync import brakes, jobs
from sync_portal.sync.models import ChangeState, Decision, FieldOwner, Run
from sync_portal.sync.plan import PlannedChange
from sync_portal.sync.recognition import recognise
from sync_portal.sync.resolver import Resolver
from tests.flows.portal import World, writes
from tests.sync.counted import queries_of
from tests.sync.shop_edits import delete, edit, in_french

pytestmark = pytest.mark.flow

POLO = "POLO-BLEU-M"


@pytest.fixture
def existing(small: World) -> World:
    """The shop has all products at 500 each; the portal knows none of them."""
    small.begin("catalogue")
    Binding.objects.all().delete()
    DerivationMark.objects.all().delete()
    Run.objects.all().delete()
    for product in small.shop.list("products"):
        edit(small, "products", product["id"], price="500.000000")
    return small


def lines(run: Run) -> Mapping[str, Any]:
    return {change.key: change for change in run.changes.filter(kind="products")}


def prices(world: World) -> set[str]:
    return {str(product["price"]) for product in world.shop.list("products")}


def test_a_preview_says_what_the_shop_holds_and_only_what_would_be_written(existing: World) -> None:
    preview = existing.run("catalogue", preview=True)
    line = lines(preview)[POLO]
    told = {one["field"]: (one["before"], one["after"]) for one in line.differences}
    assert told["price"] == ("500.000000", "19.900000")
    assert told["name"][0] == told["name"][1]
    assert "link_rewrite" not in told, "an address that the shop has already is left to it"
    assert line.facts["recognised"] == str(existing.shop.product(POLO)["id"])
    assert (writes(preview), Binding.objects.count(), Decision.objects.count()) == ({}, 0, 0)


def test_what_recognised_products_refer_to_in_the_shop_is_looked_up_together(existing: World) -> None:
    products = existing.shop.list("products")
    for product in products:
        edit(existing, "products", product["id"], id_category_default=900 + int(product["id"]))
    wanted = to_json(Ref("categories", "ours"))
    difference = {"field": "category", "before": None, "after": wanted, "why": ""}
    changes = [
        PlannedChange("products", name, name, "create", {"reference": name, "category": wanted}, [difference], 0, "")
        for name in (str(product["reference"]) for product in products)
    ]
    shop = existing.client.shops.get()

    def taken_for(count: int) -> int:
        with open_shop(shop) as webservice:
            resolver = Resolver(shop, webservice)
            told = list[PlannedChange]()
            taken = queries_of(
                lambda: told.extend(recognise(resolver, changes[:count], run_id=0, preview=True)), Binding
            )
        befores = {one["before"]["ref"][1] for change in told for one in change.differences}
        assert len(befores) == count
        return taken

    assert taken_for(1) == taken_for(6)


def test_a_preview_of_a_full_shop_can_be_applied_whole(existing: World) -> None:
    preview = existing.run("catalogue", preview=True)
    applied = jobs.apply_preview(preview)
    assert jobs.carry("slow") == "succeeded"
    assert not applied.changes.filter(state=ChangeState.STALE).exists()
    assert {line.state for line in lines(applied).values()} == {ChangeState.CONFIRMED}
    assert "500.000000" not in prices(existing)
    assert len(existing.shop.list("products")) == 6
    again = existing.run("catalogue")
    assert (writes(again), again.held) == ({}, 0)


def test_a_price_that_moved_in_the_shop_since_the_preview_is_not_overwritten(existing: World) -> None:
    preview = existing.run("catalogue", preview=True)
    edit(existing, "products", existing.shop.product(POLO)["id"], price="77.000000")
    applied = jobs.apply_preview(preview)
    assert jobs.carry("slow") == "incomplete", "what belongs to it waits with it"
    assert (lines(applied)[POLO].state, existing.shop.product(POLO)["price"]) == (ChangeState.STALE, "77.000000")


def test_the_brakes_judge_what_an_adoption_would_overwrite(existing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brakes, "SMALL", 0)
    run = existing.run("catalogue")
    assert (run.state, run.cause) == ("stopped", "brake.prices")
    assert (run.facts["count"], run.facts["total"]) == ("6", "6")
    assert (writes(run), prices(existing)) == ({}, {"500.000000"})


def test_what_is_the_shops_own_stays_and_is_known(existing: World) -> None:
    shop = existing.client.shops.get()
    FieldOwner.objects.create(shop=shop, kind="products", key=POLO, field="name", owner="shop")
    edit(existing, "products", existing.shop.product(POLO)["id"], name=in_french("Le polo de la maison"))
    run = existing.run("catalogue")
    assert "name" not in {one["field"] for one in lines(run)[POLO].differences}
    binding = Binding.objects.get(kind="products", key=POLO)
    assert (binding.adopted, binding.confirmed["name"]) == (True, {"fr": "Le polo de la maison"})
    assert existing.shop.names("products")[str(existing.shop.product(POLO)["id"])] == "Le polo de la maison"
    assert writes(existing.run("catalogue")) == {}


def test_another_ean_under_the_same_reference_is_a_question(existing: World) -> None:
    polo = existing.shop.product(POLO)
    assert polo["ean13"]
    edit(existing, "products", polo["id"], ean13="4006381333931")
    preview = existing.run("catalogue", preview=True)
    assert (lines(preview)[POLO].state, lines(preview)[POLO].cause) == (ChangeState.HELD, "shop.adoption_uncertain")
    assert Decision.objects.count() == 0, "a preview asks nobody"
    run = existing.run("catalogue")
    assert (lines(run)[POLO].cause, Decision.objects.get().key) == ("shop.adoption_uncertain", POLO)
    polo = existing.shop.product(POLO)
    assert (polo["ean13"], polo["price"]) == ("4006381333931", "500.000000")


def test_what_went_away_between_the_plan_and_the_writing_is_made_by_the_next_run(
    existing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync_portal.sync import shop_plan

    apply = shop_plan.apply

    def after_somebody_deleted(*given: Any) -> None:
        delete(existing, "products", existing.shop.product(POLO)["id"])
        apply(*given)

    monkeypatch.setattr(shop_plan, "apply", after_somebody_deleted)
    run = existing.run("catalogue")
    assert (lines(run)[POLO].state, lines(run)[POLO].cause) == (ChangeState.LATER, "shop.unknown_id")
    monkeypatch.setattr(shop_plan, "apply", apply)
    existing.run("catalogue")
    assert existing.shop.product(POLO)["price"] == "19.900000"
    assert len(existing.shop.list("products")) == 6
