"""A price of the shop's own in words: what it makes of the price, for whom, from how many, how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_portal.pages.labels import field_label
from sync_portal.pages.names import Names
from sync_portal.pages.numbers import decimal_or_none, money
from sync_portal.pages.values import value_text
from sync_portal.sync.orphan_prices import telling

_TOLD_OTHERWISE = frozenset({"product", "reduction_type", "reduction_tax"})
"""The product stands above, the others make the reduction's own words."""


def amount_words(held: Mapping[str, Any]) -> str:
    """What the price makes a buyer pay: "9,90 €", "−15 %", "−3,00 € TTC"; empty of what is no price."""
    price, reduction = decimal_or_none(held.get("price")), decimal_or_none(held.get("reduction"))
    said = [money(price)] if price is not None and price >= 0 else []
    if reduction:
        said.append(f"−{value_text('reduction', held['reduction'], {}, held)}")
    return " ".join(said)


def said_of_price(held: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """(field label, value) of what limits or changes something; nothing of what is no price."""
    return [
        (field_label(name), value_text(name, value, names, held))
        for name, value in telling(held).items()
        if name not in _TOLD_OTHERWISE
    ]
