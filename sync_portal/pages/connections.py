"""What the portal knows of the two systems, read only: what was found, what it can do, when it was last asked."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from connectors.models import Client, SageConnection
from sync_portal.pages.access import Access, client_page, render_page


@client_page()
@require_safe
def summary(request: HttpRequest, access: Access) -> HttpResponse:
    """For agency staff and administrators: the page names servers and users."""
    if not access.sees_detail:
        raise PermissionDenied
    sage = _sage(access.client)
    known = Q(bindings__shop_id__isnull=False)
    shops = access.client.shops.annotate(
        product_count=Count("bindings", known & Q(bindings__kind="products")),
        confirmed_at=Max("bindings__confirmed_at"),
    )
    return render_page(
        request, access, "connections/summary.html", "connections", sage=sage, found=_found(sage), shops=shops
    )


def _sage(client: Client) -> SageConnection | None:
    try:
        return client.sage
    except ObjectDoesNotExist:
        return None


def _found(sage: SageConnection | None) -> list[tuple[str, str]]:
    """The probed capabilities as label and value, lists as their length: their content is on no one's mind here."""
    facts = sage.capabilities if sage else {}
    return [(name.replace("_", " "), _as_text(value)) for name, value in sorted(facts.items())]


def _as_text(value: object) -> str:
    return str(len(value)) if isinstance(value, list | dict) else str(value)
