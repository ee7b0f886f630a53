"""What was just done with groups, said with its undo: the act travels in the address as `?done=`."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.models import Client
from mapping.choices.groups import GROUP
from mapping.models import ChoiceAct
from sync_portal.pages.labels import verb_label
from sync_portal.pages.product_saving import next_run
from sync_portal.pages.telling import act_told

NAMED = 3


@dataclass(frozen=True, slots=True)
class Done:
    """An act that can still be undone."""

    act: int
    sentence: str
    next: str
    """When it goes out to the shop."""


def done_of(request: HttpRequest, client: Client) -> Done | None:
    """The act that the address tells of, unless it is another client's or undone already."""
    act = act_told(request, client)
    if act is None or hasattr(act, "undone_by"):
        return None
    return Done(act.pk, done_sentence(act), next_run(client).sentence)


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
