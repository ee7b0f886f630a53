"""What different buyers pay: tariff categories as groups, and prices by group, customer and quantity."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.models.products import Product


class CustomerGroup(models.Model):
    """A Sage tariff category, as a customer group of the shop."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="customer_groups")
    key = models.CharField(max_length=10)
    """Rank of the tariff category, 1-based."""
    name = models.CharField(_("name"), max_length=32)
    with_tax = models.BooleanField(_("prices kept with tax"), default=False)
    public = models.BooleanField(_("public price"), default=False)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_group_per_category")]
        verbose_name = _("customer group")
        verbose_name_plural = _("customer groups")

    def __str__(self) -> str:
        return self.name


class SpecificPrice(models.Model):
    """A price that holds for a group, a customer or from a quantity on, with its explanation."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="specific_prices")
    key = models.CharField(max_length=300)
    """"product|combination|group|customer|from quantity"."""
    combination_key = models.CharField(max_length=140, blank=True)
    group_key = models.CharField(max_length=10, blank=True)
    customer_key = models.CharField(max_length=20, blank=True)
    from_quantity = models.PositiveIntegerField(_("from quantity"), default=1)
    price = models.DecimalField(_("price excl. tax"), max_digits=20, decimal_places=6)
    explanation = models.JSONField(default=list)
    """Steps in words: ["F_ARTCLIENT catégorie 2: 12,50 HT", "remise 10 % -> 11,25"]."""

    class Meta:
        ordering = ["group_key", "customer_key", "combination_key", "from_quantity"]
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_specific_price_per_key")]
        verbose_name = _("specific price")
        verbose_name_plural = _("specific prices")

    def __str__(self) -> str:
        return self.key
