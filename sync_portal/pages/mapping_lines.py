"""A line of a mapping table as a page shows it: its state and proposal in words, and the form that changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from connectors.models import Client
from mapping.choices import ChoiceValue
from mapping.coverage import Line
from mapping.models import Choice
from sync_portal.pages.choice_words import value_words
from sync_portal.pages.exchange.columns import CellError, Column
from sync_portal.pages.labels import DISPLAYS, FEATURE_TYPES, choice_field_label
from sync_portal.pages.mapping_tables import SHEET_OF
from sync_portal.pages.product_saving import seen

FIELD = "f_"
"""Before the code of a column in a form."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of the form of a line."""

    name: str
    column: Column
    value: str
    suggestions: str = ""
    """Id of the page's list of what may be written here."""

    @property
    def checked(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class MappingRow:
    line: Line
    parent: str
    """The option of a value, in words."""
    proposal: str
    """What is proposed, in words; "" for nothing."""
    twins: tuple[str, ...]
    inputs: list[Input]
    colour: str
    chosen: str
    """What the form carries: the choice as it was seen."""
    has_choice: bool

    @property
    def token(self) -> str:
        """How a ticked line is named."""
        return f"{self.line.kind}:{self.line.key}"


def rows_of(client: Client, lines: Sequence[Line], labels: Mapping[str, str]) -> list[MappingRow]:
    """``labels``: key of any line of the table -> its label."""
    columns = {kind: SHEET_OF[kind].columns(client) for kind in {line.kind for line in lines}}
    chosen = _chosen(client, lines)
    return [_row(line, columns[line.kind], chosen.get((line.kind, line.key)), labels) for line in lines]


def _chosen(client: Client, lines: Sequence[Line]) -> dict[tuple[str, str], Any]:
    rows = Choice.objects.filter(
        client=client, kind__in={line.kind for line in lines}, key__in=[one.key for one in lines]
    )
    return {(kind, key): value for kind, key, value in rows.values_list("kind", "key", "value")}


def _row(line: Line, columns: Sequence[Column], value: Any, labels: Mapping[str, str]) -> MappingRow:
    sheet = SHEET_OF[line.kind]
    flat = sheet.flat(value) if value is not None else {}
    inputs = [
        Input(FIELD + column.code, column, _shown(column, flat.get(column.code)), _suggestions(line, column))
        for column in columns
        if not column.info and column.code not in sheet.keys
    ]
    return MappingRow(
        line=line,
        parent=labels.get(line.parent, "") if line.kind == "value" else "",
        proposal=proposal_words(line.proposal, labels),
        twins=tuple(labels.get(key, key) for key in line.twins),
        inputs=inputs,
        colour=str(flat.get("colour") or line.proposal.get("colour") or ""),
        chosen=seen(value),
        has_choice=value is not None,
    )


def _suggestions(line: Line, column: Column) -> str:
    if column.code == "same_as":
        return "same-as"
    return "of-shop" if line.kind == "category" and column.widget == "number" else ""


def _shown(column: Column, value: Any) -> str:
    """What the field of a form holds: codes for lists, "1" for yes."""
    if column.widget == "check":
        return "1" if value else ""
    return "" if value is None else str(value)


def proposal_words(proposal: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """ "Same value as Rouge foncé", "kind of value: number, unit: cm"."""
    said = []
    for name, value in proposal.items():
        if name == "same_as":
            said.append(_("same value as %(value)s") % {"value": labels.get(str(value), str(value))})
        elif name == "published":
            said.append(_("left out: it names each article") if not value else "")
        elif name == "type":
            said.append(_("kind of value: %(kind)s") % {"kind": FEATURE_TYPES[value]})
        elif name == "display":
            said.append(_("shown as %(how)s") % {"how": DISPLAYS[value]})
        elif name == "shop_categories":
            said.append(_("category no. %(number)s of the shop") % {"number": next(iter(value.values()))})
        else:
            said.append(f"{choice_field_label(name)} {_plain(value, labels)}")
    return ", ".join(text for text in said if text)


def _plain(value: Any, labels: Mapping[str, str]) -> str:
    return ", ".join(map(str, value.values())) if isinstance(value, dict) else value_words("", value, labels)


def read_form(client: Client, kind: str, posted: Mapping[str, str]) -> ChoiceValue | None:
    """The choice that a form says; None: no choice.

    Raises:
        ValueError: a value that cannot be; names the field and the value.
    """
    sheet = SHEET_OF[kind]
    row: dict[str, Any] = {}
    for column in sheet.columns(client):
        if column.info or column.code in sheet.keys:
            continue
        cell = posted.get(FIELD + column.code, "")
        try:
            row[column.code] = column.read(cell.strip())
        except ValueError as error:
            raise CellError(str(column.label), cell, error) from None
    data = sheet.whole(row)
    return None if data is None else sheet.choice_kind.load(data)
