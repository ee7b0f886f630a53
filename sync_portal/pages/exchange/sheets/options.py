"""Options: how a gamme is called and shown."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.options import OPTION
from sync_portal.pages.exchange.columns import Column, among, number
from sync_portal.pages.exchange.common import flat_names, info, name_columns, whole_names
from sync_portal.pages.exchange.sheet import Row, Sheet, unless_empty
from sync_portal.pages.exchange.sheets.used import used_options
from sync_portal.pages.labels import DISPLAYS


def _columns(client: Client) -> list[Column]:
    return [
        Column("option", _("Key")),
        info("label", _("Option")),
        info("count", _("Combinations")),
        *name_columns(client),
        among("display", _("Shown as"), {"": "", **DISPLAYS}),
        number("position", _("Position")),
    ]


def _rows(client: Client) -> Iterator[Row]:
    for key, (label, count) in used_options(client).items():
        yield {"option": key, "label": label, "count": count}


OPTIONS = Sheet(
    name="options",
    label=_("Options"),
    text=_("Names of options in the shop, and whether they are a list, buttons or colours."),
    kind=OPTION.name,
    keys=OPTION.key,
    columns=_columns,
    rows=_rows,
    flat=flat_names,
    whole=lambda row: unless_empty(whole_names(row)),
)
