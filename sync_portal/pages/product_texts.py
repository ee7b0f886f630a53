"""The texts of a product as the page shows them: what is published, who wrote it, and what Sage says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from connectors.models import Client, ShopConnection
from mapping.choices import TEXT
from mapping.choosing import Place
from mapping.html_text import plain
from mapping.models import Choice, Product
from mapping.rules import ShopRules, load_rules
from mapping.texts import FIELDS, HTML_FIELDS
from sync_portal.pages.labels import field_label
from sync_portal.pages.product_saving import seen
from sync_portal.pages.sentences import person
from sync_portal.pages.text_cleaning import cleaned, for_writing, limit_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One text in one language."""

    field: str
    language: str
    label: str
    text: str
    """What the shop has or is about to get."""
    written: str
    """What a form opened now begins with: the person's own words, before they were cleaned."""
    by_person: bool
    why: str
    """Where Sage's text comes from, in words."""
    sage: str
    """What it would be without the person."""
    limit: int
    """Characters that the shop takes; 0: as many as there are."""
    pending: bool
    """Chosen, and not worked out yet: it goes out with the next run."""
    who: str = ""
    at: datetime | None = None
    seen: str = "null"
    """What a form opened now carries."""

    @property
    def id(self) -> str:
        """Of its element on the page."""
        return f"text-{self.field}-{self.language}"

    @property
    def is_html(self) -> bool:
        return self.field in HTML_FIELDS

    @property
    def is_long(self) -> bool:
        return self.field in HTML_FIELDS or self.field == "meta_description"

    @property
    def shown(self) -> str:
        """As a reader sees it."""
        return plain(self.text) if self.is_html else self.text

    @property
    def sage_shown(self) -> str:
        return plain(self.sage) if self.is_html else self.sage

    @property
    def when_empty(self) -> str:
        """What the shop does without a text here."""
        return {
            "link_rewrite": _("None from Sage: the shop makes it from the name, once."),
            "meta_title": _("None from Sage: search engines are shown the name."),
            "meta_description": _("None from Sage: search engines are shown the short description."),
        }.get(self.field, _("None from Sage: nothing is sent, what the shop has stays."))

    @property
    def differs(self) -> bool:
        """Whether Sage says something else than the person."""
        return self.by_person and self.sage.strip() != self.text.strip()


def shop_rules(client: Client) -> list[ShopRules]:
    """Those of the client's shops; a document that is faulty counts as the defaults, other pages say so."""
    found = []
    for shop in ShopConnection.objects.filter(client=client).order_by("position", "pk"):
        try:
            found.append(load_rules(shop.rules))
        except ValueError:
            found.append(ShopRules())
    return found or [ShopRules()]


def languages(client: Client) -> list[str]:
    """Of all the client's shops, the first shop's own one first."""
    rules = shop_rules(client)
    return list(dict.fromkeys([rules[0].language, *(language for one in rules for language in one.languages)]))


def place_of(product: Product, field: str, language: str) -> Place:
    """Where a person's text is kept."""
    return TEXT.name, TEXT.make_key(product.key, field, language)


def cells(client: Client, product: Product) -> list[tuple[str, list[Cell]]]:
    """(field in words, its text in each language)."""
    spoken, rules = languages(client), shop_rules(client)[0]
    chosen = {row.key: row for row in _choices(client, product)}
    return [(field_label(field), [_cell(product, field, one, chosen, rules) for one in spoken]) for field in FIELDS]


def cell(client: Client, product: Product, field: str, language: str) -> Cell | None:
    """One text; None where there is no such field or language."""
    if field not in FIELDS or language not in languages(client):
        return None
    _kind, key = place_of(product, field, language)
    chosen = {row.key: row for row in _choices(client, product).filter(key=key)}
    return _cell(product, field, language, chosen, shop_rules(client)[0])


def _choices(client: Client, product: Product) -> Any:
    return Choice.objects.select_related("set_by").filter(client=client, kind=TEXT.name, subject=product.key)


def _cell(product: Product, field: str, language: str, chosen: Mapping[str, Choice], rules: ShopRules) -> Cell:
    derived = _derived(product, field, language)
    row = chosen.get(place_of(product, field, language)[1])
    by_person = bool(derived.get("by_person", False))
    published = str(derived.get("text", ""))
    sage = str(derived.get("from_sage", "")) if by_person else published
    wanted = cleaned(field, str(row.value.get("text", "")), rules).text if row else sage
    return Cell(
        field=field,
        language=language,
        label=field_label(field),
        text=wanted,
        written=str(row.value.get("text", "")) if row else for_writing(field, sage),
        by_person=row is not None,
        why="" if by_person else str(derived.get("why", "")),
        sage=sage,
        limit=limit_of(field, rules),
        pending=by_person != (row is not None) or (row is not None and wanted != published),
        who=(person(row.set_by) if row.set_by else _("an import or a rule")) if row else "",
        at=row.set_at if row else None,
        seen=seen(row.value if row else None),
    )


def _derived(product: Product, field: str, language: str) -> Mapping[str, Any]:
    """What the last run worked out; a name is there before any text was derived."""
    found: Mapping[str, Any] = product.texts.get(field, {}).get(language, {})
    if not found and field == "name":
        return {"text": product.name, "why": product.explanations.get("name", ""), "by_person": False}
    return found
