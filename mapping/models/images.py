"""Photos of products, known by their content."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapping.models.products import Product


class ProductImage(models.Model):
    """One photo: where its file is, and the hash by which an unchanged one is never sent again."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    key = models.CharField(max_length=300)
    """"product key|Sage path in lower case with forward slashes"."""
    source_path = models.CharField(_("path in Sage"), max_length=300)
    file = models.CharField(max_length=500, blank=True)
    """The file on this machine; empty when it is missing."""
    content_hash = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    modified_ns = models.PositiveBigIntegerField(default=0)
    """Size and time of the file: while both stay, the content is not hashed again."""
    legend = models.CharField(_("legend"), max_length=128, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    problem = models.JSONField(null=True)
    legends = models.JSONField(default=dict)
    combination_keys = models.JSONField(default=list)
    uploaded = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_image_per_key")]
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return self.source_path
