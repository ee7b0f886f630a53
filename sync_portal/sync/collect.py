"""Sage's rows into the mirror: since the cursor, or whole where there is none or it has been nearly a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

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
        BrakeTripped: a whole read would give far fewer rows than the mirror holds; the mirror is left as it was.
    """
    cursors = {row.stream: row for row in Cursor.objects.filter(client=context.client, flow=context.run.flow)}
    context.step("collect", len(streams))
    # The server's own clock, read before the queries: a row written meanwhile is read again next time, never missed.
    position = context.sage.server_now()
    since = {name: _since(STREAMS[name], cursors.get(name)) for name in streams}
    whole = [STREAMS[name] for name, moment in since.items() if moment is None]
    context.pass_brakes([one for stream in whole for one in _fewer_rows(context, stream, min_rows_percent)])
    read_up_to = []
    for number, (name, moment) in enumerate(since.items(), start=1):
        _read(context, STREAMS[name], moment)
        read_up_to.append(ReadUpTo(name, position.replace(tzinfo=UTC), full=moment is None))
        context.progress(number)
    return read_up_to


def _since(stream: Stream, cursor: Cursor | None) -> datetime | None:
    """From where the stream is read; None: whole."""
    if stream.cursor is None or cursor is None or cursor.full_at is None or cursor.position is None:
        return None
    return None if timezone.now() - cursor.full_at > FULL_EVERY else cursor.position.replace(tzinfo=None)


def _read(context: RunContext, stream: Stream, since: datetime | None) -> None:
    now = timezone.now()
    records = reading.read(context.sage, context.capabilities, stream, since=since)
    result = mirror.update_mirror(
        context.client, stream.name, _beating(context, records), run_id=context.run.pk, now=now, full=since is None
    )
    context.count(read=result.read)


def _fewer_rows(context: RunContext, stream: Stream, min_rows_percent: int) -> Iterator[Tripped]:
    before = SourceRecord.objects.filter(client=context.client, stream=stream.name, deleted_at=None).count()
    if before:
        found = reading.count(context.sage, context.capabilities, stream)
        yield from fewer_rows(stream.name, before=before, found=found, min_percent=min_rows_percent)


def _beating(context: RunContext, records: Iterator[Record]) -> Iterator[Record]:
    for number, record in enumerate(records):
        if number % 500 == 0:
            context.beat()
        yield record


def advance(context: RunContext, read_up_to: list[ReadUpTo]) -> None:
    """Move the cursors to where the streams were read: the very last act of a run that went well."""
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
