"""Which member gives a group its texts, its category and its base price. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mapping.catalogue import ZERO
from mapping.grouping.candidates import Candidate

_ORDERS: Mapping[str, Callable[[Candidate], tuple[Any, ...]]] = {
    "first_reference": lambda one: (),
    "published_first": lambda one: (not one.live,),
    "cheapest": lambda one: (not one.live, one.price <= ZERO, one.price),
    "most_stock": lambda one: (not one.live, -one.stock),
}


def master_of(members: Iterable[Candidate], rule: str) -> str:
    """The member that the rule of the client's settings names; among equals the first by reference."""
    order = _ORDERS[rule]
    return min(members, key=lambda one: (*order(one), one.reference)).reference
