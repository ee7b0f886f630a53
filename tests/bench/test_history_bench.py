"""The benchmark of a long history asks what it says it asks, of two databases that differ in their length alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from sync_portal.bench import history_tables
from sync_portal.bench.history import History
from sync_portal.bench.history_tables import fill_small, fill_the_rest
from sync_portal.sync.models import Change, Run
from sync_portal.sync.retention import prune

QUICKLY = """
import django
django.setup()
from importlib import import_module
from django.core.management import call_command
bench, tables = (import_module(f"sync_portal.bench.{name}") for name in ("history", "history_tables"))
bench.TURNS = 1
tables.CLIENTS = 3
call_command("bench", "--only", "history", "--articles", "20000", "--json")
"""


def test_every_question_is_asked_of_both(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-c", QUICKLY]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=570, check=False
    )
    assert done.returncode in {0, 1}, done.stderr[-2000:]  # 1: beyond a limit, which means little with so few rows
    assert done.stdout, done.stderr[-2000:]
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    asked = found["milliseconds_small_large_ratio"]
    assert (found["name"], found["changes"], found["limit"], found["large_run_limit"]) == ("history", 20_000, 3.0, 1.0)
    assert {
        "home",
        "client_home",
        "run",
        "product_changes",
        "large_run_counts",
        "tick",
        "retention",
        "large_run_last_page",
    } <= asked.keys()
    assert all(small > 0 and large > 0 for small, large, _ratio in asked.values())
    assert found["ratio"] == max(ratio for _small, _large, ratio in asked.values())
    assert not (tmp_path / "portal.sqlite3").exists(), "a benchmark keeps away from the portal's own database"


@pytest.mark.parametrize(
    ("ratio", "large_run", "ok"), [(2.9, 0.9, True), (3.1, 0.9, False), (2.9, 1.1, False)], ids=["ok", "grows", "large"]
)
def test_growth_and_the_large_run_are_both_judged(ratio: float, large_run: float, ok: bool) -> None:
    assert History("history", ratio=ratio, limit=3.0, large_run=large_run).ok is ok


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_tables, "CLIENTS", 3)
    monkeypatch.setattr(history_tables, "RECENT", 1)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "sync_change"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("short")
def test_the_rest_is_ten_times_as_long_and_what_is_looked_at_stays() -> None:
    before = indexes()
    seen = fill_small(10_000)
    small, runs = Change.objects.count(), Run.objects.count()
    looked_at = [run.changes.count() for run in (seen.ordinary, seen.large, seen.preview, seen.fresh)]
    mine = Change.objects.filter(key=seen.product.key, run__client=seen.client).count()
    fill_the_rest(10_000, seen)

    assert (small, Change.objects.count()) == (1000, 10_000)
    assert looked_at == [100, 400, 100, 0]
    assert [run.changes.count() for run in (seen.ordinary, seen.large, seen.preview, seen.fresh)] == looked_at
    assert mine > 10, "the product that is looked at has a history"
    assert Run.objects.count() > 9 * (runs - 3 - 5)
    assert indexes() == before, "each index that was away while the rows came is back"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("short")
def test_the_history_is_made_of_what_runs_leave() -> None:
    seen = fill_small(10_000)
    states = Counter(seen.large.changes.values_list("state", flat=True))
    assert states.keys() == {"confirmed", "held", "rejected", "later"}
    assert states["confirmed"] > 0.9 * seen.large.to_write
    assert set(seen.preview.changes.values_list("state", flat=True)) == {"planned"}
    keys = Change.objects.filter(run=seen.ordinary).values_list("key", flat=True)
    assert {key.split("-")[0] for key in keys} == {"C0"}, "a client's runs are about its own articles"
    ended = Run.objects.exclude(changes__isnull=True).order_by("pk").first()
    assert ended is not None
    assert prune(ended.ended_at) == 0, "nothing is so old that it is to be deleted yet"
