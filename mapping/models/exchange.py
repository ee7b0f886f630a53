"""Files that people bring, kept from their preview to their import."""

from django.conf import settings
from django.db import models

from connectors.models import Client


class ImportDraft(models.Model):
    """One file between its preview and its import; in the database, so that any machine can go on with it."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="import_drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sheet = models.CharField(max_length=20)
    """As `sync_portal.pages.exchange` names it: "texts", "groups"."""
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
