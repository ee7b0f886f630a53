"""The run page: counters that are links to their rows, live progress, starting, stopping, approving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sync_portal.pages.causes import tell
from sync_portal.sync.approvals import Refusal
from sync_portal.sync.history import flow_states
from sync_portal.sync.models import FlowSchedule, Run, RunState
from tests.pages import factories
from tests.pages.conftest import World

STATES = ["confirmed"] * 4 + ["held"] * 3 + ["rejected"] * 2 + ["later", "applied"]


@pytest.fixture
def mixed_run(world: World) -> Run:
    """A run as the engine counts it: what is to be retried or failed its confirmation is among the refused."""
    run = factories.RunFactory(
        client=world.client,
        flow="stock",
        state="incomplete",
        read=30,
        unchanged=19,
        to_write=8,
        written=5,
        confirmed=4,
        held=3,
        rejected=4,
        later=1,
    )
    for state in STATES:
        factories.ChangeFactory(run=run, state=state, cause="shop.not_confirmed" if state == "applied" else "")
    return run


def run_url(run: Run, name: str = "run") -> str:
    return reverse(f"pages:{name}", args=[run.client.slug, run.pk])


@pytest.mark.parametrize(
    ("show", "rows"),
    [("to_write", 8), ("written", 5), ("confirmed", 4), ("held", 3), ("rejected", 4), ("waiting", 6)],
)
def test_a_counter_leads_to_exactly_that_many_rows(
    show: str, rows: int, mixed_run: Run, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(mixed_run.client)

    page = browser.get(run_url(mixed_run))
    shown = browser.get(run_url(mixed_run), {"show": show})

    assert len(shown.context["rows"]) == rows
    if show != "waiting":
        assert f"?show={show}" in page.content.decode()
        assert getattr(mixed_run, show) == rows


def test_counters_come_in_their_order(mixed_run: Run, signed_in: Callable[..., Browser]) -> None:
    page = signed_in(mixed_run.client).get(run_url(mixed_run))

    names = [counter.name for counter in page.context["counters"]]
    assert names == ["read", "unchanged", "to_write", "written", "confirmed", "held", "rejected"]


def test_a_counter_that_is_not_its_number_of_rows_is_no_link(mixed_run: Run, signed_in: Callable[..., Browser]) -> None:
    mixed_run.written = 3  # two were adopted as they stood: confirmed, never written
    mixed_run.save()

    assert "?show=written" not in signed_in(mixed_run.client).get(run_url(mixed_run)).content.decode()


def test_the_waiting_count_of_the_home_leads_to_exactly_these_rows(
    mixed_run: Run, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(mixed_run.client)

    home = browser.get(reverse("pages:client", args=[mixed_run.client.slug]))
    line = next(line for line in home.context["lines"] if line.state.flow.name == "stock")
    rows = browser.get(line.waiting_url).context["rows"]

    waiting = next(state.waiting for state in flow_states(mixed_run.client) if state.flow.name == "stock")
    assert len(rows) == waiting == 6


def test_a_running_run_is_asked_again_and_its_page_is_not_loaded_whole(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    run = factories.RunFactory(client=world.client, flow="stock", state="running", step="apply", done=30, total=120)
    browser = signed_in(world.client)

    page = browser.get(run_url(run))
    fragment = browser.get(run_url(run, "run-live"), headers={"HX-Request": "true"})

    assert 'hx-trigger="every 1500ms"' in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert 'max="120"' in fragment.content.decode()
    assert 'value="30"' in fragment.content.decode()
    assert "HX-Refresh" not in fragment


def test_a_run_that_is_over_is_asked_no_more(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)

    assert "hx-trigger" not in browser.get(run_url(world.run)).content.decode()
    assert browser.get(run_url(world.run, "run-live"))["HX-Refresh"] == "true"


def test_the_home_is_asked_again_only_while_something_runs(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)
    url = reverse("pages:flow-lines", args=[world.client.slug])

    quiet = browser.get(url).content.decode()
    factories.RunFactory(client=world.client, flow="stock", state="queued", started_at=None)
    busy = browser.get(url).content.decode()

    assert "hx-get" not in quiet
    assert "hx-get" in busy


@pytest.mark.parametrize("preview", [False, True])
def test_starting_asks_for_a_run_in_ones_name_and_shows_it(
    preview: bool, world: World, signed_in: Callable[..., Browser]
) -> None:
    url = reverse("pages:run-start", args=[world.client.slug, "stock"])

    response = signed_in(world.client).post(url, {"preview": "1"} if preview else {})

    run = Run.objects.get(client=world.client, flow="stock")
    assert (run.state, run.preview, run.requested_by.username) == (RunState.QUEUED, preview, "claire")
    assert response["Location"] == run_url(run)


def test_a_flow_that_does_not_exist_cannot_be_started(world: World, signed_in: Callable[..., Browser]) -> None:
    url = reverse("pages:run-start", args=[world.client.slug, "nothing"])

    assert signed_in(world.client).post(url).status_code == 404


def test_stopping_a_running_run_asks_it_to_stop_in_ones_name(world: World, signed_in: Callable[..., Browser]) -> None:
    run = factories.RunFactory(client=world.client, flow="stock", state="running")

    signed_in(world.client).post(run_url(run, "run-cancel"))

    run.refresh_from_db()
    assert (run.state, run.cancel_requested, run.cancelled_by.username) == (RunState.RUNNING, True, "claire")


@pytest.mark.parametrize(
    ("person", "told"), [("Sacha Moreau", "Arrêté par Sacha Moreau."), ("", "Arrêté par quelqu’un.")]
)
def test_a_cancelled_run_names_who_stopped_it_and_asks_nobody_for_anything(
    person: str, told: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    facts = {"person": person}
    run = factories.RunFactory(client=world.client, state="cancelled", cause="portal.cancelled", facts=facts)

    page = signed_in(world.client).get(run_url(run)).content.decode()

    assert told in page
    assert "réessayé" not in page
    assert "Qui peut y remédier" not in page


@pytest.mark.parametrize(
    ("later", "paused", "told"),
    [(False, False, True), (True, False, False), (False, True, False)],
    ids=["due", "tried again since", "paused"],
)
def test_a_failure_that_heals_says_when_it_is_tried_again(
    later: bool, paused: bool, told: bool, world: World, signed_in: Callable[..., Browser]
) -> None:
    FlowSchedule.objects.filter(client=world.client, flow="prices").update(
        next_at=timezone.now() + timedelta(days=2), paused=paused
    )
    run = factories.RunFactory(client=world.client, flow="prices", state="failed", cause="shop.busy")
    if later:
        factories.RunFactory(client=world.client, flow="prices")

    page = signed_in(world.client).get(run_url(run)).content.decode()

    assert "Personne n’a rien à faire : réessayé automatiquement" in page
    assert ("prochain essai" in page) == told


HALF = {
    "cause": "brake.stock_zero",
    "facts": {"count": "40", "total": "80", "limit": "30"},
    "amount": 40,
    "furthest": 0,
    "shop": None,
}


@pytest.fixture
def stopped(world: World) -> Run:
    values = {"cause": HALF["cause"], "facts": HALF["facts"], "brakes": [HALF]}
    return factories.RunFactory(client=world.client, flow="stock", state="stopped", **values)


@pytest.mark.parametrize(("comment", "new_runs"), [("Soldes d'hiver", 1), ("  ", 0)])
def test_a_stopped_run_passes_only_with_a_reason(
    comment: str, new_runs: int, stopped: Run, signed_in: Callable[..., Browser]
) -> None:
    signed_in(stopped.client).post(run_url(stopped, "run-approve"), {"comment": comment})

    approved = Run.objects.filter(client=stopped.client, flow="stock", approved_by__username="claire")
    assert [(run.approves, run.allowed) for run in approved] == [(stopped, [HALF])] * new_runs


def test_a_limit_is_told_once_with_who_may_let_it_pass(stopped: Run, signed_in: Callable[..., Browser]) -> None:
    sentence = tell("brake.stock_zero", {"count": "40", "total": "80", "limit": "30"}).sentence

    page = signed_in(stopped.client, role="sales").get(run_url(stopped)).content.decode()

    assert page.count(sentence) == 1
    assert "L’agence ou un administrateur regarde et laisse passer" in page
    assert "Est-ce bien ce que vous voulez ?" not in page


def test_an_approval_is_told_on_the_stopped_run_and_not_given_twice(
    stopped: Run, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(stopped.client)
    assert 'name="comment"' in browser.get(run_url(stopped)).content.decode()

    browser.post(run_url(stopped, "run-approve"), {"comment": "Soldes d'hiver"})
    again = browser.post(run_url(stopped, "run-approve"), {"comment": "Encore"}, follow=True).content.decode()

    assert Run.objects.filter(flow="stock").count() == 2
    assert str(Refusal.APPROVED.label) in again
    assert "Soldes d&#x27;hiver" in again
    assert 'name="comment"' not in again


def test_a_stop_that_is_not_the_newest_leads_to_the_newest(stopped: Run, signed_in: Callable[..., Browser]) -> None:
    newer = factories.RunFactory(client=stopped.client, flow="stock", state="stopped", brakes=[HALF])

    page = signed_in(stopped.client).get(run_url(stopped)).content.decode()

    assert str(Refusal.NEWER.label) in page
    assert run_url(newer) in page
    assert 'name="comment"' not in page


@pytest.mark.parametrize(("brakes", "told"), [([HALF], True), ([], False)], ids=["too much", "within the limits"])
def test_a_preview_tells_which_brake_would_stop_it(
    brakes: list[dict[str, object]], told: bool, world: World, signed_in: Callable[..., Browser]
) -> None:
    preview = factories.RunFactory(client=world.client, flow="stock", preview=True, brakes=brakes)
    sentence = tell("brake.stock_zero", {"count": "40", "total": "80", "limit": "30"}).sentence

    assert (sentence in signed_in(world.client).get(run_url(preview)).content.decode()) == told


def test_what_would_stop_names_the_shop_where_there_are_several(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    second = factories.ShopConnectionFactory(client=world.client, name="Autre")
    brakes = [{**HALF, "shop": second.pk}, HALF]
    preview = factories.RunFactory(client=world.client, flow="stock", preview=True, brakes=brakes)

    limits = signed_in(world.client).get(run_url(preview)).context["braked"].limits

    assert [limit.shop for limit in limits] == ["Autre", ""]


def test_technical_detail_is_for_those_who_can_use_it(world: World, signed_in: Callable[..., Browser]) -> None:
    run = factories.RunFactory(
        client=world.client, flow="stock", state="failed", detail="ORA-4242", cause="sage.failed"
    )

    for_sales = signed_in(world.client, role="sales", name="karim").get(run_url(run)).content.decode()
    for_agency = signed_in(world.client, role="agency", name="paul").get(run_url(run)).content.decode()

    assert "ORA-4242" not in for_sales
    assert "ORA-4242" in for_agency


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"flow": "stock"}, {"stock failed", "stock preview"}),
        ({"state": "failed"}, {"stock failed"}),
        ({"trigger": "person"}, {"stock preview"}),
        ({"preview": "1"}, {"stock preview"}),
        ({}, {"prices", "stock failed", "stock preview"}),
    ],
    ids=["one flow", "one result", "one trigger", "previews only", "everything"],
)
def test_history_is_filtered(
    query: dict[str, str], expected: set[str], world: World, signed_in: Callable[..., Browser]
) -> None:
    failed = factories.RunFactory(client=world.client, flow="stock", state="failed")
    preview = factories.RunFactory(client=world.client, flow="stock", preview=True, trigger="person")
    names = {world.run.pk: "prices", failed.pk: "stock failed", preview.pk: "stock preview"}

    page = signed_in(world.client).get(reverse("pages:runs", args=[world.client.slug]), query).context["page"]

    assert {names[run.pk] for run in page} == expected


def test_the_changes_of_a_run_are_counted_once_for_the_whole_page(
    mixed_run: Run, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(mixed_run.client)
    with CaptureQueriesContext(connection) as queries:
        browser.get(run_url(mixed_run), {"show": "waiting", "kind": "products"})
    counted = [query["sql"] for query in queries if "COUNT(" in query["sql"] and 'FROM "sync_change"' in query["sql"]]
    whole = [sql for sql in counted if '"cause"' not in sql]
    assert len(whole) == 1, "state, kind and as found together; the others ask the index of causes"


@pytest.mark.parametrize("show", ["", "to_write", "written", "confirmed", "held", "rejected", "waiting", "stale"])
@pytest.mark.parametrize("kind", ["", "stock", "products"])
def test_the_number_of_a_list_is_that_of_its_rows(
    show: str, kind: str, mixed_run: Run, signed_in: Callable[..., Browser]
) -> None:
    factories.ChangeFactory(run=mixed_run, state="confirmed", as_found=True, kind="stock")
    factories.ChangeFactory(run=mixed_run, state="stale", kind="stock")
    page = signed_in(mixed_run.client).get(run_url(mixed_run), {"show": show, "kind": kind}).context["page"]
    assert page.paginator.count == len(page)


def test_what_may_be_sent_again_is_no_question_to_a_person(mixed_run: Run, signed_in: Callable[..., Browser]) -> None:
    """Four are refused; of those held one was refused earlier, one is asked, three have other causes."""
    for cause in ("shop.refused", "shop.conflict"):
        factories.ChangeFactory(run=mixed_run, state="held", cause=cause)
    assert signed_in(mixed_run.client).get(run_url(mixed_run)).context["retryable"] == 5


def test_the_changes_of_a_cause_are_listed(mixed_run: Run, signed_in: Callable[..., Browser]) -> None:
    page = signed_in(mixed_run.client).get(run_url(mixed_run), {"cause": "shop.not_confirmed"}).context["page"]
    assert [change.state for change in page] == ["applied"]
