"""Stock that moved in the shop: each order takes some, and people edit it. Nobody is asked.

What the shop holds becomes what is known of it; the next run of the stock flow puts right what is not as wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from connectors.prestashop.xml import Entity
from mapping.models import Binding
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.local import held_as
from sync_portal.sync.resolver import Resolver

STOCK = KINDS["stock"]
QUANTITY = "quantity"


def note(resolver: Resolver, rows: Sequence[Binding], held: Mapping[int | None, Entity]) -> int:
    """Keep what the shop holds of these stocks; returns how many are not as they were confirmed.

    A stock that a run wrote since its row was read is left: that run knows better.
    """
    moved = 0
    for row in rows:
        entity = held.get(row.remote_id)
        if entity is None or QUANTITY not in row.confirmed:
            continue
        found = held_as(resolver, STOCK, QUANTITY, row.confirmed[QUANTITY], entity)
        if found == row.confirmed[QUANTITY]:
            continue
        known = {**row.confirmed, QUANTITY: found}
        now = timezone.now()
        if Binding.objects.filter(pk=row.pk, confirmed_at=row.confirmed_at).update(confirmed=known, confirmed_at=now):
            row.confirmed, row.confirmed_at = known, now
            moved += 1
    return moved
