"""A group while a person works on it: what is wrong with it, and which groups change when it is kept. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mapping.choices.groups import GroupChoice
from mapping.naming import folded, folded_blanks

FEWEST, MOST_AXES = 2, 4
Book = Mapping[str, GroupChoice]
"""Anchor -> group: the approved ones."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the group is to be. ``of`` is the anchor of the group that is changed; "" for a new one."""

    axes: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    """Reference -> its value on each axis, in the order in which a person sees them."""
    master: str = ""
    anchor: str = ""
    of: str = ""
    locked: bool = False
    rule: str = ""
    pattern: str = ""
    name: str = ""
    moved: frozenset[str] = field(default_factory=frozenset)
    """Articles that a person takes out of another group."""
    merged: frozenset[str] = field(default_factory=frozenset)
    """Anchors of groups that end in this one."""

    @property
    def choice(self) -> GroupChoice:
        """The group as it is kept: members in the order of their references."""
        members = {one: tuple(map(folded_blanks, values)) for one, values in sorted(self.members.items())}
        return GroupChoice(
            master=self.master,
            axes=tuple(map(folded_blanks, self.axes)),
            members=members,
            locked=self.locked,
            rule=self.rule,
            pattern=self.pattern,
            name=folded_blanks(self.name),
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a draft from being kept; the page says it in words, at its place.

    Codes: no_axis, many_axes, axis_unnamed, axis_twice (``axis``) · few, master, anchor, anchor_gone · value_missing
    (``reference``, ``axis``) · doubled (``reference``, ``other``: the member with the same ``value``) · elsewhere,
    elsewhere_anchor (``reference``, ``other``: the anchor of the group that holds it).
    """

    code: str
    reference: str = ""
    axis: int | None = None
    other: str = ""
    value: str = ""


def about(book: Book, references: Collection[str]) -> Book:
    """The groups that hold one of these articles: all that matters to drafts of them."""
    named = set(references)
    return {
        anchor: choice for anchor, choice in book.items() if anchor in named or not named.isdisjoint(choice.members)
    }


def of_group(anchor: str, choice: GroupChoice) -> Draft:
    """An approved group as it is."""
    return Draft(
        axes=choice.axes,
        members=dict(sorted(choice.members.items())),
        master=choice.master,
        anchor=anchor,
        of=anchor,
        locked=choice.locked,
        rule=choice.rule,
        pattern=choice.pattern,
        name=choice.name,
    )


def default_anchor(members: Collection[str], master: str, published: Collection[str]) -> str:
    """The member that has a page in the shop already, the master before others; the master where none has."""
    known = sorted(set(members) & set(published))
    return master if master in known or not known else known[0]


def faults(draft: Draft, book: Book) -> list[Fault]:
    """Everything that is wrong, in the order of the page; none: it can be kept."""
    return [*_axis_faults(draft), *_whole_faults(draft), *_cell_faults(draft), *_shared_faults(draft, book)]


def changes(draft: Draft, book: Book) -> dict[str, GroupChoice | None]:
    """Anchor -> what becomes of the group when a faultless draft is kept: this one, and those that it takes from."""
    return others(draft, book) | {draft.anchor: draft.choice}


def others(draft: Draft, book: Book) -> dict[str, GroupChoice | None]:
    """What becomes of the groups that the draft takes from.

    A group that is left with one article ends; one that loses its master takes its anchor for it.
    """
    ended: dict[str, GroupChoice | None] = dict.fromkeys(draft.merged)
    return ended | {anchor: without(book[anchor], anchor, gone) for anchor, gone in _losses(draft, book).items()}


def after(book: Book, wanted: Mapping[str, GroupChoice | None]) -> dict[str, GroupChoice]:
    """The groups once these changes are made."""
    return {anchor: choice for anchor, choice in {**book, **wanted}.items() if choice}


def without(choice: GroupChoice, anchor: str, gone: Collection[str]) -> GroupChoice | None:
    """The group after these articles left it; None when it ends."""
    members = {one: values for one, values in choice.members.items() if one not in gone}
    if len(members) < FEWEST:
        return None
    return choice.model_copy(update={"members": members, "master": anchor if choice.master in gone else choice.master})


def added(draft: Draft, members: Mapping[str, tuple[str, ...]], axes: tuple[str, ...]) -> Draft:
    """The draft with these members, whose values stand on ``axes``; an axis that is not among those stays empty."""
    places = {folded(axis): place for place, axis in enumerate(axes)}
    found = {
        reference: tuple(values[places[folded(axis)]] if folded(axis) in places else "" for axis in draft.axes)
        for reference, values in members.items()
        if reference not in draft.members
    }
    return replace(draft, members={**draft.members, **found})


def merged(draft: Draft, anchor: str, choice: GroupChoice) -> Draft:
    """The draft with all articles of another group, which ends in it; axes that only the other one has are added."""
    known = {folded(axis) for axis in draft.axes}
    more = tuple(axis for axis in choice.axes if folded(axis) not in known)[: MOST_AXES - len(draft.axes)]
    wider = replace(
        draft,
        axes=(*draft.axes, *more),
        members={one: (*values, *[""] * len(more)) for one, values in draft.members.items()},
        merged=draft.merged | {anchor},
    )
    return added(wider, choice.members, choice.axes)


def split(draft: Draft, ticked: Collection[str], published: Collection[str]) -> tuple[Draft, Draft]:
    """What stays, and the ticked members as a group of their own."""
    stays = {one: values for one, values in draft.members.items() if one not in ticked}
    leaves = {one: values for one, values in draft.members.items() if one in ticked}
    rest = replace(draft, members=stays, master=draft.anchor if draft.master in leaves else draft.master)
    first = min(leaves, default="")
    master = draft.master if draft.master in leaves else default_anchor(leaves, first, published)
    part = Draft(
        axes=draft.axes,
        members=leaves,
        master=master,
        anchor=default_anchor(leaves, master, published),
        locked=draft.locked,
    )
    return rest, part


def _axis_faults(draft: Draft) -> Iterator[Fault]:
    if not draft.axes:
        yield Fault("no_axis")
    if len(draft.axes) > MOST_AXES:
        yield Fault("many_axes", value=str(len(draft.axes)))
    seen: set[str] = set()
    for place, axis in enumerate(draft.axes):
        name = folded(axis)
        if not name:
            yield Fault("axis_unnamed", axis=place)
        elif name in seen:
            yield Fault("axis_twice", axis=place, value=axis)
        seen.add(name)


def _whole_faults(draft: Draft) -> Iterator[Fault]:
    if len(draft.members) < FEWEST:
        yield Fault("few", value=str(len(draft.members)))
    if not draft.members:
        return
    if draft.master not in draft.members:
        yield Fault("master", reference=draft.master)
    if draft.of and draft.of not in draft.members:
        yield Fault("anchor_gone", reference=draft.of)
    elif draft.anchor not in draft.members:
        yield Fault("anchor", reference=draft.anchor)


def _cell_faults(draft: Draft) -> Iterator[Fault]:
    holders: dict[tuple[str, ...], str] = {}
    for reference, values in draft.members.items():
        cell = tuple(map(folded, values))
        empty = [place for place, value in enumerate(cell) if not value]
        for place in empty:
            yield Fault("value_missing", reference, place)
        if cell and not empty and cell in holders:
            yield Fault("doubled", reference, other=holders[cell], value=" · ".join(values))
        holders.setdefault(cell, reference)


def _shared_faults(draft: Draft, book: Book) -> Iterator[Fault]:
    ended = draft.merged | {draft.of}
    for anchor, choice in sorted(book.items()):
        if anchor in ended:
            continue
        for reference in sorted(draft.members.keys() & {anchor, *choice.members}):
            if reference == anchor:
                yield Fault("elsewhere_anchor", reference, other=anchor)
            elif reference not in draft.moved:
                yield Fault("elsewhere", reference, other=anchor)


def _losses(draft: Draft, book: Book) -> dict[str, set[str]]:
    if not draft.moved:
        return {}
    others = {anchor: choice for anchor, choice in book.items() if anchor not in {draft.of, *draft.merged}}
    found = {anchor: set(choice.members) & draft.moved & draft.members.keys() for anchor, choice in others.items()}
    return {anchor: gone for anchor, gone in found.items() if gone}
