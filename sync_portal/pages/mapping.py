"""The mapping tables, one page each: look, correct a line, take the proposals of the ticked ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client, ShopConnection
from mapping.choices import CHOICE_KINDS, ChoiceValue
from mapping.choosing import ChoiceRefused, Place, choose
from mapping.coverage import Line
from mapping.models import Choice, ChoiceAct
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.mapping_lines import read_form, rows_of
from sync_portal.pages.mapping_tables import SHEET_OF, TABLES, MappingTable, covered
from sync_portal.pages.product_saving import Clash, clash_sentence, save
from sync_portal.pages.shop_categories import categories_of
from sync_portal.pages.telling import came_from, done_context, with_done

LINES_PER_PAGE = 50
STATES = ("twin", "unmapped", "mapped", "ignored")


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """To the first table."""
    return redirect("pages:mapping-table", access.client.slug, next(iter(TABLES)))


@client_page()
@require_safe
def table(request: HttpRequest, access: Access, table_name: str) -> HttpResponse:
    """One table, what asks for a person first."""
    known, shop = _table(table_name), _shop(request, access.client)
    of_shop = categories_of(shop) if known.of_a_shop and shop else {}
    coverage = covered(known, access.client, shop, of_shop)
    state, find = request.GET.get("state", ""), request.GET.get("q", "").strip()
    lines = [line for line in coverage.lines if _fits(line, state, find)]
    page = Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page"))
    labels = {line.key: line.label for line in coverage.lines}
    return render_page(
        request,
        access,
        "mapping/table.html",
        "products",
        catalogue_tabs=catalogue_tabs(access.client),
        table=known,
        tables=list(TABLES.values()),
        covered=coverage,
        page=page,
        rows=rows_of(access.client, list(page), labels),
        labels=labels,
        states=[(name, sum(line.state == name for line in coverage.lines)) for name in STATES],
        state=state,
        find=find,
        shop=shop,
        shops=list(access.client.shops.filter(active=True)) if known.of_a_shop else [],
        of_shop=sorted(of_shop.items(), key=lambda pair: pair[1].casefold()),
        shop_is_away=known.of_a_shop and shop is not None and not of_shop,
        proposals=any(line.proposal for line in page.object_list),
        **done_context(request, access.client),
    )


@client_page()
@require_POST
def save_line(request: HttpRequest, access: Access, table_name: str) -> HttpResponse:
    """What a person said of one line; its form emptied takes the choice back."""
    _table(table_name)
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
    if kind not in SHEET_OF or not key:
        raise Http404
    try:
        value = read_form(access.client, kind, request.POST.dict())
        result = save(
            access.client,
            (kind, key),
            value,
            saw=request.POST.get("saw", ""),
            by=access.user,
            verb=f"{kind}.map",
            why=request.POST.get("why", ""),
        )
    except ValueError as error:
        messages.error(request, _("Nothing was saved: %(reason)s") % {"reason": error})
        return redirect(_back(request, access, table_name))
    return _answered(request, access, table_name, result)


@client_page()
@require_POST
def accept(request: HttpRequest, access: Access, table_name: str) -> HttpResponse:
    """Take what is proposed for the ticked lines, as one act."""
    known, shop = _table(table_name), _shop(request, access.client)
    ticked = set(request.POST.getlist("lines"))
    lines = [line for line in _lines(known, access.client, shop) if f"{line.kind}:{line.key}" in ticked]
    try:
        wanted = proposed(access.client, lines)
        act = choose(access.client, wanted, by=access.user, verb="mapping.accept") if wanted else None
    except (ChoiceRefused, ValueError) as error:
        messages.error(request, _("Nothing was saved: %(reason)s") % {"reason": error})
        return redirect(_back(request, access, table_name))
    return _answered(request, access, table_name, act)


@client_page()
@require_POST
def differ(request: HttpRequest, access: Access, table_name: str) -> HttpResponse:
    """A spelling that looks like another one is a value, or a brand, of its own."""
    known, shop = _table(table_name), _shop(request, access.client)
    named = request.POST.get("line", "")
    line = next((one for one in _lines(known, access.client, shop) if f"{one.kind}:{one.key}" == named), None)
    if line is None or line.state != "twin":
        messages.info(request, _("Somebody has decided about this line already."))
        return redirect(_back(request, access, table_name))
    added = {"distinct": True} if line.kind == "value" else {"name": line.label}
    place = (line.kind, line.key)
    act = choose(access.client, _with(access.client, {place: added}), by=access.user, verb=f"{line.kind}.map")
    return _answered(request, access, table_name, act)


def proposed(client: Client, lines: list[Line]) -> dict[Place, ChoiceValue | None]:
    """What these lines propose, on top of what was chosen about them."""
    return _with(client, {(line.kind, line.key): line.proposal for line in lines if line.proposal})


def _with(client: Client, added: Mapping[Place, Mapping[str, Any]]) -> dict[Place, ChoiceValue | None]:
    keys = [key for _kind, key in added]
    rows = Choice.objects.filter(client=client, key__in=keys).values_list("kind", "key", "value")
    known = {(kind, key): value for kind, key, value in rows}
    return {place: CHOICE_KINDS[place[0]].load({**known.get(place, {}), **fields}) for place, fields in added.items()}


def _lines(table: MappingTable, client: Client, shop: ShopConnection | None) -> Sequence[Line]:
    return covered(table, client, shop, categories_of(shop) if table.of_a_shop and shop else {}).lines


def _fits(line: Line, state: str, find: str) -> bool:
    return (not state or line.state == state) and (not find or find.casefold() in line.label.casefold())


def _table(name: str) -> MappingTable:
    if name not in TABLES:
        raise Http404
    return TABLES[name]


def _shop(request: HttpRequest, client: Client) -> ShopConnection | None:
    """The shop that the address names, or the client's first one."""
    shops = list(client.shops.filter(active=True))
    wanted = request.POST.get("shop") or request.GET.get("shop", "")
    return next((shop for shop in shops if str(shop.pk) == wanted), shops[0] if shops else None)


def _answered(request: HttpRequest, access: Access, table_name: str, result: ChoiceAct | Clash | None) -> HttpResponse:
    """Back to the table, with what was done and its undo, or with what stood in the way."""
    back = _back(request, access, table_name)
    match result:
        case ChoiceAct():
            return redirect(with_done(back, result))
        case Clash():
            messages.warning(request, clash_sentence(result))
        case None:
            messages.info(request, _("It was so already: nothing was changed."))
    return redirect(back)


def _back(request: HttpRequest, access: Access, table_name: str) -> str:
    return came_from(request, reverse("pages:mapping-table", args=[access.client.slug, table_name]))
