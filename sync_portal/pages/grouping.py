"""The grouping studio: articles that look like one product, approved one by one or several from a list, and undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors.models import Client
from mapping import group_acts
from mapping.grouped import book_of, group_rows, open_suggestions
from mapping.models import Choice, GroupSuggestion
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.grouping_cards import group_cards, suggestion_cards
from sync_portal.pages.grouping_count import open_count
from sync_portal.pages.grouping_done import done_of
from sync_portal.pages.grouping_filters import GroupFilter, SuggestionFilter
from sync_portal.pages.grouping_words import fault_words
from sync_portal.pages.paging import page_of
from sync_portal.pages.telling import came_from, with_done

CARDS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the three lists."""

    show: str
    label: Promise
    count: int


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """What is suggested; with `?show=approved` the groups, with `?show=dismissed` what is no group."""
    show = request.GET.get("show", "")
    lists = {"approved": _approved, "dismissed": _dismissed}
    shown = lists.get(show, _suggested)(request, access.client)
    return render_page(
        request,
        access,
        "grouping/index.html",
        "groupings",
        **shown,
        show=show if show in lists else "",
        tabs=_tabs(access.client),
        done=done_of(request, access.client),
        catalogue_tabs=catalogue_tabs(access.client),
    )


def _suggested(request: HttpRequest, client: Client) -> dict[str, Any]:
    chosen = SuggestionFilter(request.GET, queryset=open_suggestions(client), client=client)
    page = page_of(request, chosen.qs, CARDS_PER_PAGE)
    return {"filter": chosen, "page": page, "cards": suggestion_cards(client, list(page), book_of(client))}


def _dismissed(request: HttpRequest, client: Client) -> dict[str, Any]:
    rows = GroupSuggestion.objects.filter(client=client).exclude(dismissed_at=None).order_by("-dismissed_at", "-pk")
    chosen = SuggestionFilter(request.GET, queryset=rows, client=client)
    page = page_of(request, chosen.qs, CARDS_PER_PAGE)
    return {"filter": chosen, "page": page, "cards": suggestion_cards(client, list(page), {})}


def _approved(request: HttpRequest, client: Client) -> dict[str, Any]:
    rows: QuerySet[Choice] = group_rows(client).select_related("set_by").order_by("key")
    chosen = GroupFilter(request.GET, queryset=rows, client=client)
    page = page_of(request, chosen.qs, CARDS_PER_PAGE)
    return {"filter": chosen, "page": page, "cards": group_cards(client, list(page))}


def _tabs(client: Client) -> list[Tab]:
    dismissed = GroupSuggestion.objects.filter(client=client).exclude(dismissed_at=None).count()
    return [
        Tab("", gettext_lazy("Suggested"), open_count(client)),
        Tab("approved", gettext_lazy("Approved"), group_rows(client).count()),
        Tab("dismissed", gettext_lazy("Not a group"), dismissed),
    ]


@client_page()
@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest, access: Access) -> HttpResponse:
    """Exactly what would be approved, each with its box; posted: those that are still ticked are groups now."""
    ticked = request.POST if request.method == "POST" else request.GET
    numbers = [int(text) for text in ticked.getlist("suggestions") if text.isascii() and text.isdigit()]
    rows = list(open_suggestions(access.client).filter(pk__in=numbers[: 10 * CARDS_PER_PAGE]))
    if not rows:
        messages.error(request, _("Nothing was ticked."))
        return redirect("pages:groupings", access.client.slug)
    if request.method != "POST":
        cards = suggestion_cards(access.client, rows, book_of(access.client))
        ready = sum(not card.faults for card in cards)
        return render_page(request, access, "grouping/several.html", "groupings", cards=cards, ready=ready)
    return _approved_now(request, access, rows, reverse("pages:groupings", args=[access.client.slug]))


@client_page()
@require_POST
def approve(request: HttpRequest, access: Access, suggestion_id: int) -> HttpResponse:
    """Make one group of a suggestion as it stands."""
    row = get_object_or_404(GroupSuggestion, pk=suggestion_id, client=access.client)
    return _approved_now(request, access, [row], back(request, access))


def _approved_now(request: HttpRequest, access: Access, rows: list[GroupSuggestion], target: str) -> HttpResponse:
    try:
        result = group_acts.approve(rows, access.client, by=access.user)
    except group_acts.GroupRefused as refused:
        messages.error(request, fault_words(refused.faults[0]))
        return redirect(target)
    for suggestion, faults in result.refused:
        text = _("%(name)s stays a suggestion: %(why)s")
        messages.warning(request, text % {"name": suggestion.name, "why": fault_words(faults[0])})
    return redirect(with_done(target, result.act))


@client_page()
@require_POST
def dismiss(request: HttpRequest, access: Access, suggestion_id: int) -> HttpResponse:
    """These articles are not one product."""
    row = get_object_or_404(GroupSuggestion, pk=suggestion_id, client=access.client)
    group_acts.dismiss(row, by=access.user)
    text = _("%(name)s is no group: not suggested again while its articles stay the same. See “Not a group”.")
    messages.success(request, text % {"name": row.name}, extra_tags="toast")
    return redirect(back(request, access))


@client_page()
@require_POST
def suggest_again(request: HttpRequest, access: Access, suggestion_id: int) -> HttpResponse:
    """Take a dismissal back."""
    row = get_object_or_404(GroupSuggestion, pk=suggestion_id, client=access.client)
    group_acts.suggest_again(row)
    messages.success(request, _("%(name)s is suggested again.") % {"name": row.name}, extra_tags="toast")
    return redirect(back(request, access))


@client_page()
@require_POST
def lock(request: HttpRequest, access: Access, group_id: int) -> HttpResponse:
    """Say whether articles may join the group by themselves."""
    row = get_object_or_404(group_rows(access.client), pk=group_id)
    act = group_acts.lock(access.client, row.key, locked=request.POST.get("locked") == "1", by=access.user)
    return redirect(with_done(back(request, access), act))


@client_page()
@require_POST
def dissolve(request: HttpRequest, access: Access, group_id: int) -> HttpResponse:
    """End the group."""
    row = get_object_or_404(group_rows(access.client), pk=group_id)
    act = group_acts.dissolve(access.client, row.key, by=access.user)
    target = reverse("pages:groupings", args=[access.client.slug]) + "?show=approved"
    return redirect(with_done(target, act))


def back(request: HttpRequest, access: Access) -> str:
    """The page the person came from, or the studio."""
    return came_from(request, reverse("pages:groupings", args=[access.client.slug]))
