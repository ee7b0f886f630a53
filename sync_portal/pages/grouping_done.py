"""What was just done with groups, said with its undo: the act travels in the address as `?done=`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.models import Client
from mapping.choices.groups import GROUP
from mapping.models import ChoiceAct
from sync_portal.pages.labels import verb_label
from sync_portal.pages.product_saving import next_run

NAMED = 3


@dataclass(frozen=True, slots=True)
class Done:
    """An act that can still be undone."""

    act: int
    sentence: str
    next: str
    """When it goes out to the shop."""


def with_done(target: str, act: ChoiceAct | None) -> str:
    """The address with the act that is to be told there; the one told before goes."""
    parts = urlsplit(target)
    asked = QueryDict(parts.query, mutable=True)
    asked.pop("done", None)
    if act is not None:
        asked["done"] = str(act.pk)
    return urlunsplit(parts._replace(query=asked.urlencode()))


def done_of(request: HttpRequest, client: Client) -> Done | None:
    """The act that the address tells of, unless it is another client's or undone already."""
    number = request.GET.get("done", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    act = ChoiceAct.objects.filter(client=client, pk=int(number), undone_by=None).first()
    return Done(act.pk, done_sentence(act), next_run(client).sentence) if act else None


def done_sentence(act: ChoiceAct) -> str:
    """``Groupe scindé : POLO-L``; of many groups the first ones are named."""
    anchors = list(act.changes.filter(kind=GROUP.name).order_by("pk").values_list("key", flat=True))
    done = verb_label(act.verb)
    if act.verb == "group.approve":
        done = ngettext("%(count)s group approved", "%(count)s groups approved", len(anchors)) % {"count": len(anchors)}
    told = {"done": done, "groups": ", ".join(anchors[:NAMED]), "count": len(anchors) - NAMED}
    if len(anchors) > NAMED:
        return _("%(done)s: %(groups)s and %(count)s more.") % told
    return _("%(done)s: %(groups)s.") % told
