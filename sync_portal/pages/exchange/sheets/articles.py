"""Exclusions: which articles a person keeps out or shows, and what becomes of a page."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.articles import ARTICLE
from mapping.models import Product
from sync_portal.pages.exchange.columns import Column, among, one_of
from sync_portal.pages.exchange.common import info
from sync_portal.pages.exchange.sheet import Row, Sheet, unless_empty
from sync_portal.pages.labels import AWAY, SHOWN

_shown = one_of({"": "", **SHOWN})


def _columns(client: Client) -> list[Column]:
    return [
        Column("article", _("Reference")),
        info("name", _("Designation")),
        info("state", _("State")),
        Column("shown", _("In the shop"), lambda cell: _shown[0](cell) or "rules", _shown[1]),
        among("when_away", _("When it is away"), AWAY),
        Column("redirect_to", _("Redirected to")),
    ]


def _rows(client: Client) -> Iterator[Row]:
    for product in Product.objects.filter(client=client).order_by("reference").iterator():
        yield {"article": product.key, "name": product.name, "state": product.get_readiness_display(), "shown": "rules"}


ARTICLES = Sheet(
    name="articles",
    label=_("Exclusions"),
    text=_("Articles that people keep out of the shop or show whatever the rules say, and where their page leads."),
    kind=ARTICLE.name,
    keys=ARTICLE.key,
    columns=_columns,
    rows=_rows,
    whole=lambda row: unless_empty({**row, "shown": "" if row.get("shown") == "rules" else row.get("shown")}),
)
