"""A price of the shop's own in words: what it makes of the price, for whom, from how many, how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sync_portal.pages.differences import value_text
from sync_portal.pages.labels import field_label
from sync_portal.pages.names import Names
from sync_portal.pages.numbers import money, plain
from sync_portal.sync.orphan_prices import telling

_TOLD_OTHERWISE = frozenset({"product", "reduction_type", "reduction_tax"})
"""The product stands above, the others make the reduction's own words."""


def said_of_price(held: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """(field label, value) of what limits or changes something; nothing of what is no price."""
    return [
        (field_label(name), _text(name, value, held, names))
        for name, value in telling(held).items()
        if name not in _TOLD_OTHERWISE
    ]


def _text(name: str, value: Any, held: Mapping[str, Any], names: Names) -> str:
    if name == "reduction" and held.get("reduction_type") == "percentage":
        return _("%(rate)s %%") % {"rate": plain(Decimal(value) * 100)}
    if name == "reduction":
        taxed = _("incl. tax") if held.get("reduction_tax") == "1" else _("excl. tax")
        return f"{money(Decimal(value))} {taxed}"
    return _moment(value) if name in {"begins", "ends"} else value_text(name, value, names)


def _moment(text: str) -> str:
    """A time of the shop as people write it; what is none stays as it is."""
    try:
        return date_format(datetime.fromisoformat(text), "SHORT_DATETIME_FORMAT")
    except ValueError:
        return text
