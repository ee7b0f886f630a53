from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Client
from connectors.sage.records import Article, Media, Record
from mapping import mirror
from mapping.mirror import MirrorResult, load_records, stored_key, update_mirror
from mapping.models import SourceRecord
from tests.mapping.builders import article

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def update(client: Client, *records: Record, now: datetime = NOON, full: bool = True, run: int = 1) -> MirrorResult:
    return update_mirror(client, "articles", iter(records), run_id=run, now=now, full=full)


def test_a_first_read_keeps_every_record(client_acme: Client) -> None:
    assert update(client_acme, article("A"), article("B")) == MirrorResult(read=2, changed=2, deleted=0)
    row = SourceRecord.objects.get(key="A")
    assert (row.stream, row.changed_at, row.changed_run, row.fingerprint) == (
        "articles",
        NOON,
        1,
        article("A").fingerprint(),
    )


def test_the_same_read_again_changes_nothing(client_acme: Client) -> None:
    update(client_acme, article("A"), article("B"))
    assert update(client_acme, article("A"), article("B"), now=LATER, run=2) == MirrorResult(2, 0, 0)
    told = SourceRecord.objects.values_list("seen_at", "seen_run", "changed_at", "changed_run")
    assert set(told) == {(LATER, 2, NOON, 1)}


def test_only_what_differs_is_written(client_acme: Client) -> None:
    update(client_acme, article("A"), article("B"))
    assert update(client_acme, article("A"), article("B", asleep=True), now=LATER, run=2) == MirrorResult(2, 1, 0)
    assert dict(SourceRecord.objects.values_list("key", "changed_run")) == {"A": 1, "B": 2}
    assert SourceRecord.objects.get(key="B").data["asleep"] is True


def test_a_whole_read_finds_what_is_gone(client_acme: Client) -> None:
    update(client_acme, article("A"), article("B"))
    assert update(client_acme, article("A"), now=LATER, run=2) == MirrorResult(1, 0, 1)
    assert [one.key for one in load_records(client_acme, ["articles"])["articles"]] == ["A"]
    gone = SourceRecord.objects.get(key="B")
    assert (gone.deleted_at, gone.changed_run) == (LATER, 2)
    assert update(client_acme, article("A"), now=LATER + timedelta(hours=1)).deleted == 0, "found once"


def test_a_read_since_the_cursor_deletes_nothing(client_acme: Client) -> None:
    update(client_acme, article("A"), article("B"))
    assert update(client_acme, article("A"), now=LATER, full=False) == MirrorResult(1, 0, 0)
    assert len(load_records(client_acme, ["articles"])["articles"]) == 2


def test_a_row_that_comes_back_is_there_again(client_acme: Client) -> None:
    update(client_acme, article("A"), article("B"))
    update(client_acme, article("A"), now=LATER)
    assert update(client_acme, article("B"), now=LATER + timedelta(hours=1), full=False).changed == 1
    assert {one.key for one in load_records(client_acme, ["articles"])["articles"]} == {"A", "B"}


def test_an_empty_whole_read_marks_everything_as_gone(client_acme: Client) -> None:
    update(client_acme, article("A"))
    assert update(client_acme, now=LATER) == MirrorResult(0, 0, 1)


def test_records_come_back_as_they_were(client_acme: Client) -> None:
    given = article(
        "A", sale_price=Decimal("12.345678"), free_fields={"Densité": Decimal("1.5")}, catalogue_path=(1, 2)
    )
    update(client_acme, given)
    (back,) = load_records(client_acme, ["articles", "stock"])["articles"]
    assert isinstance(back, Article)
    assert back == given


def test_one_client_s_mirror_is_not_another_s(client_acme: Client) -> None:
    other = Client.objects.create(slug="autre", name="Autre")
    update(client_acme, article("A"))
    update(other, article("B"))
    assert [one.key for one in load_records(other, ["articles"])["articles"]] == ["B"]
    update(other, now=LATER)
    assert len(load_records(client_acme, ["articles"])["articles"]) == 1


def test_two_rows_of_one_key_count_once_and_the_last_wins(client_acme: Client) -> None:
    assert update(client_acme, article("A"), article("A", asleep=True)).changed == 1
    assert SourceRecord.objects.get().data["asleep"] is True


def test_a_key_too_long_for_the_table_ends_in_its_hash(client_acme: Client) -> None:
    paths = [f"C:\\{'photos' * 40}\\{name}.jpg" for name in "ab"]
    media = [Media(article="POLO", path=path) for path in paths]
    result = update_mirror(client_acme, "media", media, run_id=1, now=NOON, full=True)
    assert result.changed == 2
    keys = list(SourceRecord.objects.values_list("key", flat=True))
    assert all(len(key) == mirror.KEY_LENGTH for key in keys)
    assert set(keys) == {stored_key(one.key) for one in media}
    assert stored_key("short") == "short"


def test_the_number_of_queries_follows_batches_and_not_rows(
    client_acme: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "BATCH", 10)
    records = [article(f"A{number}") for number in range(30)]
    update(client_acme, *records)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        update(client_acme, *records, now=LATER)
    assert len(queries) == 3 * 2 + 1


# --- readings that overlap: flows share streams -----------------------------------------------------------------------


def names(client: Client) -> dict[str, bool]:
    """Article -> whether it sleeps, of those that Sage still has."""
    return {one.key: one.asleep for one in load_records(client, ["articles"])["articles"] if isinstance(one, Article)}


def meanwhile(act: Callable[[], object], *records: Record) -> Iterator[Record]:
    """These records, and before the last batch comes another flow does its reading."""
    yield from records[:-1]
    act()
    yield records[-1]


@pytest.fixture
def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "BATCH", 1)


def test_a_row_that_an_earlier_reading_writes_late_is_not_gone(client_acme: Client, row_by_row: None) -> None:
    """Two flows read everything for the first time, the one that began first writes a row over the other's."""
    began = timezone.now() - timedelta(seconds=20)
    update(client_acme, article("A"), article("B"), now=began - timedelta(days=1))

    def earlier() -> None:
        update(client_acme, article("A", asleep=True), now=began, full=False, run=1)

    later = began + timedelta(seconds=10)
    result = update_mirror(
        client_acme, "articles", meanwhile(earlier, article("A"), article("B")), run_id=2, now=later, full=True
    )
    assert (result.deleted, names(client_acme)) == (0, {"A": False, "B": False})


def test_what_a_later_reading_found_is_not_overwritten(client_acme: Client, row_by_row: None) -> None:
    """A long whole reading hands out rows as they were when it began; the stock flow has read newer ones since."""
    began = timezone.now() - timedelta(seconds=20)
    update(client_acme, article("A"), article("B"), now=began - timedelta(days=1))

    def stock() -> None:
        update(client_acme, article("B", asleep=True), now=began + timedelta(seconds=10), full=False, run=2)

    stale = article("B", sale_price=Decimal(3))
    update_mirror(client_acme, "articles", meanwhile(stock, article("A"), stale), run_id=1, now=began, full=True)
    assert names(client_acme) == {"A": False, "B": True}


def test_what_a_later_reading_found_gone_does_not_come_back(client_acme: Client, row_by_row: None) -> None:
    began = timezone.now() - timedelta(seconds=20)
    update(client_acme, article("A"), article("B"), now=began - timedelta(days=1))

    def whole() -> None:
        update(client_acme, article("A"), now=began + timedelta(seconds=10), run=2)

    stale = article("B", sale_price=Decimal(3))
    update_mirror(client_acme, "articles", meanwhile(whole, article("A"), stale), run_id=1, now=began, full=False)
    assert names(client_acme) == {"A": False}


def test_a_portal_whose_clock_was_put_back_goes_on_reading(client_acme: Client) -> None:
    update(client_acme, article("A"), now=timezone.now() + timedelta(hours=1))
    update(client_acme, article("A", asleep=True), now=timezone.now(), full=False, run=2)
    assert names(client_acme) == {"A": True}


def test_a_worker_that_lost_its_run_writes_no_row_and_marks_none_as_gone(client_acme: Client) -> None:
    update(client_acme, article("A"), article("B"))

    def lost() -> None:
        raise RuntimeError("somebody else has the run")

    for records in ([article("A", asleep=True), article("B")], [article("A")]):
        with pytest.raises(RuntimeError):
            update_mirror(client_acme, "articles", records, run_id=1, now=LATER, full=True, hold=lost)
    assert names(client_acme) == {"A": False, "B": False}
