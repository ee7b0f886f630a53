"""A group while a person works on it: its faults, and what keeping it changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping import group_drafts
from mapping.choices.groups import GroupChoice
from mapping.group_drafts import Draft, Fault

POLO = GroupChoice(master="P-M", axes=("Taille",), members={"P-M": ("M",), "P-L": ("L",), "P-S": ("S",)})
VEST = GroupChoice(master="V-2", axes=("Taille",), members={"V-1": ("36",), "V-2": ("38",)})
BOOK = {"P-L": POLO, "V-1": VEST}
NEW = Draft(axes=("Couleur",), members={"A": ("Bleu",), "B": ("Rouge",)}, master="A", anchor="B")
POLO_DRAFT = group_drafts.of_group("P-L", POLO)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        pytest.param(NEW, [], id="whole"),
        pytest.param(POLO_DRAFT, [], id="an approved group as it is"),
        pytest.param(replace(NEW, axes=(), members={"A": (), "B": ()}), [Fault("no_axis")], id="no axis"),
        pytest.param(replace(NEW, axes=("",)), [Fault("axis_unnamed", axis=0)], id="an axis without a name"),
        pytest.param(
            replace(NEW, axes=("Taille", " taille "), members={"A": ("1", "2"), "B": ("2", "1")}),
            [Fault("axis_twice", axis=1, value=" taille ")],
            id="an axis twice",
        ),
        pytest.param(
            replace(NEW, members={"A": ("Bleu",)}, anchor="A"), [Fault("few", value="1")], id="one article alone"
        ),
        pytest.param(replace(NEW, master="C"), [Fault("master", "C")], id="the master is no member"),
        pytest.param(replace(NEW, anchor=""), [Fault("anchor")], id="no page in the shop"),
        pytest.param(
            replace(POLO_DRAFT, members={"P-M": ("M",), "P-S": ("S",)}),
            [Fault("anchor_gone", "P-L")],
            id="the anchor cannot leave",
        ),
        pytest.param(
            replace(NEW, members={"A": ("Bleu",), "B": (" ",)}), [Fault("value_missing", "B", 0)], id="no value"
        ),
        pytest.param(
            replace(NEW, members={"A": ("Bleu",), "B": ("bleu ",)}),
            [Fault("doubled", "B", other="A", value="bleu ")],
            id="one cell twice, whatever its spelling",
        ),
        pytest.param(
            replace(NEW, members={**NEW.members, "V-2": ("Vert",)}),
            [Fault("elsewhere", "V-2", other="V-1")],
            id="an article of another group",
        ),
        pytest.param(
            replace(NEW, members={**NEW.members, "V-2": ("Vert",)}, moved=frozenset({"V-2"})),
            [],
            id="moved out of another group",
        ),
        pytest.param(
            replace(NEW, members={**NEW.members, "V-1": ("Vert",)}, moved=frozenset({"V-1"})),
            [Fault("elsewhere_anchor", "V-1", other="V-1")],
            id="an anchor is not moved out",
        ),
        pytest.param(
            replace(group_drafts.merged(POLO_DRAFT, "V-1", VEST)), [], id="an anchor comes with its whole group"
        ),
    ],
)
def test_faults_are_found_at_their_place(draft: Draft, expected: list[Fault]) -> None:
    assert group_drafts.faults(draft, BOOK) == expected


def test_a_moved_article_leaves_its_group_which_takes_its_anchor_for_master() -> None:
    book = {**BOOK, "P-L": POLO}
    draft = replace(NEW, members={**NEW.members, "P-M": ("Vert",)}, moved=frozenset({"P-M"}))

    wanted = group_drafts.changes(draft, book)

    assert wanted == {
        "P-L": GroupChoice(master="P-L", axes=("Taille",), members={"P-L": ("L",), "P-S": ("S",)}),
        "B": GroupChoice(master="A", axes=("Couleur",), members={"A": ("Bleu",), "B": ("Rouge",), "P-M": ("Vert",)}),
    }


def test_a_group_left_with_one_article_ends() -> None:
    draft = replace(NEW, members={**NEW.members, "V-2": ("Vert",)}, moved=frozenset({"V-2"}))

    assert group_drafts.changes(draft, BOOK)["V-1"] is None


def test_a_merged_group_ends_and_its_own_axes_come_along() -> None:
    shoes = GroupChoice(master="S", axes=("Couleur", "Taille"), members={"S": ("Noir", "40"), "T": ("Noir", "41")})

    draft = group_drafts.merged(POLO_DRAFT, "S", shoes)

    assert draft.axes == ("Taille", "Couleur")
    assert draft.members["S"] == ("40", "Noir")
    assert draft.members["P-M"] == ("M", "")
    filled = replace(draft, members={one: (size, colour or "Blanc") for one, (size, colour) in draft.members.items()})
    assert group_drafts.faults(filled, {"P-L": POLO, "S": shoes}) == []
    assert group_drafts.changes(filled, {"P-L": POLO, "S": shoes})["S"] is None


@pytest.mark.parametrize(
    ("published", "master", "expected"),
    [
        (set(), "B", "B"),
        ({"A", "B"}, "B", "B"),
        ({"A", "C"}, "B", "A"),
        ({"X"}, "B", "B"),
    ],
    ids=["nothing published", "the master is", "another one is", "only a stranger is"],
)
def test_the_page_is_that_of_a_published_member_else_of_the_master(
    published: set[str], master: str, expected: str
) -> None:
    assert group_drafts.default_anchor({"A", "B", "C"}, master, published) == expected


def test_a_split_leaves_two_groups_with_their_own_pages() -> None:
    sizes = {f"P-{size}": (size,) for size in ("L", "M", "S", "XL")}
    draft = group_drafts.of_group("P-L", GroupChoice(master="P-M", axes=("Taille",), members=sizes))

    rest, part = group_drafts.split(draft, {"P-M", "P-XL"}, published={"P-XL"})

    assert (rest.anchor, rest.master, set(rest.members)) == ("P-L", "P-L", {"P-L", "P-S"})
    assert (part.anchor, part.master, set(part.members)) == ("P-XL", "P-M", {"P-M", "P-XL"})


references = st.sampled_from([f"R{number}" for number in range(8)])
values = st.sampled_from(["S", "M", "L", "XL", "XXL", "T1", "T2", "T3"])


@st.composite
def books(draw: st.DrawFn) -> dict[str, GroupChoice]:
    """Groups that share no article."""
    left = draw(st.permutations([f"R{number}" for number in range(8)]))
    book = {}
    for _number in range(draw(st.integers(0, 3))):
        size = draw(st.integers(2, 3))
        members, left = left[:size], left[size:]
        if len(members) < 2:
            break
        chosen = {one: (f"v{place}",) for place, one in enumerate(sorted(members))}
        book[draw(st.sampled_from(members))] = GroupChoice(
            master=draw(st.sampled_from(members)), axes=("Taille",), members=chosen
        )
    return book


@given(
    books(),
    st.dictionaries(references, st.tuples(values), max_size=5),
    references,
    references,
    st.frozensets(references),
    st.data(),
)
def test_whatever_is_kept_no_article_is_in_two_groups_and_no_living_group_changes_its_page(
    book: dict[str, GroupChoice],
    members: dict[str, tuple[str, ...]],
    master: str,
    anchor: str,
    moved: frozenset[str],
    data: st.DataObject,
) -> None:
    of = data.draw(st.sampled_from(["", *sorted(book)]))
    merged = data.draw(st.frozensets(st.sampled_from(sorted(book) or ["-"]))) & (book.keys() - {of})
    draft = Draft(
        axes=("Taille",),
        members=members,
        master=master,
        anchor=of or anchor,
        of=of,
        moved=moved,
        merged=frozenset(merged),
    )
    if group_drafts.faults(draft, book):
        return

    after = group_drafts.after(book, group_drafts.changes(draft, book))

    holders = [member for choice in after.values() for member in choice.members]
    assert len(holders) == len(set(holders))
    assert all(anchor in choice.members and choice.master in choice.members for anchor, choice in after.items())
    assert set(draft.members) == set(after[draft.anchor].members)
    assert set(after) - set(book) <= {draft.anchor}
