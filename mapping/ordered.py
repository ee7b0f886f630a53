"""What shops have sold and Sage does not count yet, as Sage will reserve it once the orders are there. Pure.

Nothing is subtracted anywhere: the quantities are added to those that Sage has reserved (QteRes) in the depot of the
orders, and the client's formula does the rest. So the number is the one that the import of the orders leads to,
whatever the formula, the depots, a packaging or a nomenclature make of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from connectors.sage.records import Article, ArticleStock, GammeStock, KitComponent
from mapping.source import SageData, Variant

StockRow = ArticleStock | GammeStock
Item = tuple[str, int, int]
"""(AR_Ref, AG_No1, AG_No2): what a document line of Sage reserves."""
ZERO = Decimal(0)
NO_VARIANT: Variant = (0, 0)
EXPLODED = 2
"""AR_Nomencl of what enters Sage as a line with its components below it: these are what is reserved."""
_SIX_DECIMALS = Decimal("0.000001")


class Ordered:
    """Quantities in sales units by article, variant and depot."""

    def __init__(self, rows: Iterable[tuple[Item, int, Decimal]] = ()) -> None:
        """``rows``: (item, DE_No, quantity); what is not above 0 counts for nothing."""
        self._found: dict[tuple[str, Variant, int], Decimal] = defaultdict(Decimal)
        for (article, gamme1, gamme2), depot, quantity in rows:
            # Sage reserves a variant in its own row and in its article's.
            for variant in {NO_VARIANT, (gamme1, gamme2)}:
                self._found[article, variant, depot] += max(quantity, ZERO)

    def of(self, article: str, variant: Variant, depot: int) -> Decimal:
        """How much of it."""
        return self._found.get((article, variant, depot), ZERO)

    def with_orders(self, row: StockRow) -> StockRow:
        """The row of Sage as it will be."""
        variant = (row.gamme1, row.gamme2) if isinstance(row, GammeStock) else NO_VARIANT
        more = self.of(row.article, variant, row.depot)
        return replace(row, reserved=row.reserved + more) if more else row


NONE = Ordered()


def reserved_by(data: SageData, article: Article, variant: Variant, quantity: Decimal) -> dict[Item, Decimal]:
    """What Sage reserves for a line of an order; ``quantity`` in sales units.

    As `connectors.sage.order_content.reservations`: untracked articles nothing, a "nomenclature commerciale" its
    tracked components, which are not taken apart once more.
    """
    if article.nomenclature != EXPLODED:
        return {(article.reference, *variant): quantity} if article.stock_tracking else {}
    found: dict[Item, Decimal] = defaultdict(Decimal)
    for row in data.kit_components.get(article.reference, []):
        part = data.articles.get(row.component)
        if part is not None and _of_variant(row, variant) and part.stock_tracking and part.nomenclature != EXPLODED:
            amount = quantity * row.quantity / (article.kit_quantity or Decimal(1))
            found[row.component, row.gamme1, row.gamme2] += amount.quantize(_SIX_DECIMALS)
    return dict(found)


def _of_variant(row: KitComponent, variant: Variant) -> bool:
    return row.kit_gamme1 in {0, variant[0]} and row.kit_gamme2 in {0, variant[1]}


def movement(rows: Mapping[Item, StockRow], item: Item) -> str:
    """What changes when Sage moves or reserves the item in the depot of ``rows``; "" where it has no row there."""
    row = rows.get(item)
    if row is None:
        return ""
    at_hand = row.physical - row.preparing - row.to_control
    return f"{row.reserved.normalize():f}|{at_hand.normalize():f}"
