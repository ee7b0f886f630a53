"""Sage's rows into the mirror: since the cursor, or whole where there is none or it has been nearly a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from connectors.errors import RetryableError
from connectors.sage import reading
from connectors.sage.streams import STREAMS, Stream
from mapping import mirror
from mapping.models import SourceRecord
from sync_portal.sync.brakes import Tripped, fewer_rows
from sync_portal.sync.context import RunContext
from sync_portal.sync.models import Cursor

if TYPE_CHECKING:
    from connectors.sage.records import Record

FULL_EVERY = timedelta(hours=20)
"""A whole read finds deletions, and rows written by programs that forget the timestamp. Less than a day from start to
start, so that a flow that runs once a day reads whole each time."""


@dataclass(frozen=True)
class ReadUpTo:
    """How far a stream was read: becomes its cursor once the run has ended well."""

    stream: str
    position: datetime
    full: bool


def collect(context: RunContext, streams: tuple[str, ...], *, min_rows_percent: int) -> list[ReadUpTo]:
    """Read the streams into the mirror; Sage is only ever read here.

    Raises:
        BrakeTripped: a whole read would give far fewer rows than the mirror holds, or gave them: nothing is marked as
            deleted.
        RetryableError: it gave fewer than there are.
        LeaseLost: the run is no longer ours; nothing more is kept.
    """
    cursors = {row.stream: row for row in Cursor.objects.filter(client=context.client, flow=context.run.flow)}
    context.step("collect", len(streams))
    # The server's own clock, read before the queries: a row written meanwhile is read again next time, never missed.
    position = context.sage.server_now()
    zone = ZoneInfo(context.client.time_zone)
    since = {name: _since(STREAMS[name], cursors.get(name), position, zone) for name in streams}
    expected = {name: _Expected.of(context, STREAMS[name]) for name, moment in since.items() if moment is None}
    context.pass_brakes([one for rows in expected.values() for one in rows.fewer(rows.counted, min_rows_percent)])
    read_up_to = []
    for number, (name, moment) in enumerate(since.items(), start=1):
        _read(context, STREAMS[name], moment, expected.get(name), min_rows_percent)
        read_up_to.append(ReadUpTo(name, position.replace(tzinfo=UTC), full=moment is None))
        context.progress(number)
    return read_up_to


def _since(stream: Stream, cursor: Cursor | None, clock: datetime, zone: ZoneInfo) -> datetime | None:
    """From where the stream is read at this time of Sage's clock; None: whole."""
    if stream.cursor is None or cursor is None or cursor.full_at is None or cursor.position is None:
        return None
    position = cursor.position.replace(tzinfo=None)
    if clock < position or timezone.now() - cursor.full_at > FULL_EVERY:
        return None  # the clock was put back, nobody knows how far: what changed since may bear any time
    return position - _put_back(position, clock, zone)


def _put_back(position: datetime, clock: datetime, zone: ZoneInfo) -> timedelta:
    """By how much local time may have gone back between the two: in autumn an hour comes twice."""
    # Of a time that comes twice the first is taken for the position and the second for now.
    before, after = position.replace(tzinfo=zone).utcoffset(), clock.replace(tzinfo=zone, fold=1).utcoffset()
    return max(timedelta(), (before or timedelta()) - (after or timedelta()))


@dataclass(frozen=True)
class _Expected:
    """How many rows of a stream that is read whole the mirror holds, and how many Sage said that it has."""

    stream: str
    before: int
    counted: int

    @classmethod
    def of(cls, context: RunContext, stream: Stream) -> Self:
        before = SourceRecord.objects.filter(client=context.client, stream=stream.name, deleted_at=None).count()
        return cls(stream.name, before, reading.count(context.sage, context.capabilities, stream) if before else 0)

    def fewer(self, found: int, min_rows_percent: int) -> list[Tripped]:
        return list(fewer_rows(self.stream, before=self.before, found=found, min_percent=min_rows_percent))


def _read(
    context: RunContext, stream: Stream, since: datetime | None, expected: _Expected | None, min_rows_percent: int
) -> None:
    now = timezone.now()

    def records() -> Iterator[Record]:
        read = 0
        for read, record in enumerate(reading.read(context.sage, context.capabilities, stream, since=since), start=1):
            if read % 500 == 0:
                context.beat()
            yield record
        # Before anything is marked as deleted: what was counted may not have come.
        if expected is not None and read < expected.counted:
            _make_sure_that_they_went(context, stream, expected, read)
            context.pass_brakes(expected.fewer(read, min_rows_percent))

    result = mirror.update_mirror(
        context.client,
        stream.name,
        records(),
        run_id=context.run.pk,
        now=now,
        full=since is None,
        hold=context.hold,
    )
    context.count(read=result.read)


def _make_sure_that_they_went(context: RunContext, stream: Stream, expected: _Expected, found: int) -> None:
    """Sage is asked again how many rows there are: some may have been deleted since, or a driver ended too early
    without an error.

    Raises:
        RetryableError: ``sage.incomplete_read``, they are still there.
    """
    counted = min(expected.counted, reading.count(context.sage, context.capabilities, stream))
    if found < counted:
        facts = {"stream": stream.name, "count": str(found), "counted": str(counted)}
        raise RetryableError("sage.incomplete_read", facts)


def advance(context: RunContext, read_up_to: list[ReadUpTo]) -> None:
    """Move the cursors to where the streams were read: the very last act of a run that went well.

    Raises:
        LeaseLost: the run is no longer ours; they stay.
    """
    with transaction.atomic():
        context.hold()
        _advance(context, read_up_to)


def _advance(context: RunContext, read_up_to: list[ReadUpTo]) -> None:
    for full, fields in ((True, ["position", "full_at"]), (False, ["position"])):
        Cursor.objects.bulk_create(
            [
                Cursor(
                    client=context.client,
                    flow=context.run.flow,
                    stream=item.stream,
                    position=item.position,
                    full_at=context.began_at if full else None,
                )
                for item in read_up_to
                if item.full == full
            ],
            update_conflicts=True,
            unique_fields=["client", "flow", "stream"],
            update_fields=fields,
        )
