"""The word for each flow's state, case by case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Client
from sync_portal.sync import history
from sync_portal.sync.models import Change, ChangeState, FlowSchedule, Run, RunState

pytestmark = pytest.mark.django_db

PROMISE = 15
"""Minutes, of the flow `stock`."""
SILENT = PROMISE + 3
"""A run after 15 minutes, and a tick that saw it."""
DAYS = 3 * 24 * 60


@dataclass
class Past:
    """A run of the stock flow, `ago` minutes ago, and the states of its changes."""

    state: str
    ago: int = 0
    changes: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)

    def happen(self, client: Client) -> Run:
        at = timezone.now() - timedelta(minutes=self.ago)
        over = self.state in RunState.ended()
        run = Run.objects.create(
            client=client,
            flow="stock",
            state=self.state,
            ended_at=at if over else None,
            held=self.changes.count(ChangeState.HELD),
            rejected=len(self.changes) - self.changes.count(ChangeState.HELD) - self.changes.count("confirmed"),
            later=self.changes.count(ChangeState.LATER),
            **self.fields,
        )
        Run.objects.filter(pk=run.pk).update(queued_at=at)
        for number, state in enumerate(self.changes):
            Change.objects.create(run=run, kind="stock", key=str(number), label="x", action="update", state=state)
        return run


OK, BAD = RunState.SUCCEEDED, RunState.FAILED
OF_A_PART = [{"retry": 3}, {"product": "POLO"}, {"plan": 3, "changes": [], "fields": []}, {"undo": 3}]
AWAY, WRONG = {"cause": "shop.unreachable"}, {"cause": "shop.wrong_key"}

CASES = [
    ("never run", [], True, "never"),
    ("a success within the promise", [Past(OK, 5)], True, "on_time"),
    ("a success just within the promise", [Past(OK, PROMISE - 1)], True, "on_time"),
    ("silence since", [Past(OK, SILENT)], True, "late"),
    ("an old success, but nobody asked for more", [Past(OK, 5000)], False, "on_time"),
    ("a failure that heals, after a fresh success", [Past(OK, 10), Past(BAD, fields=AWAY)], True, "catching_up"),
    ("a failure that heals and never succeeded", [Past(BAD, fields=AWAY)], True, "broken"),
    ("a failure that heals too late", [Past(OK, SILENT), Past(BAD, fields=AWAY)], True, "broken"),
    ("a failure for a person", [Past(OK, 5), Past(BAD, fields=WRONG)], True, "broken"),
    ("a failure with an unknown cause", [Past(OK, 5), Past(BAD, fields={"cause": "x.y"})], True, "broken"),
    ("well again after a failure", [Past(BAD, 5, fields=WRONG), Past(OK)], True, "on_time"),
    ("stopped by a brake", [Past(OK, 5), Past(RunState.STOPPED)], True, "needs_you"),
    ("stopped at every run for days", [Past(OK, DAYS), Past(RunState.STOPPED)], True, "needs_you"),
    ("stopped, and silence since", [Past(OK, DAYS), Past(RunState.STOPPED, SILENT)], True, "late"),
    ("stopped, and nobody asked for more", [Past(RunState.STOPPED, DAYS)], False, "needs_you"),
    ("records held, and silence since", [Past(OK, DAYS, changes=("held",))], True, "late"),
    ("records held, and nobody asked for more", [Past(OK, DAYS, changes=("held",))], False, "needs_you"),
    ("a failure with records held", [Past(OK, 5), Past(BAD, changes=("held",), fields=WRONG)], True, "broken"),
    ("records held", [Past(OK, changes=("held",))], True, "needs_you"),
    ("records refused", [Past(RunState.INCOMPLETE, changes=("rejected",))], True, "needs_you"),
    (
        "records refused at every run",
        [Past(OK, DAYS), Past(RunState.INCOMPLETE, changes=("rejected",))],
        True,
        "needs_you",
    ),
    ("refused and later", [Past(OK, 5), Past(RunState.INCOMPLETE, changes=("rejected", "later"))], True, "needs_you"),
    ("records not confirmed", [Past(RunState.INCOMPLETE, changes=("applied",))], True, "needs_you"),
    ("records for later only", [Past(OK, 5), Past(RunState.INCOMPLETE, changes=("later",))], True, "catching_up"),
    ("records for later for days", [Past(OK, DAYS), Past(RunState.INCOMPLETE, changes=("later",))], True, "late"),
    ("records for later from the first", [Past(RunState.INCOMPLETE, changes=("later", "later"))], True, "late"),
    ("held, and later for days", [Past(OK, DAYS), Past(RunState.INCOMPLETE, changes=("later", "held"))], True, "late"),
    ("for later, and silence since", [Past(OK, 50), Past(RunState.INCOMPLETE, 45, changes=("later",))], True, "late"),
    ("the next run is under way in time", [Past(OK, 20), Past(RunState.RUNNING, 5)], True, "catching_up"),
    ("the next run is under way too late", [Past(OK, DAYS), Past(RunState.RUNNING, 5)], True, "late"),
    ("the next run hangs", [Past(OK, 50), Past(RunState.RUNNING, 40)], True, "late"),
    (
        "only a part is under way",
        [Past(OK, 20), Past(RunState.RUNNING, 5, fields={"scope": {"undo": 3}})],
        True,
        "late",
    ),
    ("a cancelled run says nothing", [Past(OK, 5), Past(RunState.CANCELLED)], True, "on_time"),
    ("cancelled only", [Past(RunState.CANCELLED)], True, "never"),
    ("running for the first time", [Past(RunState.RUNNING)], True, "never"),
    ("running again", [Past(OK, 5), Past(RunState.RUNNING)], True, "on_time"),
    ("asked for and not taken by anybody", [Past(RunState.QUEUED, PROMISE + 1)], True, "late"),
    ("asked for a moment ago", [Past(RunState.QUEUED, 1)], True, "never"),
    ("a preview says nothing", [Past(OK, fields={"preview": True})], True, "never"),
    *[
        (
            f"a run of a part says nothing: {next(iter(scope))}",
            [Past(OK, 50), Past(OK, fields={"scope": scope})],
            True,
            "late",
        )
        for scope in OF_A_PART
    ],
    ("a part that failed says nothing", [Past(OK), Past(BAD, fields={"scope": {"plan": 3}, **WRONG})], True, "on_time"),
    (
        "a retry that went well",
        [Past(RunState.INCOMPLETE, 5, changes=("rejected",)), Past(OK, fields={"scope": {"retry": 1}})],
        True,
        "needs_you",
    ),
    ("the whole flow with a product afresh", [Past(OK, fields={"scope": {"refresh": ["POLO"]}})], True, "on_time"),
]


@pytest.mark.parametrize(("runs", "scheduled", "code"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_the_word_says_how_fresh_a_flow_is(client_acme: Client, runs: list[Past], scheduled: bool, code: str) -> None:
    if scheduled:
        FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15)
    for run in runs:
        run.happen(client_acme)
    assert stock(client_acme).code == code


def test_a_paused_schedule_prevails(client_acme: Client) -> None:
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15, paused=True)
    Past(BAD, fields=WRONG).happen(client_acme)
    state = stock(client_acme)
    assert (state.code, state.next_at) == ("paused", None)


def stock(client: Client) -> history.FlowState:
    return next(state for state in history.flow_states(client) if state.flow.name == "stock")


def test_every_code_has_a_word_and_a_case() -> None:
    assert {case[3] for case in CASES} | {"paused"} == set(history.WORDS)


def test_what_waits_is_exactly_the_rows_behind_the_number(client_acme: Client) -> None:
    run = Past(RunState.INCOMPLETE, changes=("held", "rejected", "later", "applied", "confirmed")).happen(client_acme)
    state = stock(client_acme)
    assert (state.waiting, state.judged) == (3, run)
    assert history.waiting_changes(run).count() == 3


def test_a_run_of_one_product_does_not_hide_what_waits(client_acme: Client) -> None:
    whole = Past(OK, 5, changes=("held",)).happen(client_acme)
    part = Past(OK, fields={"scope": {"product": "POLO"}}).happen(client_acme)
    state = stock(client_acme)
    assert (state.code, state.judged, state.last) == ("needs_you", whole, part)


def test_a_retry_takes_no_run_of_the_whole_flows_place(client_acme: Client) -> None:
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15)
    whole = Past(OK, DAYS, changes=("held",) * 40).happen(client_acme)
    Past(OK, fields={"scope": {"retry": whole.pk}}).happen(client_acme)
    state = stock(client_acme)
    assert (state.code, state.waiting, state.judged) == ("late", 40, whole)


def test_a_schedule_that_nobody_serves_is_late_before_its_first_run(client_acme: Client) -> None:
    due = timezone.now() - timedelta(minutes=SILENT)
    FlowSchedule.objects.create(client=client_acme, flow="stock", every_minutes=15, next_at=due)
    assert stock(client_acme).code == "late"


@pytest.mark.parametrize(
    ("rhythm", "ago", "code"),
    [
        ({"every_minutes": 60}, 61, "on_time"),
        ({"every_minutes": 60}, 63, "late"),
        ({"every_minutes": 60, "promise_minutes": 90}, 89, "on_time"),
        ({"every_minutes": 5, "promise_minutes": 10}, 11, "late"),
        ({"cron": "0 0 1 1 *"}, 60, "on_time"),
        ({"cron": "0 0 30 2 *"}, 20, "late"),
        ({"every_minutes": 60, "promise_minutes": 90}, 91, "late"),
    ],
    ids=str,
)
def test_a_promise_is_the_clients_and_knows_the_rhythm(
    client_acme: Client, rhythm: dict[str, Any], ago: int, code: str
) -> None:
    FlowSchedule.objects.create(client=client_acme, flow="stock", **rhythm)
    Past(OK, ago).happen(client_acme)
    assert stock(client_acme).code == code


def test_the_estimated_end_follows_the_rate(client_acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    run = Run(client=client_acme, flow="stock", state=RunState.RUNNING, done=100, total=300)
    run.started_at, run.step_started_at = now - timedelta(hours=1), now - timedelta(seconds=10)
    assert history.rate(run) == 10
    assert history.estimated_end(run) == now + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("done", "total"), [(0, 300), (300, 300), (5, 0)], ids=["not begun", "through", "total unknown"]
)
def test_no_end_is_promised_where_none_can_be_known(client_acme: Client, done: int, total: int) -> None:
    started = timezone.now() - timedelta(seconds=10)
    assert history.estimated_end(Run(client=client_acme, step_started_at=started, done=done, total=total)) is None


def test_causes_are_counted_the_most_frequent_first(client_acme: Client) -> None:
    run = Run.objects.create(client=client_acme, flow="stock")
    for cause in ("shop.busy", "shop.busy", "shop.unknown_id", ""):
        Change.objects.create(run=run, kind="stock", key="x", label="x", action="update", cause=cause)
    assert history.counts_by_cause(run) == [("shop.busy", 2), ("shop.unknown_id", 1)]
