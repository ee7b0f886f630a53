"""The dictionary by which Sage's abbreviations become words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.words import WORD
from sync_portal.pages.exchange.columns import Column, yes_no
from sync_portal.pages.exchange.sheet import Sheet


def _columns(client: Client) -> list[Column]:
    return [
        Column("text", _("In Sage")),
        Column("to", _("In the shop")),
        yes_no("whole_word", _("Whole words only")),
        yes_no("match_case", _("Upper and lower case as written")),
        yes_no("removed", _("Delete this line")),
    ]


def _whole(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An empty word takes Sage's away, so a line is deleted by saying so."""
    data = dict(row)
    return None if data.pop("removed", False) else data


WORDS = Sheet(
    name="words",
    label=_("Words"),
    text=_("Abbreviations of Sage and the words that stand for them in all texts."),
    kind=WORD.name,
    keys=WORD.key,
    columns=_columns,
    rows=lambda client: (),
    flat=lambda value: {"whole_word": True, **value},
    whole=_whole,
)
