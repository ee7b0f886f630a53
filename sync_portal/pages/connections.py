"""What the portal knows of the two systems, read only: what was found, what it can do, when it was last asked."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from connectors.models import Client, SageConnection
from connectors.sage.capabilities import Capabilities
from sync_portal.pages.access import Access, client_page, render_page

_LABELS: dict[str, Promise] = {
    "version": gettext_lazy("Version of Sage 100"),
    "free_fields": gettext_lazy("Free fields of %(table)s"),
    "name_length": gettext_lazy("Names of accounts"),
    "piece_length": gettext_lazy("Document numbers"),
    "external_reference": gettext_lazy("The shop's order number has its own field"),
    "totals": gettext_lazy("Documents keep their totals"),
    "hash": gettext_lazy("Documents are sealed"),
    "modification_type": gettext_lazy("Dates of modification"),
    "lock_right": gettext_lazy("The user may ask for Sage's record locks"),
}
"""The codes of `Capabilities.describe`."""

_VERSIONS: dict[str, Promise] = {
    "v10_or_later": gettext_lazy("10 or later"),
    "after_100c_v3": gettext_lazy("100c, after v3"),
    "100c_v3_or_later": gettext_lazy("100c v3 or later"),
    "100c_v1_or_v2": gettext_lazy("100c v1 or v2"),
    "i7_v8": gettext_lazy("i7 v8"),
    "i7_7_70": gettext_lazy("i7 7.70"),
    "i7_v7": gettext_lazy("i7 v7"),
    "v16_or_earlier": gettext_lazy("16 or earlier"),
}
"""What the columns of the base tell of its version."""


@client_page()
@require_safe
def summary(request: HttpRequest, access: Access) -> HttpResponse:
    """For agency staff and administrators: the page names servers and users."""
    if not access.sees_detail:
        raise PermissionDenied
    sage = _sage(access.client)
    known = Q(bindings__remote_id__isnull=False)
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
    """What was last found in the Sage base, as label and value; empty while nobody looked."""
    if sage is None or not sage.capabilities:
        return []
    lines = Capabilities.from_json(sage.capabilities).describe()
    return [(str(_LABELS[code]) % facts, _value(code, facts)) for code, facts in lines if code in _LABELS]


def _value(code: str, facts: Mapping[str, str]) -> str:
    match code:
        case "version":
            return str(_VERSIONS.get(facts["version"], facts["version"]))
        case "free_fields":
            return facts["names"]
        case "name_length" | "piece_length":
            return _("%(length)s characters") % facts
        case "modification_type":
            return facts["type"]
    return _("yes") if facts["present"] == "yes" else _("no")
