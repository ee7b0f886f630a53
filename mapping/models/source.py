"""The mirror of Sage's rows, as they were last read, and the log of what their changes reach."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.models import Client


class SourceRecord(models.Model):
    """One Sage row: its typed content as JSON, and its fingerprint, so that an unchanged one costs nothing."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="source_records")
    stream = models.CharField(_("stream"), max_length=40)
    key = models.CharField(_("key"), max_length=200)
    data = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    # Where the row belongs (`mapping.affected.Place`). None and not "" where it is not: partial indexes skip those.
    subject = models.CharField(max_length=100, blank=True, default="")
    link = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    twin = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    family = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    seen_at = models.DateTimeField()
    """When it was last met: an incremental read meets what changed, a whole one everything."""
    seen_run = models.PositiveBigIntegerField(null=True)
    changed_at = models.DateTimeField(_("changed on"))
    changed_run = models.PositiveBigIntegerField(null=True)
    deleted_at = models.DateTimeField(_("deleted on"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "stream", "key"], name="one_source_record_per_key")]
        indexes = [
            models.Index(fields=["client", "subject"], name="source_by_subject"),
            models.Index(fields=["client", "link"], name="source_by_link", condition=Q(link__isnull=False)),
            models.Index(fields=["client", "twin"], name="source_by_twin", condition=Q(twin__isnull=False)),
            models.Index(fields=["client", "family"], name="source_by_family", condition=Q(family__isnull=False)),
        ]
        verbose_name = _("record of Sage")
        verbose_name_plural = _("records of Sage")

    def __str__(self) -> str:
        return f"{self.stream} · {self.key}"


class MirrorState(models.Model):
    """How many times a client's mirror changed. Moved in the transaction of each change: it is their order."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="mirror_state")
    position = models.PositiveBigIntegerField(default=0)
    vocabulary = models.JSONField(default=list)
    """[[gamme, value, how often, sales units in it], ...]: see `mapping.vocabulary`. 0: no packaging."""
    vocabulary_position = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.client.slug} · {self.position}"


class SourceTouch(models.Model):
    """When a change of the mirror last reached this: an article, or one of the other scopes of `mapping.touches`."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="source_touches")
    scope = models.CharField(max_length=12)
    key = models.CharField(max_length=100, blank=True)
    position = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "scope", "key"], name="one_touch_per_key")]
        indexes = [models.Index(fields=["client", "position"], name="touch_by_position")]

    def __str__(self) -> str:
        return f"{self.scope} · {self.key} · {self.position}"
