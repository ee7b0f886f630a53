"""Which articles are sold together as one product: the approved groups, looked up from both ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mapping.choices.base import Choices
from mapping.choices.groups import GROUP, GroupChoice


@dataclass(frozen=True, slots=True)
class Group:
    """One product made of several articles.

    ``anchor`` is the article whose page in the shop it is, and the product's key; ``master`` gives the texts.
    """

    anchor: str
    master: str
    axes: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    """Reference -> its value on each axis, in the order of the references."""
    name: str = ""
    """"": the master's."""


class Groups:
    """All groups of a client. An article that two groups claim is the first one's, by anchor."""

    def __init__(self, choices: Choices) -> None:
        chosen = choices.all(GROUP, GroupChoice)
        self._groups = {anchor: _group(anchor, chosen[anchor]) for anchor in sorted(chosen)}

    def anchor_of(self, reference: str) -> str | None:
        """The anchor of the group that this article belongs to."""
        return self._anchors.get(reference)

    def of(self, anchor: str) -> Group | None:
        """The group with this anchor."""
        return self._groups.get(anchor)

    def product_key(self, reference: str) -> str:
        """The product that this article is sold as."""
        return self._anchors.get(reference, reference)

    def with_anchors(self, references: Iterable[str]) -> frozenset[str]:
        """These articles, and the products that they are sold as."""
        named = set(references)
        return frozenset(named | {self._anchors[one] for one in named if one in self._anchors})

    def with_members(self, references: Iterable[str]) -> frozenset[str]:
        """These articles, and all members of the groups that they anchor."""
        named = set(references)
        return frozenset(named.union(*(self._groups[one].members for one in named if one in self._groups)))

    def spellings(self) -> Iterable[tuple[str, str]]:
        """(axis, value) of every member: the words by which options and values are shown."""
        for group in self._groups.values():
            for values in group.members.values():
                yield from zip(group.axes, values, strict=True)

    @cached_property
    def _anchors(self) -> dict[str, str]:
        anchors: dict[str, str] = {}
        for anchor, group in self._groups.items():
            for member in (anchor, *group.members):
                anchors.setdefault(member, anchor)
        return anchors


def _group(anchor: str, choice: GroupChoice) -> Group:
    return Group(anchor, choice.master, choice.axes, dict(sorted(choice.members.items())), choice.name)
