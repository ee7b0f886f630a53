"""Which local thing is which resource of a shop, and what the shop last told us it holds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import ShopConnection


class Binding(models.Model):
    """Local key <-> shop id, with the confirmed state.

    The unique constraint is what makes a doubled resource impossible on our side; `pending` is what was about to be
    created when `remote_id` is still empty, so that a run that died in between can find out what happened.
    """

    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, related_name="bindings", verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(_("key"), max_length=300)
    remote_id = models.PositiveBigIntegerField(_("number in the shop"), null=True)
    confirmed = models.JSONField(default=dict)
    """Field -> value, in the terms of `mapping.desired` (references by local key, texts by language)."""
    previous = models.JSONField(default=dict)
    """The values that the last change replaced: what an undo puts back."""
    undone = models.JSONField(default=dict)
    """Values that a person put back by undoing a run: not sent again while they are what is wanted."""
    pending = models.JSONField(default=dict)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True)
    adopted = models.BooleanField(_("was there before"), default=False)
    """It was in the shop before us."""
    parked = models.CharField(max_length=64, blank=True)
    """Fingerprint of the wanted state that the shop refused: not sent again until it changes."""
    parked_cause = models.CharField(max_length=60, blank=True)
    parked_facts = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind", "key"], name="one_binding_per_local_key"),
            models.UniqueConstraint(
                fields=["shop", "kind", "remote_id"],
                condition=models.Q(remote_id__isnull=False),
                name="one_binding_per_shop_resource",
            ),
        ]
        indexes = [models.Index(fields=["shop", "confirmed_at"], name="bindings_by_confirmation")]
        verbose_name = _("link with the shop")
        verbose_name_plural = _("links with the shop")

    def __str__(self) -> str:
        return f"{self.kind} · {self.key} · {self.remote_id}"
