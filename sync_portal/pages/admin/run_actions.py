"""What may be done with runs: start again, retry, cancel, undo; through the doors that the portal's own pages use.

Each is asked for in the person's name, run by run, and told: what cannot be done is a message, never an error page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connectors.administration import sees_all_clients, staff
from connectors.models import Client, Membership
from sync_portal.pages.admin.words import link
from sync_portal.pages.counters import retryable, tally_of
from sync_portal.pages.offers import backwards, can_be_undone
from sync_portal.pages.sentences import flow_label
from sync_portal.sync import jobs
from sync_portal.sync.flows import UnknownFlowError, all_flows
from sync_portal.sync.models import Run, Trigger

MOST_AT_ONCE = 50
"""Runs that one click may start or stop: more than that is no deliberate act."""


class NotNow(ValueError):
    """It cannot be done with this run; the message says why."""


def may_start(request: HttpRequest, client: Client) -> bool:
    """Whether the person may run things for this client: as on the portal's pages, sales staff may not."""
    if sees_all_clients(request):
        return client.active
    membership = Membership.objects.filter(user=staff(request), client=client, client__active=True).first()
    return membership is not None and membership.may_run


def _again(run: Run, request: HttpRequest) -> Run:
    return jobs.request_run(run.client, run.flow, trigger=Trigger.PERSON, user=staff(request), preview=run.preview)


def _retry(run: Run, request: HttpRequest) -> Run:
    if not can_be_retried(run):
        raise NotNow(_("nothing was left refused."))
    return jobs.retry_refused(run, user=staff(request))


def _undo(run: Run, request: HttpRequest) -> Run:
    if not can_be_undone(run):
        raise NotNow(_("nothing was written that could be put back."))
    return jobs.undo(run, user=staff(request))


def _cancel(run: Run, request: HttpRequest) -> None:
    if run.is_over:
        raise NotNow(_("that is over already."))
    jobs.request_cancel(run, user=staff(request))


def can_be_retried(run: Run) -> bool:
    """Whether the run left something that may be sent again."""
    return run.is_over and not run.preview and bool(retryable(run, tally_of(run)))


@dataclass(frozen=True, slots=True)
class Offered:
    """A button of a run's page: the action's name and its words."""

    name: str
    label: Promise
    danger: bool = False


def offered(run: Run) -> list[Offered]:
    """What can be done with the run as it stands."""
    if not run.is_over:
        return [Offered("cancel", CANCEL, danger=True)]
    found = [Offered("run_again", AGAIN)] if _known(run.flow) else []
    if can_be_retried(run):
        found.append(Offered("retry_refused", RETRY))
    if can_be_undone(run):
        found.append(Offered("undo", UNDO, danger=True))
    return found


def _known(flow: str) -> bool:
    return flow in {one.name for one in all_flows()}


AGAIN = gettext_lazy("Run this flow again")
RETRY = gettext_lazy("Retry what was refused")
CANCEL = gettext_lazy("Cancel")
UNDO = gettext_lazy("Undo what was written")


@admin.action(description=AGAIN, permissions=["start"])
def run_again(modeladmin: admin.ModelAdmin[Run], request: HttpRequest, queryset: QuerySet[Run]) -> HttpResponse | None:
    """The whole flow once more, as a preview where it was one."""
    return _each(modeladmin, request, queryset, _again)


@admin.action(description=RETRY, permissions=["start"])
def retry_refused(
    modeladmin: admin.ModelAdmin[Run], request: HttpRequest, queryset: QuerySet[Run]
) -> HttpResponse | None:
    """What these runs left refused."""
    return _each(modeladmin, request, queryset, _retry)


@admin.action(description=CANCEL, permissions=["start"])
def cancel(modeladmin: admin.ModelAdmin[Run], request: HttpRequest, queryset: QuerySet[Run]) -> HttpResponse | None:
    """A waiting run at once, a running one after its current record."""
    return _each(modeladmin, request, queryset, _cancel)


@admin.action(description=UNDO, permissions=["start"])
def undo(modeladmin: admin.ModelAdmin[Run], request: HttpRequest, queryset: QuerySet[Run]) -> HttpResponse | None:
    """Asked once more, saying what it does; then what the runs wrote is put back."""
    if request.POST.get("confirmed"):
        return _each(modeladmin, request, queryset, _undo)
    runs = _chosen(request, queryset)
    undoable = [run for run in runs if may_start(request, run.client) and can_be_undone(run)]
    refused = [run for run in runs if run not in undoable]
    _tell_refusals(request, {_("nothing was written that could be put back."): refused} if refused else {})
    if not undoable:
        return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": _("Undo runs?"),
        "opts": modeladmin.opts,
        "rows": [(run, backwards(run)) for run in undoable],
    }
    return TemplateResponse(request, "admin/sync/run/undo.html", context)


ACTIONS = (run_again, retry_refused, cancel, undo)


def _chosen(request: HttpRequest, queryset: QuerySet[Run]) -> list[Run]:
    """The runs ticked, oldest first; none when there are too many, which is said."""
    runs = list(queryset.select_related("client").order_by("pk")[: MOST_AT_ONCE + 1])
    if len(runs) > MOST_AT_ONCE:
        messages.error(request, _("At most %(count)s runs at a time: nothing was done.") % {"count": MOST_AT_ONCE})
        return []
    return runs


def _each(
    modeladmin: admin.ModelAdmin[Run],
    request: HttpRequest,
    queryset: QuerySet[Run],
    act: Callable[[Run, HttpRequest], Run | None],
) -> HttpResponse | None:
    """Do it with every run chosen; where one was chosen and a run came of it, show that one."""
    runs = _chosen(request, queryset)
    refused: dict[str, list[Run]] = defaultdict(list)
    made = [new for run in runs if (new := _one(request, run, act, refused))]
    _tell_refusals(request, refused)
    if len(runs) == len(made) == 1:
        return redirect("admin:sync_run_change", made[0].pk)
    return None


def _one(
    request: HttpRequest, run: Run, act: Callable[[Run, HttpRequest], Run | None], refused: dict[str, list[Run]]
) -> Run | None:
    """Do it with one run and tell it; returns the run that came of it. What cannot be done is kept by its reason."""
    try:
        if not may_start(request, run.client):
            raise NotNow(_("you may not start or stop runs of this client."))
        made = act(run, request)
    except NotNow as why:
        refused[str(why)].append(run)
    except UnknownFlowError:
        refused[_("there is no such flow any more.")].append(run)
    except jobs.QueueBusy as busy:
        why_not = _(
            "run %(number)s waits already and does exactly what somebody chose: nothing can be added to it. Ask again "
            "once it is over."
        )
        refused[why_not % {"number": busy.run_id}].append(run)
    else:
        _tell(request, run, made)
        return made
    return None


def _tell(request: HttpRequest, run: Run, made: Run | None) -> None:
    if made is None:
        text = _("Run %(number)s stops after the record it is working on.")
        messages.success(request, text % {"number": run.pk})
        return
    text = _("%(flow)s, %(client)s: asked for.") % {"flow": flow_label(made.flow), "client": made.client.name}
    shown = link("admin:sync_run_change", _("Run %(number)s") % {"number": made.pk}, made.pk)
    messages.success(request, format_html("{} {}", text, shown))


def _tell_refusals(request: HttpRequest, refused: Mapping[str, list[Run]]) -> None:
    """One message a reason, whatever the number of runs."""
    for why, runs in refused.items():
        text = ngettext("Run %(numbers)s: %(why)s", "Runs %(numbers)s: %(why)s", len(runs))
        messages.warning(request, text % {"numbers": ", ".join(str(run.pk) for run in runs), "why": why})
