"""The dictionary of attribute values: which spellings are one, their names, colours and order."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.options import VALUE
from sync_portal.pages.exchange.columns import Column, number, yes_no
from sync_portal.pages.exchange.common import flat_names, info, name_columns, whole_names
from sync_portal.pages.exchange.sheet import Row, Sheet, unless_empty
from sync_portal.pages.exchange.sheets.used import used_values


def _columns(client: Client) -> list[Column]:
    return [
        Column("value", _("Key")),
        info("option", _("Option")),
        info("label", _("Value")),
        info("count", _("Combinations")),
        Column("same_as", _("Is the same as (key)")),
        yes_no("distinct", _("Is a value of its own")),
        *name_columns(client),
        Column("colour", _("Colour"), widget="colour"),
        number("position", _("Position")),
    ]


def _rows(client: Client) -> Iterator[Row]:
    for key, (option, label, count) in used_values(client).items():
        yield {"value": key, "option": option, "label": label, "count": count}


VALUES = Sheet(
    name="values",
    label=_("Attribute values"),
    text=_("Spellings that are one value, names in the shop, colour codes and order of sizes and colours."),
    kind=VALUE.name,
    keys=VALUE.key,
    columns=_columns,
    rows=_rows,
    flat=flat_names,
    whole=lambda row: unless_empty(whole_names(row)),
)
