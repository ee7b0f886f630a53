"""When a stream is read whole, from where otherwise, and what a reading that is not whole leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import RetryableError
from connectors.models import Client
from connectors.sage.records import Record
from mapping.models import SourceRecord
from sync_portal.sync import claims, collect
from sync_portal.sync.brakes import BrakeTripped
from sync_portal.sync.context import RunContext
from sync_portal.sync.models import Cursor, Run
from tests.mapping.builders import article

pytestmark = pytest.mark.django_db


def claimed(client: Client) -> Run:
    run = claims.claim(Run.objects.create(client=client, flow="catalogue").pk)
    assert run is not None
    return run


def test_a_whole_read_is_dated_by_its_start(client_acme: Client) -> None:
    context = RunContext(claimed(client_acme))
    context.began_at -= timedelta(hours=2)  # a long run
    collect.advance(context, [collect.ReadUpTo("articles", datetime(2026, 11, 24, tzinfo=UTC), full=True)])
    assert Cursor.objects.get().full_at == context.began_at


def test_a_flow_that_runs_once_a_day_reads_whole_each_time() -> None:
    """Also where its start comes an hour earlier: the clocks change, the day before it had to wait for a worker."""
    assert timedelta(hours=12) < collect.FULL_EVERY < timedelta(hours=23)


# --- a Sage of rows in memory -----------------------------------------------------------------------------------------


class Sage:
    """What it tells of its articles, and of its clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[Record] = []
        self.counted: list[int] = []
        """What it says, time after time, when it is asked how many there are, where that is not what it gives."""
        self.clock = datetime(2026, 11, 24, 12)
        self.asked: list[datetime | None] = []
        monkeypatch.setattr(collect.reading, "read", self._read)
        monkeypatch.setattr(collect.reading, "count", self._count)

    def server_now(self) -> datetime:
        return self.clock

    def close(self) -> None:
        pass

    def _count(self, *_asked: Any) -> int:
        return self.counted.pop(0) if self.counted else len(self.rows)

    def _read(self, *_asked: Any, since: datetime | None) -> Iterator[Record]:
        self.asked.append(since)
        yield from self.rows


@pytest.fixture
def sage(monkeypatch: pytest.MonkeyPatch) -> Sage:
    return Sage(monkeypatch)


def read(client: Client, sage: Sage) -> None:
    """One run that reads the articles and goes well."""
    run = claimed(client)
    context = RunContext(run)
    context._sage, context._capabilities = sage, object()  # type: ignore[assignment]
    try:
        collect.advance(context, collect.collect(context, ("articles",), min_rows_percent=70))
    finally:
        claims.release(run, "succeeded")


def there(client: Client) -> int:
    return SourceRecord.objects.filter(client=client, deleted_at=None).count()


def test_rows_that_were_counted_and_did_not_come_are_not_gone(client_acme: Client, sage: Sage) -> None:
    """The base is emptied, restored or exchanged after its rows were counted, while they are read."""
    sage.rows = [article(f"A{number}") for number in range(30)]
    read(client_acme, sage)
    Cursor.objects.update(full_at=timezone.now() - timedelta(days=1))
    sage.rows, sage.counted = sage.rows[:5], [30]
    with pytest.raises(BrakeTripped) as stopped:
        read(client_acme, sage)
    assert stopped.value.facts == {"stream": "articles", "count": "5", "before": "30"}
    assert there(client_acme) == 30


@pytest.mark.parametrize("given", [29, 5], ids=["nearly all", "hardly any"])
def test_a_reading_that_ends_too_early_without_a_word_takes_nothing_for_gone(
    client_acme: Client, sage: Sage, given: int
) -> None:
    """A driver gives up in the middle, and says that this was all: no person could let that pass."""
    sage.rows = [article(f"A{number}") for number in range(30)]
    read(client_acme, sage)
    Cursor.objects.update(full_at=timezone.now() - timedelta(days=1))
    sage.rows, sage.counted = sage.rows[:given], [30, 30]
    with pytest.raises(RetryableError) as raised:
        read(client_acme, sage)
    assert raised.value.cause == "sage.incomplete_read"
    assert raised.value.facts == {"stream": "articles", "count": str(given), "counted": "30"}
    assert there(client_acme) == 30


def test_rows_that_were_deleted_while_they_were_read_are_gone(client_acme: Client, sage: Sage) -> None:
    sage.rows = [article(f"A{number}") for number in range(30)]
    read(client_acme, sage)
    Cursor.objects.update(full_at=timezone.now() - timedelta(days=1))
    sage.rows, sage.counted = sage.rows[:29], [30, 29]
    read(client_acme, sage)
    assert there(client_acme) == 29


def test_a_reading_that_breaks_off_leaves_what_did_not_come(
    client_acme: Client, sage: Sage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sage.rows = [article(f"A{number}") for number in range(30)]
    read(client_acme, sage)
    Cursor.objects.update(full_at=timezone.now() - timedelta(days=1))
    before = Cursor.objects.get()

    def half() -> Iterator[Record]:
        yield from sage.rows[:5]
        raise TimeoutError

    monkeypatch.setattr(collect.reading, "read", lambda *_asked, since: half())
    with pytest.raises(TimeoutError):
        read(client_acme, sage)
    assert there(client_acme) == 30
    assert Cursor.objects.get().position == before.position


@pytest.mark.parametrize(
    ("before", "now", "since"),
    [
        pytest.param("2026-11-24 12:00", "2026-11-24 12:05", "2026-11-24 12:00", id="the clock goes on"),
        pytest.param("2026-11-24 12:00", "2026-11-24 11:20", None, id="the clock was put back: nobody knows how far"),
        # In the night to 25 October the hour after two comes twice, in Sage's local time.
        pytest.param("2026-10-25 02:50", "2026-10-25 02:10", None, id="the hour that comes twice has begun again"),
        pytest.param("2026-10-25 02:50", "2026-10-25 02:55", "2026-10-25 01:50", id="it may be over, or not"),
        pytest.param("2026-10-25 02:50", "2026-10-25 03:10", "2026-10-25 01:50", id="the hour that came twice is over"),
        pytest.param("2026-10-24 20:00", "2026-10-25 06:00", "2026-10-24 19:00", id="the night of the long hour"),
        pytest.param("2026-10-25 03:10", "2026-10-25 03:20", "2026-10-25 03:10", id="the day after that night"),
        pytest.param("2026-03-29 01:50", "2026-03-29 03:10", "2026-03-29 01:50", id="the night of the short hour"),
    ],
)
def test_what_changes_while_sages_clock_goes_back_is_not_missed(
    client_acme: Client, sage: Sage, before: str, now: str, since: str | None
) -> None:
    sage.rows = [article("A")]
    sage.clock = datetime.fromisoformat(before)
    read(client_acme, sage)
    sage.clock = datetime.fromisoformat(now)
    read(client_acme, sage)
    assert sage.asked == [None, since and datetime.fromisoformat(since)]


def test_a_worker_that_lost_its_run_moves_no_cursor(client_acme: Client, sage: Sage) -> None:
    sage.rows = [article("A")]
    read(client_acme, sage)
    before = Cursor.objects.get()
    run = claimed(client_acme)
    Run.objects.filter(pk=run.pk).update(claim="another worker's")
    with pytest.raises(claims.LeaseLost):
        collect.advance(RunContext(run), [collect.ReadUpTo("articles", datetime(2026, 1, 1, tzinfo=UTC), full=False)])
    assert Cursor.objects.get().position == before.position
