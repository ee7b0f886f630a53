"""The shop's tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mapping.catalogue import Catalogue, CategoryNode
from mapping.desired.common import by_language, category_ref
from mapping.naming import link_rewrite
from mapping.rules import ShopRules
from mapping.state import Desired, Ref

_BY_PERSON = "choisi par une personne"


def desired_categories(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Parents before their children. One that a person mapped to a category of the shop's own is not written."""
    refs = category_refs(catalogue, rules)
    for node in catalogue.categories:
        if node.shop_category is None:
            yield _category(node, refs[node.parent_key], rules)


def emptied_categories(labels: Iterable[tuple[str, str]], rules: ShopRules) -> Iterator[Desired]:
    """Those of ours, (key, name), to which no product for sale leads any more: hidden until they are used again."""
    if rules.categories.hide_empty:
        for key, label in labels:
            yield Desired(
                kind="categories",
                key=key,
                label=label or key,
                fields={"active": "0"},
                reasons={"active": "plus aucun article en vente ne s'y trouve"},
                update_only=True,
            )


def category_refs(catalogue: Catalogue, rules: ShopRules) -> dict[str, Ref]:
    """Key of a node -> the shop's category that it is; "" is where the tree begins."""
    refs = {"": category_ref("", rules)}
    for node in catalogue.categories:
        mapped = node.shop_category
        refs[node.key] = Ref("categories", node.key if mapped is None else f"#{mapped}")
    return refs


def branches(catalogue: Catalogue) -> dict[str, list[str]]:
    """Category -> the keys from the root down to it."""
    found: dict[str, list[str]] = {}
    for node in catalogue.categories:
        found[node.key] = [*found.get(node.parent_key, []), node.key]
    return found


def _category(node: CategoryNode, parent: Ref, rules: ShopRules) -> Desired:
    name = by_language(node.name, node.names, rules)
    return Desired(
        kind="categories",
        key=node.key,
        label=node.path,
        fields={"name": name, "parent": parent, "active": "1"},
        reasons={
            "name": f"{node.explanation} ; {_BY_PERSON}" if node.names else node.explanation,
            "parent": f"place dans l'arborescence : « {node.path} »",
            "active": "au moins un article publié s'y trouve",
        },
        at_creation={"link_rewrite": {language: link_rewrite(text) for language, text in name.items()}},
    )
