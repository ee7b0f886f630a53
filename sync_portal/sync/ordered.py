"""What a run knows of the shops' orders beside what is in Sage: which ones Sage counts by now, and the newest ones."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from connectors.models import ShopConnection
from mapping import ordering
from sync_portal.sync import collect
from sync_portal.sync.context import RunContext
from sync_portal.sync.flows import Flow

_TIMES = 3
LookAhead = Callable[[RunContext, ShopConnection], bool]
"""Finds orders that came since the last import, in all shops; raises only what the given shop answers."""
_LOOKS_AHEAD: list[LookAhead] = []
"""One, given by the layer above, which knows orders."""


def register_look_ahead(look: LookAhead) -> None:
    _LOOKS_AHEAD[:] = [look]


def look_ahead(context: RunContext, flow: Flow, shop: ShopConnection) -> bool:
    """Whether anything was asked: what is to be looked at may be more now. Once per run."""
    if not flow.minds_orders or context.looked_ahead:
        return False
    context.looked_ahead = True
    return any(look(context, shop) for look in _LOOKS_AHEAD)


def settle(context: RunContext, flow: Flow) -> None:
    """Forget the orders that Sage's stock counts, when this run has read it.

    One that was imported while it was being read may be in it or not: then it is read once more.
    """
    if not set(ordering.STOCK_STREAMS).issubset(flow.streams):
        return
    since = context.began_at
    for _time in range(_TIMES):
        if ordering.settle(context.client, read_since=since):
            return
        since = timezone.now()
        # Less than was there a moment ago is no sign of anything: the first reading has passed that brake.
        collect.collect(context, ordering.STOCK_STREAMS, min_rows_percent=0)
    ordering.settle(context.client, read_since=since)
