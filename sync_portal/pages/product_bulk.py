"""Acts on many products: what will change is listed first, every line can be left out, and all of it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from connectors.models import Client
from mapping.choosing import ChoiceRefused, choose
from mapping.models import Category, Product
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.bulk_acts import BRAND_LENGTH, BULK_ACTS, FORBIDDEN_IN_BRANDS, BulkAct, places, planned
from sync_portal.pages.numbers import whole
from sync_portal.pages.product_filters import ProductFilter, brand_choices
from sync_portal.pages.product_saving import WHY_LENGTH
from sync_portal.pages.sentences import flow_label
from sync_portal.sync.flows import all_flows
from sync_portal.sync.jobs import QueueBusy, request_run

MOST = 2000
"""Products that one act may take: each of them is listed first."""


@client_page()
@require_POST
def bulk(request: HttpRequest, access: Access) -> HttpResponse:
    """List what an act would change, before anything is changed."""
    if request.POST.get("act") == "resync":
        return _confirm_resync(request, access)
    act = _act(request)
    products = _products(request, access.client)
    if not products:
        messages.error(request, _("Nothing was ticked."))
        return redirect(_list_address(request, access))
    value, error = _value(request, access.client, act)
    ready = not act.needs or (bool(value) and not error)
    lines = planned(access.client, act, value, products) if ready else []
    return render_page(
        request,
        access,
        "products/bulk.html",
        "products",
        act=act,
        value=value,
        error=error,
        ready=ready,
        lines=lines,
        same=len(products) - len(lines),
        total=len(products),
        too_many=_too_many(request, access.client, products),
        most=MOST,
        ids=_joined(products),
        query=request.POST.get("query", ""),
        back=_list_address(request, access),
        categories=Category.objects.filter(client=access.client) if act.needs == "category" else (),
        brands=brand_choices(access.client) if act.needs == "brand" else (),
    )


@client_page()
@require_POST
def apply(request: HttpRequest, access: Access) -> HttpResponse:
    """Do what was listed, without the lines that were left out."""
    act = _act(request)
    left_out = set(request.POST.getlist("without"))
    products = [one for one in _products(request, access.client) if str(one.pk) not in left_out]
    value, error = _value(request, access.client, act)
    if error or (act.needs and not value):
        messages.error(request, error or _("Nothing was chosen."))
        return redirect(_list_address(request, access))
    lines = planned(access.client, act, value, products)
    why = request.POST.get("why", "").strip()[:WHY_LENGTH]
    try:
        done = choose(access.client, places(act, lines), by=access.user, verb=act.verb, why=why)
    except ChoiceRefused as refused:
        messages.error(request, str(refused))
        return redirect(_list_address(request, access))
    if done is None:
        messages.info(request, _("It was so already: nothing was changed."))
        return redirect(_list_address(request, access))
    return redirect(_list_address(request, access, done=done.pk))


@client_page(may_run=True)
@require_POST
def resync(request: HttpRequest, access: Access) -> HttpResponse:
    """Compare these products with what the shop holds now, in every flow that knows products."""
    keys = [product.key for product in _products(request, access.client)]
    if not keys:
        messages.error(request, _("Nothing was ticked."))
        return redirect(_list_address(request, access))
    asked, busy = [], []
    for flow in (flow.name for flow in all_flows() if flow.desires and flow.name != "customers"):
        try:
            request_run(access.client, flow, user=access.user, scope={"refresh": keys})
            asked.append(flow_label(flow))
        except QueueBusy:
            busy.append(flow_label(flow))
    if asked:
        text = ngettext(
            "%(count)s product is compared again with the shop: %(flows)s.",
            "%(count)s products are compared again with the shop: %(flows)s.",
            len(keys),
        )
        messages.success(request, text % {"count": whole(len(keys)), "flows": ", ".join(asked)})
    if busy:
        messages.warning(request, _("Not asked for, ask again in a moment: %(flows)s.") % {"flows": ", ".join(busy)})
    return redirect(_list_address(request, access))


def _confirm_resync(request: HttpRequest, access: Access) -> HttpResponse:
    if not access.may_run:
        raise PermissionDenied
    products = _products(request, access.client)
    if not products:
        messages.error(request, _("Nothing was ticked."))
        return redirect(_list_address(request, access))
    return render_page(
        request,
        access,
        "products/bulk_resync.html",
        "products",
        products=products,
        ids=_joined(products),
        too_many=_too_many(request, access.client, products),
        most=MOST,
        query=request.POST.get("query", ""),
        back=_list_address(request, access),
        flows=[flow.label for flow in all_flows() if flow.desires and flow.name != "customers"],
    )


def _act(request: HttpRequest) -> BulkAct:
    if (act := BULK_ACTS.get(request.POST.get("act", ""))) is None:
        raise Http404("no such act")
    return act


def _products(request: HttpRequest, client: Client) -> list[Product]:
    """Those that were ticked, those that the confirmation named, or all that the filter finds."""
    rows = Product.objects.filter(client=client).order_by("reference", "pk")
    if ids := request.POST.get("ids"):
        return list(rows.filter(pk__in=_numbers(ids.split(",")))[:MOST])
    if request.POST.get("everything"):
        return list(_filtered(request, client).order_by("reference", "pk")[:MOST])
    return list(rows.filter(pk__in=_numbers(request.POST.getlist("products")))[:MOST])


def _filtered(request: HttpRequest, client: Client) -> QuerySet[Product]:
    categories = list(Category.objects.filter(client=client))
    query = QueryDict(request.POST.get("query", ""))
    everything = Product.objects.filter(client=client)
    found: QuerySet[Product] = ProductFilter(query, queryset=everything, client=client, categories=categories).qs
    return found


def _too_many(request: HttpRequest, client: Client, products: Sequence[Product]) -> int:
    """How many the filter finds beyond those that one act may take."""
    if len(products) < MOST or not request.POST.get("everything"):
        return 0
    return int(_filtered(request, client).count()) - len(products)


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _joined(products: Sequence[Product]) -> str:
    return ",".join(str(product.pk) for product in products)


def _value(request: HttpRequest, client: Client, act: BulkAct) -> tuple[str, str]:
    """What the act needs to be told, and what is wrong with it."""
    value = " ".join(request.POST.get("value", "").split())
    if act.needs == "brand":
        if refused := sorted({letter for letter in value if letter in FORBIDDEN_IN_BRANDS}):
            return value, _("The shop refuses %(letters)s in the name of a brand.") % {"letters": " ".join(refused)}
        if len(value) > BRAND_LENGTH:
            return value, _("A brand has %(most)s characters at most; this one has %(length)s.") % {
                "most": BRAND_LENGTH,
                "length": len(value),
            }
    if act.needs == "category" and value and not Category.objects.filter(client=client, key=value).exists():
        return "", _("This category does not exist any more.")
    return value, ""


def _list_address(request: HttpRequest, access: Access, *, done: int | None = None) -> str:
    """The list as it was filtered; `done`: the act to tell there."""
    query = QueryDict(mutable=True)
    for name, values in parse_qs(request.POST.get("query", "")).items():
        if name not in {"page", "done"}:
            query.setlist(name, values)
    if done is not None:
        query["done"] = str(done)
    address = reverse("pages:products", args=[access.client.slug])
    return f"{address}?{query.urlencode()}" if query else address
