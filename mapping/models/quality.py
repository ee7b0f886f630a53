"""The state of a company's article base: what a catalogue check found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Client


class QualityFinding(models.Model):
    """One thing to mend in Sage, or to know, about one article."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="quality_findings")
    topic = models.CharField(_("topic"), max_length=40)
    """As `mapping.quality` names it: "ean_missing", "photo_missing"."""
    article = models.CharField(_("reference"), max_length=100)
    name = models.CharField(_("name"), max_length=255)
    family = models.CharField(_("family"), max_length=100, blank=True)
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["topic", "article"]
        constraints = [models.UniqueConstraint(fields=["client", "topic", "article"], name="one_finding_per_article")]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return f"{self.topic} · {self.article}"
