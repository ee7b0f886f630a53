"""The client's catalogue: the list of products, and one product with everything known about it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mapping.models import Category, Product
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.bulk_acts import BULK_ACTS
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.kept import kept_lines
from sync_portal.pages.paging import page_of
from sync_portal.pages.product_facts import shop_links
from sync_portal.pages.product_filters import ProductFilter, sorted_by
from sync_portal.pages.product_history import of_it
from sync_portal.pages.product_list import PAGE_SIZES, catalogue, headings, known_sort, page_size, rows
from sync_portal.pages.product_saving import next_run
from sync_portal.pages.product_tabs import bindings_of, facts, tabs
from sync_portal.pages.questions import questions
from sync_portal.pages.sentences import flow_label
from sync_portal.pages.telling import done_context
from sync_portal.sync.decisions import open_for
from sync_portal.sync.history import unfinished
from sync_portal.sync.jobs import QueueBusy, resync_product
from sync_portal.sync.kept import kept_for
from sync_portal.sync.models import Decision, Run


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """Search and filter the catalogue."""
    categories = list(Category.objects.filter(client=access.client))
    products = ProductFilter(
        request.GET, queryset=catalogue(access.client), client=access.client, categories=categories
    )
    sort, size = known_sort(request.GET.get("sort", "")), page_size(request.GET.get("size", ""))
    page = page_of(request, sorted_by(products.qs, sort), size)
    counts = Product.objects.filter(client=access.client).aggregate(
        all=Count("pk"),
        ready=Count("pk", Q(readiness="ready")),
        held=Count("pk", Q(readiness="held")),
        out=Count("pk", Q(readiness="out")),
    )
    return render_page(
        request,
        access,
        "products/index.html",
        "products",
        catalogue_tabs=catalogue_tabs(access.client),
        filter=products,
        page=page,
        rows=rows(access.client, list(page.object_list)),
        headings=headings(sort or "reference"),
        counts=counts,
        size=size,
        sizes=PAGE_SIZES,
        acts=BULK_ACTS.values(),
        query=request.GET.urlencode(),
        **done_context(request, access.client),
    )


@client_page()
@require_safe
def page(request: HttpRequest, access: Access, product_id: int) -> HttpResponse:
    """One product: what the shop gets and why."""
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    return product_page(request, access, product)


def product_page(
    request: HttpRequest, access: Access, product: Product, *, tab: str = "", wrong: dict[str, str] | None = None
) -> HttpResponse:
    """One tab of the product; ``wrong``: the field that could not be saved, its value, and why."""
    shown = tabs(product, product.combinations.count(), product.images.filter(position__gt=0).count())
    asked = tab or request.GET.get("tab", "")
    current = asked if asked in {one.name for one in shown} else "overview"
    context = {
        "product": product,
        "tabs": shown,
        "tab": current,
        "tab_template": f"products/_{'photo_tab' if current == 'photos' else current}.html",
        "links": shop_links(list(bindings_of(product))),
        "cards": questions(access.client, _decisions(product)),
        "kept_lines": kept_lines(access.client, kept_for(access.client).filter(of_it(product))),
        "under_way": _under_way(product),
        "next": next_run(access.client),
        "wrong": wrong or {},
    }
    more = facts(request, access, product, current) | done_context(request, access.client)
    return render_page(request, access, "products/product.html", "products", **(context | more))


@client_page(may_run=True)
@require_POST
def resync(request: HttpRequest, access: Access, product_id: int) -> HttpResponse:
    """Compare the product with what the shop holds now and send what differs, with everything that belongs to it."""
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    try:
        runs = resync_product(access.client, product.key, user=access.user)
    except QueueBusy:
        text = _(
            "A run waits that does exactly what somebody chose: nothing can be added to it. Ask again in a moment."
        )
        messages.warning(request, text)
        return redirect("pages:product", access.client.slug, product.pk)
    flows = ", ".join(flow_label(run.flow) for run in runs)
    text = _("Asked for: %(flows)s. The changes appear in the history, or nothing if all is right.") % {"flows": flows}
    messages.success(request, text)
    return redirect("pages:product", access.client.slug, product.pk)


def _decisions(product: Product) -> QuerySet[Decision]:
    """The open questions about the product and its parts."""
    rows: QuerySet[Decision] = open_for(product.client)
    return rows.filter(of_it(product))


def _under_way(product: Product) -> QuerySet[Run]:
    """Runs that were asked for this product and are not over."""
    return Run.objects.filter(unfinished(), client=product.client, scope__product=product.key)
