"""What is kept of the history, and that deleting it does not stop the portal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Client
from sync_portal.sync import retention
from sync_portal.sync.models import Beat, Change, ChangeState, Run, RunState, SettingChange

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ninety_days(settings: Any) -> None:
    settings.RETENTION_DAYS = 90


def ended(client: Client, days: int, *, flow: str = "stock", **fields: Any) -> Run:
    fields.setdefault("state", RunState.SUCCEEDED)
    return Run.objects.create(client=client, flow=flow, ended_at=timezone.now() - timedelta(days=days), **fields)


def changes(run: Run, state: str, amount: int = 1) -> None:
    rows = [
        Change(run=run, kind="products", key=str(n), label="x", action="update", state=state) for n in range(amount)
    ]
    Change.objects.bulk_create(rows, batch_size=5000)


@pytest.mark.parametrize(
    ("state", "days", "kept"),
    [
        (ChangeState.CONFIRMED, 89, True),
        (ChangeState.CONFIRMED, 91, False),
        (ChangeState.PLANNED, 91, False),
        (ChangeState.STALE, 91, False),
        (ChangeState.REJECTED, 91, True),
        (ChangeState.LATER, 91, True),
        (ChangeState.HELD, 91, True),
        (ChangeState.APPLIED, 91, True),
        (ChangeState.REJECTED, 359, True),
        (ChangeState.REJECTED, 361, False),
        (ChangeState.APPLIED, 361, False),
    ],
)
def test_failures_are_kept_four_times_as_long_as_successes(
    client_acme: Client, state: str, days: int, kept: bool
) -> None:
    changes(ended(client_acme, days), state)
    retention.prune(timezone.now())
    assert Change.objects.exists() is kept


def test_old_runs_go_but_the_last_of_each_flow_stays(client_acme: Client) -> None:
    old = {flow: [ended(client_acme, 400 - n, flow=flow) for n in range(2)] for flow in ("stock", "prices")}
    recent = ended(client_acme, 100)
    retention.prune(timezone.now())
    assert set(Run.objects.all()) == {old["prices"][-1], recent}


def test_a_preview_does_not_stand_for_the_last_run(client_acme: Client) -> None:
    real, _preview = ended(client_acme, 400), ended(client_acme, 399, preview=True)
    retention.prune(timezone.now())
    assert real in Run.objects.all()


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_what_has_not_ended_is_never_deleted(client_acme: Client, state: str) -> None:
    run = Run.objects.create(client=client_acme, flow="stock", state=state)
    changes(run, ChangeState.CONFIRMED)
    retention.prune(timezone.now() + timedelta(days=1000))
    assert Change.objects.count() == 1


def test_the_last_run_of_one_client_says_nothing_of_another(client_acme: Client) -> None:
    other = Client.objects.create(slug="other", name="Other")
    runs = {ended(client_acme, 500), ended(other, 400)}
    retention.prune(timezone.now())
    assert set(Run.objects.all()) == runs


def test_a_hundred_thousand_rows_go_in_slices(client_acme: Client, django_assert_max_num_queries: Any) -> None:
    changes(ended(client_acme, 100), ChangeState.CONFIRMED, 100_000)
    changes(ended(client_acme, 10), ChangeState.CONFIRMED, 10)
    with django_assert_max_num_queries(2 * 100_000 // retention.SLICE + 10):
        assert retention.prune(timezone.now()) == 100_000
    assert Change.objects.count() == 10


@pytest.mark.parametrize(
    ("keep", "days", "kept"), [(730, 729, True), (730, 731, False), (30, 31, False), (3650, 3649, True)]
)
def test_who_changed_a_setting_is_kept_as_long_as_is_set(
    client_acme: Client, settings: Any, keep: int, days: int, kept: bool
) -> None:
    settings.AUDIT_RETENTION_DAYS = keep
    old = SettingChange.objects.create(client=client_acme, flow="stock", after={"paused": True})
    young = SettingChange.objects.create(client=client_acme, flow="stock", after={"paused": False})
    SettingChange.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=days))
    assert retention.prune(timezone.now()) == (0 if kept else 1)
    assert set(SettingChange.objects.all()) == ({old, young} if kept else {young})


def test_who_changed_a_setting_is_kept_for_two_years_unless_told_otherwise() -> None:
    assert django_settings.AUDIT_RETENTION_DAYS == 730


def test_pruning_happens_once_a_day_whoever_asks(client_acme: Client) -> None:
    now = timezone.now()
    changes(ended(client_acme, 100), ChangeState.CONFIRMED, 3)
    assert retention.prune_if_due(now) == 0, "on the first day there is nothing old"
    tomorrow = now + timedelta(hours=25)
    assert [retention.prune_if_due(tomorrow) for _worker in range(3)] == [3, 0, 0]
    assert Beat.objects.get(name="retention").at == tomorrow


def test_a_tick_deletes_so_much_and_the_next_one_goes_on(client_acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST", 4)
    monkeypatch.setattr(retention, "RUNS", 2)
    now = timezone.now()
    Beat.objects.create(name="retention", at=now - timedelta(hours=25))
    for _number in range(5):
        changes(ended(client_acme, 100), ChangeState.CONFIRMED, 2)
    assert [retention.prune_if_due(now + timedelta(minutes=tick)) for tick in range(4)] == [4, 4, 2, 0]
    assert Beat.objects.get(name="retention").at == now + timedelta(minutes=2), "the day counts from the last part"


def test_what_is_long_ago_goes_in_parts_too(client_acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "RUNS", 2)
    for _number in range(5):
        changes(ended(client_acme, 400), ChangeState.REJECTED, 2)
    assert [retention.prune(timezone.now(), most=4) for _tick in range(4)] == [4, 4, 2, 0]
    assert Run.objects.count() == 1


def test_a_run_is_looked_at_once_for_what_went_well(client_acme: Client, django_assert_num_queries: Any) -> None:
    run = ended(client_acme, 100)
    changes(run, ChangeState.CONFIRMED)
    changes(run, ChangeState.REJECTED)
    young = ended(client_acme, 10)
    assert retention.prune(timezone.now()) == 1
    assert set(Run.objects.filter(thinned=True)) == {run}
    assert not Run.objects.get(pk=young.pk).thinned
    with django_assert_num_queries(3):
        assert retention.prune(timezone.now()) == 0


def test_slices_are_no_larger_than_they_may_be(client_acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "SLICE", 3)
    changes(ended(client_acme, 100), ChangeState.CONFIRMED, 8)
    with CaptureQueriesContext(connection) as queries:
        assert retention.prune(timezone.now()) == 8
    deletes = [query["sql"] for query in queries if query["sql"].startswith('DELETE FROM "sync_change"')]
    assert [sql.count(",") + 1 for sql in deletes] == [3, 3, 2]
