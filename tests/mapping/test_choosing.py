"""What people choose: kept with its history, derived again, undone without losing what others chose since."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from connectors.models import Client
from mapping import choosing, touches
from mapping.choices import ChoiceValue, FeatureChoice, GroupChoice, TextChoice
from mapping.choices.texts import TEXT
from mapping.choosing import ChoiceRefused, Place
from mapping.models import Choice, ChoiceAct, ChoiceChange

pytestmark = pytest.mark.django_db

NAME = ("text", TEXT.make_key("POLO", "name", "fr"))


@pytest.fixture
def client_row() -> Client:
    return Client.objects.create(slug="acme", name="Acme")


def group(*members: str, master: str = "") -> GroupChoice:
    sizes = {member: (member[-1],) for member in members}
    return GroupChoice(master=master or members[0], axes=("Taille",), members=sizes)


def choose(client: Client, wanted: Mapping[Place, ChoiceValue | None]) -> ChoiceAct:
    act = choosing.choose(client, wanted, by=None, verb="test", why="parce que")
    assert act is not None
    return act


def test_a_choice_is_kept_with_its_history(client_row: Client) -> None:
    choose(client_row, {NAME: TextChoice(text="Polo")})
    choose(client_row, {NAME: TextChoice(text="Polo d'accueil")})
    assert Choice.objects.get().value == {"text": "Polo d'accueil"}
    told = ChoiceChange.objects.values_list("subject", "before", "after")
    assert list(told) == [("POLO", None, {"text": "Polo"}), ("POLO", {"text": "Polo"}, {"text": "Polo d'accueil"})]
    assert choosing.choices_of(client_row, {"POLO"}).get(TEXT, TextChoice, "POLO", "name", "fr") == TextChoice(
        text="Polo d'accueil"
    )


def test_choosing_what_is_chosen_already_leaves_no_trace(client_row: Client) -> None:
    choose(client_row, {NAME: TextChoice(text="Polo")})
    assert choosing.choose(client_row, {NAME: TextChoice(text="Polo")}, by=None, verb="test") is None
    assert ChoiceAct.objects.count() == 1


def test_undo_puts_back_what_was(client_row: Client) -> None:
    choose(client_row, {NAME: TextChoice(text="Polo")})
    act = choose(client_row, {NAME: TextChoice(text="Chemise"), ("text", "MUG|name|fr"): TextChoice(text="Tasse")})
    undone = choosing.undo(act, by=None)
    assert (undone.put_back, undone.changed_since) == (2, ())
    assert undone.act is not None
    assert undone.act.undoes == act
    assert dict(Choice.objects.values_list("key", "value")) == {NAME[1]: {"text": "Polo"}}


def test_an_undo_can_be_undone(client_row: Client) -> None:
    act = choose(client_row, {NAME: TextChoice(text="Polo")})
    undone = choosing.undo(act, by=None).act
    assert undone is not None
    choosing.undo(undone, by=None)
    assert Choice.objects.get().value == {"text": "Polo"}


def test_undo_leaves_alone_what_somebody_chose_since(client_row: Client) -> None:
    act = choose(client_row, {NAME: TextChoice(text="Polo"), ("text", "MUG|name|fr"): TextChoice(text="Tasse")})
    choose(client_row, {NAME: TextChoice(text="Chemise")})
    undone = choosing.undo(act, by=None)
    assert (undone.put_back, undone.changed_since) == (1, (NAME,))
    assert dict(Choice.objects.values_list("key", "value")) == {NAME[1]: {"text": "Chemise"}}


@pytest.mark.parametrize(
    ("place", "value", "reached"),
    [
        pytest.param(NAME, TextChoice(text="Polo"), {"POLO"}, id="a text reaches its article"),
        pytest.param(("group", "AM"), group("AM", "AL"), {"AM", "AL"}, id="a group reaches its members"),
        pytest.param(("feature", "stat1"), FeatureChoice(), None, id="a feature reaches everything"),
    ],
)
def test_what_depends_on_a_choice_is_derived_again(
    client_row: Client, place: Place, value: ChoiceValue, reached: set[str] | None
) -> None:
    start = touches.position(client_row)
    choose(client_row, {place: value})
    found = touches.since(client_row, start)
    assert found.everything == (reached is None)
    assert found.articles >= (reached or set())


def test_a_member_that_left_its_group_is_derived_again(client_row: Client) -> None:
    choose(client_row, {("group", "AM"): group("AM", "AL", "AS")})
    start = touches.position(client_row)
    choose(client_row, {("group", "AM"): group("AM", "AS")})
    assert "AL" in touches.since(client_row, start).articles


def test_an_article_in_two_groups_is_refused_and_nothing_is_changed(client_row: Client) -> None:
    choose(client_row, {("group", "AM"): group("AM", "AL")})
    with pytest.raises(ChoiceRefused, match="AL"):
        choose(client_row, {("group", "BM"): group("BM", "AL"), NAME: TextChoice(text="Polo")})
    assert list(Choice.objects.values_list("key", flat=True)) == ["AM"]
    assert ChoiceAct.objects.count() == 1


def test_one_client_s_choices_are_not_another_s(client_row: Client) -> None:
    other = Client.objects.create(slug="other", name="Other")
    choose(client_row, {NAME: TextChoice(text="Polo")})
    choose(other, {NAME: TextChoice(text="Chemise")})
    assert choosing.choices_of(other, {"POLO"}).all(TEXT, TextChoice) == {NAME[1]: TextChoice(text="Chemise")}
