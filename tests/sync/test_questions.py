"""Questions to people: opened once, brought up to date, and many at once."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import ShopConnection
from mapping.models import Binding
from sync_portal.sync import conflicts, decisions, questions
from sync_portal.sync.models import Answer, Decision, DecisionKind
from sync_portal.sync.plan import PlannedChange
from sync_portal.sync.questions import Moved, Question

pytestmark = pytest.mark.django_db


def moved(key: str = "POLO", *, sent: str = "10", found: str = "12", field: str = "price") -> Moved:
    return Moved("products", key, field, key, sent, found)


def changed(shop: ShopConnection, *, found: str = "12", sent: str = "10") -> Decision:
    [decision] = questions.ask_about_changes(shop, [moved(sent=sent, found=found)])
    return decision


def missing(key: str, **facts: str) -> Question:
    return Question(DecisionKind.MISSING, "products", key, key, facts)


def test_asking_twice_is_one_question_with_the_newest_facts(shop: ShopConnection) -> None:
    first = changed(shop, found="12")
    assert changed(shop, found="13") == first
    assert Decision.objects.get().facts == {"sent": "10", "shop": "13", "sage": "10"}


def test_an_ignored_question_is_not_asked_again_with_the_same_values(shop: ShopConnection, user: Any) -> None:
    first = changed(shop)
    decisions.decide(first, answer=Answer.IGNORE, user=user)
    assert changed(shop) == first
    assert changed(shop, found="13") != first


def test_only_the_last_ignoring_counts(shop: ShopConnection, user: Any) -> None:
    """12 was ignored, 13 put back: 12 again is a new event."""
    decisions.decide(changed(shop, found="12"), answer=Answer.IGNORE, user=user)
    Binding.objects.create(shop=shop, kind="products", key="POLO", remote_id=4, confirmed={"price": "10"})
    decisions.decide(changed(shop, found="13"), answer=Answer.PUT_BACK, user=user)
    assert changed(shop, found="12").answer == ""


def test_the_question_keeps_what_sage_wants(shop: ShopConnection) -> None:
    decision = changed(shop)
    Decision.objects.filter(pk=decision.pk).update(facts={"sent": "10", "shop": "12", "sage": "11"})
    again = changed(shop, found="13")
    assert (again.question, again.facts) == (DecisionKind.CONFLICT, {"sent": "10", "shop": "13", "sage": "11"})


def test_many_are_asked_in_one_go_and_told_in_their_order(shop: ShopConnection, user: Any) -> None:
    ignored, open_one = questions.ask(shop, [missing("IGNORED", id="1"), missing("OPEN", id="2")])
    decisions.decide(ignored, answer=Answer.IGNORE, user=user)
    asked = questions.ask(
        shop, [missing("NEW", id="3"), missing("OPEN", id="4"), missing("IGNORED", id="1"), missing("NEW", id="5")]
    )
    assert [(row.key, row.answer, row.facts["id"]) for row in asked] == [
        ("NEW", "", "5"),
        ("OPEN", "", "4"),
        ("IGNORED", Answer.IGNORE, "1"),
        ("NEW", "", "5"),
    ]
    assert (asked[1], asked[2], asked[0]) == (open_one, ignored, asked[3])
    assert {row.key: row.facts["id"] for row in Decision.objects.all()} == {"IGNORED": "1", "NEW": "5", "OPEN": "4"}


def test_each_field_and_each_kind_is_a_question_of_its_own(shop: ShopConnection) -> None:
    questions.ask_about_changes(shop, [moved(), moved(field="name"), moved("SAC")])
    questions.ask(shop, [Question(DecisionKind.MISSING, "stock", "POLO", "POLO", {})])
    again = questions.ask_about_changes(shop, [moved(found="13")])
    assert (Decision.objects.count(), [row.facts["shop"] for row in again]) == (4, ["13"])


def test_one_that_another_worker_opens_at_this_moment_is_that_one(
    shop: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Decision.objects.bulk_create

    def too_late(rows: list[Decision], **more: Any) -> Any:
        Decision(shop=shop, question="missing", kind="products", key="POLO", label="x", facts={"id": "1"}).save()
        return create(rows, **more)

    monkeypatch.setattr(type(Decision.objects), "bulk_create", lambda _self, rows, **more: too_late(rows, **more))
    [asked] = questions.ask(shop, [missing("POLO", id="2")])
    assert (asked, asked.facts, asked.label) == (Decision.objects.get(), {"id": "2"}, "POLO")


def test_one_that_is_answered_at_this_moment_keeps_what_was_seen(
    shop: ShopConnection, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = changed(shop, found="12")
    up_to_date = questions._bring_up_to_date

    def too_late(*given: Any) -> None:
        decisions.decide(decision, answer=Answer.IGNORE, user=user)
        up_to_date(*given)

    monkeypatch.setattr(questions, "_bring_up_to_date", too_late)
    changed(shop, found="13")
    assert Decision.objects.get().facts["shop"] == "12"


MANY = 5000


@pytest.fixture
def places() -> list[str]:
    return [f"ARTICLE-{number}" for number in range(MANY)]


def test_five_thousand_conflicts_cost_well_below_a_query_each(
    shop: ShopConnection, places: list[str], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(MANY // 50):
        asked = questions.ask_about_changes(shop, [moved(key) for key in places])
    assert {row.pk for row in asked} == set(Decision.objects.values_list("pk", flat=True))
    assert len(asked) == MANY
    with django_assert_max_num_queries(MANY // 50):
        again = questions.ask_about_changes(shop, [moved(key, found="13") for key in places])
    assert again == asked
    assert {row.facts["shop"] for row in Decision.objects.all()} == {"13"}


def test_a_plan_that_moves_what_is_asked_about_tells_so_together(
    shop: ShopConnection, places: list[str], django_assert_max_num_queries: Any
) -> None:
    some = places[:500]
    questions.ask_about_changes(shop, [moved(key) for key in some])
    plan = [
        PlannedChange("products", key, key, "update", {"price": "11"}, [{"field": "price", "after": "11"}], 0, "")
        for key in some
    ]
    with django_assert_max_num_queries(10):
        aside = conflicts.set_aside(shop, plan)
    assert {one.held.cause if one.held else "" for one in aside} == {"shop.conflict"}
    told = {row.key: (row.question, row.facts["sage"]) for row in Decision.objects.all()}
    assert told == dict.fromkeys(some, (DecisionKind.CONFLICT, "11"))
