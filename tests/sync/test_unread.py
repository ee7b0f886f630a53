"""What nobody has read yet of a product that the shop had before us: read before it is overwritten, and put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mapping.models import Binding
from sync_portal.sync import decisions, jobs
from sync_portal.sync.models import Answer, Decision, Run
from tests.flows.portal import World, changes_of, writes
from tests.sync.shop_edits import edit
from tests.sync.test_adoption import POLO, decide, existing, same_ean

__all__ = ["decide", "existing", "same_ean"]
pytestmark = [pytest.mark.flow, pytest.mark.django_db]


@pytest.fixture
def chosen(same_ean: World, decide: Any) -> World:
    """A person said which of the shop's products an article is; that one has another reference, price and name."""
    same_ean.run("catalogue")
    (candidate,) = Decision.objects.get().facts["candidates"]
    edit(same_ean, "products", candidate["id"], price="5.000000", active="0")
    decide(Answer.ADOPT, chosen_id=candidate["id"])
    return same_ean


def product(world: World) -> tuple[str, str, str]:
    found = world.shop.one("products", ean13="3761230000013")
    return found["reference"], found["price"], found["active"]


OVERWRITTEN = {"reference": ("ANCIEN-POLO", POLO), "price": ("5.000000", "19.900000"), "active": ("0", "1")}


def of_the_product(run: Run) -> dict[str, tuple[Any, Any]]:
    return changes_of(run).get(("products", POLO), {})


def test_a_preview_says_what_would_be_overwritten_and_keeps_nothing(chosen: World) -> None:
    preview = jobs.run_here(chosen.client, "catalogue", preview=True)
    assert of_the_product(preview) == OVERWRITTEN
    assert Binding.objects.get(kind="products", key=POLO).confirmed == {}


def test_that_preview_can_be_applied(chosen: World) -> None:
    preview = jobs.run_here(chosen.client, "catalogue", preview=True)
    asked = jobs.apply_preview(preview)
    jobs.carry(asked.lane)
    run = Run.objects.get(pk=asked.pk)
    assert (run.state, of_the_product(run)) == ("succeeded", OVERWRITTEN)
    assert writes(chosen.run("catalogue")) == {}


def test_a_run_writes_what_differs_and_its_undo_puts_it_back(chosen: World) -> None:
    before = product(chosen)
    run = chosen.run("catalogue")
    assert (run.state, of_the_product(run)) == ("succeeded", OVERWRITTEN)
    assert product(chosen) == (POLO, "19.900000", "1")
    assert writes(chosen.run("catalogue")) == {}
    asked = jobs.undo(run)
    jobs.carry(asked.lane)
    undone = Run.objects.get(pk=asked.pk)
    assert list(undone.changes.filter(state="held").values_list("kind", "cause")) == []
    assert product(chosen) == before
    assert writes(chosen.run("catalogue")) == {}


def test_a_field_that_a_rule_begins_to_send_is_read_first(existing: World) -> None:
    existing.publish("catalogue")
    bound = Binding.objects.get(kind="products", key=POLO)
    assert bound.adopted
    edit(existing, "products", bound.remote_id, price="5.000000")
    bound.confirmed.pop("price")
    bound.save(update_fields=["confirmed"])
    run = jobs.run_here(existing.client, "catalogue", scope={"full": True})
    assert of_the_product(run) == {"price": ("5.000000", "19.900000")}


@pytest.mark.parametrize("owner", ["shop", "if_new", "if_empty"])
def test_what_is_not_ours_to_overwrite_stays(chosen: World, owner: str) -> None:
    shop = chosen.client.shops.get()
    shop.rules = {**shop.rules, "owners": {"products.price": owner}}
    shop.save()
    run = chosen.run("catalogue")
    assert "price" not in of_the_product(run)
    assert product(chosen) == (POLO, "5.000000", "1")
    assert writes(chosen.run("catalogue")) == {}


def test_nothing_is_read_twice(chosen: World, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen.run("catalogue")
    chosen.company.update("F_ARTICLE", "AR_Ref", POLO, AR_PrixVen=25)
    from sync_portal.sync import unread

    asked: list[str] = []
    look: Callable[..., Any] = unread._entities
    monkeypatch.setattr(unread, "_entities", lambda *given: asked.append(given[1].name) or look(*given))
    chosen.run("catalogue")
    assert asked == []


def test_a_person_decides_again_when_it_is_changed_in_between(chosen: World) -> None:
    jobs.run_here(chosen.client, "catalogue", preview=True)
    chosen.run("catalogue")
    number = Binding.objects.get(kind="products", key=POLO).remote_id
    edit(chosen, "products", number, price="7.000000")
    chosen.company.update("F_ARTICLE", "AR_Ref", POLO, AR_PrixVen=25)
    run = chosen.run("catalogue")
    assert set(run.changes.filter(key=POLO, kind="products").values_list("cause", flat=True)) == {"shop.conflict"}
    assert decisions.open_for(chosen.client).get().facts["shop"] == "7.000000"
