"""What a run is limited to. Empty means the whole flow.

``{"product": "POLO"}``: one product and what it needs; ``{"retry": 12}``: what run 12 left refused;
``{"plan": 12, "changes": [...], "fields": [...]}``: what a person chose of the preview 12; ``{"undo": 12}``: run 12
backwards; ``{"full": true}``: everything derived anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sync_portal.sync.models import Change, ChangeState, Run
from sync_portal.sync.plan import PlannedChange

PLAN_EXPIRES = timedelta(hours=4)
SHARED = frozenset({"groups", "categories", "product_options", "product_option_values"})
"""Kinds that a product may need first; they are cheap and go along."""

Wanted = Callable[[PlannedChange], bool]


class PlanExpired(ValueError):
    """The preview is too old to be applied: it has to be made again."""


def union(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The scope of one waiting run that is to do the work of two: the same one, or the whole flow."""
    return first if first == second else {}


def exclusive(scope: dict[str, Any]) -> bool:
    """Whether nothing may be added to a run of this scope: a person chose exactly what it writes."""
    return "plan" in scope or "undo" in scope


def selector(scope: dict[str, Any]) -> Wanted:
    """Which planned changes the run may write."""
    if "product" in scope:
        return lambda change: change.kind in SHARED or belongs_to(change.key, str(scope["product"]))
    if "retry" in scope:
        places = set(_left(scope["retry"]).values_list("kind", "key"))
        return lambda change: (change.kind, change.key) in places
    if "plan" in scope:
        return _same_as_previewed(scope)
    return lambda _change: True


def belongs_to(key: str, product: str) -> bool:
    """Whether a local key is this product's own or of one of its combinations, prices, photos."""
    return key == product or key.startswith(f"{product}|")


def with_fields(change: PlannedChange, fields: set[str]) -> PlannedChange:
    """An update limited to the named fields; with none named, or for another action, the change as it is."""
    if not fields or change.action != "update":
        return change
    return replace(
        change,
        fields={name: value for name, value in change.fields.items() if name in fields},
        differences=[difference for difference in change.differences if difference["field"] in fields],
    )


def _left(run_id: int) -> Any:
    return Change.objects.filter(run_id=run_id, state__in=[ChangeState.REJECTED, ChangeState.LATER])


def places_to_unpark(scope: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """(kind, key) of what may be sent again although the shop refused it: a person asked for it."""
    return list(_left(scope["retry"]).values_list("kind", "key")) if "retry" in scope else []


def chosen(scope: dict[str, Any]) -> dict[tuple[str, str], Change]:
    """The changes of a preview that a person chose, by (kind, key).

    Raises:
        PlanExpired: the preview is more than four hours old.
    """
    preview = Run.objects.get(pk=scope["plan"])
    if preview.ended_at is None or timezone.now() - preview.ended_at > PLAN_EXPIRES:
        raise PlanExpired(f"run {preview.pk}")
    changes = Change.objects.filter(run=preview, state=ChangeState.PLANNED)
    if scope.get("changes"):
        changes = changes.filter(pk__in=scope["changes"])
    return {(change.kind, change.key): change for change in changes}


def _same_as_previewed(scope: dict[str, Any]) -> Wanted:
    previewed = chosen(scope)
    fields = set(scope.get("fields") or [])

    def wanted(change: PlannedChange) -> bool:
        seen = previewed.get((change.kind, change.key))
        if seen is None or seen.action != change.action:
            return False
        return only(change.differences, fields) == only(seen.differences, fields)

    return wanted


def only(differences: list[dict[str, Any]], fields: set[str]) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of the named fields, or of all when none is named."""
    return sorted(
        (
            (difference["field"], difference["before"], difference["after"])
            for difference in differences
            if not fields or difference["field"] in fields
        ),
        key=lambda item: item[0],
    )
