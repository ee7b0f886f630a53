"""Sage customers that are given an account in the shop."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Client


class ShopCustomer(models.Model):
    """One Sage customer and what its shop account is made of."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="shop_customers")
    key = models.CharField(max_length=20)
    """The account number, CT_Num."""
    company = models.CharField(_("company"), max_length=128)
    email = models.CharField(_("e-mail"), max_length=128, blank=True)
    group_key = models.CharField(max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=64, blank=True)
    sleeping = models.BooleanField(_("asleep in Sage"), default=False)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["company"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_shop_customer_per_account")]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.company
