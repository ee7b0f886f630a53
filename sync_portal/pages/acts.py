"""What people changed in the catalogue: who, when, before, after, why; and its undo."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client
from mapping import choosing
from mapping.models import Category, ChoiceAct, ChoiceChange, Product
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.choice_words import act_row
from sync_portal.pages.filters import ActFilter
from sync_portal.pages.paging import page_of
from sync_portal.pages.product_saving import next_run

ACTS_PER_PAGE = 25
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
    names = _names(access.client, page)
    return render_page(
        request,
        access,
        "acts/index.html",
        "products",
        catalogue_tabs=catalogue_tabs(access.client),
        filter=chosen,
        page=page,
        rows=[act_row(act, names) for act in page],
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
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("pages:acts", args=[access.client.slug])


def _names(client: Client, acts: object) -> dict[str, str]:
    """Keys that the changes name -> what people call them."""
    rows: QuerySet[ChoiceChange] = ChoiceChange.objects.filter(act__in=list(acts))  # type: ignore[call-overload]
    subjects = set(rows.values_list("subject", flat=True)) - {""}
    names = dict(Product.objects.filter(client=client, key__in=subjects).values_list("key", "name"))
    return names | dict(Category.objects.filter(client=client).values_list("key", "path"))
