"""Reads orders from the shop: which ones moved, and everything about those, in list requests.

A page of orders costs about a dozen requests however many orders it holds; a poll that finds nothing costs two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from connectors.prestashop.filters import After, FilterValue
from connectors.prestashop.reading import Display
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity
from sync_portal.orders.parsing import SHOP_TIME, References, amount, moment_of, number, order_of, tax_ids
from sync_portal.orders.shop_orders import ShopOrder

OVERLAP = timedelta(minutes=10)
"""`>` is strict, the resolution is a second and a transaction may end later than its date: read a little again."""
PAGE = 50
"""Orders read together: bounds the memory and the length of the lists in the URL."""


class OrderSource(Protocol):
    """The part of `connectors.prestashop.webservice.Webservice` that reading orders needs."""

    def read(
        self,
        resource: str,
        *,
        display: Display,
        filters: Mapping[str, FilterValue] | None = None,
        date: bool = False,
    ) -> Iterator[Entity]: ...

    def capabilities(self) -> ShopCapabilities: ...


@dataclass(frozen=True, slots=True)
class PolledOrder:
    """An order that may have moved. `updated_at` is the shop's local time, as the shop wrote it."""

    id: int
    updated_at: str
    placed_at: str = ""


def poll(shop: OrderSource, *, since: datetime | None, last_id: int) -> list[PolledOrder]:
    """The orders that moved since the cursor or came after the last known one, by id, each once.

    `since` is the highest `date_upd` seen (shop's local time), None for a first poll. Ids are asked as well, because an
    order that a module or a person writes may carry an old date.
    """
    found: dict[int, PolledOrder] = {}
    display = ["id", "date_upd", "date_add"]
    if since is not None:
        filters = {"date_upd": After((since - OVERLAP).strftime(SHOP_TIME))}
        _collect(found, shop.read("orders", display=display, filters=filters, date=True))
    _collect(found, shop.read("orders", display=display, filters={"id": After(str(last_id))}))
    return [found[identity] for identity in sorted(found)]


def newest_update(orders: Iterable[PolledOrder]) -> datetime | None:
    """The highest `date_upd`: where the cursor moves to."""
    return max((moment for order in orders if (moment := moment_of(order.updated_at))), default=None)


def read_orders(shop: OrderSource, ids: Iterable[int]) -> list[ShopOrder]:
    """These orders as they are now, by id, with everything they refer to; one that the shop no longer has is left out.

    Give at most `PAGE` ids at a time.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return []
    orders = sorted(shop.read("orders", display="full", filters={"id": wanted}), key=lambda order: order.id or 0)
    if not orders:
        return []
    page = _PageReader(shop, orders).references()
    return [order_of(order, page) for order in orders]


def _collect(found: dict[int, PolledOrder], orders: Iterable[Entity]) -> None:
    for order in orders:
        if order.id:
            found[order.id] = PolledOrder(order.id, order.text("date_upd"), order.text("date_add"))


class _PageReader:
    """Reads what the orders of a page refer to, each resource once."""

    def __init__(self, shop: OrderSource, orders: Sequence[Entity]) -> None:
        self.shop = shop
        self.orders = orders
        self.ids = [order.id or 0 for order in orders]
        self.known = shop.capabilities()

    def references(self) -> References:
        details = self._grouped("order_details", "id_order", self.ids)
        addresses = self._by_id("addresses", self._numbers("id_address_delivery", "id_address_invoice"))
        taxes = {tax for rows in details.values() for detail in rows for tax in tax_ids(detail)}
        return References(
            details=details,
            vouchers=self._vouchers(),
            messages=self._messages(),
            payments=self._payments(),
            buyers=self._by_id("customers", self._numbers("id_customer")),
            addresses=addresses,
            countries=self._by_id("countries", {number(address, "id_country") for address in addresses.values()}),
            carriers=self._by_id("carriers", self._numbers("id_carrier")),
            currencies=self._by_id("currencies", self._numbers("id_currency")),
            states=self._by_id("order_states", self._numbers("current_state")),
            taxes=self._by_id("taxes", taxes),
        )

    def _numbers(self, *names: str) -> set[int]:
        return {number(order, name) for order in self.orders for name in names}

    def _by_id(self, resource: str, ids: set[int]) -> dict[int, Entity]:
        wanted = sorted(ids - {0})
        if not wanted:
            return {}
        return {entity.id or 0: entity for entity in self.shop.read(resource, display="full", filters={"id": wanted})}

    def _grouped(self, resource: str, owner: str, ids: Sequence[int]) -> dict[int, list[Entity]]:
        rows: defaultdict[int, list[Entity]] = defaultdict(list)
        if ids:
            for entity in self.shop.read(resource, display="full", filters={owner: ids}):
                rows[number(entity, owner)].append(entity)
        return dict(rows)

    def _vouchers(self) -> dict[int, list[Entity]]:
        discounted = [
            order.id or 0
            for order in self.orders
            if amount(order, "total_discounts_tax_incl") or amount(order, "total_discounts")
        ]
        # 1.6 calls the same table `order_discounts`.
        resource = "order_cart_rules" if "order_cart_rules" in self.known.resources else "order_discounts"
        return self._grouped(resource, "id_order", discounted)

    def _payments(self) -> dict[str, list[Entity]]:
        rows: defaultdict[str, list[Entity]] = defaultdict(list)
        references = sorted({order.text("reference") for order in self.orders} - {""})
        filters = {"order_reference": references}
        for payment in self.shop.read("order_payments", display="full", filters=filters) if references else ():
            rows[payment.text("order_reference")].append(payment)
        return dict(rows)

    def _messages(self) -> dict[int, list[Entity]]:
        """1.6 has no `messages`, but files the buyer's words in a thread of the order. Without the right: none."""
        if self.known.may("messages", "get"):
            return self._grouped("messages", "id_order", self.ids)
        if not all(self.known.may(resource, "get") for resource in ("customer_threads", "customer_messages")):
            return {}
        threads = self._grouped("customer_threads", "id_order", self.ids)
        owners = {thread.id or 0: order for order, rows in threads.items() for thread in rows}
        found: defaultdict[int, list[Entity]] = defaultdict(list)
        for thread, rows in self._grouped("customer_messages", "id_customer_thread", sorted(owners)).items():
            found[owners[thread]] += rows
        return dict(found)
