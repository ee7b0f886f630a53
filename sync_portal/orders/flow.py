"""The flow "orders": the shops' orders become Sage documents."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from connectors.errors import RetryableError
from sync_portal.orders import ledger
from sync_portal.orders.causes import CAUSES
from sync_portal.orders.holding import look_ahead
from sync_portal.orders.importer import ShopImport
from sync_portal.orders.lookups import STREAMS_READ
from sync_portal.sync import causes, collect
from sync_portal.sync.context import RunContext
from sync_portal.sync.flows import Flow, register
from sync_portal.sync.ordered import register_look_ahead


def import_orders(context: RunContext) -> None:
    """Read what orders refer to in Sage, then import shop after shop; or examine the orders that a person chose.

    Raises:
        ConfigurationError: writing into Sage is switched off, a right is missing, ...: the whole run stops.
        RetryableError: Sage or the shop went away; what was done is kept, the rest waits in the ledger.
    """
    imports = [ShopImport(context, shop) for shop in context.shops()]
    chosen = ledger.chosen_orders(context.run.scope)
    share = max(one.rules.brakes.min_rows_percent for one in imports)
    read_up_to = collect.collect(context, STREAMS_READ, min_rows_percent=share)
    _run_all(imports, chosen)
    if not context.preview:
        collect.advance(context, read_up_to)


def _run_all(imports: list[ShopImport], chosen: Mapping[int, set[int]] | None) -> None:
    """A shop that is away does not keep the others waiting; the run says so in the end."""
    failures = []
    for one in imports:
        try:
            if chosen is None:
                one.run()
            elif one.shop.pk in chosen:
                one.examine(chosen[one.shop.pk])
        except RetryableError as error:
            failures.append(error)
    if failures:
        raise failures[0]


causes.register(CAUSES)
register_look_ahead(look_ahead)
register(
    Flow(
        name="orders",
        label=_("Orders"),
        icon="shopping-cart",
        lane="fast",
        promise_minutes=15,
        streams=STREAMS_READ,
        run=import_orders,
    )
)
