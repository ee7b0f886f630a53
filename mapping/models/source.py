"""The mirror of Sage's rows, as they were last read."""

from django.db import models

from connectors.models import Client


class SourceRecord(models.Model):
    """One Sage row: its typed content as JSON, and its fingerprint, so that an unchanged one costs nothing."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="source_records")
    stream = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    data = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_run = models.PositiveBigIntegerField(null=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "stream", "key"], name="one_source_record_per_key")]

    def __str__(self) -> str:
        return f"{self.stream} · {self.key}"
