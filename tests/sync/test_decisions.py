"""Questions to people: answered once, obeyed in our own tables."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Client, ShopConnection
from mapping.models import Binding
from sync_portal.sync import conflicts, decisions, questions
from sync_portal.sync.answers import ANSWERS, NotAnAnswer
from sync_portal.sync.models import Answer, Decision, DecisionKind, FieldOwner
from sync_portal.sync.plan import PlannedChange, owned_by_rules
from sync_portal.sync.questions import Moved, Question
from tests.sync.counted import queries_of

pytestmark = pytest.mark.django_db


def changed(shop: ShopConnection, *, found: str = "12", sent: str = "10", key: str = "POLO") -> Decision:
    [decision] = questions.ask_about_changes(shop, [Moved("products", key, "price", key, sent, found)])
    return decision


def asked(shop: ShopConnection, question: str, kind: str = "products", key: str = "POLO", **facts: Any) -> Decision:
    [decision] = questions.ask(shop, [Question(question, kind, key, key, facts)])
    return decision


def bound(shop: ShopConnection, kind: str, key: str, shop_id: int, **fields: Any) -> Binding:
    return Binding.objects.create(shop=shop, kind=kind, key=key, remote_id=shop_id, **fields)


def test_another_clients_questions_are_not_listed(shop: ShopConnection) -> None:
    mine = changed(shop)
    other = Client.objects.create(slug="other", name="Other")
    changed(ShopConnection.objects.create(client=other, name="B", url="http://127.0.0.1:2"))
    assert list(decisions.open_for(shop.client)) == [mine]


# --- answering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        (DecisionKind.ADOPTION, {"adopt", "create", "ignore"}),
        (DecisionKind.CHANGED, {"accept", "put_back", "ignore"}),
        (DecisionKind.CONFLICT, {"accept", "put_back", "ignore"}),
        (DecisionKind.MISSING, {"create", "ignore"}),
        (DecisionKind.ORPHAN, {"own", "adopt", "hide", "delete", "ignore"}),
    ],
)
def test_each_question_offers_its_own_answers(
    shop: ShopConnection, user: Any, question: str, offered: set[str]
) -> None:
    assert set(ANSWERS[question]) == offered
    decision = asked(shop, question, candidates=[], sent="10")
    for word in set(Answer.values) - offered:
        with pytest.raises(NotAnAnswer, match="has no answer"):
            decisions.decide(decision, answer=word, user=user)
    decision.refresh_from_db()
    assert decision.answer == ""


def test_a_question_is_answered_once_and_remembers_by_whom(shop: ShopConnection, user: Any, make_user: Any) -> None:
    decision, same = changed(shop), changed(shop)
    decisions.decide(decision, answer=Answer.IGNORE, user=user)
    with pytest.raises(NotAnAnswer, match="answered already"):
        decisions.decide(same, answer=Answer.ACCEPT, user=make_user("zoe"))
    decision.refresh_from_db()
    assert (decision.decided_by, decision.answer) == (user, Answer.IGNORE)
    assert decision.decided_at is not None
    assert not FieldOwner.objects.exists()


def test_only_a_candidate_can_be_adopted(shop: ShopConnection, user: Any) -> None:
    decision = asked(shop, DecisionKind.ADOPTION, candidates=[{"id": 7}, {"id": 9}])
    for wrong in (8, None):
        with pytest.raises(NotAnAnswer, match="not a candidate"):
            decisions.decide(decision, answer=Answer.ADOPT, user=user, chosen_id=wrong)
    bound(shop, "products", "POLO", 1)
    Binding.objects.update(remote_id=None, parked="x", parked_cause="shop.adoption_uncertain")
    decisions.decide(decision, answer=Answer.ADOPT, user=user, chosen_id=9)
    binding = Binding.objects.get()
    assert (binding.remote_id, binding.adopted, binding.parked) == (9, True, "")


def test_a_new_one_remembers_which_candidates_it_is_not(shop: ShopConnection, user: Any) -> None:
    decision = asked(shop, DecisionKind.ADOPTION, candidates=[{"id": 9}, {"id": 7}])
    decisions.decide(decision, answer=Answer.CREATE, user=user)
    assert Binding.objects.get().pending == {"not": [7, 9]}


def test_accepting_makes_the_field_the_shops(shop: ShopConnection, user: Any) -> None:
    bound(shop, "products", "POLO", 4, confirmed={"price": "10", "name": "x"})
    decisions.decide(changed(shop), answer=Answer.ACCEPT, user=user)
    assert Binding.objects.get().confirmed == {"price": "12", "name": "x"}
    owner_of = decisions.owner_of(shop, owned_by_rules({"products.name": "if_new"}))
    assert [owner_of("products", "POLO", name) for name in ("price", "name", "weight")] == ["shop", "if_new", "sage"]
    assert owner_of("products", "SAC", "price") == "sage"


def test_putting_back_lets_even_an_undone_or_refused_value_be_sent(shop: ShopConnection, user: Any) -> None:
    bound(shop, "products", "POLO", 4, confirmed={"price": "10"}, undone={"price": "11", "name": "y"}, parked="x")
    decisions.decide(changed(shop), answer=Answer.PUT_BACK, user=user)
    binding = Binding.objects.get()
    assert (binding.confirmed, binding.undone, binding.parked) == ({"price": "12"}, {"name": "y"}, "")


def test_making_a_product_again_forgets_what_went_with_it(shop: ShopConnection, user: Any) -> None:
    places = [("products", "POLO"), ("combinations", "POLO|1"), ("stock", "POLO|1"), ("stock", "POLO")]
    places += [("specific_prices", "POLO|2"), ("images", "POLO|a.jpg")]
    others = [("products", "POLO-M"), ("stock", "POLO-M"), ("categories", "POLO"), ("customers", "POLO")]
    for number, (kind, key) in enumerate(places + others):
        bound(shop, kind, key, number + 1, confirmed={"x": "1"})
    for kind, key in places[:2]:
        asked(shop, DecisionKind.MISSING, kind, key, id="1")
    decisions.decide(Decision.objects.get(kind="products"), answer=Answer.CREATE, user=user)
    gone = Binding.objects.filter(remote_id=None, confirmed={})
    assert set(gone.values_list("kind", "key")) == set(places)
    assert not decisions.open_for(shop.client).exists()


# --- closing ----------------------------------------------------------------------------------------------------------


def test_settled_questions_close_and_others_stay(shop: ShopConnection) -> None:
    changed(shop, key="SETTLED")
    kept = {changed(shop, key="DIFFERENT"), asked(shop, DecisionKind.MISSING, key="GONE")}
    kept |= {asked(shop, DecisionKind.ADOPTION, key="WHICH"), asked(shop, DecisionKind.MISSING, "images", "OTHER")}
    asked(shop, DecisionKind.MISSING, key="BACK")
    closed = decisions.close_settled(
        shop, different=[("products", "DIFFERENT", "price")], missing=[("products", "GONE")], kinds=["products"]
    )
    assert (closed, set(Decision.objects.all())) == (2, kept)


def test_an_answer_is_never_deleted(shop: ShopConnection, user: Any) -> None:
    decisions.decide(changed(shop), answer=Answer.IGNORE, user=user)
    assert decisions.close_settled(shop, different=[], missing=[], kinds=["products"]) == 0
    assert Decision.objects.count() == 1


# --- set aside --------------------------------------------------------------------------------------------------------


def line(kind: str = "products", key: str = "POLO", action: str = "update", **fields: str) -> PlannedChange:
    differences = [{"field": name, "before": "10", "after": value, "why": ""} for name, value in fields.items()]
    return PlannedChange(kind, key, key, action, fields, differences, 0, "")


def told(changes: list[PlannedChange]) -> list[tuple[str, str, tuple[str, ...], str]]:
    return [(one.kind, one.key, tuple(one.fields), one.held.cause if one.held else "") for one in changes]


def test_without_questions_a_plan_is_left_as_it_is(shop: ShopConnection) -> None:
    lines = [line(price="11"), line("stock", quantity="4")]
    assert conflicts.set_aside(shop, lines) == lines


def test_only_questions_about_what_is_planned_are_read(shop: ShopConnection, user: Any) -> None:
    about, elsewhere = changed(shop), changed(shop, key="SAC")
    places = [("products", f"P{number}") for number in range(300)] + [("products", "POLO"), ("stock", "POLO|1")]
    assert decisions.standing(shop, places) == {about.place: about}
    assert queries_of(lambda: decisions.standing(shop, places), Decision) == 3, "if any, of products, of stock"
    for one in (about, elsewhere):
        decisions.decide(one, answer=Answer.ACCEPT, user=user)
    assert queries_of(lambda: decisions.standing(shop, places), Decision) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(line(price="11"), ("products", "POLO", ("price",), "shop.conflict"), id="only that field"),
        pytest.param(line(price="11", name="y"), ("products", "POLO", ("name",), ""), id="other fields go"),
        pytest.param(line(key="SAC", price="11"), ("products", "SAC", ("price",), ""), id="another product goes"),
        pytest.param(line(action="delete"), ("products", "POLO", (), ""), id="a deletion is no field"),
    ],
)
def test_the_field_in_question_is_not_written(
    shop: ShopConnection, change: PlannedChange, expected: tuple[str, str, tuple[str, ...], str]
) -> None:
    changed(shop)
    assert told(conflicts.set_aside(shop, [change])) == [expected]


@pytest.mark.parametrize(
    ("kind", "key", "waits"),
    [
        ("combinations", "POLO|1", True),
        ("stock", "POLO", True),
        ("stock", "POLO|1|2", True),
        ("specific_prices", "POLO|2", True),
        ("images", "POLO|a|b.jpg", True),
        ("images", "POLO-M|a.jpg", False),
        ("customers", "POLO", False),
        ("categories", "POLO", False),
    ],
)
@pytest.mark.parametrize(
    ("question", "cause"),
    [(DecisionKind.ADOPTION, "shop.adoption_uncertain"), (DecisionKind.MISSING, "shop.unknown_id")],
)
@pytest.mark.parametrize("ignored", [False, True], ids=["open", "ignored"])
def test_what_belongs_to_a_product_in_question_waits_and_is_left_out_when_ignored(
    shop: ShopConnection, user: Any, kind: str, key: str, waits: bool, question: str, cause: str, ignored: bool
) -> None:
    decision = asked(shop, question, candidates=[{"id": 1}], id="1")
    if ignored:
        decisions.decide(decision, answer=Answer.IGNORE, user=user)
    aside = conflicts.set_aside(shop, [line(kind, key, "create", x="1")])
    assert [one.held.cause if one.held else "" for one in aside] == (([] if ignored else [cause]) if waits else [""])
