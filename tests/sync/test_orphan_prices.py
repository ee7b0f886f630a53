"""Prices of our products that people made in the shop: told, never touched without an answer, never taken for ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from connectors.connections import open_shop
from connectors.errors import RejectedRecordError
from connectors.prestashop.items import Outcome
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from sync_portal.sync import decisions, jobs
from sync_portal.sync.answers import NotAnAnswer, answers_to
from sync_portal.sync.models import Decision, Run
from tests.flows.portal import World, writes
from tests.sync.shop_edits import delete, edit
from tests.sync.test_orphans import decide

__all__ = ["decide"]
pytestmark = [pytest.mark.flow, pytest.mark.django_db]

POLO = "POLO-BLEU-M"
NEVER = "0000-00-00 00:00:00"
ROW = {
    **dict.fromkeys(("id_shop", "id_cart", "id_currency", "id_country", "id_group", "id_customer"), "0"),
    "id_product_attribute": "0",
    "from_quantity": "1",
    "price": "-1",
    "reduction": "0.15",
    "reduction_tax": "1",
    "reduction_type": "percentage",
    "from": NEVER,
    "to": NEVER,
    "id_specific_price_rule": "0",
}


@pytest.fixture
def priced(small: World) -> World:
    """Everything is published, prices too, and the check has nothing to ask."""
    small.publish("catalogue", "customers", "prices")
    assert told(small.run("drift")) == {}
    return small


def promote(world: World, reference: str = POLO, **values: str) -> int:
    """A price that somebody makes in the shop's back office: 15 % off for everybody, unless said otherwise."""
    product = str(world.shop.product(reference)["id"]) if reference else "0"
    entity = Entity(fields={**ROW, "id_product": product, **values})
    webservice = open_shop(world.client.shops.get())
    outcome = webservice.create("specific_prices", [entity], find=lambda _entity: None)[0]
    assert outcome.error is None, outcome.error
    return int(outcome.id or 0)


def told(run: Run) -> dict[tuple[str, str], str]:
    return {(change.kind, change.key): change.cause for change in run.changes.all()}


def place(number: int, reference: str = POLO) -> tuple[str, str]:
    return "specific_prices", f"{reference}|#{number}"


def in_the_shop(world: World, number: int) -> bool:
    return bool(world.shop.list("specific_prices", id=str(number)))


def test_a_promotion_is_told_once_with_what_buyers_pay_by_it(priced: World) -> None:
    number = promote(priced, **{"from": "2026-11-01 00:00:00", "to": "2099-12-31 00:00:00"})
    mark = priced.shop.mark()
    for _twice in range(2):
        run = priced.run("drift")
        assert (told(run), run.held) == ({place(number): "drift.price"}, 1)
    assert priced.shop.since(mark).write_requests == 0
    change = run.changes.get()
    assert change.facts == {"label": POLO, "amount": "-15 %", "id": str(number)}
    assert {one["field"]: one["after"] for one in change.differences} == {
        "product": {"ref": ["products", POLO]},
        "reduction": "0.150000",
        "reduction_type": "percentage",
        "reduction_tax": "1",
        "begins": "2026-11-01 00:00:00",
        "ends": "2099-12-31 00:00:00",
    }
    decision = Decision.objects.get()
    assert (decision.question, decision.label) == ("orphan", f"{POLO} · -15 %")
    assert answers_to(decision) == ("own", "delete", "ignore")


def test_a_price_for_a_group_or_a_customer_says_whose_it_is(priced: World) -> None:
    groups = {name: key for key, name in priced.shop.names("groups").items()}
    buyer = priced.shop.one("customers", email="achats@hotel-abbaye.example")["id"]
    promote(
        priced, id_group=groups["Revendeurs"], price="9.9", reduction="0", reduction_type="amount", from_quantity="7"
    )
    promote(priced, id_customer=str(buyer), reduction="2", reduction_type="amount")
    priced.run("drift")
    found = {row.label: row.facts["held"] for row in Decision.objects.all()}
    assert found[f"{POLO} · 9.90"]["group"] == {"ref": ["groups", "2"]}
    assert found[f"{POLO} · 9.90"]["from_quantity"] == "7"
    assert found[f"{POLO} · -2"]["customer"] == {"ref": ["customers", "ABBAYE"]}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"to": "2026-01-31 00:00:00"}, id="has ended"),
        pytest.param({"id_cart": "7"}, id="of one basket"),
    ],
)
def test_what_nobody_pays_is_not_told(priced: World, values: dict[str, str]) -> None:
    promote(priced, **values)
    assert told(priced.run("drift")) == {}


def test_a_question_closes_when_the_promotion_is_over_or_gone(priced: World) -> None:
    over, gone = promote(priced), promote(priced, "SECATEUR")
    priced.run("drift")
    assert Decision.objects.count() == 2
    edit(priced, "specific_prices", over, **{'"to"': "2026-01-31 00:00:00"})
    delete(priced, "specific_prices", gone)
    assert told(priced.run("drift")) == {}
    assert not Decision.objects.exists()


def test_before_the_prices_ran_the_shops_prices_are_its_own(small: World) -> None:
    small.publish("catalogue")
    promote(small)
    assert told(small.run("drift")) == {}


def test_the_price_of_an_orphan_is_not_told_beside_it(priced: World) -> None:
    bound = Binding.objects.get(kind="products", key="SECATEUR")
    promote(priced, "SECATEUR")
    number = bound.remote_id
    bound.delete()
    Binding.objects.filter(key__startswith="SECATEUR").delete()
    assert set(told(priced.run("drift"))) == {("products", f"#{number}")}


# --- answers ----------------------------------------------------------------------------------------------------------


def test_what_is_the_shops_own_is_never_asked_about_again(priced: World, decide: Callable[..., Decision]) -> None:
    number = promote(priced)
    priced.run("drift")
    decide("own")
    edit(priced, "specific_prices", number, reduction="0.5")
    assert told(priced.run("drift")) == {}
    assert writes(priced.run("prices")) == {}


def test_what_is_ignored_is_asked_about_again_when_it_changes(priced: World, decide: Callable[..., Decision]) -> None:
    number = promote(priced)
    priced.run("drift")
    decide("ignore")
    run = priced.run("drift")
    assert (told(run), run.held) == ({}, 0)
    assert writes(priced.run("prices")) == {}
    edit(priced, "specific_prices", number, reduction="0.5")
    assert told(priced.run("drift")) == {place(number): "drift.price"}
    assert Decision.objects.get(answer="").label == f"{POLO} · -50 %"


@pytest.mark.parametrize("scope", [{}, {"full": True}], ids=["what changed", "everything anew"])
def test_what_a_person_wants_deleted_goes_with_the_next_run_of_the_prices(
    priced: World, decide: Callable[..., Decision], scope: dict[str, Any]
) -> None:
    number, other = promote(priced), promote(priced, "SECATEUR")
    prices = len(priced.shop.list("specific_prices"))
    priced.run("drift")
    answer(other, "ignore", decide)
    decide("delete")
    assert in_the_shop(priced, number)
    run = jobs.run_here(priced.client, "prices", scope=scope)
    assert (run.state, writes(run)) == ("succeeded", {"DELETE": 1})
    assert list(run.changes.values_list("action", "key", "state")) == [("delete", place(number)[1], "confirmed")]
    assert (in_the_shop(priced, number), len(priced.shop.list("specific_prices"))) == (False, prices - 1)
    assert writes(priced.run("prices")) == {}
    assert told(priced.run("drift")) == {}


def answer(number: int, word: str, decide: Callable[..., Decision]) -> None:
    """Answer one of two open questions, so that the other one is the only one."""
    from django.contrib.auth.models import User

    question = Decision.objects.get(answer="", facts__id=str(number))
    decisions.decide(question, answer=word, user=User.objects.get())


def test_what_changed_after_the_answer_is_not_deleted_but_asked_about_again(
    priced: World, decide: Callable[..., Decision]
) -> None:
    number = promote(priced)
    priced.run("drift")
    decide("delete")
    edit(priced, "specific_prices", number, reduction="0.5")
    run = priced.run("prices")
    assert (told(run), writes(run)) == ({place(number): "drift.changed_since"}, {})
    assert told(priced.run("drift")) == {place(number): "drift.price"}
    decide("delete")
    assert writes(priced.run("prices")) == {"DELETE": 1}
    assert writes(priced.run("prices")) == {}


def test_what_is_gone_before_its_deletion_is_not_missed(priced: World, decide: Callable[..., Decision]) -> None:
    number = promote(priced)
    priced.run("drift")
    decide("delete")
    delete(priced, "specific_prices", number)
    assert told(priced.run("drift")) == {}
    assert writes(priced.run("prices")) == {}


def test_a_deletion_that_had_to_wait_is_tried_by_the_next_run(priced: World, decide: Callable[..., Decision]) -> None:
    number = promote(priced)
    priced.run("drift")
    decide("delete")
    priced.shop.misbehave("empty_500", times=-1, path="/api/specific_prices", methods=["DELETE"])
    assert priced.run("prices").state == "incomplete"
    priced.running.shop.misbehaviours.clear()
    assert writes(priced.run("prices")) == {"DELETE": 1}
    assert not in_the_shop(priced, number)


def test_a_deletion_that_the_shop_refused_is_sent_by_a_retry(priced: World, decide: Callable[..., Decision]) -> None:
    number = promote(priced)
    priced.run("drift")
    decide("delete")

    def refuse(_shop: Webservice, _resource: str, ids: Sequence[int]) -> list[Outcome]:
        error = RejectedRecordError("shop.refused", {"message": "non"})
        return [Outcome(place, shop_id, Entity({}), error=error) for place, shop_id in enumerate(ids)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Webservice, "delete", refuse)
        assert priced.run("prices").state == "incomplete"
    for _twice in range(2):
        held = priced.run("prices")
        assert (told(held), held.held, writes(held)) == ({place(number): "shop.refused"}, 1, {})
    asked = jobs.retry_refused(held)
    jobs.carry(asked.lane)
    assert not in_the_shop(priced, number)
    again = priced.run("prices")
    assert (told(again), writes(again)) == ({}, {})


def test_what_a_rule_of_the_shop_made_or_holds_for_all_is_not_to_be_deleted_here(
    priced: World, decide: Callable[..., Decision]
) -> None:
    promote(priced, id_specific_price_rule="3")
    promote(priced, "", reduction="0.2")
    run = priced.run("drift")
    assert sorted(run.changes.values_list("cause", "facts__amount")) == [
        ("drift.price", "-15 %"),
        ("drift.price_of_all", "-20 %"),
    ]
    assert {answers_to(row) for row in Decision.objects.all()} == {("own", "ignore")}
    Decision.objects.exclude(facts__product="").delete()
    with pytest.raises(NotAnAnswer):
        decide("delete")


# --- never taken for ours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"to": "2099-12-31 00:00:00"}, id="that will end"),
        pytest.param({"id_country": "8"}, id="of one country"),
        pytest.param({"id_specific_price_rule": "3"}, id="of a catalogue rule"),
    ],
)
def test_a_promotion_for_a_buyer_of_ours_does_not_become_the_price_of_sage(
    small: World, limits: dict[str, str]
) -> None:
    small.publish("catalogue", "customers")
    group = next(key for key, name in small.shop.names("groups").items() if name == "Revendeurs")
    number = promote(small, id_group=group, price="5", reduction="0", reduction_type="amount", **limits)
    small.publish("prices")
    row = small.shop.one("specific_prices", id=str(number))
    assert Decimal(row["price"]) == 5
    ours = small.shop.list("specific_prices", id_product=row["id_product"], id_group=group, from_quantity="1")
    assert [(one["to"], one["id_country"]) for one in ours if one["id"] != row["id"]] == [(NEVER, "0")]
    assert told(small.run("drift")) == {place(number): "drift.price"}
    assert writes(small.run("prices")) == {}


def test_a_price_like_ours_is_recognised_and_not_doubled(small: World) -> None:
    small.publish("catalogue", "customers")
    group = next(key for key, name in small.shop.names("groups").items() if name == "Revendeurs")
    number = promote(small, id_group=group, price="5", reduction="0", reduction_type="amount")
    run = small.run("prices")
    assert run.state == "succeeded"
    assert Decimal(small.shop.one("specific_prices", id=str(number))["price"]) == Decimal("14.92")
    assert told(small.run("drift")) == {}
