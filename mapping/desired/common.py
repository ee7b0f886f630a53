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


def held(problem: Problem) -> Held:
    return Held(problem.cause, problem.facts)


def product_ref(key: str) -> Ref:
    return Ref("products", key)


def combination_ref(key: str) -> Ref | None:
    return Ref("combinations", key) if key else None


def is_waiting(product: CatalogueProduct) -> bool:
    """Held or out: what is in the shop of it is kept in order, nothing new is made."""
    return product.readiness != "ready"
