"""The ledger's questions and its one button: what pages and commands ask of the orders of a client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from connectors.models import Client, ShopConnection
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.sync import scope as scopes
from sync_portal.sync.models import Change, ChangeState

WAITING = (OrderState.SEEN, OrderState.WRITING)
"""Examined at every run until they are in Sage or held."""
LEFT = (ChangeState.HELD, ChangeState.LATER, ChangeState.REJECTED)
"""Lines of a run whose orders are to be examined again when a person retries the run."""

PROOF_LABELS: Mapping[str, Any] = {
    "products": _("Products incl. tax: the shop's total, the sum of the lines"),
    "vouchers": _("Vouchers: the shop's total, the sum of the vouchers"),
    "total": _("Total incl. tax: the shop's total, products + shipping + wrapping − vouchers"),
    "paid": _("Amount to pay: what the buyer was asked for, the order's total"),
    "vat": _("VAT: the shop's amount, what the rates make"),
    "received": _("Payments: what fits the order, what was received"),
    "sage": _("Total incl. tax: the shop's, the Sage document's"),
}
"""The rows of a stored proof, in words: first amount, second amount."""


def orders_of(client: Client) -> QuerySet[LedgerOrder]:
    """All orders of the client's shops, newest first."""
    return LedgerOrder.objects.filter(shop__client=client).select_related("shop")


def held_orders(client: Client) -> QuerySet[LedgerOrder]:
    """The orders that wait for a person."""
    return orders_of(client).filter(state=OrderState.HELD)


def held_by_cause(client: Client) -> dict[str, int]:
    """Cause code -> number of held orders, most frequent first."""
    rows = held_orders(client).order_by().values("cause").annotate(orders=Count("id")).order_by("-orders", "cause")
    return {row["cause"]: row["orders"] for row in rows}


def counts_of(client: Client) -> dict[str, int]:
    """State -> number of orders; every state is named."""
    rows = LedgerOrder.objects.filter(shop__client=client).order_by().values("state").annotate(orders=Count("id"))
    return dict.fromkeys(OrderState.values, 0) | {row["state"]: row["orders"] for row in rows}


def waiting_ids(shop: ShopConnection, *, rules_fingerprint: str) -> list[int]:
    """Shop ids of the orders to examine again whatever the shop says: not finished, or held under other rules."""
    mine = LedgerOrder.objects.filter(shop=shop)
    held = mine.filter(state=OrderState.HELD).exclude(rules_fingerprint=rules_fingerprint).exclude(cause="orders.gone")
    unfinished = mine.filter(state__in=WAITING)
    return sorted({*held.values_list("shop_order_id", flat=True), *unfinished.values_list("shop_order_id", flat=True)})


def chosen_orders(scope: dict[str, Any]) -> Mapping[int, set[int]] | None:
    """The orders that a run is limited to, those that are in Sage by now left out: shop -> its ids; None when it is not
    limited.

    Named by a person, chosen of a preview, or what an earlier run held or left to be tried again.

    Raises:
        PlanExpired: the preview is too old.
    """
    places: Iterable[tuple[int | None, int | str]]
    if "orders" in scope:
        places = LedgerOrder.objects.filter(pk__in=scope["orders"]).values_list("shop", "shop_order_id")
    elif "retry" in scope:
        left = Change.objects.filter(run=scope["retry"], kind="orders", state__in=LEFT)
        places = left.values_list("shop", "key")
    elif "plan" in scope:
        scopes.check_age(scope)
        places = [(one.shop_id, one.key) for part in scopes.chosen_parts(scope) for one in part]
    else:
        return None
    chosen: dict[int, set[int]] = defaultdict(set)
    for shop, number in places:
        chosen[shop or 0].add(int(number))
    for shop, ids in chosen.items():
        imported = LedgerOrder.objects.filter(shop=shop, state=OrderState.IMPORTED)
        ids.difference_update(imported.values_list("shop_order_id", flat=True))
    return chosen


def last_order_id(shop: ShopConnection) -> int:
    """The highest order id known, 0 before the first poll."""
    newest = LedgerOrder.objects.filter(shop=shop).order_by("-shop_order_id").values_list("shop_order_id", flat=True)
    return newest.first() or 0


def retry_order(order: LedgerOrder) -> bool:
    """Back to "received": the next run examines it again. False when it was not held (somebody was faster)."""
    held = LedgerOrder.objects.filter(pk=order.pk, state=OrderState.HELD)
    return held.update(state=OrderState.SEEN, cause="", facts={}, detail="") == 1


def retry_cause(client: Client, cause: str) -> int:
    """Every order held by this cause back to "received"; how many there were."""
    return LedgerOrder.objects.filter(shop__client=client, state=OrderState.HELD, cause=cause).update(
        state=OrderState.SEEN, cause="", facts={}, detail=""
    )
