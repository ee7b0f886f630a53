"""A preview is applied: whole, the lines that were ticked, or the kinds of field that were chosen. A run is undone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.asking import ask_and_watch
from sync_portal.pages.offers import backwards, can_be_undone, offer_of
from sync_portal.pages.runs import run_or_404
from sync_portal.sync import jobs
from sync_portal.sync.models import Run
from sync_portal.sync.scope import PlanExpired


@client_page(may_run=True)
@require_POST
def apply(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """Write what the preview showed. What has changed since is told in the new run, and not written."""
    preview = run_or_404(access, run_id)
    if offer_of(preview) is None:
        messages.error(request, _("This run is no preview with something to apply."))
        return redirect("pages:run", access.client.slug, preview.pk)
    changes, fields = _chosen(request, preview)
    if request.POST.get("what") != "all" and not changes and not fields:
        messages.error(request, _("Nothing was ticked: nothing is applied."))
        return redirect("pages:run", access.client.slug, preview.pk)
    try:
        return ask_and_watch(
            request,
            access,
            preview.flow,
            lambda: jobs.apply_preview(preview, user=access.user, changes=changes, fields=fields),
        )
    except PlanExpired:
        messages.error(request, _("This preview is too old to be applied: values may have changed. Make it again."))
        return redirect("pages:run", access.client.slug, preview.pk)


def _chosen(request: HttpRequest, preview: Run) -> tuple[list[int], list[str]]:
    """The ids of the ticked lines, or the names of the chosen fields, as far as the preview has them."""
    match request.POST.get("what"):
        case "lines":
            ticked = [int(text) for text in request.POST.getlist("changes") if text.isascii() and text.isdigit()]
            return list(preview.changes.filter(pk__in=ticked).values_list("pk", flat=True)), []
        case "fields":
            offer = offer_of(preview)
            known = {choice.name for choice in offer.fields} if offer else set()
            return [], [name for name in request.POST.getlist("fields") if name in known]
    return [], []


@client_page(may_run=True)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    """Ask once more, saying what it does; then put back what the run wrote."""
    run = run_or_404(access, run_id)
    if not can_be_undone(run):
        messages.error(request, _("This run wrote nothing that could be put back."))
        return redirect("pages:run", access.client.slug, run.pk)
    if request.method == "POST":
        return ask_and_watch(request, access, run.flow, lambda: jobs.undo(run, user=access.user))
    return render_page(request, access, "runs/undo.html", "runs", run=run, backwards=backwards(run))
