"""What shops have sold and Sage does not count yet: kept from the order's arrival until Sage's stock tells of it.

It ends at once when the shop takes its goods back (`release`). When the order is in Sage, or comes to nothing without
the shop putting anything back on its own shelf (`end`), it ends as soon as Sage's stock was read after that and is not
what it was (`settle`). So an order of which Sage reserves nothing stays subtracted until Sage's stock of the article
moves for another reason: the shop never shows more than it would by Sage's own number alone.

Every change touches the articles: all flows look at them again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from connectors.models import Client, ShopConnection
from connectors.sage.records import ArticleStock, GammeStock
from connectors.sage.streams import STREAMS
from mapping import touches
from mapping.affected import Touched
from mapping.models import OrderedStock, SourceRecord
from mapping.ordered import Item, Ordered, StockRow, movement

STOCK_STREAMS = ("stock", "gamme_stock")
Rows = dict[tuple[int, Item], StockRow]
"""By depot and item."""


def of_client(client: Client) -> Ordered:
    """All of it: what is ordered in one shop is missing in the client's other shops too."""
    rows = OrderedStock.objects.filter(shop__client=client)
    columns = rows.values_list("article", "gamme1", "gamme2", "depot", "quantity")
    return Ordered(((article, gamme1, gamme2), depot, amount) for article, gamme1, gamme2, depot, amount in columns)


@transaction.atomic
def hold(
    shop: ShopConnection,
    order: int,
    wanted: Mapping[Item, Decimal],
    depot: int,
    *,
    unless: Callable[[], bool] | None = None,
) -> None:
    """This order takes so much from the stock; one that has ended is left alone.

    ``unless``: asked while nobody else changes what the shop's orders take; when true, nothing is done.
    """
    _lock(shop)
    if unless is not None and unless():
        return
    known = {_item(row): row for row in OrderedStock.objects.filter(shop=shop, order=order)}
    if any(row.ended_at for row in known.values()):
        return
    wanted = {item: amount for item, amount in wanted.items() if amount > 0}
    same = {item for item, row in known.items() if (wanted.get(item), depot) == (row.quantity, row.depot)}
    if not known.keys() - same and not wanted.keys() - same:
        return
    OrderedStock.objects.filter(pk__in=[row.pk for item, row in known.items() if item not in wanted]).delete()
    stock = _stock(shop.client, {item[0] for item in wanted})
    OrderedStock.objects.bulk_create(
        [
            OrderedStock(
                shop=shop,
                order=order,
                article=item[0],
                gamme1=item[1],
                gamme2=item[2],
                depot=depot,
                quantity=amount,
                known_as=movement(_of_depot(stock, depot), item),
            )
            for item, amount in wanted.items()
            if item not in same
        ],
        update_conflicts=True,
        unique_fields=["shop", "order", "article", "gamme1", "gamme2"],
        # Not how Sage's row was known: that is of the order's arrival.
        update_fields=["depot", "quantity"],
    )
    _touch(shop.client, (item[0] for item in (known.keys() | wanted.keys()) - same))


@transaction.atomic
def release(shop: ShopConnection, orders: Collection[int]) -> None:
    """These orders hold no stock any more, and the shop shows so by itself; or Sage has been counting them."""
    _lock(shop)
    rows = OrderedStock.objects.filter(shop=shop, order__in=orders)
    articles = set(rows.values_list("article", flat=True))
    if articles:
        rows.delete()
        _touch(shop.client, articles)


def orders_that_hold(shop: ShopConnection) -> set[int]:
    """Ids of the shop's orders that take something from the stock and have not ended."""
    rows = OrderedStock.objects.filter(shop=shop, ended_at=None)
    return set(rows.values_list("order", flat=True))


def end(shop: ShopConnection, orders: Collection[int]) -> None:
    """These orders are in Sage, or come to nothing. Call it after Sage has answered: what was read before is older."""
    rows = OrderedStock.objects.filter(shop=shop, order__in=orders, ended_at=None)
    rows.update(ended_at=timezone.now())


@transaction.atomic
def settle(client: Client, *, read_since: datetime) -> bool:
    """Sage's stock was read, all of it after this moment: what ended before and has moved there is counted.

    False when orders ended after it: nobody knows whether what was read counts them.
    """
    found = list(OrderedStock.objects.filter(shop__client=client, ended_at__isnull=False))
    ended = [row for row in found if row.ended_at and row.ended_at < read_since]
    if not ended:
        return not found
    stock = _stock(client, {row.article for row in ended})
    counted = [row for row in ended if movement(_of_depot(stock, row.depot), _item(row)) != row.known_as]
    if counted:
        OrderedStock.objects.filter(pk__in=[row.pk for row in counted]).delete()
        _touch(client, (row.article for row in counted))
    return len(ended) == len(found)


def _item(row: OrderedStock) -> Item:
    return row.article, row.gamme1, row.gamme2


def _lock(shop: ShopConnection) -> None:
    """Whoever looks whether an order is new, and whoever knows that it is not, take turns."""
    ShopConnection.objects.select_for_update(no_key=True).filter(pk=shop.pk).values_list("pk").get()


def _touch(client: Client, articles: Iterable[str]) -> None:
    touches.record(client, Touched(in_kits=set(articles)))


def _stock(client: Client, articles: Collection[str]) -> Rows:
    """The rows of Sage's stock as they were last read."""
    rows = SourceRecord.objects.filter(client=client, subject__in=articles, stream__in=STOCK_STREAMS, deleted_at=None)
    found: Rows = {}
    for stream, data in rows.values_list("stream", "data"):
        row = STREAMS[stream].record.from_json(data)
        if isinstance(row, GammeStock):
            found[row.depot, (row.article, row.gamme1, row.gamme2)] = row
        elif isinstance(row, ArticleStock):
            found[row.depot, (row.article, 0, 0)] = row
    return found


def _of_depot(rows: Rows, depot: int) -> dict[Item, StockRow]:
    return {item: row for (number, item), row in rows.items() if number == depot}
