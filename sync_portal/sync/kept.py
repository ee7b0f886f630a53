"""Fields that people gave to the shop, and take back: "keep the shop's value" holds from then on, for that one field.

The history of it is that of the decisions: who gave it, who took it back, and who gave it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.models import Client, ShopConnection
from mapping.models import Binding
from sync_portal.sync.answers import NotAnAnswer
from sync_portal.sync.models import Answer, Decision, DecisionKind, FieldOwner
from sync_portal.sync.plan import SHOP

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Place = tuple[int, str, str, str]
"""(shop, kind, key, field)"""


def kept_for(client: Client, *, shop: ShopConnection | None = None) -> QuerySet[FieldOwner]:
    """The fields of single records that are the shop's because a person said so; of one shop, or of all."""
    rows = FieldOwner.objects.filter(shop__client=client, owner=SHOP).select_related("shop")
    rows = rows if shop is None else rows.filter(shop=shop)
    return rows.order_by("shop__position", "kind", "key", "field")


def last_answers(rows: Iterable[FieldOwner | Decision]) -> Mapping[Place, Decision]:
    """The last answer about each of these fields: who gave it, when, and what the values were. One query.

    A field that came with a client file has none.
    """
    wanted = {place_of(row): row for row in rows}
    if not wanted:
        return {}
    answered = Decision.objects.filter(
        shop__in={place[0] for place in wanted}, key__in={place[2] for place in wanted}
    ).exclude(answer="")
    found = answered.select_related("shop", "decided_by").order_by("pk")
    return {place: row for row in found if (place := place_of(row)) in wanted}


def place_of(row: FieldOwner | Decision) -> Place:
    return row.shop_id, row.kind, row.key, row.field


@transaction.atomic
def give_back(kept: FieldOwner, *, user: User) -> Decision:
    """Sage writes this field again from the next run on. What the shop was last seen to hold is what that run expects:
    if it holds something else by then, a person is asked.

    Raises:
        NotAnAnswer: somebody was faster.
    """
    if not FieldOwner.objects.filter(pk=kept.pk).delete()[0]:
        raise NotAnAnswer(f"field {kept.pk} was given back already")
    for binding in Binding.objects.select_for_update().filter(shop=kept.shop, kind=kept.kind, key=kept.key):
        binding.parked, binding.confirmed_at = "", timezone.now()
        binding.save(update_fields=["parked", "confirmed_at"])
    return _tell(kept, last_answers([kept]).get(place_of(kept)), Answer.GIVE_BACK, user)


@transaction.atomic
def keep_again(given_back: Decision, *, user: User) -> Decision:
    """Undo that: the field is the shop's again. What a run has written there meanwhile stays until it is changed.

    Raises:
        NotAnAnswer: it was not given back, or something was decided about it since.
    """
    last = last_answers([given_back]).get(place_of(given_back))
    if given_back.answer != Answer.GIVE_BACK or last is None or last.pk != given_back.pk:
        raise NotAnAnswer(f"decision {given_back.pk} is not the last word about its field")
    place: dict[str, Any] = {name: getattr(given_back, name) for name in ("shop", "kind", "key", "field")}
    FieldOwner.objects.update_or_create(**place, defaults={"owner": SHOP})
    Decision.objects.filter(**place, answer="").delete()
    return _tell(given_back, given_back, Answer.ACCEPT, user)


def keep(shop: ShopConnection, kind: str, key: str, field: str) -> bool:
    """As a client file says it; returns whether it is new."""
    _row, made = FieldOwner.objects.get_or_create(shop=shop, kind=kind, key=key, field=field, defaults={"owner": SHOP})
    return made


def _tell(place: FieldOwner | Decision, last: Decision | None, answer: str, user: User) -> Decision:
    return Decision.objects.create(
        shop=place.shop,
        question=last.question if last else DecisionKind.CHANGED,
        kind=place.kind,
        key=place.key,
        field=place.field,
        label=last.label if last else place.key,
        facts=last.facts if last else {},
        answer=answer,
        decided_by=user,
        decided_at=timezone.now(),
    )
