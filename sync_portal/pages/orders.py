"""The shop's orders on their way into Sage."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sync_portal.orders.ledger import orders_of, retry_order
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.causes import tell
from sync_portal.pages.filters import OrderFilter
from sync_portal.pages.order_proof import proof_table
from sync_portal.pages.paging import page_of
from sync_portal.sync.jobs import request_run
from sync_portal.sync.models import Run, Trigger

ORDERS_PER_PAGE = 50


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """All orders; what is held carries its cause."""
    orders = OrderFilter(request.GET, queryset=orders_of(access.client))
    page = page_of(request, orders.qs, ORDERS_PER_PAGE)
    rows = [(order, tell(order.cause, order.facts) if order.cause else None) for order in page]
    last = Run.objects.filter(client=access.client, flow="orders", ended_at__isnull=False).first()
    return render_page(
        request, access, "orders/index.html", "orders", filter=orders, page=page, rows=rows, last_run=last
    )


@client_page()
@require_safe
def page(request: HttpRequest, access: Access, order_id: int) -> HttpResponse:
    """One order, with the proof that no cent was lost."""
    order = get_object_or_404(orders_of(access.client), pk=order_id)
    cause = tell(order.cause, order.facts) if order.cause else None
    return render_page(
        request, access, "orders/order.html", "orders", order=order, cause=cause, proof=proof_table(order.proof)
    )


@client_page()
@require_POST
def retry(request: HttpRequest, access: Access, order_id: int) -> HttpResponse:
    """Have a held order examined again, now. Sales staff may: most causes are theirs to mend."""
    order = get_object_or_404(orders_of(access.client), pk=order_id)
    if not retry_order(order):
        messages.info(request, _("Order %(reference)s is not held any more.") % {"reference": order.reference})
        return redirect("pages:order", access.client.slug, order.pk)
    run = request_run(access.client, "orders", trigger=Trigger.RETRY, user=access.user, scope={"orders": [order.pk]})
    return redirect("pages:run", access.client.slug, run.pk)
