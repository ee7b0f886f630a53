"""The mirror of Sage's rows: what was last read of each, so that an unchanged one costs nothing.

Flows share streams and may read one at the same time. Of two readings the one that began later counts: what it found of
a row is neither overwritten nor taken for gone by the other one. What changed in Sage after it began is after the
cursors of both, and comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.models import Client
from connectors.sage.records import Record
from connectors.sage.streams import STREAMS
from mapping import touches
from mapping.affected import Touched, place
from mapping.models import SourceRecord

BATCH = 1000
KEY_LENGTH = SourceRecord._meta.get_field("key").max_length or 200
_HASH_LENGTH = 32
_SEEN = ("seen_at", "seen_run")
_PLACE = ("subject", "link", "twin", "family")


@dataclass(frozen=True, slots=True)
class MirrorResult:
    """Rows read, new or changed among them, and found deleted (whole reads only)."""

    read: int
    changed: int
    deleted: int


def update_mirror(
    client: Client,
    stream: str,
    records: Iterable[Record],
    *,
    run_id: int | None,
    now: datetime,
    full: bool,
    hold: Callable[[], None] = lambda: None,
) -> MirrorResult:
    """Keep these records, asked for at this moment or after it; memory stays constant whatever their number.

    ``full`` says that they are all the rows there are: those that the mirror holds and that did not come are marked as
    deleted. Several records of one key: the last one counts. ``hold`` is called in each transaction that changes rows:
    what it raises keeps them as they were.
    """
    read = changed = 0
    log = _Log(client, stream, hold)
    for batch in _batches(records):
        read += len(batch)
        changed += _update_batch(client, stream, batch, log, run_id=run_id, now=now, full=full)
    deleted = _mark_deleted(client, stream, log, run_id=run_id, now=now) if full else 0
    return MirrorResult(read, changed, deleted)


class _Log:
    """What the changes of one reading reach; after very many, simply everything."""

    def __init__(self, client: Client, stream: str, hold: Callable[[], None]) -> None:
        self._client = client
        self._stream = stream
        self._hold = hold
        self._reached = 0

    def begin(self) -> None:
        """First in the transaction: who changes a client's mirror waits for its turn, and asks whether it still may."""
        touches.take_turn(self._client)
        self._hold()

    def write(self, changes: Iterable[tuple[Record | None, Record | None]]) -> None:
        """In the transaction that changes these rows (before, after)."""
        if self._reached > touches.MANY:
            return
        touched = Touched()
        for old, new in changes:
            touched.add(self._stream, old, new)
        self._reached += touches.record(self._client, touched)
        if self._reached > touches.MANY:
            touches.record(self._client, Touched(everything=True))


def load_records(client: Client, streams: Iterable[str]) -> dict[str, list[Record]]:
    """The records that Sage still has, typed, by stream."""
    loaded: dict[str, list[Record]] = {stream: [] for stream in streams}
    rows = SourceRecord.objects.filter(client=client, stream__in=list(loaded), deleted_at=None)
    for stream, data in rows.values_list("stream", "data").iterator(chunk_size=BATCH):
        loaded[stream].append(STREAMS[stream].record.from_json(data))
    return loaded


def stored_key(key: str) -> str:
    """The key as the table holds it: one too long for it (the path of a photo) ends in its hash."""
    if len(key) <= KEY_LENGTH:
        return key
    digest = blake2b(key.encode(), digest_size=_HASH_LENGTH // 2).hexdigest()
    return f"{key[: KEY_LENGTH - _HASH_LENGTH - 1]}#{digest}"


def _batches(records: Iterable[Record]) -> Iterator[dict[str, Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH)):
        yield {stored_key(record.key): record for record in batch}


def _update_batch(
    client: Client, stream: str, batch: dict[str, Record], log: _Log, *, run_id: int | None, now: datetime, full: bool
) -> int:
    """Write what differs and no later reading has found; returns how many rows that were."""
    known = SourceRecord.objects.filter(client=client, stream=stream, key__in=list(batch))
    fingerprints = dict(known.filter(deleted_at=None).values_list("key", "fingerprint"))
    changed = {
        key: (record, fingerprint)
        for key, record in batch.items()
        if fingerprints.get(key) != (fingerprint := record.fingerprint())
    }
    if changed:
        with transaction.atomic():
            log.begin()
            for key in _found_later(known.filter(key__in=list(changed)), now):
                del changed[key]
            before = _stored(client, stream, [key for key in changed if key in fingerprints])
            _write(
                [
                    _row(client, stream, key, record, fingerprint=fingerprint, run_id=run_id, now=now)
                    for key, (record, fingerprint) in changed.items()
                ]
            )
            log.write((before.get(key), record) for key, (record, _fingerprint) in changed.items())
    if full:
        known.filter(seen_at__lt=now).update(seen_at=now, seen_run=run_id)
    return len(changed)


def _found_later(rows: QuerySet[SourceRecord], now: datetime) -> Iterator[str]:
    """The keys that a reading which began after this moment has met, changed or found gone.

    What is dated in the future was not found later: this machine's clock was put back.
    """
    later = Q(seen_at__gt=now) | Q(changed_at__gt=now)
    yield from rows.filter(later, seen_at__lte=timezone.now()).values_list("key", flat=True)


def _row(
    client: Client, stream: str, key: str, record: Record, *, fingerprint: str, run_id: int | None, now: datetime
) -> SourceRecord:
    where = place(record)
    return SourceRecord(
        client=client,
        stream=stream,
        key=key,
        data=record.to_json(),
        fingerprint=fingerprint,
        subject=where.subject,
        link=where.link,
        twin=where.twin,
        family=where.family,
        seen_at=now,
        seen_run=run_id,
        changed_at=now,
        changed_run=run_id,
        deleted_at=None,
    )


def _stored(client: Client, stream: str, keys: Sequence[str]) -> dict[str, Record]:
    """The records as they were, by key."""
    rows = SourceRecord.objects.filter(client=client, stream=stream, key__in=keys) if keys else ()
    return {row.key: STREAMS[stream].record.from_json(row.data) for row in rows}


def _write(rows: Sequence[SourceRecord]) -> None:
    SourceRecord.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["client", "stream", "key"],
        update_fields=["data", "fingerprint", *_PLACE, *_SEEN, "changed_at", "changed_run", "deleted_at"],
    )


def _mark_deleted(client: Client, stream: str, log: _Log, *, run_id: int | None, now: datetime) -> int:
    """What a whole reading did not meet is gone from Sage."""
    there = SourceRecord.objects.filter(client=client, stream=stream, deleted_at=None, seen_at__lt=now)
    keys = list(there.values_list("key", flat=True))
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        with transaction.atomic():
            log.begin()
            before = _stored(client, stream, part)
            there.filter(key__in=part).update(deleted_at=now, changed_at=now, changed_run=run_id)
            log.write((record, None) for record in before.values())
    return len(keys)
