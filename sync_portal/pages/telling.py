"""What a person has just done, told at the head of the page it leads back to (`?done=`), with its undo."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from connectors.models import Client
from mapping.models import ChoiceAct
from sync_portal.pages.choice_words import act_row
from sync_portal.pages.product_saving import next_run

LONGEST_ID = 18
"""Digits that every database takes."""


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page the form names as `next`, as far as it is one of ours."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else otherwise


def with_done(target: str, act: ChoiceAct | None) -> str:
    """The address with the act that is to be told there; the one told before goes."""
    parts = urlsplit(target)
    asked = QueryDict(parts.query, mutable=True)
    asked.pop("done", None)
    if act is not None:
        asked["done"] = str(act.pk)
    return urlunsplit(parts._replace(query=asked.urlencode()))


def act_told(request: HttpRequest, client: Client) -> ChoiceAct | None:
    """The act that the address tells of, unless it is another client's."""
    number = request.GET.get("done", "")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_ID):
        return None
    return ChoiceAct.objects.select_related("by", "undone_by").filter(client=client, pk=int(number)).first()


def done_context(request: HttpRequest, client: Client) -> dict[str, object]:
    """What `products/_done.html` shows; nothing when the address tells of no act."""
    act = act_told(request, client)
    if act is None:
        return {}
    return {"done": act_row(act, {}, []), "done_count": act.changes.count(), "next": next_run(client)}
