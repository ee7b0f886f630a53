"""What people decided about the catalogue, and every change they made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Client


class Choice(models.Model):
    """One decision of a person: what `mapping.choices` declares, by kind and key."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(_("key"), max_length=300)
    subject = models.CharField(max_length=100, blank=True)
    """The article that it is about; "" when it reaches further."""
    value = models.JSONField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    """None: a rule that a person had allowed to act."""
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["client", "kind", "key"], name="one_choice_per_key")]
        indexes = [models.Index(fields=["client", "subject"], name="choices_by_subject")]
        verbose_name = _("choice")
        verbose_name_plural = _("choices")

    def __str__(self) -> str:
        return f"{self.kind} · {self.key}"


class ChoiceAct(models.Model):
    """One act of one person: all the choices that it changed, undone together."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="choice_acts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    """None: a rule that a person had allowed to act."""
    at = models.DateTimeField(_("when"), auto_now_add=True)
    verb = models.CharField(_("what"), max_length=40)
    """What was done, as `sync_portal.pages.labels` names it: "text.edit", "group.approve", "import"."""
    why = models.CharField(_("why"), max_length=200, blank=True)
    undoes = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="undone_by")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["client", "at"], name="choice_acts_by_time")]
        verbose_name = _("change by a person")
        verbose_name_plural = _("changes by people")

    def __str__(self) -> str:
        return f"{self.verb} · {self.at:%Y-%m-%d %H:%M}"


class ChoiceChange(models.Model):
    """One choice before and after an act; None: there was none, or there is none any more."""

    act = models.ForeignKey(ChoiceAct, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    subject = models.CharField(max_length=100, blank=True, db_index=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} · {self.key}"
