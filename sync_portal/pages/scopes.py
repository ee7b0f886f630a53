"""What a run is limited to, in words, and how runs hang together."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sync_portal.orders.models import LedgerOrder
from sync_portal.pages.labels import field_label
from sync_portal.sync.models import Run


@dataclass(frozen=True, slots=True)
class About:
    """What a run is about, when that is less than the whole flow; `run_id` is the run it goes back to."""

    text: str
    run_id: int | None = None


def about(run: Run) -> About | None:
    """The run's scope in words; None for the whole flow."""
    scope = run.scope
    if "product" in scope:
        return About(_("Only the product %(product)s, compared with what the shop holds now") % scope)
    if "plan" in scope:
        return About(_applied(scope.get("changes") or [], scope.get("fields") or []), scope["plan"])
    if "undo" in scope:
        return About(_("Puts back what was written by run %(run)s") % {"run": scope["undo"]}, scope["undo"])
    if "retry" in scope:
        return About(_("Only what was refused in run %(run)s") % {"run": scope["retry"]}, scope["retry"])
    if "orders" in scope:
        return About(_of_orders(scope["orders"]))
    return About(_("Everything derived anew")) if scope.get("full") else None


def _of_orders(rows: list[int]) -> str:
    names = list(LedgerOrder.objects.filter(pk__in=rows).order_by("pk").values_list("reference", flat=True))
    text = ngettext(
        "Only the order %(orders)s, examined again", "Only the orders %(orders)s, examined again", len(names)
    )
    return text % {"orders": ", ".join(names)}


def _applied(changes: list[int], fields: list[str]) -> str:
    if fields:
        return _("From a preview, these fields only: %(fields)s") % {"fields": ", ".join(map(field_label, fields))}
    if changes:
        text = ngettext("%(count)s line chosen in a preview", "%(count)s lines chosen in a preview", len(changes))
        return text % {"count": len(changes)}
    return _("A preview, applied whole")


@dataclass(frozen=True, slots=True)
class Follower:
    """A run that came out of another one, and how that one tells it."""

    run: Run
    text: str


def followers(run: Run) -> list[Follower]:
    """The runs that came out of this one: it was applied, undone, tried again."""
    later = Run.objects.filter(client=run.client_id, flow=run.flow, pk__gt=run.pk)
    found = later.filter(Q(scope__plan=run.pk) | Q(scope__undo=run.pk) | Q(scope__retry=run.pk)).order_by("pk")
    return [Follower(one, _follows(one)) for one in found]


def _follows(run: Run) -> str:
    if "undo" in run.scope:
        return _("To be undone by") if not run.written else _("Undone by")
    return _("Tried again by") if "retry" in run.scope else _("Applied by")
