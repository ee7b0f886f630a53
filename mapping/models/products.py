"""The client's catalogue as the portal understands it: derived from Sage, shown to people, published to shops."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Client


class Category(models.Model):
    """A node of the shop's tree, from a family or a catalogue node."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="categories")
    key = models.CharField(max_length=300)
    """"FAM:code", "CAT:number" or "MORE:source|path"."""
    name = models.CharField(_("name"), max_length=128)
    parent_key = models.CharField(max_length=300, blank=True)
    path = models.CharField(_("path"), max_length=600)
    position = models.PositiveIntegerField(default=0)
    product_count = models.PositiveIntegerField(_("products"), default=0)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_category_per_key")]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.path


class Readiness(models.TextChoices):
    READY = "ready", _("Ready to sell")
    HELD = "held", _("Not publishable")
    OUT = "out", _("Not for this shop")


class Product(models.Model):
    """One product of the catalogue: an article, with its combinations where it has gammes."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="products")
    key = models.CharField(max_length=100)
    """The Sage reference, as compared (trailing blanks trimmed)."""
    reference = models.CharField(_("reference"), max_length=64)
    name = models.CharField(_("name"), max_length=255)
    ean13 = models.CharField(_("EAN-13"), max_length=13, blank=True)
    weight = models.DecimalField(_("weight (kg)"), max_digits=12, decimal_places=6, default=0)
    price = models.DecimalField(_("price excl. tax"), max_digits=20, decimal_places=6, default=0)
    tax_rate = models.DecimalField(_("VAT (%)"), max_digits=6, decimal_places=3, null=True)
    category_key = models.CharField(max_length=300, blank=True)
    category_path = models.CharField(_("category"), max_length=600, blank=True)
    quantity = models.IntegerField(_("stock"), null=True)
    """None: Sage does not track its stock."""
    active = models.BooleanField(_("online"), default=True)
    readiness = models.CharField(_("state"), max_length=8, choices=Readiness, default=Readiness.READY)
    problems = models.JSONField(default=list)
    """[{"cause": "catalogue.price_zero", "facts": {...}}, ...]: why it is held, out, or worth a look."""
    explanations = models.JSONField(default=dict)
    """Shop field -> sentence saying the rule and the Sage value behind it."""
    sleeping = models.BooleanField(_("asleep in Sage"), default=False)
    texts = models.JSONField(default=dict)
    """Field -> language -> {"text", "why", "by_person", "from_sage"}."""
    features = models.JSONField(default=list)
    """[{"key", "label", "value", "why"}, ...]."""
    manufacturer = models.CharField(_("brand"), max_length=64, blank=True)
    supplier = models.CharField(_("supplier"), max_length=64, blank=True)
    categories = models.JSONField(default=list)
    """Keys of further categories."""
    pack = models.JSONField(default=list)
    """[{"reference", "product", "combination", "quantity"}, ...]."""
    accessories = models.JSONField(default=list)
    """Keys of products."""
    documents = models.JSONField(default=list)
    """[{"key", "path", "name", "file", "content_hash", "problem"}, ...]."""
    members = models.JSONField(default=list)
    """References of the articles of a group."""
    grouped_in = models.CharField(max_length=100, blank=True)
    """Key of the product that this article is sold as."""
    away = models.CharField(max_length=12, blank=True)
    redirect_to = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["reference"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_product_per_key")]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return f"{self.reference} · {self.name}"


class Combination(models.Model):
    """One pair of gamme values of a product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="combinations")
    key = models.CharField(max_length=140)
    """"reference|AG_No1|AG_No2"."""
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    ean13 = models.CharField(_("EAN-13"), max_length=13, blank=True)
    values = models.JSONField(default=list)
    """[["Couleur", "Bleu"], ["Taille", "M"]]."""
    price_impact = models.DecimalField(_("price impact"), max_digits=20, decimal_places=6, default=0)
    quantity = models.IntegerField(_("stock"), null=True)
    position = models.PositiveIntegerField(default=0)
    weight_impact = models.DecimalField(_("weight impact (kg)"), max_digits=12, decimal_places=6, default=0)
    article = models.CharField(_("article"), max_length=100, blank=True)
    """Reference of the article behind it; "" when it is the product's own."""
    packs = models.PositiveIntegerField(_("units per pack"), default=1)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_combination_per_key")]
        verbose_name = _("combination")
        verbose_name_plural = _("combinations")

    def __str__(self) -> str:
        return self.key

    @property
    def label(self) -> str:
        return " · ".join(value for _group, value in self.values)
