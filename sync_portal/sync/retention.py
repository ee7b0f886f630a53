"""Old history goes: confirmed changes first, refused ones and the runs themselves much later, what people changed in
schedules and alerts last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from mapping import uploads
from sync_portal.sync.models import Beat, Change, ChangeState, Run, SettingChange

FAILURES_KEEP = 4
"""Times `RETENTION_DAYS`: failures are looked for long after, successes hardly ever."""
SLICE = 5000
"""Rows deleted at a time: a short transaction, whatever there is to delete."""
RUNS = 500
"""Runs looked at together."""
MOST = 100_000
"""Changes that one tick deletes (seconds); where there are more the next ones go on."""
EVERY = timedelta(hours=24)
_LAST = "retention"
_GOOD = (ChangeState.CONFIRMED, ChangeState.PLANNED, ChangeState.STALE)


def prune_if_due(now: datetime) -> int:
    """Prune once a day, by whichever worker comes first; returns how many rows of history went."""
    last, made = Beat.objects.get_or_create(name=_LAST, defaults={"at": now})
    if made or now - last.at < EVERY:
        return 0
    if not Beat.objects.filter(name=_LAST, at=last.at).update(at=now):
        return 0
    gone = prune(now, most=MOST)
    if gone >= MOST:  # due again at once
        Beat.objects.filter(name=_LAST, at=now).update(at=last.at)
    return gone


def prune(now: datetime, *, most: int | None = None) -> int:
    """Delete what is older than the settings keep; the last run of each flow stays, as a row without its successes.

    Ends early once `most` changes (or a slice more) went. Returns how many rows of history went.
    """
    recent = now - timedelta(days=settings.RETENTION_DAYS)
    long_ago = now - timedelta(days=settings.RETENTION_DAYS * FAILURES_KEEP)
    gone = _thin(recent, most)
    if most is not None and gone >= most:
        return gone
    for runs in _parts(Run.objects.filter(thinned=True, ended_at__lt=long_ago)):
        gone += _delete(Change.objects.filter(run__in=runs))
        _delete(_superseded(Run.objects.filter(pk__in=runs)))
        if most is not None and gone >= most:
            return gone
    audited = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    gone += _delete(SettingChange.objects.filter(at__lt=audited))
    uploads.forget_unused(long_ago)
    return gone


def _thin(before: datetime, most: int | None) -> int:
    """Of runs that ended before, delete what went well: each run is looked at once."""
    gone = 0
    while runs := list(_oldest(Run.objects.filter(thinned=False, ended_at__lt=before))[:RUNS]):
        gone += _delete(Change.objects.filter(run__in=runs, state__in=_GOOD))
        Run.objects.filter(pk__in=runs).update(thinned=True)
        if most is not None and gone >= most:
            break
    return gone


def _parts(runs: QuerySet[Run]) -> Iterator[list[int]]:
    """Their ids, a few hundred at a time."""
    ids = list(_oldest(runs))
    for start in range(0, len(ids), RUNS):
        yield ids[start : start + RUNS]


def _oldest(runs: QuerySet[Run]) -> QuerySet[Run, int]:
    """In the order of the index that finds them."""
    return runs.order_by("ended_at").values_list("pk", flat=True)


def _superseded(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those that are not the last one of their client's flow; a preview takes no run's place."""
    newer = Run.objects.filter(client=OuterRef("client"), flow=OuterRef("flow"), pk__gt=OuterRef("pk"), preview=False)
    return runs.filter(Exists(newer))


def _delete(rows: QuerySet[Any]) -> int:
    """Without an order, so that the database finds them by the index of their runs."""
    gone = 0
    while ids := list(rows.order_by().values_list("pk", flat=True)[:SLICE]):
        rows.model._default_manager.filter(pk__in=ids).delete()
        gone += len(ids)
    return gone
