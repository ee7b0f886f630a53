"""Texts of products: what goes out, what Sage says, and what a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.texts import TEXT
from mapping.models import Product
from sync_portal.pages.exchange.columns import Column
from sync_portal.pages.exchange.common import info
from sync_portal.pages.exchange.sheet import Row, Sheet


def _columns(client: Client) -> list[Column]:
    return [
        Column("product", _("Product")),
        Column("field", _("Text")),
        Column("language", _("Language")),
        Column("text", _("Written by a person")),
        info("published", _("As it goes out")),
        info("from_sage", _("What Sage says")),
    ]


def _rows(client: Client) -> Iterator[Row]:
    """Every text of every product that is for sale."""
    products = Product.objects.filter(client=client).exclude(readiness="out").order_by("reference")
    for key, texts in products.values_list("key", "texts").iterator():
        for field, by_language in sorted(texts.items()):
            for language, text in sorted(by_language.items()):
                yield {
                    "product": key,
                    "field": field,
                    "language": language,
                    "published": text.get("text", ""),
                    "from_sage": text.get("from_sage") or ("" if text.get("by_person") else text.get("text", "")),
                }


def _whole(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An empty cell is "back to Sage"."""
    return {"text": row["text"]} if str(row.get("text") or "").strip() else None


TEXTS = Sheet(
    name="texts",
    label=_("Texts"),
    text=_("Names, descriptions, titles for search engines, tags. An emptied cell goes back to Sage's text."),
    kind=TEXT.name,
    keys=TEXT.key,
    columns=_columns,
    rows=_rows,
    whole=_whole,
)
