"""One stored value in words: yes and no, percentages, amounts, dates, and the names of what an id refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from mapping.choices.base import split
from mapping.desired.links import PACK_ITEM
from mapping.html_text import plain as without_tags
from mapping.state import SHOPS_OWN
from mapping.texts import HTML_FIELDS
from sync_portal.pages.labels import SPECIAL_KEYS
from sync_portal.pages.names import Names
from sync_portal.pages.numbers import decimal_or_none, kilograms, labelled, money, percent, plain
from sync_portal.sync import kinds

NUMBERS = frozenset({"price", "price_impact", "weight", "weight_impact", "reduction", "quantity", "from_quantity"})
"""Fields whose change has a size."""
_AMOUNTS = frozenset({"price", "price_impact", "total_paid", "deposit"})
_WEIGHTS = frozenset({"weight", "weight_impact"})
_DATES = frozenset({"begins", "ends"})
NOTHING_BESIDE: Mapping[str, Any] = {}

_YES_NO: dict[str, Promise] = {"0": _("no"), "1": _("yes")}

VALUES: dict[str, dict[str, Promise]] = {
    "price_display_method": {"0": _("incl. tax"), "1": _("excl. tax")},
    "pack_stock_type": {"0": _("the pack's"), "1": _("its components'"), "2": _("both")},
    "redirect_type": {
        "404": _("no redirection"),
        "301-product": _("to a product"),
        "301-category": _("to its category"),
    },
    "begins": {kinds.NO_DATE: _("at once")},
    "ends": {kinds.NO_DATE: _("without end")},
    "price": {"-1.000000": _("the product's own")},
    "group_type": {"select": _("a list"), "radio": _("buttons"), "color": _("colours")},
    "product_type": {
        "standard": _("a simple product"),
        "combinations": _("with combinations"),
        "pack": _("a pack"),
        "virtual": _("without delivery"),
    },
    "reduction": {"0.000000": _("no reduction")},
    "reduction_type": {"amount": _("an amount"), "percentage": _("a percentage")},
    "state": {"0": _("a draft"), "1": _("finished")},
    "type": {"simple": _("a simple product"), "pack": _("a pack"), "virtual": _("without delivery")},
    "visibility": {
        "both": _("everywhere"),
        "catalog": _("in the categories only"),
        "search": _("in the search only"),
        "none": _("nowhere"),
    },
    **dict.fromkeys(("active", "available_for_order", "custom", "default_on", "is_color_group"), _YES_NO),
    **dict.fromkeys(("reduction_tax", "show_price"), _YES_NO),
}
"""Values of the shop that are codes."""


def value_text(name: str, value: Any, names: Names, beside: Mapping[str, Any] = NOTHING_BESIDE) -> str:
    """A value of the field `name` as text; empty for None.

    `beside` are the other fields of the same resource: without its "reduction_type" a reduction is an amount, which
    is what the portal itself writes.
    """
    if isinstance(value, dict):
        return _mapping_text(name, value, names)
    if isinstance(value, list):
        return ", ".join(value_text(name, item, names) for item in value)
    return "" if value is None else _scalar_text(name, value, beside)


def _scalar_text(name: str, value: Any, beside: Mapping[str, Any]) -> str:
    if name in VALUES and str(value) in VALUES[name]:
        return str(VALUES[name][str(value)])
    if name == "reduction":
        return _reduction(value, beside)
    if name in _DATES:
        return _moment(str(value))
    return _plain_text(name, value)


def _plain_text(name: str, value: Any) -> str:
    if name in HTML_FIELDS:
        return without_tags(str(value))
    number = decimal_or_none(value) if name in NUMBERS | _AMOUNTS else None
    if number is None:
        return str(value)
    if name in _WEIGHTS:
        return kilograms(number)
    return money(number) if name in _AMOUNTS else plain(number)


def _reduction(value: Any, beside: Mapping[str, Any]) -> str:
    """A share of 1 or an amount, as the kind of reduction says; an amount says whether tax is in it."""
    number = decimal_or_none(value)
    if number is None:
        return str(value)
    if beside.get("reduction_type") == "percentage":
        return percent(number * 100)
    taxed = {"0": gettext("excl. tax"), "1": gettext("incl. tax")}.get(str(beside.get("reduction_tax")), "")
    return f"{money(number)} {taxed}".rstrip()


def _moment(text: str) -> str:
    """A time of the shop as people write it, without the hour at midnight; what is none stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    at_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return date_format(moment, "SHORT_DATE_FORMAT" if at_midnight else "SHORT_DATETIME_FORMAT")


def _mapping_text(name: str, value: Mapping[str, Any], names: Names) -> str:
    if set(value) == {"ref"}:
        kind, key = value["ref"]
        return _reference_text(kind, key, names)
    texts = {language: value_text(name, str(text), names) for language, text in value.items()}
    if len(set(texts.values())) <= 1:
        return next(iter(texts.values()), "")
    return " · ".join(labelled(code, text) for code, text in texts.items())


def _reference_text(kind: str, key: str, names: Names) -> str:
    if key.startswith(SHOPS_OWN):  # nobody's we know: known by its id in the shop alone
        return gettext("No. %(number)s in the shop") % {"number": key[len(SHOPS_OWN) :]}
    if kind in _LOOKED_UP:
        return _LOOKED_UP[kind](key, names)
    return names.get((kind, key)) or str(SPECIAL_KEYS.get(key, key))


def _pack_line(key: str, names: Names) -> str:
    """ "2 × Sardines": of a combination its own name, which holds the product's."""
    product, combination, quantity = split(key)
    name = names.get(("combinations", combination)) if combination else None
    return f"{quantity} × {name or names.get(('products', product)) or product}"


def _rate(key: str, _names: Names) -> str:
    """A tax is looked up by its rate."""
    rate = decimal_or_none(key)
    return key if rate is None else percent(rate)


def _language(key: str, _names: Names) -> str:
    try:
        return str(get_language_info(key)["name_translated"])
    except KeyError:
        return key


_LOOKED_UP: Mapping[str, Callable[[str, Names], str]] = {
    PACK_ITEM: _pack_line,
    "taxes": _rate,
    "languages": _language,
}
"""Kinds whose key says it all."""
