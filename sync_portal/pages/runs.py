"""History, one run, its live progress; starting, cancelling, approving, trying again."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.asking import ask_and_watch
from sync_portal.pages.braking import braked
from sync_portal.pages.causes import cause_groups, tell
from sync_portal.pages.counters import Tally, counters, retryable, tally_of
from sync_portal.pages.differences import change_rows
from sync_portal.pages.filters import ChangeFilter, RunFilter
from sync_portal.pages.offers import can_be_undone, offer_of
from sync_portal.pages.paging import page_of
from sync_portal.pages.scopes import about, followers
from sync_portal.pages.sentences import ONLY_ASKS
from sync_portal.pages.waiting import next_try
from sync_portal.sync import approvals, jobs
from sync_portal.sync.flows import Flow, all_flows
from sync_portal.sync.history import estimated_end, rate
from sync_portal.sync.jobs import request_cancel, request_run
from sync_portal.sync.lanes import why_waiting
from sync_portal.sync.models import Run, Trigger

RUNS_PER_PAGE = 30
CHANGES_PER_PAGE = 50


@client_page()
@require_safe
def history(request: HttpRequest, access: Access) -> HttpResponse:
    """All runs, newest first."""
    runs = RunFilter(request.GET, queryset=_runs(access))
    page = page_of(request, runs.qs, RUNS_PER_PAGE)
    return render_page(request, access, "runs/history.html", "runs", filter=runs, page=page)


@client_page()
@require_safe
def page(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """One run: what it did, change by change."""
    run = run_or_404(access, run_id)
    tally = tally_of(run)
    changes = ChangeFilter(request.GET, queryset=run.changes.all(), kinds=tally.kinds)
    shown = page_of(request, changes.qs, CHANGES_PER_PAGE, total=changes.total(tally))
    rows = change_rows(access.client, shown)
    context = _progress(run, tally) | _next_steps(run, access, tally)
    return render_page(
        request,
        access,
        "runs/run.html",
        "runs",
        **context,
        filter=changes,
        page=shown,
        rows=rows,
        recognises=any(row.not_compared for row in rows),
        groups=cause_groups(run),
        braked=braked(run),
        stale=tally.of("stale"),
        followers=followers(run),
        only_asks=ONLY_ASKS,
    )


@client_page()
@require_safe
def live(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """The part of the run page that moves; once the run is over it has the whole page loaded again."""
    run = run_or_404(access, run_id)
    response = render_page(request, access, "runs/_live.html", "runs", **_progress(run, tally_of(run)))
    if run.is_over:
        response["HX-Refresh"] = "true"
    return response


@client_page(may_run=True)
@require_POST
def start(request: HttpRequest, access: Access, flow_name: str) -> HttpResponse:
    """Ask for a run (a preview when the form says so) and go and watch it."""
    flow = flow_or_404(flow_name)
    preview = request.POST.get("preview") == "1"
    scope = {"full": True} if request.POST.get("full") == "1" and flow.desires else None
    return ask_and_watch(
        request,
        access,
        flow.name,
        lambda: request_run(
            access.client, flow.name, trigger=Trigger.PERSON, user=access.user, preview=preview, scope=scope
        ),
        preview=preview,
    )


@client_page(may_run=True)
@require_POST
def cancel(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """Ask the run to stop: it does so after its current record."""
    run = run_or_404(access, run_id)
    request_cancel(run, user=access.user)
    if not run.is_over:
        messages.info(request, _("The run stops after the record it is working on."))
    return redirect("pages:run", access.client.slug, run.pk)


@client_page(may_run=True)
@require_POST
def approve(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """Let pass what a brake stopped, in the person's name: it is planned anew, and as much of it goes through."""
    stopped = run_or_404(access, run_id)
    comment = request.POST.get("comment", "")
    try:
        return ask_and_watch(
            request, access, stopped.flow, lambda: approvals.approve(stopped, user=access.user, comment=comment)
        )
    except approvals.NotApprovable as error:
        messages.error(request, error.refusal.label)
        return redirect("pages:run", access.client.slug, stopped.pk)


@client_page(may_run=True)
@require_POST
def retry(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """Send again what the run left refused, whether or not its source has changed."""
    run = run_or_404(access, run_id)
    return ask_and_watch(request, access, run.flow, lambda: jobs.retry_refused(run, user=access.user))


def flow_or_404(name: str) -> Flow:
    """The flow of that name."""
    for flow in all_flows():
        if flow.name == name:
            return flow
    raise Http404(name)


def run_or_404(access: Access, run_id: int) -> Run:
    """The client's run of that number."""
    return get_object_or_404(_runs(access), pk=run_id)


def _runs(access: Access) -> QuerySet[Run]:
    return Run.objects.filter(client=access.client).select_related("requested_by", "approved_by", "client")


def _progress(run: Run, tally: Tally) -> dict[str, object]:
    return {
        "run": run,
        "counters": counters(run, tally),
        "percent": min(100, run.done * 100 // run.total) if run.total else 0,
        "rate": rate(run),
        "estimated_end": estimated_end(run),
        "waits": why_waiting(run),
        "about": about(run),
        "cause": tell(run.cause, run.facts) if run.cause else None,
        "next_try": next_try(run),
        "attempts": [_attempt(attempt, number) for number, attempt in enumerate(run.attempts, start=1)],
    }


def _attempt(stored: dict[str, str], number: int) -> dict[str, object]:
    """An earlier attempt of a run: when, by which worker, and what ended it."""
    times = {name: datetime.fromisoformat(stored[name]) for name in ("started_at", "ended_at")}
    return {**times, "worker": stored["worker"], "cause": tell(stored["cause"], {"attempt": str(number + 1)})}


def _next_steps(run: Run, access: Access, tally: Tally) -> dict[str, object]:
    """What can be done with a run that is over."""
    if not (run.is_over and access.may_run):
        return {}
    return {
        "retryable": 0 if run.preview else retryable(run, tally),
        "undoable": can_be_undone(run),
        "offer": offer_of(run),
    }
