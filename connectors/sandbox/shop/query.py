"""The reading parameters of the webservice: display, filter, sort, limit, with PrestaShop's odd parsing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.shop.errors import WebserviceError
from connectors.sandbox.shop.schema import Association, Field, Kind, Resource
from connectors.sandbox.shop.values import leading_number, whole

BRACKETS = re.compile(r"^(.*)\[(.*)\](.*)$", re.DOTALL)
LANG_TEST = 'EXISTS (SELECT 1 FROM json_each("{}") AS texts WHERE fold(texts.value)'
INTERVAL = re.compile(r"^([\d.:\-\s]+),([\d.:\-\s]+)$")
NAMES_WITH_ITEMS = re.compile(r"([^,\[\]]+)(?:\[([^\[\]]*)\])?(?:,|$)")
SORT_EXAMPLE = '"field_ASC" or \'[field_1_DESC,field_2_ASC,field_3_ASC,...]\' ("field" has to be an available field)'


@dataclass
class Display:
    """Which fields an answer shows. `minimum`: only ids with links."""

    minimum: bool = False
    fields: list[Field] = field(default_factory=list)
    associations: dict[str, list[str]] = field(default_factory=dict)
    """Shown associations with the item fields asked for (empty list: all)."""
    id: bool = True
    is_chosen: bool = False
    """True for a list in brackets: JSON then always answers a list, and associations come without the others."""


def available(resource: Resource) -> list[str]:
    return ["id", *(known.name for known in resource.fields)]


def full_display(resource: Resource) -> Display:
    return Display(fields=list(resource.fields), associations={known.name: [] for known in resource.associations})


def parse_display(resource: Resource, text: str | None, virtual: frozenset[str], *, single: bool) -> Display:
    """Read `display=`; WebserviceError 35 for an unknown field, 36 for a syntax it does not have."""
    if text is None or text == "":
        return full_display(resource) if single else Display(minimum=True)
    if text == "full":
        return full_display(resource)
    if text == "minimum":
        return Display(minimum=True)
    if not (text.startswith("[") and text.endswith("]")):
        known = ", ".join(available(resource))
        syntax = "You can set 'full' or '[field_1,field_2,field_3,...]'"
        raise WebserviceError(400, 36, f"The 'display' syntax is wrong. {syntax}. These are available: {known}")
    return _chosen(resource, text[1:-1], virtual)


def _chosen(resource: Resource, text: str, virtual: frozenset[str]) -> Display:
    wanted: dict[str, list[str] | None] = {}
    for name, items in NAMES_WITH_ITEMS.findall(text):
        wanted[name.strip()] = items.split(",") if items else None
    display = Display(id="id" in wanted, is_chosen=True)
    for name, items in wanted.items():
        association = resource.association(name)
        if items is not None and association is not None:
            display.associations[name] = _item_fields(association, items)
        elif name not in available(resource) and name not in virtual:
            known = ", ".join(available(resource))
            message = f'Unable to display this field "{name}". However, these are available: {known}'
            raise WebserviceError(400, 35, message)
    display.fields = [known for known in resource.fields if known.name in wanted]
    return display


def _item_fields(association: Association, items: list[str]) -> list[str]:
    known = [entry.name for entry in association.fields]
    return [name for name in known if name in {item.strip() for item in items}]


@dataclass
class Selection:
    """A list request as SQL: conditions with their values, order, limit."""

    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    order: str = "id"
    limit: str = ""

    def condition(self) -> str:
        return " AND ".join(self.where) or "1"


def select(resource: Resource, parameters: Mapping[str, str], language: int) -> Selection:
    """Read `filter[...]`, `sort` and `limit`; codes 32-34 for filters, 37-38 for sort, 39 for limit."""
    selection = Selection()
    dates = parameters.get("date") == "1"
    for name, value in parameters.items():
        if found := re.fullmatch(r"filter\[(.+)\]", name):
            _filter(resource, selection, found.group(1), value, dates=dates)
    if parameters.get("sort"):
        selection.order = _sort(resource, parameters["sort"], language, dates=dates)
    if "limit" in parameters:
        selection.limit = _limit(parameters["limit"])
    return selection


def _filter(resource: Resource, selection: Selection, name: str, value: str, *, dates: bool) -> None:
    known = resource.by_name.get(name)
    names = [entry for entry in available(resource) if dates or entry not in {"date_add", "date_upd"}]
    if name not in names:
        raise WebserviceError(400, 32, f"This filter does not exist. {suggest(name, names)}")
    if known is not None and known.dynamic:
        message = f'The field "{name}" is dynamic. It is not possible to filter GET query with this field.'
        raise WebserviceError(400, 34, message)
    if value == "":
        raise WebserviceError(400, 33, f'The filter "{name}" is malformed.')
    found = BRACKETS.match(value)
    if found is None:
        _compare(selection, known, name, "IN", [value])
        return
    before, inside, after = found.groups()
    if "%" in {before, after}:
        _like(selection, known, name, before + inside + after)
    elif not before and not after:
        _inside(selection, known, name, inside)
    elif before in {">", "<"}:
        _compare(selection, known, name, before, [inside])
    elif before == "!":
        _compare(selection, known, name, "NOT IN", inside.split("|"))
    # Anything else in front (`A[1]`) makes the filter vanish: every row is returned, as on a real shop.


def _inside(selection: Selection, known: Field | None, name: str, inside: str) -> None:
    if inside.find("|") > 0:
        _compare(selection, known, name, "IN", inside.split("|"))
    elif interval := INTERVAL.match(inside):
        low, high = sorted(interval.groups())
        _compare(selection, known, name, ">=", [low])
        _compare(selection, known, name, "<=", [high])
    else:
        _compare(selection, known, name, "IN", [inside])


def _is_number(known: Field | None) -> bool:
    return known is None or known.kind in {Kind.INTEGER, Kind.DECIMAL}


def _quoted(known: Field | None, name: str) -> str:
    """The column as it is compared: texts folded, amounts as numbers."""
    if known is not None and known.kind is Kind.TEXT:
        return f'fold("{name}")'
    return f'CAST("{name}" AS REAL)' if known is not None and known.kind is Kind.DECIMAL else f'"{name}"'


def _converted(known: Field | None, value: str) -> Any:
    """A value as MySQL reads it: numbers by their beginning, `2026-01-01T03:00:00` as a moment, nonsense as none."""
    if _is_number(known):
        return leading_number(value)
    if known is not None and known.kind is Kind.DATE:
        return value.replace("T", " ") if value[:4].isdigit() else ""
    return value


def _compare(selection: Selection, known: Field | None, name: str, operator: str, values: list[str]) -> None:
    """One condition; only IN and NOT IN take several values (hundreds of ids come in one URL)."""
    converted: list[Any] = [_converted(known, value) for value in values]
    mark = "fold(?)" if known is not None and known.kind in {Kind.TEXT, Kind.LANG} else "?"
    marks = f"({', '.join([mark] * len(values))})" if operator.endswith("IN") else mark
    if known is not None and known.kind is Kind.LANG:
        selection.where.append(f"{LANG_TEST.format(name)} {operator} {marks})")
    else:
        selection.where.append(f"{_quoted(known, name)} {operator} {marks}")
    selection.values += converted


def _like(selection: Selection, known: Field | None, name: str, pattern: str) -> None:
    if known is not None and known.kind is Kind.LANG:
        test = f"{LANG_TEST.format(name)} LIKE fold(?))"
    else:
        test = f'fold("{name}") LIKE fold(?)'
    selection.where.append(test)
    selection.values.append(pattern)


def _sort(resource: Resource, text: str, language: int, *, dates: bool) -> str:
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    terms = []
    names = [entry for entry in available(resource) if dates or entry not in {"date_add", "date_upd"}]
    for part in inner.split(","):
        name, separator, direction = part.rpartition("_")
        if not separator or direction.upper() not in {"ASC", "DESC"}:
            raise WebserviceError(400, 37, f'The "sort" value has to be formed as this example: {SORT_EXAMPLE}')
        if name not in names:
            known = ", ".join(names)
            raise WebserviceError(400, 38, f"Unable to filter by this field. However, these are available: {known}")
        terms.append(f"{_sort_column(resource.by_name.get(name), name, language)} {direction.upper()}")
    return ", ".join([*terms, "id"])


def _sort_column(known: Field | None, name: str, language: int) -> str:
    if known is not None and known.kind is Kind.LANG:
        return f'fold(json_extract("{name}", \'$."{language}"\'))'
    return _quoted(known, name)


def _limit(text: str) -> str:
    parts = text.split(",")
    if len(parts) > 2:
        raise WebserviceError(400, 39, 'The "limit" value has to be formed as this example: "5,25" or "10"')
    numbers = [whole(part) for part in parts]
    offset, count = numbers if len(numbers) == 2 else (0, numbers[0])
    return f"LIMIT {max(count, 0)} OFFSET {max(offset, 0)}"


def suggest(name: str, known: list[str]) -> str:
    """PrestaShop's helpful end of sentence."""
    listed = ", ".join(f'"{entry}"' for entry in known)
    closest = min(reversed(known), key=lambda entry: _distance(name, entry))
    return f'Did you mean: "{closest}"? The full list is: {listed}'


def _distance(left: str, right: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(right) + 1))
    for number, char in enumerate(left, start=1):
        previous, row[0] = row[0], number
        for position, other in enumerate(right, start=1):
            replaced = previous + (char != other)
            previous, row[position] = row[position], min(row[position] + 1, row[position - 1] + 1, replaced)
    return row[-1]
