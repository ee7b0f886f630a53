"""What a person chose of a preview is written as it was seen, or not at all: Sage, the shop and the rules move on."""

from __future__ import annotations

from typing import Any

import pytest

from sync_portal.sync import jobs
from sync_portal.sync.models import Change, Decision, Run
from tests.flows.portal import World, writes
from tests.flows.shop import text
from tests.sync.shop_edits import delete, edit

pytestmark = [pytest.mark.flow, pytest.mark.django_db]


@pytest.fixture
def previewed(small: World) -> tuple[World, Run]:
    """Three products with a new price, one of them with a new name too; nothing written yet."""
    small.publish("catalogue")
    small.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="21.40", AR_Design="Polo nuit")
    for reference in ("CARNET-A5", "CAFET-ISO"):
        small.company.update("F_ARTICLE", "AR_Ref", reference, AR_PrixVen="9.99")
    return small, small.run("catalogue", preview=True)


def apply(preview: Run, **chosen: Any) -> Run:
    asked = jobs.apply_preview(preview, **chosen)
    jobs.carry(asked.lane)
    return Run.objects.get(pk=asked.pk)


def states(run: Run) -> dict[str, tuple[str, str]]:
    return {change.key: (change.state, change.cause) for change in run.changes.all()}


def price(world: World, reference: str = "POLO-BLEU-M") -> str:
    return str(world.shop.product(reference)["price"])


def line(preview: Run, key: str) -> int:
    return Change.objects.get(run=preview, key=key).pk


def test_a_chosen_line_that_moved_in_sage_is_stale_and_the_other_one_written(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    world.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PrixVen="11.11")
    run = apply(preview, changes=[line(preview, "CARNET-A5"), line(preview, "CAFET-ISO")])
    assert states(run) == {"CARNET-A5": ("stale", ""), "CAFET-ISO": ("confirmed", "")}
    assert price(world, "CAFET-ISO") == "9.990000"
    world.publish("catalogue")
    assert (price(world, "CARNET-A5"), price(world)) == ("11.110000", "21.400000")


def test_a_chosen_kind_of_field_that_moved_in_sage_is_stale(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    world.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PrixVen="11.11")
    run = apply(preview, fields=["price"])
    assert states(run) == {
        "CARNET-A5": ("stale", ""),
        "CAFET-ISO": ("confirmed", ""),
        "POLO-BLEU-M": ("confirmed", ""),
    }
    assert text(world.shop.product("POLO-BLEU-M")["name"]) != "Polo nuit"


def test_a_chosen_kind_of_field_is_written_although_another_one_moved(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_Design="Polo minuit")
    run = apply(preview, fields=["price"])
    assert states(run)["POLO-BLEU-M"] == ("confirmed", "")
    assert price(world) == "21.400000"
    world.publish("catalogue")
    assert text(world.shop.product("POLO-BLEU-M")["name"]) == "Polo minuit"


def test_what_went_back_in_sage_to_what_the_shop_has_is_stale(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="19.90")
    run = apply(preview, fields=["price"])
    assert states(run)["POLO-BLEU-M"] == ("stale", "")
    assert price(world) == "19.900000"


@pytest.mark.parametrize("chosen", ["whole", "a line", "a kind of field"])
def test_what_somebody_moved_in_the_shop_is_asked_and_not_forced(previewed: tuple[World, Run], chosen: str) -> None:
    world, preview = previewed
    edit(world, "products", world.shop.product("CARNET-A5")["id"], price="5.000000")
    ways: dict[str, dict[str, Any]] = {
        "whole": {},
        "a line": {"changes": [line(preview, "CARNET-A5")]},
        "a kind of field": {"fields": ["price"]},
    }
    run = apply(preview, **ways[chosen])
    assert states(run)["CARNET-A5"] == ("held", "shop.conflict")
    assert price(world, "CARNET-A5") == "5.000000"
    assert Decision.objects.get().facts == {"sent": "9.500000", "shop": "5.000000", "sage": "9.990000"}


def test_what_is_gone_from_the_shop_by_then_is_told_and_not_made_again(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    delete(world, "products", world.shop.product("CAFET-ISO")["id"])
    run = apply(preview)
    assert states(run)["CAFET-ISO"][1] == "shop.unknown_id"
    assert world.shop.list("products", reference="CAFET-ISO") == []


def test_what_another_rule_decides_by_then_is_stale(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    rules = world.client.shops.get().rules
    world.shop_connection(rules=rules | {"texts": {"name": {"fr": {"templates": ["{design} ({reference})"]}}}})
    run = apply(preview, changes=[line(preview, "POLO-BLEU-M")])
    assert states(run) == {"POLO-BLEU-M": ("stale", "")}
    assert price(world) == "19.900000"


def test_a_preview_applied_twice_writes_once(previewed: tuple[World, Run]) -> None:
    _world, preview = previewed
    assert writes(apply(preview)) != {}
    run = apply(preview)
    assert ({state for state, _cause in states(run).values()}, writes(run)) == ({"stale"}, {})


def test_new_products_of_a_preview_that_another_run_made_meanwhile_are_not_doubled(small: World) -> None:
    preview = small.run("catalogue", preview=True)
    small.publish("catalogue")
    run = apply(preview)
    assert ({state for state, _cause in states(run).values()}, writes(run)) == ({"stale"}, {})
    references = [row["reference"] for row in small.shop.list("products")]
    assert len(references) == len(set(references))
