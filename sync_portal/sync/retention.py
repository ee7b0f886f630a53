"""Old history goes: confirmed changes first, refused ones and the runs themselves much later."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from sync_portal.sync.models import Beat, Change, ChangeState, Run, RunState

FAILURES_KEEP = 4
"""Times `RETENTION_DAYS`: failures are looked for long after, successes hardly ever."""
SLICE = 5000
"""Rows deleted at a time: a short transaction, whatever there is to delete."""
EVERY = timedelta(hours=24)
_LAST = "retention"


def prune_if_due(now: datetime) -> int:
    """Prune once a day, by whichever worker comes first; returns how many changes went."""
    last, made = Beat.objects.get_or_create(name=_LAST, defaults={"at": now})
    if made or now - last.at < EVERY:
        return 0
    if not Beat.objects.filter(name=_LAST, at=last.at).update(at=now):
        return 0
    return prune(now)


def prune(now: datetime) -> int:
    """Delete what is older than the settings keep. A preview's plan and the last run of each flow stay."""
    recent = now - timedelta(days=settings.RETENTION_DAYS)
    long_ago = now - timedelta(days=settings.RETENTION_DAYS * FAILURES_KEEP)
    good = [ChangeState.CONFIRMED, ChangeState.APPLIED, ChangeState.PLANNED, ChangeState.STALE]
    gone = _delete(Change.objects.filter(run__ended_at__lt=recent, state__in=good))
    gone += _delete(Change.objects.filter(run__ended_at__lt=long_ago))
    newer = Run.objects.filter(client=OuterRef("client"), flow=OuterRef("flow"), pk__gt=OuterRef("pk"))
    old_runs = Run.objects.filter(ended_at__lt=long_ago, state__in=RunState.ended()).filter(Exists(newer))
    Run.objects.filter(pk__in=list(old_runs.values_list("pk", flat=True))).delete()
    return gone


def _delete(rows: QuerySet[Change]) -> int:
    gone = 0
    while ids := list(rows.values_list("pk", flat=True)[:SLICE]):
        gone += Change.objects.filter(pk__in=ids).delete()[0]
    return gone
