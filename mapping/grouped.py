"""What the tables know about groups and suggestions, for those who decide about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Count, Max, Q, QuerySet

from connectors.models import Client
from mapping.choices.groups import GROUP, GroupChoice
from mapping.models import Binding, Choice, GroupSuggestion

_BATCH = 500


def group_rows(client: Client) -> QuerySet[Choice]:
    """The approved groups of a client."""
    return Choice.objects.filter(client=client, kind=GROUP.name)


def book_of(client: Client) -> dict[str, GroupChoice]:
    """Anchor -> group."""
    rows = group_rows(client).order_by("key").values_list("key", "value")
    return {key: GroupChoice.model_validate(value) for key, value in rows}


def anchors_of(client: Client) -> dict[str, str]:
    """Article -> anchor of the approved group that holds it."""
    rows = group_rows(client).order_by("key").values_list("key", "value__members")
    return {member: anchor for anchor, members in rows for member in (anchor, *members)}


def open_suggestions(client: Client) -> QuerySet[GroupSuggestion]:
    """Those that nobody has decided: neither dismissed, nor are their articles one group already.

    Approving leaves a suggestion where it is, so that undoing the approval brings it back.
    """
    rows = GroupSuggestion.objects.filter(client=client, dismissed_at=None)
    return rows.exclude(pk__in=_settled(rows, anchors_of(client)))


def suggestions_version(client: Client) -> tuple[object, ...] | None:
    """Changes whenever the number of open suggestions may have changed; None while nothing is suggested at all."""
    waiting = Count("pk", Q(dismissed_at=None))
    rows = GroupSuggestion.objects.filter(client=client).aggregate(
        waiting=waiting, found=Max("found_at"), dismissed=Max("dismissed_at"), newest=Max("pk")
    )
    if not rows["waiting"]:
        return None
    groups = group_rows(client).aggregate(changed=Max("set_at"), amount=Count("pk"))
    return (*rows.values(), *groups.values())


def published(client: Client, references: Collection[str]) -> dict[str, int]:
    """Article -> id of its page in the shop (the first shop that has one)."""
    found: dict[str, int] = {}
    wanted = sorted(set(references))
    for start in range(0, len(wanted), _BATCH):
        rows = Binding.objects.filter(
            shop__client=client, kind="products", key__in=wanted[start : start + _BATCH], remote_id__isnull=False
        )
        for key, remote_id in rows.order_by("shop__position", "pk").values_list("key", "remote_id"):
            found.setdefault(key, remote_id or 0)
    return found


def _settled(rows: QuerySet[GroupSuggestion], anchors: dict[str, str]) -> list[int]:
    """Suggestions whose articles are all in one group; their masters are looked at first, which is cheap."""
    if not anchors:
        return []
    likely = [pk for pk, master in rows.values_list("pk", "master") if master in anchors]
    found = []
    for start in range(0, len(likely), _BATCH):
        part = rows.filter(pk__in=likely[start : start + _BATCH]).values_list("pk", "members")
        found += [pk for pk, members in part if _together(members, anchors)]
    return found


def _together(members: Collection[str], anchors: Mapping[str, str]) -> bool:
    holders = {anchors.get(one) for one in members}
    return len(holders) == 1 and None not in holders
