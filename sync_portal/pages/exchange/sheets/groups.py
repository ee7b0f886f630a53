"""Groups: one line per article, its product's key, and its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.groups import GROUP
from mapping.models import Choice, SourceRecord
from sync_portal.pages.exchange.columns import CellError, Column, Suffixed, yes_no
from sync_portal.pages.exchange.common import info
from sync_portal.pages.exchange.sheet import Read, Row, Sheet

AXES = 4


def _columns(client: Client) -> list[Column]:
    return [
        Column("anchor", _("Product")),
        Column("article", _("Reference")),
        info("name", _("Designation")),
        Column("product_name", _("Name of the product")),
        yes_no("master", _("Master article")),
        yes_no("locked", _("Locked")),
        *(
            column
            for rank in range(1, AXES + 1)
            for column in (
                Column(f"axis{rank}", Suffixed(_("Axis"), str(rank))),
                Column(f"value{rank}", Suffixed(_("Value"), str(rank))),
            )
        ),
    ]


@dataclass(frozen=True)
class GroupSheet(Sheet):
    """Several lines are one choice."""

    def export(self, client: Client) -> Iterator[list[str]]:
        columns = self.columns(client)
        yield [str(column.label) for column in columns]
        groups = Choice.objects.filter(client=client, kind=self.kind).order_by("key")
        for anchor, value in groups.values_list("key", "value"):
            names = _names(client, list(value["members"]))
            for member, values in sorted(value["members"].items()):
                row = {
                    "anchor": anchor,
                    "article": member,
                    "name": names.get(member, ""),
                    "master": member == value["master"],
                    "locked": value.get("locked", False),
                    "product_name": value.get("name", ""),
                }
                for rank, (axis, text) in enumerate(zip(value["axes"], values, strict=True), start=1):
                    row |= {f"axis{rank}": axis, f"value{rank}": text}
                yield self._cells(columns, row)

    def read(self, client: Client, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Read]:
        columns = self.columns(client)
        places = self._places(columns, headings)
        known: dict[str, Any] = dict(Choice.objects.filter(client=client, kind=self.kind).values_list("key", "value"))
        gathered: dict[str, list[tuple[int, Row]]] = {}
        for number, cells in enumerate(rows, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            try:
                row = _row(columns, places, cells)
            except ValueError as error:
                yield Read((number,), "", error=str(error))
                continue
            gathered.setdefault(row["anchor"], []).append((number, row))
        every = {row["article"] for lines in gathered.values() for _number, row in lines}
        there = _names(client, sorted(every | set(gathered)))
        for anchor, lines in gathered.items():
            yield self._group(anchor, lines, known.get(anchor), there)

    def _group(self, anchor: str, lines: list[tuple[int, Row]], known: Any, there: Mapping[str, str]) -> Read:
        numbers = tuple(number for number, _row in lines)
        try:
            named = [anchor, *(row["article"] for _number, row in lines)]
            already = {anchor, *known["members"]} if known else set()
            strangers = [name for name in named if name not in there and name not in already]
            if strangers:
                raise ValueError(translate("%(reference)s is no article of Sage") % {"reference": strangers[0]})
            value = self.choice_kind.load(_data(lines, known))
        except ValueError as error:
            return Read(numbers, anchor, error=str(error))
        return Read(numbers, anchor, (self.kind, anchor), value)


def _row(columns: Sequence[Column], places: Mapping[str, int], cells: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in columns:
        place = places.get(column.code)
        cell = cells[place].strip() if place is not None and place < len(cells) else ""
        try:
            row[column.code] = column.read(cell)
        except ValueError as error:
            raise CellError(str(column.label), cell, error) from None
    for code in ("anchor", "article"):
        if not row[code]:
            raise ValueError(translate("%(columns)s: nothing is written there") % {"columns": code})
    return row


def _data(lines: list[tuple[int, Row]], known: Any) -> dict[str, Any]:
    """The group that these lines say; what a sheet does not show (its rule) stays as it was.

    Raises:
        ValueError: they contradict each other.
    """
    axes = {tuple(row[f"axis{rank}"] for rank in range(1, AXES + 1) if row[f"axis{rank}"]) for _number, row in lines}
    if len(axes) != 1:
        raise ValueError(translate("its lines do not name the same axes"))
    (names,) = axes
    masters = [row["article"] for _number, row in lines if row["master"]]
    if len(masters) != 1:
        raise ValueError(translate("one line, and only one, must be the master article"))
    members: dict[str, list[str]] = {}
    for _number, row in lines:
        if row["article"] in members:
            raise ValueError(translate("%(reference)s stands there twice") % {"reference": row["article"]})
        members[row["article"]] = [row[f"value{rank}"] for rank in range(1, len(names) + 1)]
    kept = {name: known[name] for name in ("rule", "pattern") if known and name in known}
    said = {row["product_name"] for _number, row in lines if row["product_name"]}
    if len(said) > 1:
        raise ValueError(translate("its lines do not say the same name"))
    name = said.pop() if said else (known or {}).get("name", "")
    locked = any(row["locked"] for _number, row in lines)
    return {**kept, "master": masters[0], "axes": list(names), "members": members, "locked": locked, "name": name}


def _names(client: Client, references: Sequence[str]) -> dict[str, str]:
    """Reference -> designation, of those that are articles of Sage."""
    found: dict[str, str] = {}
    rows = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    for start in range(0, len(references), 500):
        part = rows.filter(subject__in=references[start : start + 500])
        found.update((subject, data.get("label", "")) for subject, data in part.values_list("subject", "data"))
    return found


GROUPS = GroupSheet(
    name="groups",
    label=_("Groups"),
    text=_("Articles sold as one product: one line per article, with its values."),
    kind=GROUP.name,
    keys=("anchor", "article"),
    columns=_columns,
    rows=lambda client: (),
)
