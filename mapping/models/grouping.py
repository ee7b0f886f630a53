"""Groups that the portal proposes: derived anew by each catalogue check, decided by people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Client


class GroupSuggestion(models.Model):
    """Articles that look like one product, with a score and its reasons."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="group_suggestions")
    key = models.CharField(max_length=300)
    """The rule and what its members have in common: stays while they do."""
    name = models.CharField(_("name"), max_length=255)
    score = models.PositiveSmallIntegerField(_("score"))
    """0 to 100."""
    rule = models.CharField(_("rule"), max_length=40)
    pattern = models.CharField(max_length=300, blank=True)
    joins = models.CharField(max_length=100, blank=True)
    """Anchor of the approved group that these articles would join; "" for a new group."""
    master = models.CharField(max_length=100)
    axes = models.JSONField(default=list)
    members = models.JSONField(default=dict)
    """Reference -> values."""
    reasons = models.JSONField(default=list)
    """[{"code", "facts"}, ...] in the order of their weight."""
    problems = models.JSONField(default=list)
    """Doubled cells, holes, articles of other groups."""
    size = models.PositiveIntegerField(_("articles"))
    dismissed_at = models.DateTimeField(null=True)
    """A person said no; it is not proposed again while its members stay the same."""
    dismissed_by = models.CharField(max_length=150, blank=True)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["-score", "key"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_suggestion_per_key")]
        verbose_name = _("suggested group")
        verbose_name_plural = _("suggested groups")

    def __str__(self) -> str:
        return f"{self.name} · {self.score}"
