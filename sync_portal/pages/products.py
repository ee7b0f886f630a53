"""The client's catalogue: the list of products, and one product with everything known about it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client
from mapping.models import Binding, Category, CustomerGroup, Product, ProductImage, ShopCustomer, SpecificPrice
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.causes import tell
from sync_portal.pages.differences import change_rows
from sync_portal.pages.filters import ProductFilter
from sync_portal.pages.paging import page_of
from sync_portal.pages.product_facts import combination_grid, fields_of, price_lines, shop_links
from sync_portal.pages.questions import questions
from sync_portal.pages.sentences import flow_label
from sync_portal.sync.decisions import OF_A_PRODUCT, open_for
from sync_portal.sync.history import unfinished
from sync_portal.sync.jobs import QueueBusy, resync_product
from sync_portal.sync.models import Change, Decision, Run

PRODUCTS_PER_PAGE = 50
CHANGES_SHOWN = 10


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """Search and filter the catalogue."""
    categories = list(Category.objects.filter(client=access.client))
    products = ProductFilter(request.GET, queryset=_products(access.client), categories=categories)
    page = page_of(request, products.qs, PRODUCTS_PER_PAGE)
    counts = Product.objects.filter(client=access.client).aggregate(
        all=Count("pk"),
        ready=Count("pk", Q(readiness="ready")),
        held=Count("pk", Q(readiness="held")),
        out=Count("pk", Q(readiness="out")),
    )
    return render_page(request, access, "products/index.html", "products", filter=products, page=page, counts=counts)


@client_page()
@require_safe
def page(request: HttpRequest, access: Access, product_id: int) -> HttpResponse:
    """One product: what the shop gets and why."""
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    combinations = list(product.combinations.all())
    bindings = list(_bindings(product).select_related("shop"))
    changes = _changes(product)[:CHANGES_SHOWN]
    return render_page(
        request,
        access,
        "products/product.html",
        "products",
        product=product,
        fields=fields_of(product),
        combinations=combinations,
        grid=combination_grid(combinations),
        prices=price_lines(list(product.specific_prices.all()), *_who(access.client, product), combinations),
        images=product.images.all(),
        links=shop_links(bindings),
        problems=[tell(problem["cause"], problem.get("facts")) for problem in product.problems],
        rows=change_rows(access.client, changes),
        cards=questions(access.client, _decisions(product)),
        under_way=_under_way(product),
    )


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
    text = _("Asked for: %(flows)s. The changes appear below, or nothing if all is right.") % {"flows": flows}
    messages.success(request, text)
    return redirect("pages:product", access.client.slug, product.pk)


def _decisions(product: Product) -> QuerySet[Decision]:
    """The open questions about the product and its parts."""
    rows: QuerySet[Decision] = open_for(product.client)
    return rows.filter(_of_it(product))


def _of_it(product: Product) -> Q:
    """What is kept about the product itself, and about its combinations, prices and photos."""
    own = Q(key=product.key, kind__in=["products", "stock"])
    return own | Q(key__startswith=f"{product.key}|", kind__in=OF_A_PRODUCT)


def _under_way(product: Product) -> QuerySet[Run]:
    """Runs that were asked for this product and are not over."""
    return Run.objects.filter(unfinished(), client=product.client, scope__product=product.key)


def _products(client: Client) -> QuerySet[Product]:
    photos = Prefetch("images", ProductImage.objects.exclude(file=""), to_attr="photos")
    products = Product.objects.filter(client=client).annotate(combination_count=Count("combinations", distinct=True))
    return products.prefetch_related(photos).order_by("reference", "pk")


def _bindings(product: Product) -> QuerySet[Binding]:
    return Binding.objects.filter(
        shop__client=product.client, kind="products", key=product.key, remote_id__isnull=False
    ).order_by("shop__position")


def _changes(product: Product) -> QuerySet[Change]:
    """What runs did to the product and to its parts, newest first."""
    return (
        Change.objects.filter(_of_it(product), run__client=product.client, run__preview=False)
        .select_related("run")
        .order_by("-id")
    )


def _who(client: Client, product: Product) -> tuple[dict[str, CustomerGroup], dict[str, ShopCustomer]]:
    prices: QuerySet[SpecificPrice] = product.specific_prices.all()
    groups = {group.key: group for group in CustomerGroup.objects.filter(client=client)}
    accounts = prices.exclude(customer_key="").values_list("customer_key", flat=True)
    customers = ShopCustomer.objects.filter(client=client, key__in=accounts)
    return groups, {customer.key: customer for customer in customers}
