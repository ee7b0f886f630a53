"""Pages of long lists, and how little is read for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from connectors.models import Client
from sync_portal.pages import paging
from sync_portal.pages.paging import page_of
from sync_portal.sync.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(client_acme: Client) -> list[Run]:
    """Twenty, in the order of their list."""
    for _number in range(20):
        Run.objects.create(client=client_acme, flow="stock", state="succeeded")
    return list(Run.objects.all())


@pytest.mark.parametrize("far", [0, 5, 10, 1000])
@pytest.mark.parametrize(("asked", "first"), [("1", 0), ("2", 6), ("4", 18), ("5", 18), ("0", 18), ("x", 0)], ids=str)
def test_a_page_far_down_is_the_same_as_it_would_be_read_from_the_top(
    asked: str, first: int, far: int, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FAR", far)
    page = page_of(RequestFactory().get("/", {"page": asked}), Run.objects.all(), 6)
    assert list(page) == runs[first : first + 6]
    assert (page.paginator.count, page.start_index()) == (20, first + 1)


def test_far_down_only_the_rows_of_the_page_are_read_with_what_is_beside_them(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FAR", 1)
    with CaptureQueriesContext(connection) as queries:
        page = page_of(RequestFactory().get("/", {"page": "3"}), Run.objects.select_related("client"), 6, total=20)
        assert {run.client.slug for run in page} == {"acme"}
    keys, rows = (query["sql"] for query in queries)
    assert "OFFSET 12" in keys
    assert '"flow"' not in keys
    assert "OFFSET" not in rows


def test_a_total_that_is_known_is_not_counted(runs: list[Run]) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = page_of(RequestFactory().get("/"), Run.objects.all(), 6, total=20)
        assert page.paginator.num_pages == 4
        list(page)
    assert len(queries) == 1
