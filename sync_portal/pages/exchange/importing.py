"""A file's choices previewed and saved, by django-import-export: row by row, each with its error or its differences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import tablib
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext as _
from import_export import resources
from import_export.results import RowResult

from connectors.models import Client
from mapping import choosing
from mapping.choices import CHOICE_KINDS
from mapping.choosing import Place
from mapping.models import Choice, ChoiceAct, ChoiceChange
from sync_portal.pages.choice_words import ChoiceLine, change_lines
from sync_portal.pages.exchange.sheet import Read

HEADINGS = ("kind", "key", "value")


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One choice of the file."""

    lines: tuple[int, ...]
    label: str
    result: str
    """"new", "changed", "removed", "same", "error"."""
    differences: list[ChoiceLine] = field(default_factory=list)
    error: str = ""


class _Choices(resources.ModelResource):
    """Rows of ``kind, key, value`` (JSON; empty: no choice). Collects what is to be chosen and saves nothing itself:
    `mapping.choosing` is the only door.
    """

    class Meta:
        model = Choice
        fields = HEADINGS
        import_id_fields = ("kind", "key")
        skip_unchanged = True
        report_skipped = True
        use_bulk = False

    def __init__(self, known: models.QuerySet[Choice]) -> None:
        """``known``: the choices that there are of the kinds that the file is about."""
        super().__init__()
        self.known = {(choice.kind, choice.key): choice for choice in known}
        self.wanted: dict[Place, Any] = {}

    def get_instance(self, instance_loader: Any, row: Any) -> Choice | None:
        return self.known.get((row["kind"], row["key"]))

    def import_field(self, field: Any, instance: Choice, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if field.column_name == "value":
            instance.value = json.loads(row["value"]) if row["value"] else None
        else:
            setattr(instance, field.column_name, row[field.column_name])

    def skip_row(self, instance: Choice, original: Choice, row: Any, import_validation_errors: Any = None) -> bool:
        return original.value == instance.value if original.pk else instance.value is None

    def for_delete(self, row: Any, instance: Choice) -> bool:
        return not row["value"] and instance.pk is not None

    def validate_instance(self, instance: Choice, *args: Any, **kwargs: Any) -> None:
        """Each value was validated when the file was read."""

    def save_instance(self, instance: Choice, is_create: bool, row: Any, **kwargs: Any) -> None:
        self.wanted[instance.kind, instance.key] = CHOICE_KINDS[instance.kind].load(instance.value)

    def delete_instance(self, instance: Choice, row: Any, **kwargs: Any) -> None:
        self.wanted[instance.kind, instance.key] = None


def preview(client: Client, read: Iterable[Read]) -> tuple[list[PreviewRow], dict[Place, Any]]:
    """What an import would do, row by row, and the choices that it would make."""
    found = list(read)
    usable, doubled = _once(found)
    kinds = {one.place[0] for one in usable if one.place}
    resource = _Choices(Choice.objects.filter(client=client, kind__in=kinds))
    known = {place: choice.value for place, choice in resource.known.items()}
    data = tablib.Dataset(headers=list(HEADINGS))
    for one in usable:
        assert one.place is not None
        dumped = one.value.model_dump(mode="json", exclude_defaults=True) if one.value is not None else None
        data.append([*one.place, "" if dumped is None else json.dumps(dumped)])
    result = resource.import_data(data, dry_run=True, raise_errors=False, use_transactions=False)
    told = {one.place: _row(one, row, known, resource.wanted) for one, row in zip(usable, result.rows, strict=True)}
    rows = [
        PreviewRow(one.lines, one.label, "error", error=doubled.get(one.lines, one.error))
        if one.error or one.lines in doubled
        else told[one.place]
        for one in found
    ]
    return rows, resource.wanted


def save(client: Client, wanted: dict[Place, Any], *, by: User, why: str) -> ChoiceAct | None:
    """Make the choices in one act.

    Raises:
        mapping.choosing.ChoiceRefused: together they contradict each other; nothing was changed.
    """
    return choosing.choose(client, wanted, by=by, verb="import", why=why)


def _once(found: list[Read]) -> tuple[list[Read], dict[tuple[int, ...], str]]:
    """The choices that can be used; of those that a file makes twice, none, and why."""
    places: dict[Place, list[Read]] = {}
    for one in found:
        if one.place is not None and not one.error:
            places.setdefault(one.place, []).append(one)
    doubled = {
        one.lines: _("the file says this more than once: lines %(lines)s")
        % {"lines": ", ".join(str(other.lines[0]) for other in same)}
        for same in places.values()
        if len(same) > 1
        for one in same
    }
    return [same[0] for same in places.values() if len(same) == 1], doubled


_RESULTS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_DELETE: "removed",
    RowResult.IMPORT_TYPE_SKIP: "same",
}


def _row(one: Read, row: RowResult, known: dict[Place, Any], wanted: dict[Place, Any]) -> PreviewRow:
    assert one.place is not None
    if row.errors:
        return PreviewRow(one.lines, one.label, "error", error=str(row.errors[0].error))
    result = _RESULTS.get(row.import_type, "error")
    if result == "same":
        return PreviewRow(one.lines, one.label, result)
    kind, key = one.place
    after = one.value.model_dump(mode="json", exclude_defaults=True) if one.value is not None else None
    change = ChoiceChange(kind=kind, key=key, before=known.get(one.place), after=after)
    return PreviewRow(one.lines, one.label, result, list(change_lines(change, {})))
