"""What a run is limited to. Empty means the whole flow.

``{"product": "POLO"}``: one product and what it needs; ``{"retry": 12}``: what run 12 left refused;
``{"plan": 12, "changes": [...], "fields": [...]}``: what a person chose of the preview 12; ``{"undo": 12}``: run 12
backwards; ``{"orders": [7]}``: these rows of the ledger; ``{"full": true}``: everything derived anew. The whole flow
that also does what two of these asked for: ``{"refresh": ["POLO"], "unpark": [12], "full": true}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from sync_portal.sync import lines
from sync_portal.sync.forgetting import OF_A_PRODUCT
from sync_portal.sync.models import Action, Change, ChangeState, Run
from sync_portal.sync.plan import PlannedChange

PLAN_EXPIRES = timedelta(hours=4)
SHARED = frozenset({"groups", "categories", "product_options", "product_option_values"}) | frozenset(
    {"product_features", "product_feature_values", "manufacturers", "suppliers", "tags"}
)
"""Kinds that a product may need first; they are cheap and go along."""

Wanted = Callable[[Sequence[PlannedChange]], list[PlannedChange]]
"""Of these changes those that the run may write."""


class PlanExpired(ValueError):
    """The preview is too old to be applied: it has to be made again."""

    def __init__(self, preview: int) -> None:
        hours = int(PLAN_EXPIRES / timedelta(hours=1))
        super().__init__(f"preview {preview} is older than {hours} hours")
        self.facts = {"preview": str(preview), "hours": str(hours)}


def union(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The scope of one waiting run that is to do the work of two: the same one, or the whole flow, which still looks
    at the products afresh and sends again what was refused, where one of the two had been asked to.
    """
    if first == second:
        return first
    if "orders" in first and "orders" in second:
        return {"orders": sorted({*first["orders"], *second["orders"]})}
    both = {
        "refresh": sorted({*products_to_refresh(first), *products_to_refresh(second)}),
        "unpark": sorted({*_runs_to_retry(first), *_runs_to_retry(second)}),
        "full": bool(first.get("full") or second.get("full")),
    }
    return {name: value for name, value in both.items() if value}


PARTS = ("plan", "product", "retry", "undo", "orders")
"""What limits a run to a part of its flow's work; one without any of them does the whole."""


def partial(scope: dict[str, Any]) -> bool:
    """Whether the run leaves a part of the flow's work to another one."""
    return any(name in scope for name in PARTS)


def products_to_refresh(scope: dict[str, Any]) -> list[str]:
    """The products that are to be compared with what the shop holds now."""
    return [str(scope["product"])] if "product" in scope else list(scope.get("refresh", []))


def _runs_to_retry(scope: dict[str, Any]) -> list[int]:
    return [scope["retry"]] if "retry" in scope else list(scope.get("unpark", []))


def exclusive(scope: dict[str, Any]) -> bool:
    """Whether nothing may be added to a run of this scope: a person chose exactly what it writes."""
    return "plan" in scope or "undo" in scope


def selector(scope: dict[str, Any], shop_id: int) -> Wanted:
    """Which planned changes of a shop the run may write."""
    if "product" in scope:
        product = str(scope["product"])
        return lambda part: [one for one in part if one.kind in SHARED or belongs_to(one.kind, one.key, product)]
    if "retry" in scope:
        places = set(places_to_unpark(scope, shop_id))
        return lambda part: [one for one in part if (one.kind, one.key) in places]
    if "plan" in scope:
        return _same_as_previewed(scope, shop_id)
    return list


def belongs_to(kind: str, key: str, product: str) -> bool:
    """Whether a resource is this product, its pack, or one of its combinations, stocks, prices, photos."""
    return (kind in OF_A_PRODUCT and key.startswith(f"{product}|")) or (
        kind in {"products", "product_links", "stock", "covers"} and key == product
    )


def with_fields(change: PlannedChange, fields: set[str]) -> PlannedChange:
    """An update limited to the named fields; with none named the change as it is."""
    if not fields:
        return change
    return replace(
        change,
        fields={name: value for name, value in change.fields.items() if name in fields},
        differences=[difference for difference in change.differences if difference["field"] in fields],
    )


def _left(runs: Iterable[int]) -> Any:
    """What runs did not get through; a record refused before is held by its later runs, so a person finds it there."""
    states = [ChangeState.REJECTED, ChangeState.LATER, ChangeState.APPLIED, ChangeState.HELD]
    return Change.objects.filter(run_id__in=list(runs), state__in=states)


def places_to_unpark(scope: dict[str, Any], shop_id: int | None = None) -> list[tuple[str, str]]:
    """(kind, key) of what may be sent again although the shop refused it: a person asked for it."""
    left = _left(_runs_to_retry(scope))
    return list((left.filter(shop=shop_id) if shop_id else left).values_list("kind", "key"))


def check_age(scope: dict[str, Any]) -> None:
    """Raise PlanExpired when the preview that a person chose from is more than four hours old."""
    preview = Run.objects.get(pk=scope["plan"])
    if preview.ended_at is None or timezone.now() - preview.ended_at > PLAN_EXPIRES:
        raise PlanExpired(preview.pk)


def chosen_parts(scope: dict[str, Any], shop_id: int | None = None) -> Iterator[list[Change]]:
    """The changes of a preview that a person chose (for one shop), a few at a time: a preview may be of everything.

    Fields are chosen among updates: a creation is chosen by itself or with the whole.
    """
    fields = set(scope.get("fields") or [])
    for part in lines.in_parts(_chosen(scope, shop_id).order_by("pk")):
        yield [change for change in part if not fields or _has(change, fields)]


def _chosen(scope: dict[str, Any], shop_id: int | None) -> QuerySet[Change]:
    changes = Change.objects.filter(run=scope["plan"], state=ChangeState.PLANNED)
    if shop_id:
        changes = changes.filter(shop=shop_id)
    if scope.get("changes"):
        changes = changes.filter(pk__in=scope["changes"])
    return changes


def _has(change: Change, fields: set[str]) -> bool:
    return change.action == Action.UPDATE and any(difference["field"] in fields for difference in change.differences)


def _same_as_previewed(scope: dict[str, Any], shop_id: int) -> Wanted:
    check_age(scope)
    fields, previewed = set(scope.get("fields") or []), lines.ByPlace(_chosen(scope, shop_id))

    def same(change: PlannedChange, seen: Change | None) -> bool:
        if seen is None or seen.action != change.action or (fields and not _has(seen, fields)):
            return False
        return only(change.differences, fields) == only(seen.differences, fields)

    def wanted(part: Sequence[PlannedChange]) -> list[PlannedChange]:
        seen = previewed.find((change.kind, change.key) for change in part)
        return [change for change in part if same(change, seen.get((change.kind, change.key)))]

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
