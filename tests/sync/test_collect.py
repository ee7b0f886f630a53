"""When a stream is read whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.models import Client
from sync_portal.sync import collect
from sync_portal.sync.context import RunContext
from sync_portal.sync.models import Cursor, Run

pytestmark = pytest.mark.django_db


def test_a_whole_read_is_dated_by_its_start(client_acme: Client) -> None:
    context = RunContext(Run.objects.create(client=client_acme, flow="catalogue"))
    context.began_at -= timedelta(hours=2)  # a long run
    collect.advance(context, [collect.ReadUpTo("articles", datetime(2026, 11, 24, tzinfo=UTC), full=True)])
    assert Cursor.objects.get().full_at == context.began_at


def test_a_flow_that_runs_once_a_day_reads_whole_each_time() -> None:
    """Also where its start comes an hour earlier: the clocks change, the day before it had to wait for a worker."""
    assert timedelta(hours=12) < collect.FULL_EVERY < timedelta(hours=23)
