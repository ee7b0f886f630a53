"""The form of one group: what it posts, what its buttons change before anything is saved, what is shown beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict

from mapping import group_drafts
from mapping.choices.groups import GroupChoice
from mapping.group_drafts import Book, Draft, Fault
from mapping.grouping.dictionary import rank, read
from mapping.grouping.grid import in_shop_order
from mapping.naming import folded
from sync_portal.pages.grouping_articles import Article
from sync_portal.pages.grouping_words import fault_words

LONGEST_VALUE, MOST_MEMBERS, MOST_KNOWN, LONGEST_NAME = 100, 500, 60, 128


@dataclass(frozen=True, slots=True)
class AxisField:
    """One axis: its name, what is wrong with it, and the values that are known for it."""

    place: int
    name: str
    faults: list[str]
    known: list[str]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member with its values."""

    place: int
    article: Article
    values: tuple[str, ...]
    faults: list[str]
    is_master: bool
    is_anchor: bool
    """Its page in the shop is the product's, and it cannot leave."""
    moved_from: str
    """Anchor of the group that it comes from."""
    is_new: bool
    """It is not in the group that is worked on yet."""


def in_order(draft: Draft) -> Draft:
    """The draft with its members in the order of their values: sizes from small to large."""
    return replace(draft, members=in_shop_order(draft.members))


def posted(data: QueryDict, start: Draft) -> Draft:
    """The draft as the form holds it. What the form does not show (rule, pattern, page of a living group) stays."""
    axes = tuple(name[:LONGEST_VALUE] for name in data.getlist("axis")[: 2 * group_drafts.MOST_AXES])
    members = {}
    for place, reference in enumerate(data.getlist("member")[:MOST_MEMBERS]):
        values = [value[:LONGEST_VALUE] for value in data.getlist(f"v{place}")[: len(axes)]]
        members[reference[:LONGEST_VALUE]] = (*values, *[""] * (len(axes) - len(values)))
    return replace(
        start,
        axes=axes,
        members=members,
        name=data.get("name", "")[:LONGEST_NAME],
        master=data.get("master", ""),
        anchor=start.of or data.get("anchor", ""),
        locked="locked" in data,
        moved=frozenset(data.getlist("moved")) & members.keys(),
        merged=frozenset(data.getlist("merged")),
    )


def changed(draft: Draft, action: str, book: Book, labels: Mapping[str, str]) -> Draft:
    """The draft after a button of the form; an unknown one changes nothing. ``labels``: names of articles to add."""
    name, _colon, what = action.partition(":")
    if name == "axis-add" and len(draft.axes) < group_drafts.MOST_AXES:
        members = {one: (*values, "") for one, values in draft.members.items()}
        return replace(draft, axes=(*draft.axes, ""), members=members)
    if name == "axis-drop" and what.isdigit() and int(what) < len(draft.axes):
        return _without_axis(draft, int(what))
    if name == "drop" and what in draft.members:
        members = {one: values for one, values in draft.members.items() if one != what}
        return replace(draft, members=members, moved=draft.moved - {what})
    if name == "take" and what in labels:
        return _with_article(draft, what, book, labels[what])
    if name == "merge" and what in book and what != draft.of:
        return group_drafts.merged(draft, what, book[what])
    return draft


def _without_axis(draft: Draft, place: int) -> Draft:
    members = {one: (*values[:place], *values[place + 1 :]) for one, values in draft.members.items()}
    return replace(draft, axes=(*draft.axes[:place], *draft.axes[place + 1 :]), members=members)


def _with_article(draft: Draft, reference: str, book: Book, label: str) -> Draft:
    """The draft with this article; its values are read from its name, or from the group that it is moved out of."""
    holder = next((choice for choice in book.values() if reference in choice.members), None)
    said = read(label).values
    known = {**said, **(dict(zip(holder.axes, holder.members[reference], strict=True)) if holder else {})}
    if not draft.members and not any(draft.axes) and known:
        draft = replace(draft, axes=tuple(known)[: group_drafts.MOST_AXES])
    wider = group_drafts.added(draft, {reference: tuple(known.values())}, tuple(known))
    wider = replace(wider, master=wider.master or reference)
    return replace(wider, moved=wider.moved | {reference}) if _is_moved(reference, holder, draft, book) else wider


def _is_moved(reference: str, holder: GroupChoice | None, draft: Draft, book: Book) -> bool:
    """Whether it leaves another group: neither the one that is worked on, nor one that is merged into it."""
    staying = [book[anchor] for anchor in (draft.of, *draft.merged) if anchor in book]
    return holder is not None and holder not in staying and reference not in book


def axis_fields(draft: Draft, faults: Sequence[Fault], book: Book) -> list[AxisField]:
    """The axes of the form."""
    return [
        AxisField(
            place,
            name,
            [fault_words(one, draft) for one in faults if one.axis == place and not one.reference],
            _known_values(name, place, draft, book),
        )
        for place, name in enumerate(draft.axes)
    ]


def member_rows(
    draft: Draft, faults: Sequence[Fault], articles: Mapping[str, Article], anchors: Mapping[str, str]
) -> list[MemberRow]:
    """The members of the form. ``anchors``: article -> anchor of the approved group that holds it."""
    return [
        MemberRow(
            place=place,
            article=articles[reference],
            values=values,
            faults=[fault_words(one, draft) for one in faults if _is_of(one, reference)],
            is_master=reference == draft.master,
            is_anchor=reference == draft.anchor,
            moved_from=_other_group(anchors.get(reference, ""), draft),
            is_new=bool(draft.of) and anchors.get(reference) != draft.of,
        )
        for place, (reference, values) in enumerate(draft.members.items())
    ]


def general_faults(draft: Draft, faults: Sequence[Fault]) -> list[str]:
    """What has no place of its own among axes and members."""
    shown = set(draft.members)
    return [
        fault_words(one, draft)
        for one in faults
        if one.axis is None and (one.reference not in shown or one.code == "anchor_gone")
    ]


def _is_of(fault: Fault, reference: str) -> bool:
    return fault.reference == reference or (fault.code == "doubled" and fault.other == reference)


def _other_group(anchor: str, draft: Draft) -> str:
    return "" if anchor == draft.of else anchor


def _known_values(axis: str, place: int, draft: Draft, book: Book) -> list[str]:
    """What other members and other groups have on the axis of this name."""
    wanted = folded(axis)
    found = {values[place] for values in draft.members.values() if place < len(values)}
    found |= _values_in_book(wanted, book.values()) if wanted else set()
    return sorted(found - {""}, key=rank)[:MOST_KNOWN]


def _values_in_book(axis: str, groups: Collection[GroupChoice]) -> set[str]:
    found: set[str] = set()
    for choice in groups:
        for place, name in enumerate(choice.axes):
            if folded(name) == axis:
                found.update(values[place] for values in choice.members.values())
    return found
