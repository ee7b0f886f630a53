"""What the portal knows of the two systems: what was found, what the key lacks; and a test on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client, SageConnection
from connectors.prestashop import words as shop_words
from connectors.sage import words as sage_words
from connectors.sage.capabilities import Capabilities
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.causes import tell
from sync_portal.pages.labels import STREAMS
from sync_portal.sync.causes import CauseText
from sync_portal.sync.connection_check import Checked, check_client


@dataclass(frozen=True, slots=True)
class Right:
    """Whether the key may do what one flow needs, in a sentence."""

    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Tested:
    """One connection after its test, in words."""

    name: str
    ok: bool
    cause: CauseText | None
    sentences: list[str] = field(default_factory=list)
    """What was found in the shop."""
    rights: list[Right] = field(default_factory=list)
    """Of the shop's key, flow by flow."""
    counts: list[tuple[str, int]] = field(default_factory=list)
    """Of Sage: what kind of record, how many."""


@client_page()
@require_safe
def summary(request: HttpRequest, access: Access) -> HttpResponse:
    """For agency staff and administrators: the page names servers and users."""
    if not access.sees_detail:
        raise PermissionDenied
    return _page(request, access, [])


@client_page(may_run=True)
@require_POST
def test(request: HttpRequest, access: Access) -> HttpResponse:
    """Ask both systems now, and say what was found; the connections' own time limits apply."""
    return _page(request, access, [tested(checked) for checked in check_client(access.client)])


def _page(request: HttpRequest, access: Access, results: Sequence[Tested]) -> HttpResponse:
    by_name = {result.name: result for result in results}
    sage = _sage(access.client)
    known = Q(bindings__remote_id__isnull=False)
    shops = access.client.shops.annotate(
        product_count=Count("bindings", known & Q(bindings__kind="products")),
        confirmed_at=Max("bindings__confirmed_at"),
    )
    return render_page(
        request,
        access,
        "connections/summary.html",
        "connections",
        sage=sage,
        found=_found(sage),
        sage_result=by_name.get("Sage"),
        shops=[(shop, by_name.get(shop.name)) for shop in shops],
    )


def tested(checked: Checked) -> Tested:
    """The result of a test in the current language."""
    cause = tell(checked.cause, checked.facts) if checked.cause else None
    told: list[dict[str, Any]] = checked.found.get("told", [])
    records: Mapping[str, int] = checked.found.get("records", {})
    return Tested(
        name=checked.name,
        ok=checked.ok,
        cause=cause,
        sentences=[_sentence(one) for one in told if one["code"] not in _RIGHTS],
        rights=[Right(one["code"] == "flow_ready", _sentence(one)) for one in told if one["code"] in _RIGHTS],
        counts=[(str(label), records[name]) for name, label in STREAMS.items() if name in records],
    )


_RIGHTS = {"flow_ready", "rights_missing"}


def _sentence(told: Mapping[str, Any]) -> str:
    return shop_words.sentence(told["code"], told["facts"], get_language() or "en")


def _sage(client: Client) -> SageConnection | None:
    try:
        return client.sage
    except ObjectDoesNotExist:
        return None


def _found(sage: SageConnection | None) -> list[str]:
    """What was last found in the Sage base, in sentences; empty while nobody looked."""
    if sage is None or not sage.capabilities:
        return []
    language = get_language() or "en"
    described = Capabilities.from_json(sage.capabilities).describe()
    return [sage_words.sentence(code, facts, language) for code, facts in described]
