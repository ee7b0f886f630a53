"""What the functions of this package share."""

from __future__ import annotations

from collections.abc import Mapping

from mapping.catalogue import CatalogueProduct, Problem
from mapping.rules import ShopRules
from mapping.state import Held, Ref

HOME = Ref("categories", "@home")
CUSTOMERS_GROUP = Ref("groups", "@customer")


def in_every_language(text: str, rules: ShopRules) -> Mapping[str, str]:
    """The same text in all the shop's languages: the webservice blanks those that are not sent."""
    return dict.fromkeys(rules.languages, text)


def by_language(text: str, chosen: Mapping[str, str], rules: ShopRules) -> Mapping[str, str]:
    """A person's text in each language that has one, the text that all share in the others."""
    return {language: chosen.get(language) or text for language in rules.languages}


def category_ref(key: str, rules: ShopRules) -> Ref:
    """A category by its key; "" is where the tree begins: the shop's home, or the category that the rules name."""
    if key:
        return Ref("categories", key)
    return HOME if rules.categories.root is None else Ref("categories", f"#{rules.categories.root}")


def held(problem: Problem) -> Held:
    return Held(problem.cause, problem.facts)


def product_ref(key: str) -> Ref:
    return Ref("products", key)


def combination_ref(key: str) -> Ref | None:
    return Ref("combinations", key) if key else None


def is_waiting(product: CatalogueProduct) -> bool:
    """Held or out: what is in the shop of it is kept in order, nothing new is made."""
    return product.readiness != "ready"
