"""What people do with groups: each one act, refused whole or done whole, and undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connectors.models import Client, ShopConnection
from mapping import group_acts, group_drafts
from mapping.choosing import undo
from mapping.group_acts import GroupRefused
from mapping.group_drafts import Draft, Fault
from mapping.grouped import book_of, open_suggestions
from mapping.models import Binding, ChoiceAct, GroupSuggestion, SourceTouch

SIZES = {"P-L": ["L"], "P-M": ["M"], "P-S": ["S"]}


@pytest.fixture
def client(db: None) -> Client:
    return Client.objects.create(slug="maison", name="Maison")


@pytest.fixture
def camille(db: None) -> User:
    return User.objects.create(username="camille")


def suggest(client: Client, members: dict[str, list[str]] | None = None, **more: Any) -> GroupSuggestion:
    members = SIZES if members is None else members
    values: dict[str, Any] = {
        "key": f"reference|{min(members)}",
        "name": "Polo",
        "score": 90,
        "rule": "reference",
        "pattern": "P-",
        "master": min(members),
        "axes": ["Taille"],
        "members": members,
        "size": len(members),
        "found_at": timezone.now(),
    }
    return GroupSuggestion.objects.create(client=client, **(values | more))


def publish(client: Client, reference: str, number: int = 7) -> None:
    shop, _made = ShopConnection.objects.get_or_create(client=client, name="Boutique", url="https://shop.example/")
    Binding.objects.create(shop=shop, kind="products", key=reference, remote_id=number)


def drafted(client: Client, anchor: str) -> Draft:
    return group_drafts.of_group(anchor, book_of(client)[anchor])


@pytest.fixture
def polo(client: Client, camille: User) -> str:
    """An approved group."""
    group_acts.approve([suggest(client)], client, by=camille)
    return "P-L"


def test_an_approved_suggestion_is_a_group_at_the_page_of_its_published_article(client: Client, camille: User) -> None:
    publish(client, "P-S")

    done = group_acts.approve([suggest(client)], client, by=camille)

    assert done.anchors == ("P-S",)
    assert done.act is not None
    assert (done.act.verb, done.act.by) == ("group.approve", camille)
    assert book_of(client)["P-S"].model_dump() == {
        "name": "Polo",
        "master": "P-L",
        "axes": ("Taille",),
        "members": {"P-L": ("L",), "P-M": ("M",), "P-S": ("S",)},
        "locked": False,
        "rule": "reference",
        "pattern": "P-",
    }
    touched = set(SourceTouch.objects.filter(client=client, scope="article").values_list("key", flat=True))
    assert touched == {"P-L", "P-M", "P-S"}


def test_an_approved_suggestion_is_decided_until_it_is_undone(client: Client, camille: User) -> None:
    suggestion = suggest(client)
    done = group_acts.approve([suggestion], client, by=camille)
    assert done.act is not None
    assert list(open_suggestions(client)) == []

    undo(done.act, by=camille)

    assert list(open_suggestions(client)) == [suggestion]
    assert book_of(client) == {}


def test_several_are_approved_as_one_act_and_the_faulty_ones_stay(client: Client, camille: User) -> None:
    polo = suggest(client)
    doubled = suggest(client, {"V-1": ["36"], "V-2": ["36"]})
    shared = suggest(client, {"P-M": ["M"], "Z": ["S"]}, key="shares an article with the first")

    done = group_acts.approve([polo, doubled, shared], client, by=camille)

    assert set(book_of(client)) == {"P-L"}
    assert ChoiceAct.objects.count() == 1
    assert done.refused == (
        (doubled, (Fault("doubled", "V-2", other="V-1", value="36"),)),
        (shared, (Fault("elsewhere", "P-M", other="P-L"),)),
    )


def test_articles_join_the_group_that_they_were_suggested_for(client: Client, camille: User, polo: str) -> None:
    joining = suggest(client, {"P-XL": ["XL"], "P-XS": ["XS"]}, joins=polo, axes=["taille"], master="P-L")
    assert list(open_suggestions(client)) == [joining]

    group_acts.approve([joining], client, by=camille)

    assert book_of(client)[polo].members["P-XL"] == ("XL",)
    assert list(open_suggestions(client)) == []
    assert book_of(client)[polo].master == "P-L"


def test_a_faulty_draft_changes_nothing_and_says_why(client: Client, camille: User, polo: str) -> None:
    draft = replace(drafted(client, polo), master="P-XXL")

    with pytest.raises(GroupRefused) as refused:
        group_acts.keep(client, draft, by=camille)

    assert refused.value.faults == [Fault("master", "P-XXL")]
    assert book_of(client)[polo].master == "P-L"


def test_a_moved_article_leaves_the_other_group_in_the_same_act(client: Client, camille: User, polo: str) -> None:
    built = Draft(axes=("Couleur",), members={"A": ("Bleu",), "P-M": ("Noir",)}, master="A", anchor="A")
    act = group_acts.keep(client, replace(built, moved=frozenset({"P-M"})), by=camille)

    assert act is not None
    assert set(book_of(client)["A"].members) == {"A", "P-M"}
    assert set(book_of(client)[polo].members) == {"P-L", "P-S"}
    undo(act, by=camille)
    assert set(book_of(client)) == {polo}
    assert set(book_of(client)[polo].members) == {"P-L", "P-M", "P-S"}


def test_a_merged_group_ends_and_comes_back_when_it_is_undone(client: Client, camille: User, polo: str) -> None:
    group_acts.approve([suggest(client, {"V-1": ["36"], "V-2": ["38"]})], client, by=camille)
    draft = group_drafts.merged(drafted(client, polo), "V-1", book_of(client)["V-1"])

    act = group_acts.keep(client, draft, by=camille)

    assert act is not None
    assert act.verb == "group.merge"
    assert set(book_of(client)) == {polo}
    undo(act, by=camille)
    assert set(book_of(client)) == {polo, "V-1"}


def test_a_split_makes_a_second_group(client: Client, camille: User) -> None:
    group_acts.approve([suggest(client, {**SIZES, "P-XL": ["XL"]})], client, by=camille)

    act = group_acts.split(client, drafted(client, "P-L"), {"P-M", "P-XL"}, by=camille)

    assert act is not None
    assert act.verb == "group.split"
    assert {anchor: set(choice.members) for anchor, choice in book_of(client).items()} == {
        "P-L": {"P-L", "P-S"},
        "P-M": {"P-M", "P-XL"},
    }


@pytest.mark.parametrize(
    ("ticked", "code"),
    [({"P-L", "P-M"}, "few"), ({"P-M"}, "few"), (set(), "few"), ({"P-M", "P-S"}, "few")],
    ids=["too many with the anchor", "one alone", "none", "the anchor would be alone"],
)
def test_a_split_that_leaves_no_two_groups_is_refused(
    ticked: set[str], code: str, client: Client, camille: User, polo: str
) -> None:
    with pytest.raises(GroupRefused) as refused:
        group_acts.split(client, drafted(client, polo), ticked, by=camille)

    assert code in {fault.code for fault in refused.value.faults}
    assert set(book_of(client)) == {polo}


def test_a_dissolved_group_is_gone_and_comes_back(client: Client, camille: User, polo: str) -> None:
    act = group_acts.dissolve(client, polo, by=camille)

    assert act is not None
    assert book_of(client) == {}
    undo(act, by=camille)
    assert set(book_of(client)) == {polo}


def test_a_lock_is_put_on_and_taken_off(client: Client, camille: User, polo: str) -> None:
    for locked, verb in ((True, "group.lock"), (False, "group.unlock")):
        act = group_acts.lock(client, polo, locked=locked, by=camille)
        assert act is not None
        assert (act.verb, book_of(client)[polo].locked) == (verb, locked)


def test_a_dismissed_suggestion_is_not_open_until_it_is_taken_back(client: Client, camille: User) -> None:
    suggestion = suggest(client)
    group_acts.dismiss(suggestion, by=camille)
    assert list(open_suggestions(client)) == []

    group_acts.suggest_again(suggestion)

    assert list(open_suggestions(client)) == [suggestion]


@pytest.mark.parametrize(
    ("change", "verb"),
    [
        ({"master": "P-S"}, "group.master"),
        ({"members": {"P-L": ("L",), "P-M": ("M",), "P-S": ("XS",)}}, "group.values"),
        ({"members": {"P-L": ("L",), "P-M": ("M",)}}, "group.edit"),
        ({"locked": True}, "group.lock"),
        ({"axes": ("Pointure",)}, "group.edit"),
        ({"master": "P-S", "locked": True}, "group.edit"),
        ({"moved": frozenset({"X"})}, "group.move"),
        ({"of": ""}, "group.build"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_history_names_what_was_done(
    change: dict[str, Any], verb: str, client: Client, camille: User, polo: str
) -> None:
    draft = replace(drafted(client, polo), **change)

    assert group_acts.verb_of(draft, book_of(client)) == verb


def test_an_article_that_somebody_grouped_meanwhile_is_refused(
    client: Client, camille: User, polo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_acts, "book_of", lambda client: {})
    draft = Draft(axes=("Taille",), members={"A": ("S",), "P-M": ("M",)}, master="A", anchor="A")

    with pytest.raises(GroupRefused) as refused:
        group_acts.keep(client, draft, by=camille)

    assert [fault.code for fault in refused.value.faults] == ["meanwhile"]
    assert set(book_of(client)) == {polo}
