"""What a grouping page shows of articles: name, photo, page in the shop; for many at once in a few queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count

from connectors.models import Client
from mapping.grouped import published
from mapping.models import Combination, Product, ProductImage, SourceRecord


@dataclass(frozen=True, slots=True)
class Article:
    """One article as people know it."""

    reference: str
    name: str = ""
    photo: int | None = None
    """Id of a `ProductImage`."""
    page: int | None = None
    """Number of its page in the shop."""
    product: int | None = None
    """Id of its `Product`."""
    combinations: int = 1
    """How many combinations it brings: more than one where it has gammes."""
    family: str = ""
    sold_as: str = ""
    """Name of the product that it is the page of, together with others."""


def articles_of(client: Client, references: Collection[str]) -> dict[str, Article]:
    """Reference -> article, for each of these; what nobody knows keeps its reference only."""
    names = _names(client, references)
    products = _products(client, references)
    photos = _photos(client, references)
    pages = published(client, references)
    found = {}
    for reference in references:
        product = products.get(reference)
        name, family = names.get(reference, ("", ""))
        found[reference] = Article(
            reference=reference,
            name=name or (product.name if product else ""),
            photo=photos.get(reference),
            page=pages.get(reference),
            product=product.pk if product else None,
            combinations=_own_combinations(product),
            family=family,
            sold_as=product.name if product and product.members else "",
        )
    return found


def _names(client: Client, references: Collection[str]) -> dict[str, tuple[str, str]]:
    """Reference -> (designation, family) in Sage."""
    rows = SourceRecord.objects.filter(client=client, stream="articles", subject__in=references, deleted_at=None)
    found = rows.values_list("subject", "data__label", "family")
    return {subject: (label or "", family or "") for subject, label, family in found}


def _products(client: Client, references: Collection[str]) -> dict[str, Product]:
    rows = Product.objects.filter(client=client, key__in=references).annotate(own=Count("combinations"))
    return {product.key: product for product in rows}


def _own_combinations(product: Product | None) -> int:
    """Those of an article that is a product by itself; those of a group's product are the members' already."""
    if product is None or product.members:
        return 1
    return max(1, getattr(product, "own", 0))


def _photos(client: Client, references: Collection[str]) -> dict[str, int]:
    """Reference -> its first photo: the one that stands for it in its group's product, or else its own product's."""
    images = ProductImage.objects.filter(product__client=client, position__gt=0).exclude(file="")
    own = images.filter(product__key__in=references)
    found: dict[str, int] = {}
    for key, pk in own.order_by("position", "pk").values_list("product__key", "pk"):
        found.setdefault(key, pk)
    return found | _photos_in_groups(client, references)


def _photos_in_groups(client: Client, references: Collection[str]) -> dict[str, int]:
    behind = Combination.objects.filter(product__client=client, article__in=references)
    articles: Mapping[str, str] = dict(behind.values_list("key", "article"))
    if not articles:
        return {}
    images = ProductImage.objects.filter(product__client=client, product__combinations__article__in=references)
    found: dict[str, int] = {}
    rows = images.exclude(file="").distinct().order_by("position", "pk").values_list("pk", "combination_keys")
    for pk, keys in rows:
        for key in keys:
            if key in articles:
                found.setdefault(articles[key], pk)
    return found
