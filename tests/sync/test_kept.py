"""A field that a person gave to the shop, given back to Sage, and given to the shop again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync_portal.sync import decisions, kept
from sync_portal.sync.answers import NotAnAnswer
from sync_portal.sync.models import Decision, DecisionKind, FieldOwner
from tests.flows.portal import World, changes_of, writes
from tests.sync.shop_edits import edit

pytestmark = [pytest.mark.flow, pytest.mark.django_db]

POLO = "POLO-BLEU-M"


@pytest.fixture
def user(make_user: Callable[..., Any]) -> Any:
    return make_user("alix")


@pytest.fixture
def accepted(small: World, user: Any) -> World:
    """Somebody changed a price in the shop, and somebody kept it."""
    small.begin("catalogue")
    set_price(small, "22.000000")
    small.run("drift")
    decisions.decide(Decision.objects.get(answer=""), answer="accept", user=user)
    assert writes(small.run("catalogue")) == {}
    return small


def set_price(world: World, price: str) -> None:
    edit(world, "products", world.shop.product(POLO)["id"], price=price)


def given_back(user: Any) -> Decision:
    return kept.give_back(FieldOwner.objects.get(), user=user)


def test_a_field_given_back_gets_sages_value_with_the_next_run(accepted: World, user: Any) -> None:
    given_back(user)
    run = accepted.run("catalogue")
    assert changes_of(run) == {("products", POLO): {"price": ("22.000000", "19.900000")}}
    assert writes(accepted.run("catalogue")) == {}
    assert (accepted.run("drift").held, Decision.objects.filter(answer="").count()) == (0, 0)


def test_what_the_shop_changed_while_the_field_was_its_own_is_asked_about(accepted: World, user: Any) -> None:
    set_price(accepted, "25.000000")
    given_back(user)
    run = accepted.run("catalogue")
    assert (run.held, accepted.shop.product(POLO)["price"]) == (1, "25.000000")
    asked = Decision.objects.get(answer="")
    assert (asked.question, asked.facts["shop"], asked.facts["sage"]) == (
        DecisionKind.CONFLICT,
        "25.000000",
        "19.900000",
    )


def test_who_gave_it_back_is_kept_in_the_history(accepted: World, user: Any) -> None:
    given_back(user)
    answers = Decision.objects.order_by("pk").values_list("answer", "decided_by__username", "field", "label")
    label = answers[0][3]
    assert list(answers) == [("accept", "alix", "price", label), ("give_back", "alix", "price", label)]


def test_giving_back_is_undone_and_the_field_is_the_shops_again(accepted: World, user: Any) -> None:
    kept.keep_again(given_back(user), user=user)
    assert [(row.kind, row.key, row.field) for row in kept.kept_for(accepted.client)] == [("products", POLO, "price")]
    assert writes(accepted.run("catalogue")) == {}
    assert accepted.run("drift").held == 0


def test_it_is_undone_once_and_only_while_it_is_the_last_word(accepted: World, user: Any) -> None:
    back = given_back(user)
    kept.keep_again(back, user=user)
    with pytest.raises(NotAnAnswer, match="not the last word"):
        kept.keep_again(back, user=user)
    with pytest.raises(NotAnAnswer, match="not the last word"):
        kept.keep_again(Decision.objects.latest("pk"), user=user)


def test_two_people_give_a_field_back_once(accepted: World, user: Any) -> None:
    first, second = FieldOwner.objects.get(), FieldOwner.objects.get()
    kept.give_back(first, user=user)
    with pytest.raises(NotAnAnswer, match="already"):
        kept.give_back(second, user=user)
    assert Decision.objects.filter(answer="give_back").count() == 1
