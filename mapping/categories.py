"""The shop's tree, from Sage's families or from its commercial catalogue, as people arranged it. Pure.

Three kinds of nodes, told apart by their keys: "FAM:code", "CAT:number", and "MORE:source|Rayon > Sous-rayon" for the
paths that a free field or a statistic holds; the last are made from their keys alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from connectors.sage.records import Article
from connectors.sage.records.base import join_key
from mapping.catalogue import CategoryNode
from mapping.choices import Choices
from mapping.choices.base import split
from mapping.choices.categories import CATEGORY, CategoryChoice
from mapping.naming import ShopText, folded_blanks, shop_name
from mapping.rules import ShopRules
from mapping.source import SageData
from mapping.sources import column_of, text_of

ROOT = ""
DETAIL = 0
"""FA_Type of the families that hold articles."""
FAMILY, NODE, MORE = "FAM:", "CAT:", "MORE:"
PREFIXES = (FAMILY, NODE, MORE)
KEY_LENGTH = 300
_STEP = " > "
_OF_FAMILIES, _OF_CATALOGUE = frozenset({"family", "family_label"}), frozenset({"catalogue_label", "catalogue_path"})


@dataclass(frozen=True, slots=True)
class Node:
    """A node as Sage has it, before people's choices."""

    key: str
    label: str
    parent_key: str
    column: str
    """Sage's column behind the name."""


class CategoryTree:
    """All nodes that Sage knows; `published` keeps those that lead to a product.

    ``shop``: the name of the shop, by which people map a node to one of its own categories.
    """

    def __init__(self, data: SageData, rules: ShopRules, choices: Choices | None = None, *, shop: str = "") -> None:
        self._rules, self._shop = rules, shop
        self._chosen = {} if choices is None else choices.all(CATEGORY, CategoryChoice)
        self._nodes = _without_loops(families(data) | catalogue_nodes(data))
        self._paths: dict[str, str] = {}

    def of(self, article: Article) -> str:
        """The key of the article's category, "" when it has none."""
        return self.shown(own_key(article, self._rules.categories_from == "families"))

    def more_of(self, data: SageData, article: Article) -> tuple[str, ...]:
        """The keys of the article's further categories, as the rules say."""
        found = (self.shown(_source_key(data, article, source)) for source in self._rules.categories.more)
        return tuple(dict.fromkeys(key for key in found if key))

    def shown(self, key: str) -> str:
        """The node that stands for this one in the shop: a hidden one gives its products to the one above."""
        node = self._node(key)
        while node is not None and self._choice(node.key).hidden:
            node = self._node(node.parent_key)
        return node.key if node else ROOT

    def knows(self, key: str) -> bool:
        """Whether there is such a node."""
        return self._node(key) is not None

    def branch(self, key: str) -> list[str]:
        """The keys from the root down to this one. It begins at a node that is one of the shop's own categories."""
        branch: list[str] = []
        key = self.shown(key)
        while key:
            branch.insert(0, key)
            key = self._parent(key)
        return branch

    def path(self, key: str) -> str:
        if key not in self._paths:
            self._paths[key] = _STEP.join(self._name(one) for one in self.branch(key))
        return self._paths[key]

    def published(self, products: Mapping[str, int], more: Iterable[str] = ()) -> tuple[CategoryNode, ...]:
        """The categories of products and their ancestors, parents first.

        ``products``: category key -> how many products have it; ``more`` are further categories that products are in.
        """
        counts = Counter[str]()
        for key, amount in products.items():
            if shown := self.shown(key):
                counts[shown] += amount
        counts.update(dict.fromkeys({shown for key in more if (shown := self.shown(key))} - counts.keys(), 0))
        used = {one for key in counts for one in self.branch(key)}
        paths = {key: self.path(key) for key in used}
        ordered = sorted(used, key=lambda key: (len(self.branch(key)), paths[key], key))
        return tuple(
            CategoryNode(
                key=key,
                name=self._name(key),
                parent_key=self._parent(key),
                path=paths[key],
                position=position,
                product_count=counts[key],
                explanation=self._explanation(key),
                names=self._names(key),
                shop_category=self._shop_category(key),
            )
            for position, key in enumerate(ordered)
        )

    def _node(self, key: str) -> Node | None:
        return _more_node(key) if key.startswith(MORE) else self._nodes.get(key)

    def _choice(self, key: str) -> CategoryChoice:
        return self._chosen.get(CATEGORY.make_key(key)) or _NO_CHOICE

    def _shop_category(self, key: str) -> int | None:
        return self._choice(key).shop_categories.get(self._shop)

    def _parent(self, key: str) -> str:
        """The node above in the shop; none above one of the shop's own categories."""
        node = self._node(key)
        return ROOT if node is None or self._shop_category(key) is not None else self.shown(node.parent_key)

    def _names(self, key: str) -> Mapping[str, str]:
        chosen = self._choice(key).name.items()
        return {language: name for language, text in chosen if (name := self._cleaned(text).text)}

    def _name(self, key: str) -> str:
        node = self._node(key)
        own = self._names(key).get(self._rules.language)
        return own or (self._cleaned(node.label).text if node else "") or key.partition(":")[2]

    def _explanation(self, key: str) -> str:
        node = self._node(key)
        if node is None:
            return ""
        said = f"{node.column} « {node.label} »{self._cleaned(node.label).said}"
        return f"{said} ; nom choisi par une personne" if self._names(key) else said

    def _cleaned(self, text: str) -> ShopText:
        return shop_name(text, self._rules.name_replacements)


_NO_CHOICE = CategoryChoice()


def own_key(article: Article, from_families: bool) -> str:
    """The article's node in one of Sage's two trees; the deepest one of the catalogue."""
    if from_families:
        return f"{FAMILY}{article.family_code}"
    return f"{NODE}{next((number for number in reversed(article.catalogue_path) if number), 0)}"


def _source_key(data: SageData, article: Article, source: str) -> str:
    """The node that a rule's source gives an article, "" for none."""
    if source in _OF_FAMILIES | _OF_CATALOGUE:
        return own_key(article, source in _OF_FAMILIES)
    text = text_of(data, article, source)
    return more_key(source, text.split(">" if ">" in text else "/"))


def more_key(source: str, names: Iterable[str]) -> str:
    """The key of a path that an article's text names; levels that make it too long are left out, the deepest first."""
    path = [name for one in names if (name := folded_blanks(one))]
    while path and len(key := MORE + join_key((source, _STEP.join(path)))) > KEY_LENGTH:
        path.pop()
    return key if path else ROOT


def _more_node(key: str) -> Node | None:
    parts = split(key.removeprefix(MORE))
    if len(parts) != 2 or not parts[1]:
        return None
    source, path = parts
    above, _, name = path.rpartition(_STEP)
    return Node(key, name, more_key(source, above.split(_STEP)), column_of(source))


def _without_loops(nodes: dict[str, Node]) -> dict[str, Node]:
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


def families(data: SageData) -> dict[str, Node]:
    """Detail families, under the family that centralises them (FA_Central) where it exists."""
    nodes = (_node(FAMILY, one.code, one.label, one.parent_code, "FA_Intitule") for one in data.families.values())
    return {node.key: node for node in nodes}


def catalogue_nodes(data: SageData) -> dict[str, Node]:
    """The commercial catalogue (F_CATALOGUE)."""
    nodes = (_node(NODE, one.number, one.label, one.parent_number, "CL_Intitule") for one in data.nodes.values())
    return {node.key: node for node in nodes}


def _node(prefix: str, key: object, label: str, parent: object, column: str) -> Node:
    return Node(f"{prefix}{key}", label, f"{prefix}{parent}" if parent else ROOT, column)
