"""Products and combinations of the shop that do not come from Sage: asked about once, and what each answer leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.connections import open_shop
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from sync_portal.sync import decisions, jobs, questions
from sync_portal.sync.answers import NotAnAnswer, answers_to
from sync_portal.sync.models import Decision, Run
from sync_portal.sync.questions import Question
from tests.flows.portal import World, changes_of, writes
from tests.sync.shop_edits import delete, edit

pytestmark = [pytest.mark.flow, pytest.mark.django_db]


@pytest.fixture
def published(small: World) -> World:
    small.begin("catalogue")
    return small


@pytest.fixture
def decide(make_user: Callable[..., Any]) -> Callable[..., Decision]:
    """Answer the only open question."""
    user = make_user("alix")

    def answer(word: str, **chosen: str) -> Decision:
        decision = Decision.objects.get(answer="")
        decisions.decide(decision, answer=word, user=user, **chosen)
        return decision

    return answer


def make(world: World, reference: str = "VITRINE", **fields: str) -> int:
    """A product that people made in the shop."""
    values: dict[str, Any] = {"reference": reference, "active": "1", "price": "5.000000", "id_category_default": "2"}
    texts = {"name": {1: "Vitrine d'été"}, "link_rewrite": {1: "vitrine"}}
    webservice = open_shop(world.client.shops.get())
    outcome = webservice.create("products", [Entity(fields=values | texts | fields)], find=lambda _entity: None)[0]
    assert outcome.error is None, outcome.error
    return int(outcome.id or 0)


def told(run: Run) -> dict[tuple[str, str], str]:
    return {(change.kind, change.key): change.cause for change in run.changes.all()}


def seen_by_buyers(world: World, shop_id: int) -> bool:
    return bool(world.shop.one("products", id=str(shop_id))["active"] == "1")


def test_an_orphan_is_asked_about_once_with_what_it_is_called(published: World) -> None:
    number = make(published)
    mark = published.shop.mark()
    for _twice in range(2):
        run = published.run("drift")
        assert (told(run), run.held) == ({("products", f"#{number}"): "drift.orphan"}, 1)
    assert published.shop.since(mark).write_requests == 0
    decision = Decision.objects.get()
    facts = {"id": str(number), "reference": "VITRINE", "name": "Vitrine d'été", "active": "1"}
    assert (decision.question, decision.label, decision.facts) == ("orphan", "VITRINE", facts)


def test_what_is_the_shops_own_is_never_asked_about_again(published: World, decide: Callable[..., Decision]) -> None:
    number = make(published)
    published.run("drift")
    decide("own")
    edit(published, "products", number, reference="AUTRE")
    run = published.run("drift")
    assert (told(run), run.held, Decision.objects.filter(answer="").count()) == ({}, 0, 0)
    assert writes(published.run("catalogue")) == {}
    assert seen_by_buyers(published, number)


def test_a_hidden_orphan_leaves_the_shop_with_the_next_run_and_comes_back_with_its_undo(
    published: World, decide: Callable[..., Decision]
) -> None:
    number = make(published)
    published.run("drift")
    decide("hide")
    run = published.run("catalogue")
    assert changes_of(run) == {("products", f"#{number}"): {"active": ("1", "0")}}
    assert not seen_by_buyers(published, number)
    assert writes(published.run("catalogue")) == {}
    assert told(published.run("drift")) == {}


def test_an_orphan_that_was_hidden_and_then_deleted_is_not_missed(
    published: World, decide: Callable[..., Decision]
) -> None:
    number = make(published)
    published.run("drift")
    decide("hide")
    published.publish("catalogue")
    delete(published, "products", number)
    assert told(published.run("drift")) == {}
    assert writes(published.run("catalogue")) == {}


def test_an_orphan_that_is_an_article_gets_what_sage_says_of_it(
    published: World, decide: Callable[..., Decision]
) -> None:
    number = make(published)
    old = Binding.objects.get(kind="products", key="SECATEUR")
    delete(published, "products", old.remote_id)
    published.run("drift")
    Decision.objects.filter(question="missing").delete()
    Binding.objects.filter(pk=old.pk).update(remote_id=None, confirmed={})
    decide("adopt", chosen_key="SECATEUR")
    published.publish("catalogue")
    product = published.shop.product("SECATEUR")
    assert int(product["id"]) == number
    assert writes(published.run("catalogue")) == {}
    assert told(published.run("drift")) == {}


@pytest.mark.parametrize("key", ["", "NOPE", "POLO-BLEU-M"], ids=["nothing", "unknown", "in the shop already"])
def test_an_orphan_can_only_be_an_article_that_is_missing_in_the_shop(
    published: World, decide: Callable[..., Decision], key: str
) -> None:
    make(published)
    published.run("drift")
    with pytest.raises(NotAnAnswer, match="missing in shop"):
        decide("adopt", chosen_key=key)
    assert Decision.objects.get().answer == ""


def test_the_question_closes_when_the_orphan_is_gone(published: World) -> None:
    number = make(published)
    published.run("drift")
    delete(published, "products", number)
    published.run("drift")
    assert not Decision.objects.exists()


def test_only_a_product_that_buyers_see_can_be_hidden(published: World) -> None:
    make(published, active="0")
    published.run("drift")
    assert answers_to(Decision.objects.get()) == ("own", "adopt", "ignore")


def test_what_is_ignored_is_asked_about_again_when_it_is_called_otherwise(
    published: World, decide: Callable[..., Decision]
) -> None:
    number = make(published)
    published.run("drift")
    decide("ignore")
    run = published.run("drift")
    assert (told(run), run.held) == ({}, 0)
    edit(published, "products", number, reference="AUTRE")
    assert told(published.run("drift")) == {("products", f"#{number}"): "drift.orphan"}


def test_a_combination_is_told_where_its_product_is_ours_and_may_be_one_that_is_missing(
    world: World, decide: Callable[..., Decision]
) -> None:
    world.begin("catalogue")
    bound = Binding.objects.filter(kind="combinations").order_by("pk").first()
    assert bound is not None
    Binding.objects.filter(pk=bound.pk).delete()
    run = world.run("drift")
    assert told(run) == {("combinations", f"#{bound.remote_id}"): "drift.orphan"}
    assert answers_to(Decision.objects.get()) == ("own", "adopt", "ignore")
    decide("adopt", chosen_key=bound.key)
    assert Binding.objects.get(kind="combinations", key=bound.key).remote_id == bound.remote_id
    assert told(world.run("drift")) == {}


def test_the_combinations_of_an_orphan_go_with_it(world: World) -> None:
    world.begin("catalogue")
    combination = Binding.objects.filter(kind="combinations").order_by("pk").first()
    assert combination is not None
    product = combination.confirmed["product"]["ref"][1]
    Binding.objects.filter(kind="combinations", key__startswith=f"{product}|").delete()
    gone = Binding.objects.get(kind="products", key=product)
    gone.delete()
    assert told(world.run("drift")) == {("products", f"#{gone.remote_id}"): "drift.orphan"}


def test_what_another_question_offers_already_is_not_asked_about(published: World) -> None:
    number = make(published)
    facts = {"candidates": [{"id": number}]}
    shop = published.client.shops.get()
    questions.ask(shop, [Question("adoption", "products", "X", "X", facts)])
    assert told(published.run("drift")) == {}


def test_a_hiding_that_the_shop_refused_is_told_by_each_run_and_sent_by_a_retry(
    published: World, decide: Callable[..., Decision]
) -> None:
    number = make(published)
    published.run("drift")
    decide("hide")
    published.shop.misbehave("empty_500", times=-1, path="/api/products", methods=["PATCH", "PUT"])
    assert published.run("catalogue").state == "incomplete"
    published.running.shop.misbehaviours.clear()
    for _twice in range(2):
        held = published.run("catalogue")
        assert (told(held), held.held, writes(held)) == ({("products", f"#{number}"): "shop.empty_500"}, 1, {})
    asked = jobs.retry_refused(held)
    jobs.carry(asked.lane)
    assert not seen_by_buyers(published, number)
    again = published.run("catalogue")
    assert (told(again), writes(again)) == ({}, {})


def test_the_undo_of_a_hiding_shows_the_orphan_again(published: World, decide: Callable[..., Decision]) -> None:
    number = make(published)
    published.run("drift")
    decide("hide")
    run = published.run("catalogue")
    asked = jobs.undo(run)
    jobs.carry(asked.lane)
    assert seen_by_buyers(published, number)
    again = [jobs.run_here(published.client, "catalogue", scope=scope) for scope in ({}, {"full": True})]
    assert [writes(one) for one in again] == [{}, {}]
    assert told(published.run("drift")) == {}
