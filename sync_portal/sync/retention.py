"""Old history goes: confirmed changes first, refused ones and the runs themselves much later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from mapping import uploads
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
    """Delete what is older than the settings keep; the last run of each flow stays, as a row without its successes."""
    recent = now - timedelta(days=settings.RETENTION_DAYS)
    long_ago = now - timedelta(days=settings.RETENTION_DAYS * FAILURES_KEEP)
    good = [ChangeState.CONFIRMED, ChangeState.PLANNED, ChangeState.STALE]
    gone = _delete(Change, Change.objects.filter(run__ended_at__lt=recent, state__in=good))
    gone += _delete(Change, Change.objects.filter(run__ended_at__lt=long_ago))
    uploads.forget_unused(long_ago)
    _delete(Run, _superseded(Run.objects.filter(ended_at__lt=long_ago, state__in=RunState.ended())))
    return gone


def _superseded(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those that are not the last one of their client's flow; a preview takes no run's place."""
    newer = Run.objects.filter(client=OuterRef("client"), flow=OuterRef("flow"), pk__gt=OuterRef("pk"), preview=False)
    return runs.filter(Exists(newer))


def _delete(model: type[Change] | type[Run], rows: QuerySet[Any]) -> int:
    gone = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:SLICE]):
        model.objects.filter(pk__in=ids).delete()
        gone += len(ids)
    return gone
