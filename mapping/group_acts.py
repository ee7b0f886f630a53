"""What people do with groups: approve, build, correct, split, merge, dissolve; each one act, with history and undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from connectors.models import Client
from mapping import group_drafts
from mapping.choices.base import ChoiceValue
from mapping.choices.groups import GROUP, GroupChoice
from mapping.choosing import ChoiceRefused, Place, choose
from mapping.group_drafts import Book, Draft, Fault
from mapping.grouped import book_of, published
from mapping.models import ChoiceAct, GroupSuggestion

LONGEST_NAME = 128


class GroupRefused(ChoiceRefused):
    """The group cannot be kept as it is: ``faults`` say why, each with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{fault.code} {fault.reference}".strip() for fault in faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Approved:
    """What became of several suggestions: one act for those that are groups now, and the others with their faults."""

    act: ChoiceAct | None
    anchors: tuple[str, ...]
    refused: tuple[tuple[GroupSuggestion, tuple[Fault, ...]], ...]


def draft_of(suggestion: GroupSuggestion, book: Book, pages: Collection[str]) -> Draft:
    """The suggestion as a group: a new one, or the one that its articles would join. ``pages``: published articles."""
    axes = tuple(suggestion.axes)
    members = {one: tuple(values) for one, values in sorted(suggestion.members.items())}
    if suggestion.joins in book:
        known = group_drafts.of_group(suggestion.joins, book[suggestion.joins])
        return group_drafts.added(known, members, axes)
    return Draft(
        axes=axes,
        members=members,
        master=suggestion.master,
        anchor=group_drafts.default_anchor(members, suggestion.master, pages),
        rule=suggestion.rule,
        pattern=suggestion.pattern,
        name=suggestion.name[:LONGEST_NAME],
    )


def approve(suggestions: Iterable[GroupSuggestion], client: Client, *, by: User | None) -> Approved:
    """Make groups of the suggestions, in this order, as one act; those with faults stay suggestions."""
    wanted: dict[str, GroupChoice | None] = {}
    refused = []
    chosen = list(suggestions)
    book = book_of(client)
    pages = published(client, {one for suggestion in chosen for one in suggestion.members})
    anchors = []
    for suggestion in chosen:
        draft = draft_of(suggestion, book, pages)
        if found := group_drafts.faults(draft, book):
            refused.append((suggestion, tuple(found)))
            continue
        made = group_drafts.changes(draft, book)
        wanted |= made
        book = group_drafts.after(book, made)
        anchors.append(draft.anchor)
    act = _choose(client, wanted, by=by, verb="group.approve") if wanted else None
    return Approved(act, tuple(anchors), tuple(refused))


def keep(client: Client, draft: Draft, *, by: User | None, verb: str = "") -> ChoiceAct | None:
    """Keep the draft, with what it takes from other groups; None when nothing changed.

    Raises:
        GroupRefused: it has faults.
    """
    book = book_of(client)
    if found := group_drafts.faults(draft, book):
        raise GroupRefused(found)
    return _choose(client, group_drafts.changes(draft, book), by=by, verb=verb or verb_of(draft, book))


def split(client: Client, draft: Draft, ticked: Collection[str], *, by: User | None) -> ChoiceAct | None:
    """Keep the draft without the ticked members, and those as a group of their own.

    Raises:
        GroupRefused: one of the two cannot be a group; or the anchor was ticked.
    """
    book = book_of(client)
    rest, part = group_drafts.split(draft, ticked, published(client, ticked))
    if found := group_drafts.faults(rest, book):
        raise GroupRefused(found)
    wanted = group_drafts.changes(rest, book)
    if found := group_drafts.faults(part, group_drafts.after(book, wanted)):
        raise GroupRefused(found)
    wanted |= {part.anchor: part.choice}
    return _choose(client, wanted, by=by, verb="group.split")


def dissolve(client: Client, anchor: str, *, by: User | None) -> ChoiceAct | None:
    """End the group: each article is a product of its own again."""
    return _choose(client, {anchor: None}, by=by, verb="group.dissolve")


def lock(client: Client, anchor: str, *, locked: bool, by: User | None) -> ChoiceAct | None:
    """Say whether articles may join by themselves."""
    choice = book_of(client)[anchor].model_copy(update={"locked": locked})
    return _choose(client, {anchor: choice}, by=by, verb="group.lock" if locked else "group.unlock")


def dismiss(suggestion: GroupSuggestion, *, by: User) -> None:
    """These articles are not one product: not suggested again while they stay the same."""
    suggestion.dismissed_at = timezone.now()
    suggestion.dismissed_by = by.get_full_name() or by.get_username()
    suggestion.save(update_fields=["dismissed_at", "dismissed_by"])


def suggest_again(suggestion: GroupSuggestion) -> None:
    """Take a dismissal back."""
    suggestion.dismissed_at = None
    suggestion.dismissed_by = ""
    suggestion.save(update_fields=["dismissed_at", "dismissed_by"])


def verb_of(draft: Draft, book: Book) -> str:
    """What the person did, by what differs: one thing by its own name, several as "group.edit"."""
    if not draft.of:
        return "group.build"
    if draft.merged or draft.moved:
        return "group.merge" if draft.merged else "group.move"
    before, after = book[draft.of], draft.choice
    fields = ("master", "axes", "members", "locked")
    differs = [name for name in fields if getattr(before, name) != getattr(after, name)]
    same_articles = before.members.keys() == after.members.keys()
    verbs = {"master": "group.master", "locked": "group.lock" if after.locked else "group.unlock"}
    verbs |= {"members": "group.values"} if same_articles else {}
    return verbs.get(differs[0], "group.edit") if len(differs) == 1 else "group.edit"


def _choose(
    client: Client, wanted: Mapping[str, GroupChoice | None], *, by: User | None, verb: str
) -> ChoiceAct | None:
    places: dict[Place, ChoiceValue | None] = {(GROUP.name, anchor): choice for anchor, choice in wanted.items()}
    try:
        return choose(client, places, by=by, verb=verb)
    except GroupRefused:
        raise
    except ChoiceRefused as error:
        # Somebody grouped one of the articles since the book was read.
        raise GroupRefused([Fault("meanwhile", value=str(error))]) from error
