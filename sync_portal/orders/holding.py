"""What the shops' orders hold of Sage's stock until they are there, and the look at orders that came a moment ago."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.errors import ConnectorError
from connectors.models import ShopConnection
from connectors.prestashop.filters import After
from connectors.prestashop.xml import Entity
from mapping import ordering
from mapping.ordered import EXPLODED, Item, reserved_by
from mapping.rules import ShopRules
from mapping.source import SageData
from mapping.stock import counts_orders
from sync_portal.orders import ledger, lookups
from sync_portal.orders.models import LedgerOrder
from sync_portal.orders.parsing import number
from sync_portal.orders.sage_side import SageSide, SoldArticle
from sync_portal.orders.shop_orders import ZERO, ShopOrder, ShopOrderLine
from sync_portal.sync.models import Cursor

if TYPE_CHECKING:
    from sync_portal.sync.context import RunContext

# The ids under which every PrestaShop installs PS_OS_CANCELED, PS_OS_REFUND and PS_OS_ERROR.
GIVEN_BACK = frozenset({6, 8})
"""Order states in which the shop has put the goods back on its own shelf. In all others it has not, paid or not."""
COME_TO_NOTHING = GIVEN_BACK | {7}
"""States in which nobody waits for the goods: a refund leaves the shop's stock as it is."""


def hold(shop: ShopConnection, rules: ShopRules, order: ShopOrder, side: SageSide) -> None:
    """What an order that is not in Sage takes from the stock now."""
    if order.state in GIVEN_BACK:
        ordering.release(shop, [order.id])
    elif _is_ours(rules, order.state, f"{order.placed_at:%Y-%m-%d}"):
        _hold(shop, rules, order.id, order.lines, side)
    else:
        ordering.end(shop, [order.id])


def end_those_before_the_start(shop: ShopConnection, rules: ShopRules) -> None:
    """Orders from before the first day of the import, which was set after they had come: Sage has them."""
    if not rules.orders.since:
        return
    first = datetime.fromisoformat(rules.orders.since).replace(tzinfo=ZoneInfo(shop.client.time_zone))
    orders = LedgerOrder.objects.filter(shop=shop, placed_at__lt=first)
    found = orders.filter(shop_order_id__in=ordering.orders_that_hold(shop)).values_list("shop_order_id", flat=True)
    ordering.end(shop, list(found))


def look_ahead(context: RunContext, own: ShopConnection) -> bool:
    """Look for orders that came since the last import, in every shop of the client; whether that was worth a request.

    One list request for each shop that imports its orders. A further shop that is away hinders nobody.
    """
    shops = context.shops()
    if not any(_deducts(context.rules(shop)) for shop in shops):
        return False
    asked = False
    for shop in shops:
        if not _imports(shop):
            continue
        asked = True
        try:
            _look(context, shop, context.rules(shop))
        except ConnectorError:
            if shop == own:
                raise
    return asked


def _deducts(rules: ShopRules) -> bool:
    return rules.stock.deduct_orders and counts_orders(rules.stock)


def _imports(shop: ShopConnection) -> bool:
    """Whether the portal brings this shop's orders to Sage: otherwise nobody tells when they are there."""
    return Cursor.objects.filter(client=shop.client, flow="orders", stream=f"shop:{shop.pk}").exists()


def _look(context: RunContext, shop: ShopConnection, rules: ShopRules) -> None:
    # Whole, because then nothing about the shop's version has to be asked first: one request, and few orders.
    newer = context.webservice(shop).read(
        "orders", display="full", filters={"id": After(str(ledger.last_order_id(shop)))}
    )
    orders = [
        (order.id, _lines(order))
        for order in newer
        if order.id and _is_ours(rules, number(order, "current_state"), order.text("date_add"))
    ]
    if not orders:
        return
    side = lookups.sold_side(shop, [line for _id, lines in orders for line in lines])
    for order, lines in orders:
        _hold(shop, rules, order, lines, side, unless_known=True)


def _lines(order: Entity) -> list[ShopOrderLine]:
    """The short form of the lines that an order itself brings along: no prices."""
    return [
        ShopOrderLine(
            id=0,
            product_id=_whole(row.get("product_id", "")),
            combination_id=_whole(row.get("product_attribute_id", "")),
            reference=row.get("product_reference", ""),
            quantity=_whole(row.get("product_quantity", "")),
            unit_price_tax_excl=ZERO,
            unit_price_tax_incl=ZERO,
            total_tax_excl=ZERO,
            total_tax_incl=ZERO,
        )
        for row in (order.associations or {}).get("order_rows", [])
    ]


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _is_ours(rules: ShopRules, state: int, day: str) -> bool:
    """Whether somebody waits for the goods, and the portal is to bring the order to Sage as something that reserves."""
    # Sage reserves nothing for a quote: the number would jump back as soon as it is there.
    return state not in COME_TO_NOTHING and rules.orders.document != "quote" and day[:10] >= rules.orders.since


def _hold(
    shop: ShopConnection,
    rules: ShopRules,
    order: int,
    lines: Sequence[ShopOrderLine],
    side: SageSide,
    *,
    unless_known: bool = False,
) -> None:
    wanted = _quantities(shop, side, lines)
    known = (lambda: LedgerOrder.objects.filter(shop=shop, shop_order_id=order).exists()) if unless_known else None
    ordering.hold(shop, order, wanted, _depot(rules, side.data), unless=known)


def _depot(rules: ShopRules, data: SageData) -> int:
    """Where the documents will reserve it."""
    main = [depot.number for depot in data.depots if depot.main] or [depot.number for depot in data.depots]
    return rules.orders.depot or next(iter(main), 0)


def _quantities(shop: ShopConnection, side: SageSide, lines: Iterable[ShopOrderLine]) -> dict[Item, Decimal]:
    """Item of Sage -> sales units. A line that is no article of Sage's holds nothing."""
    sold = [(found, line.quantity) for line in lines if (found := side.find(line))]
    data = lookups.with_components(shop.client, side.data, _kits(found for found, _quantity in sold))
    wanted: dict[Item, Decimal] = defaultdict(Decimal)
    for found, quantity in sold:
        for item, amount in reserved_by(
            data, found.article, (found.gamme1, found.gamme2), quantity * found.units
        ).items():
            wanted[item] += amount
    return dict(wanted)


def _kits(sold: Iterable[SoldArticle]) -> Collection[str]:
    return {one.article.reference for one in sold if one.article.nomenclature == EXPLODED}
