"""The flow `quality`: Sage's articles looked at before anything is published. The shop is not asked, nothing is written
to it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from connectors.connections import media_paths
from mapping import findings, loading, suggestions
from mapping.rules import ShopRules
from sync_portal.sync import collect
from sync_portal.sync.context import RunContext
from sync_portal.sync.flows import get_flow
from sync_portal.sync.mistakes import is_a_mistake
from sync_portal.sync.underived import Underived

NO_LIMIT = 0
"""Fewer rows than last time are no danger here: nothing is published."""


def check(context: RunContext) -> None:
    """Read, propose groups, then look at every article. A client without a shop is judged by the default rules."""
    client = context.client
    shop = client.shops.filter(active=True).first()
    rules = ShopRules() if shop is None else context.rules(shop)
    read_up_to = collect.collect(context, get_flow(context.run.flow).streams, min_rows_percent=NO_LIMIT)
    now = timezone.now()
    context.step("grouping")
    suggestions.refresh(client, rules, now=now)
    total = len(loading.all_articles(client))
    context.step("quality", total)
    _kept, failed = findings.refresh(
        client,
        rules,
        shop=shop.name if shop else "",
        paths=media_paths(client),
        today=timezone.localdate(timezone=ZoneInfo(client.time_zone)),
        now=now,
        is_a_mistake=is_a_mistake,
        beat=lambda done: context.progress(min(done, total)),
    )
    if failed and shop is not None:
        Underived(context, shop, None).tell("products", failed)
    context.count(unchanged=total - len(failed))
    collect.advance(context, read_up_to)
