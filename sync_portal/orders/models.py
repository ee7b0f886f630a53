"""The ledger of shop orders: one row per order, whatever fails in between."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import ShopConnection
from sync_portal.sync.causes import describe


class OrderState(models.TextChoices):
    SEEN = "seen", _("Received")
    HELD = "held", _("Held")
    WRITING = "writing", _("Being written into Sage")
    IMPORTED = "imported", _("In Sage")


class LedgerOrder(models.Model):
    """One order of a shop and what became of it in Sage."""

    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, related_name="orders")
    shop_order_id = models.PositiveBigIntegerField()
    shop_customer_id = models.PositiveBigIntegerField(default=0)
    """The buyer's id in the shop: with `sage_customer`, the memory of which account a buyer was booked on."""
    reference = models.CharField(_("reference"), max_length=255)
    placed_at = models.DateTimeField(_("date"), null=True, blank=True)
    buyer = models.CharField(_("buyer"), max_length=255, blank=True)
    email = models.CharField(_("e-mail"), max_length=255, blank=True)
    total_paid = models.DecimalField(_("total incl. tax"), max_digits=20, decimal_places=2, default=0)
    payment = models.CharField(_("payment"), max_length=255, blank=True)
    lines = models.PositiveSmallIntegerField(_("lines"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=OrderState, default=OrderState.SEEN)
    cause = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    proof = models.JSONField(default=dict, blank=True)
    """The money proof: every amount of the shop beside what Sage was given."""
    sage_piece = models.CharField(_("Sage document"), max_length=13, blank=True)
    sage_customer = models.CharField(_("Sage account"), max_length=17, blank=True)
    notes = models.JSONField(default=list, blank=True)
    """[{"cause": "orders.note_text", "facts": {...}}, ...]: what is worth knowing; `told_notes` has the sentences."""
    attempts = models.PositiveSmallIntegerField(default=0)
    """How often a write into Sage was begun: after the first, Sage is searched thoroughly for what it left."""
    detail = models.TextField(blank=True)
    """The technical text of the last failure: for administrators."""
    shop_updated_at = models.CharField(max_length=19, blank=True)
    """`date_upd` of the shop's order as it was last examined: a held order is examined again when it moves."""
    rules_fingerprint = models.CharField(max_length=64, blank=True)
    """The order rules it was last examined with: a held order is examined again when they change."""
    imported_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-shop_order_id"]
        indexes = [models.Index(fields=["shop", "state"]), models.Index(fields=["shop", "shop_customer_id"])]
        constraints = [models.UniqueConstraint(fields=["shop", "shop_order_id"], name="one_ledger_row_per_order")]
        verbose_name = _("order")
        verbose_name_plural = _("orders")

    def __str__(self) -> str:
        return self.reference

    @property
    def told_notes(self) -> list[str]:
        """The notes as sentences, in the reader's language."""
        return [describe(note["cause"], note["facts"]).sentence for note in self.notes]
