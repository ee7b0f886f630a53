"""What the shop makes of a text that a person writes: shown while it is written, checked when it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mapping.html_text import canonical, clean_html, is_markup, paragraphs, plain, shown_length
from mapping.naming import NAME_LENGTH, generic_text, link_rewrite, shop_name, without_controls
from mapping.rules import ShopRules
from mapping.tags import clean_tags
from mapping.texts import HTML_FIELDS, META_DESCRIPTION_LENGTH, META_TITLE_LENGTH

NEEDED = frozenset({"name", "link_rewrite"})
"""A product always keeps these."""
_ENDLESS = 1_000_000


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text as the shop would get it."""

    text: str
    length: int
    """As the shop counts it."""
    limit: int
    """0: none."""
    changed: bool
    """Whether something of what was written does not arrive as it was written."""
    fault: str = ""
    """Why it cannot be saved so, with the value met."""

    @property
    def too_long(self) -> bool:
        return bool(self.limit) and self.length > self.limit


def limit_of(field: str, rules: ShopRules) -> int:
    """Characters that the shop takes; 0: as many as there are."""
    return {
        "name": NAME_LENGTH,
        "description_short": rules.short_description_length,
        "meta_title": META_TITLE_LENGTH,
        "meta_description": META_DESCRIPTION_LENGTH,
        "link_rewrite": NAME_LENGTH,
    }.get(field, 0)


def cleaned(field: str, text: str, rules: ShopRules) -> Cleaned:
    """The text of that field as it would be published, not cut: too long is a fault, said with its length."""
    written = without_controls(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    done = _CLEANERS[field](written, rules) if written else ""
    length = shown_length(done) if field in HTML_FIELDS else len(done)
    changed = plain(done) != _as_read(written) if field in HTML_FIELDS else done != written
    limit = limit_of(field, rules)
    return Cleaned(done, length, limit, changed, _fault(field, done, length, limit))


def for_writing(field: str, text: str) -> str:
    """The text as a person goes on writing it: HTML that is no more than paragraphs is plain text again."""
    if field not in HTML_FIELDS:
        return text
    said = plain(text)
    return said if paragraphs(said) == text else text


def _fault(field: str, done: str, length: int, limit: int) -> str:
    if field in NEEDED and not done:
        return _("The shop refuses a product without it: write something, or go back to Sage's text.")
    if limit and length > limit:
        told = {"length": length, "limit": limit, "more": length - limit}
        return _("%(length)s characters; the shop takes %(limit)s: %(more)s too many.") % told
    return ""


def _as_read(written: str) -> str:
    return plain(canonical(written)) if is_markup(written) else plain(paragraphs(written))


def _html(text: str, rules: ShopRules) -> str:
    return clean_html(text) if is_markup(text) else paragraphs(text)


_CLEANERS: Mapping[str, Callable[[str, ShopRules], str]] = {
    "name": lambda text, rules: shop_name(text, rules.name_replacements, length=_ENDLESS).text,
    "meta_title": lambda text, rules: generic_text(text, rules.name_replacements, length=_ENDLESS).text,
    "meta_description": lambda text, rules: generic_text(text, rules.name_replacements, length=_ENDLESS).text,
    "link_rewrite": lambda text, rules: link_rewrite(text),
    "tags": lambda text, rules: clean_tags(text).text,
    "description": _html,
    "description_short": _html,
}
