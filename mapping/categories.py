"""The shop's tree, from Sage's families or from its commercial catalogue. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from connectors.sage.records import Article
from mapping.catalogue import CategoryNode
from mapping.choices import Choices
from mapping.naming import shop_name
from mapping.rules import ShopRules
from mapping.source import SageData

ROOT = ""
DETAIL = 0
"""FA_Type of the families that hold articles."""


@dataclass(frozen=True, slots=True)
class _Node:
    key: str
    label: str
    parent_key: str
    column: str
    """Sage's column behind the name."""


class CategoryTree:
    """All nodes that Sage knows; `published` keeps those that lead to a product."""

    def __init__(self, data: SageData, rules: ShopRules, choices: Choices | None = None) -> None:
        self._rules = rules
        self._choices = Choices() if choices is None else choices
        nodes = _families(data) if rules.categories_from == "families" else _catalogue(data)
        self._nodes = _without_loops(nodes)

    def of(self, article: Article) -> str:
        """The key of the article's category, "" when it has none."""
        if self._rules.categories_from == "families":
            key = f"FAM:{article.family_code}"
        else:
            key = f"CAT:{next((number for number in reversed(article.catalogue_path) if number), 0)}"
        return key if key in self._nodes else ROOT

    def branch(self, key: str) -> list[str]:
        """The keys from the root down to this one."""
        branch: list[str] = []
        while key in self._nodes:
            branch.insert(0, key)
            key = self._nodes[key].parent_key
        return branch

    def path(self, key: str) -> str:
        return " > ".join(self._name(one) for one in self.branch(key))

    def published(self, keys: Iterable[str], more: Iterable[str] = ()) -> tuple[CategoryNode, ...]:
        """The categories of these products (one key per product) and their ancestors, parents first.

        ``more`` are further categories that products are in.
        """
        counts = Counter(key for key in keys if key)
        counts.update(dict.fromkeys((key for key in more if key in self._nodes and key not in counts), 0))
        used = {one: branch for key in counts for branch in [self.branch(key)] for one in branch}
        parents = self._parents(used.values())
        ordered = sorted(used, key=lambda key: (len(self.branch(key)), self.path(key), key))
        return tuple(
            CategoryNode(
                key=key,
                name=self._name(key),
                parent_key=parents.get(key, ROOT),
                path=self.path(key),
                position=position,
                product_count=counts[key],
                explanation=self._explanation(key),
            )
            for position, key in enumerate(ordered)
        )

    def _parents(self, branches: Iterable[list[str]]) -> Mapping[str, str]:
        return {child: parent for branch in branches for parent, child in pairwise(branch)}

    def _name(self, key: str) -> str:
        node = self._nodes[key]
        return shop_name(node.label, self._rules.name_replacements).text or node.key.partition(":")[2]

    def _explanation(self, key: str) -> str:
        node = self._nodes[key]
        return f"{node.column} « {node.label} »{shop_name(node.label, self._rules.name_replacements).said}"


def _without_loops(nodes: dict[str, _Node]) -> dict[str, _Node]:
    """The first node (by key) of a loop in Sage's data becomes a root."""
    cut = dict(nodes)
    for key in sorted(cut):
        above: list[str] = []
        parent = cut[key].parent_key
        while parent in cut and parent != key and parent not in above:
            above.append(parent)
            parent = cut[parent].parent_key
        if parent == key:
            cut[key] = replace(cut[key], parent_key=ROOT)
    return cut


def _families(data: SageData) -> dict[str, _Node]:
    """Detail families, under the family that centralises them (FA_Central) where it exists."""
    return {
        f"FAM:{family.code}": _Node(
            f"FAM:{family.code}", family.label, _family_parent(family.parent_code), "FA_Intitule"
        )
        for family in data.families.values()
    }


def _family_parent(code: str) -> str:
    return f"FAM:{code}" if code else ROOT


def _catalogue(data: SageData) -> dict[str, _Node]:
    return {
        f"CAT:{node.number}": _Node(
            f"CAT:{node.number}", node.label, f"CAT:{node.parent_number}" if node.parent_number else ROOT, "CL_Intitule"
        )
        for node in data.nodes.values()
    }
