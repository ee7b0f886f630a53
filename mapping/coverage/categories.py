"""The nodes of Sage's tree: which stand for categories of the shop, which are hidden, which are made as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from connectors.models import Client, ShopConnection
from mapping import loading
from mapping.categories import CategoryTree, Node, catalogue_nodes, families
from mapping.choices.categories import CATEGORY, CategoryChoice
from mapping.choosing import common_choices
from mapping.coverage.mirror import article_rows
from mapping.coverage.rows import Coverage, Line, State, covered
from mapping.models import Binding
from mapping.naming import without_accents
from mapping.rules import load_rules


def categories(client: Client, shop: ShopConnection, of_shop: Mapping[int, str] | None = None) -> Coverage:
    """A line per node of the tree that the shop's rules choose, with the articles that are in it itself.

    One that is published already is mapped. ``of_shop``: id -> path ("Vêtements > Polos") of the shop's categories, to
    propose one that is called alike and is not the portal's.
    """
    rules = load_rules(shop.rules)
    from_families = rules.categories_from == "families"
    data = loading.common_data(client, accounts=False)
    nodes = families(data) if from_families else catalogue_nodes(data)
    choices = common_choices(client)
    chosen = choices.all(CATEGORY, CategoryChoice)
    tree = CategoryTree(data, rules, choices, shop=shop.name)
    used = _used(client, from_families=from_families)
    ours = _ours(shop)
    alike = _by_name({key: path for key, path in (of_shop or {}).items() if key not in ours.values()})
    return covered(
        _line(node, used[node.key], chosen.get(node.key), tree, shop.name, alike, published=node.key in ours)
        for node in nodes.values()
    )


def _ours(shop: ShopConnection) -> dict[str, int]:
    """Node -> the category that the portal made or adopted for it: nobody has to say what it stands for."""
    bound = Binding.objects.filter(shop=shop, kind="categories")
    return {key: number for key, number in bound.values_list("key", "remote_id") if number}


def _used(client: Client, *, from_families: bool) -> Counter[str]:
    used: Counter[str] = Counter()
    for row in article_rows(client):
        if from_families:
            used[f"FAM:{row.get('family_code', '')}"] += 1
        else:
            used[f"CAT:{next((one for one in reversed(row.get('catalogue_path') or ()) if one), 0)}"] += 1
    return used


def _line(
    node: Node,
    used: int,
    choice: CategoryChoice | None,
    tree: CategoryTree,
    shop: str,
    alike: Mapping[str, int],
    *,
    published: bool,
) -> Line:
    state: State = "mapped" if published else "unmapped"
    if choice is not None and (choice.hidden or choice.name or shop in choice.shop_categories):
        state = "ignored" if choice.hidden else "mapped"
    path = tree.path(node.key) if state != "ignored" else node.label
    found = alike.get(without_accents(path)) or alike.get(without_accents(node.label))
    proposal = {"shop_categories": {shop: found}} if found and state == "unmapped" else {}
    return Line(CATEGORY.name, node.key, path, used, state, parent=node.parent_key, proposal=proposal)


def _by_name(of_shop: Mapping[int, str]) -> dict[str, int]:
    """Folded path, and folded last name where only one category is called so -> id."""
    names = Counter(without_accents(path.rpartition(" > ")[2]) for path in of_shop.values())
    found = {without_accents(path): key for key, path in sorted(of_shop.items(), reverse=True)}
    for key, path in of_shop.items():
        name = without_accents(path.rpartition(" > ")[2])
        if names[name] == 1:
            found.setdefault(name, key)
    return found
