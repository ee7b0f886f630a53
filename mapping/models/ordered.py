"""What shops have sold and Sage does not count yet."""

from django.db import models

from connectors.models import ShopConnection


class OrderedStock(models.Model):
    """What one order of a shop takes from the stock of one article, until Sage counts it.

    Written and deleted by `mapping.ordering` only.
    """

    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, related_name="ordered_stock")
    order = models.PositiveBigIntegerField()
    """Id of the shop's order."""
    article = models.CharField(max_length=100)
    gamme1 = models.IntegerField(default=0)
    gamme2 = models.IntegerField(default=0)
    depot = models.IntegerField()
    """DE_No in which Sage will reserve it."""
    quantity = models.DecimalField(max_digits=24, decimal_places=6)
    """In sales units; of a nomenclature, its components."""
    known_as = models.CharField(max_length=80, blank=True)
    """Sage's row when it was ordered (`mapping.ordered.movement`): of what has ended, Sage tells once that moved."""
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was imported, or ended without the shop taking its goods back; None: not yet."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "order", "article", "gamme1", "gamme2"], name="one_ordered_stock_per_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} · {self.order} · {self.article}"
