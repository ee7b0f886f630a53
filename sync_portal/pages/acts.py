"""What people changed in the catalogue: who, when, before, after, why; and its undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from mapping import choosing
from mapping.models import ChoiceAct
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.filters import ActFilter
from sync_portal.pages.paging import page_of
from sync_portal.pages.product_history import act_rows
from sync_portal.pages.product_saving import next_run
from sync_portal.pages.telling import came_from

ACTS_PER_PAGE = 25
MOST_TOLD = 200
"""Changes of one act: an import may have made many thousands, and its file says them all."""
CHANGES_SHOWN = ":6"
"""Of one act at once; the others unfold."""


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """All acts, newest first."""
    acts = ChoiceAct.objects.filter(client=access.client).select_related("by", "undone_by", "undoes")
    verbs = sorted(set(acts.order_by().values_list("verb", flat=True).distinct()))
    chosen = ActFilter(request.GET, queryset=acts, verbs=verbs, client=access.client)
    page = page_of(request, chosen.qs, ACTS_PER_PAGE)
    return render_page(
        request,
        access,
        "acts/index.html",
        "products",
        catalogue_tabs=catalogue_tabs(access.client),
        filter=chosen,
        page=page,
        rows=act_rows(access.client, page, most=MOST_TOLD),
        shown=CHANGES_SHOWN,
    )


@client_page()
@require_POST
def undo(request: HttpRequest, access: Access, act_id: int) -> HttpResponse:
    """Put back what the act changed, but for what somebody chose since: that is said."""
    act = get_object_or_404(ChoiceAct, client=access.client, pk=act_id)
    try:
        undone = choosing.undo(act, by=access.user)
    except choosing.ChoiceRefused as error:
        messages.error(request, _("It cannot be undone now: %(reason)s") % {"reason": error})
        return redirect(_back(request, access))
    if undone.put_back:
        text = ngettext("%(count)s choice put back.", "%(count)s choices put back.", undone.put_back)
        messages.success(request, f"{text % {'count': undone.put_back}} {next_run(access.client).sentence}")
    if undone.changed_since:
        text = ngettext(
            "%(count)s choice was changed since and stays as it is: %(first)s.",
            "%(count)s choices were changed since and stay as they are, the first one: %(first)s.",
            len(undone.changed_since),
        )
        told = {"count": len(undone.changed_since), "first": undone.changed_since[0][1]}
        messages.warning(request, text % told)
    return redirect(_back(request, access))


def _back(request: HttpRequest, access: Access) -> str:
    return came_from(request, reverse("pages:acts", args=[access.client.slug]))
