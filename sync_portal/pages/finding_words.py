"""What a catalogue check met, in words: the values behind a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sync_portal.pages.labels import field_label
from sync_portal.pages.numbers import money


def detail_of(topic: str, facts: Mapping[str, str]) -> str:
    """One short sentence, or nothing where the topic says it all."""
    words = _WORDS.get(topic)
    return words(facts) if words else ""


def _also(facts: Mapping[str, str]) -> str:
    others = facts.get("others", "")
    left = int(facts.get("count", "0") or 0) - len(others.split(", "))
    more = ngettext("and %(count)s more", "and %(count)s more", left) % {"count": left} if left > 0 else ""
    return f"{others} {more}".strip()


def _money(text: str) -> str:
    try:
        return money(Decimal(text))
    except InvalidOperation:
        return text


def _cost(facts: Mapping[str, str]) -> str:
    told = {"price": _money(facts.get("price", "")), "cost": _money(facts.get("cost", ""))}
    return _("sold at %(price)s, bought at %(cost)s") % told


def _family(facts: Mapping[str, str]) -> str:
    return _("family %(family)s") % {"family": facts["family"]} if facts.get("family") else ""


_WORDS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "ean_invalid": lambda facts: facts.get("ean", ""),
    "ean_doubled": lambda facts: facts.get("ean", ""),
    "reference_twin": lambda facts: _("like %(others)s") % {"others": facts.get("twins", "")},
    "reference_refused": lambda facts: facts.get("characters", ""),
    "design_doubled": _also,
    "photo_file_missing": lambda facts: facts.get("path", ""),
    "price_below_cost": _cost,
    "kit_unavailable": lambda facts: facts.get("component", ""),
    "text_cut": lambda facts: field_label(facts.get("field", "")),
    "looks_like_variants": lambda facts: facts.get("group", ""),
    "tax_missing": _family,
}
