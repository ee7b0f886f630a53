"""What was last derived for a shop by a flow: so that the next run derives only what changed since."""

from django.db import models
from django.db.models import Q

from connectors.models import ShopConnection


class DerivationMark(models.Model):
    """Up to where one flow has carried the mirror into one shop. Moves at the very end of a run that went well."""

    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, related_name="derivation_marks")
    flow = models.CharField(max_length=20)
    position = models.PositiveBigIntegerField()
    """Of `MirrorState`: everything up to it is done."""
    rules = models.CharField(max_length=64)
    """Fingerprint of the shop's rules and of the code that reads them."""
    day = models.DateField()
    """In the client's time zone: future prices begin at its midnight."""
    common_resources = models.PositiveIntegerField(default=0)
    """Resources that belong to no article: categories, groups, customers ..."""
    common_again = models.BooleanField(default=False)
    """One of those was not confirmed: derive them again although Sage did not change."""
    kinds = models.JSONField(default=list)
    """The kinds of resources that the flow wants."""
    bindings = models.PositiveIntegerField(default=0)
    newest_binding = models.PositiveBigIntegerField(default=0)
    bound_at = models.DateTimeField(null=True)
    """The bindings of these kinds as the run left them: their number, the last id, the last confirmation."""
    run = models.PositiveBigIntegerField()
    """The run that moved it: its held changes stand for what was not derived again."""
    began_at = models.DateTimeField()
    """When that run began to derive: what a person decided later was not seen."""
    full_at = models.DateTimeField()
    """When everything was last derived."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "flow"], name="one_mark_per_shop_and_flow")]

    def __str__(self) -> str:
        return f"{self.shop_id} · {self.flow} · {self.position}"


class DerivationTrace(models.Model):
    """What one article came to in the last derivation: enough for totals over the catalogue without deriving it."""

    mark = models.ForeignKey(DerivationMark, on_delete=models.CASCADE, related_name="traces")
    article = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=32)
    """Of the derived product."""
    resources = models.PositiveIntegerField()
    """How many resources of the shop it stands for."""
    category_key = models.CharField(max_length=300, blank=True)
    """Empty when the product is out, or has none."""
    shared_keys = models.TextField(blank=True)
    """Of what it shares with others (option values, features, brands ...), one per line; empty when it is out."""
    removable = models.JSONField(default=list)
    """[[kind, key], ...] of what is to be deleted from the shop when it is no longer wanted."""
    again = models.BooleanField(default=False)
    """Its last change was not confirmed: derive it again although Sage did not change."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mark", "article"], name="one_trace_per_article")]
        indexes = [models.Index(fields=["mark"], name="traces_to_repeat", condition=Q(again=True))]

    def __str__(self) -> str:
        return self.article
