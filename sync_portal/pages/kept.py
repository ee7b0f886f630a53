"""The fields that people gave to the shop: the list, and giving them back to Sage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client
from mapping.models import Product
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.differences import names_in, product_key, readable_label
from sync_portal.pages.labels import field_label
from sync_portal.pages.paging import page_of
from sync_portal.pages.sentences import person
from sync_portal.pages.telling import came_from
from sync_portal.pages.values import value_text
from sync_portal.sync.answers import NotAnAnswer
from sync_portal.sync.kept import give_back, keep_again, kept_for, last_answers, place_of
from sync_portal.sync.models import Decision, FieldOwner

LINES_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One field that is the shop's, with who said so, when and over which values."""

    kept: FieldOwner
    label: str
    field_label: str
    product_id: int | None
    decision: Decision | None
    """None: it came with a client file."""
    who: str
    shop_value: str
    sage_value: str


def kept_lines(client: Client, rows: Iterable[FieldOwner]) -> list[KeptLine]:
    """Ready to show; what they refer to is looked up for all of them together."""
    page = list(rows)
    answers = last_answers(page)
    names = names_in(client, (answer.facts for answer in answers.values()))
    keys = {product_key(row.kind, row.key) for row in page} - {""}
    products = dict(Product.objects.filter(client=client, key__in=keys).values_list("key", "pk")) if keys else {}
    lines = []
    for row in page:
        answer = answers.get(place_of(row))
        facts = answer.facts if answer else {}
        lines.append(
            KeptLine(
                row,
                readable_label(row.kind, row.key, answer.label if answer else row.key),
                field_label(row.field),
                products.get(product_key(row.kind, row.key)),
                answer,
                person(answer.decided_by) if answer and answer.decided_by else "",
                value_text(row.field, facts.get("shop"), names),
                value_text(row.field, facts.get("sage"), names),
            )
        )
    return lines


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """Every field of a single record that Sage does not write any more because a person said so."""
    page = page_of(request, kept_for(access.client), LINES_PER_PAGE)
    return render_page(
        request, access, "decisions/kept.html", "decisions", page=page, lines=kept_lines(access.client, page)
    )


@client_page()
@require_POST
def back(request: HttpRequest, access: Access) -> HttpResponse:
    """Give the ticked fields, or the one whose button was pressed, back to Sage."""
    wanted = [text for text in request.POST.getlist("kept") if text.isascii() and text.isdigit()]
    if not wanted:
        messages.error(request, _("Nothing was ticked."))
        return redirect(_came_from(request, access))
    done = 0
    for row in kept_for(access.client).filter(pk__in=wanted):
        try:
            give_back(row, user=access.user)
        except NotAnAnswer:  # somebody was faster, and wanted the same
            continue
        done += 1
        told = {"label": row.key, "field": field_label(row.field)}
        messages.success(request, _("%(label)s, %(field)s: Sage's value will be sent again.") % told)
    if not done:
        messages.warning(request, _("This field was given back to Sage already."))
    return redirect(_came_from(request, access))


@client_page()
@require_POST
def undo(request: HttpRequest, access: Access, decision_id: int) -> HttpResponse:
    """Let the shop keep a field that was given back."""
    decision = get_object_or_404(Decision.objects.select_related("shop"), pk=decision_id, shop__client=access.client)
    try:
        keep_again(decision, user=access.user)
    except NotAnAnswer:
        messages.warning(request, _("Something was decided about this field since: it stays as it is."))
    else:
        told = {"label": decision.label, "field": field_label(decision.field)}
        messages.success(request, _("%(label)s, %(field)s: the shop keeps its own value again.") % told)
    return redirect(_came_from(request, access))


def _came_from(request: HttpRequest, access: Access) -> str:
    return came_from(request, reverse("pages:kept", args=[access.client.slug]))
