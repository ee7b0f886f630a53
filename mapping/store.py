"""The derived catalogue into its tables: what people see, and what remembers the photos' content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from connectors.connections import media_paths as client_media_paths
from connectors.models import Client
from connectors.sage.paths import PathRules
from mapping import rows, uploads
from mapping.catalogue import Catalogue, CatalogueImage, Problem
from mapping.document_files import moved_documents, with_documents
from mapping.media import HashedImage, KnownFile, hash_images, settled, with_images
from mapping.models import (
    Category,
    Combination,
    CustomerGroup,
    Product,
    ProductImage,
    ShopCustomer,
    SourceRecord,
    SpecificPrice,
)
from mapping.photo_folders import list_files
from mapping.photo_patterns import FolderFiles
from mapping.rules import ShopRules

M = TypeVar("M", bound=models.Model)
BATCH = 500
PARTS = frozenset({"categories", "products", "groups", "prices", "images", "customers"})


def save_catalogue(
    client: Client,
    catalogue: Catalogue,
    *,
    media_paths: PathRules,
    only: Collection[str] | None = None,
    articles: Collection[str] | None = None,
) -> Catalogue:
    """Bring the tables to this catalogue; returns it with the content of its photos when they are among the parts.

    Only rows that differ are written, rows gone are deleted. ``only`` names the parts to refresh (of `PARTS`); prices
    and images are kept under products that are stored already. ``articles``: the catalogue's products are those of
    these articles, all other products stay as they are.
    """
    parts = PARTS if only is None else PARTS & set(only)
    scope = {"client": client} if articles is None else {"client": client, "key__in": list(articles)}
    hashed = _hashed(client, catalogue, media_paths, scope) if "images" in parts else {}
    if hashed:
        catalogue = _with_content(catalogue, hashed)
    if parts & {"products", "images"}:
        catalogue = with_documents(catalogue, media_paths=media_paths, scope=scope, look="images" in parts)
    with transaction.atomic():
        if "groups" in parts:
            _sync(CustomerGroup, {"client": client}, rows.groups(client, catalogue), rows.GROUP_FIELDS)
        if "categories" in parts:
            _sync(Category, {"client": client}, rows.categories(client, catalogue), rows.CATEGORY_FIELDS)
        if "customers" in parts:
            fresh, failed = rows.customers(client, catalogue), catalogue.failed_customers
            _sync(ShopCustomer, {"client": client}, fresh, rows.CUSTOMER_FIELDS, keep=failed)
        if "products" in parts:
            _sync(Product, scope, rows.products(client, catalogue), rows.PRODUCT_FIELDS)
        if parts & {"products", "prices", "images"}:
            _save_details(scope, catalogue, hashed, parts)
    return catalogue


def with_image_content(client: Client, catalogue: Catalogue, *, media_paths: PathRules | None = None) -> Catalogue:
    """The catalogue with the content of its photos, without storing anything: for a client's further shops."""
    paths = client_media_paths(client) if media_paths is None else media_paths
    scope = {"client": client, "key__in": [product.key for product in catalogue.products]}
    catalogue = with_documents(catalogue, media_paths=paths, scope=scope, look=True)
    return _with_content(catalogue, _hashed(client, catalogue, paths, scope))


def stored_products(client: Client) -> set[str]:
    """The keys of all products that are stored."""
    return set(Product.objects.filter(client=client).values_list("key", flat=True))


def folder_files(client: Client, rules: ShopRules) -> FolderFiles:
    """The files of the client's media folders, when the rules find photos by their names: one listing per folder."""
    if not rules.images.enabled or not rules.images.folder_patterns:
        return FolderFiles()
    stored = ProductImage.objects.filter(product__client=client, uploaded=False).order_by()
    known = stored.values_list("source_path", flat=True)
    return list_files(client_media_paths(client), rules.images.folder_patterns, known.iterator())


def moved_files(client: Client) -> set[str]:
    """The products with a photo or a document that was missing, or whose file is not what it was.

    Sage does not tell of that.
    """
    columns = ("product__key", "file", "size", "modified_ns")
    stored = ProductImage.objects.filter(product__client=client).order_by().values_list(*columns)
    photos = {product for product, file, *seen in stored.iterator() if not file or not _is_as_seen(Path(file), seen)}
    return photos | moved_documents(client)


def new_files(client: Client, files: FolderFiles, rules: ShopRules) -> set[str]:
    """The articles that a file of the listing belongs to which was not there when they were last looked at."""
    if not files.files:
        return set()
    stored = ProductImage.objects.filter(product__client=client).order_by()
    known = set(stored.values_list("file", flat=True).iterator())
    if all(found.file in known for found in files.files):
        return set()
    fresh = FolderFiles(found for found in files.files if found.file not in known)
    articles = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None).order_by()
    return {
        subject
        for subject, family in articles.values_list("subject", "family").iterator()
        if fresh.of(rules.images.folder_patterns, reference=subject, family=family or "")
        and any(
            found.file not in known
            for found in files.of(rules.images.folder_patterns, reference=subject, family=family or "")
        )
    }


def _is_as_seen(file: Path, seen: Sequence[int]) -> bool:
    try:
        status = file.stat()
    except OSError:
        return False
    return [status.st_size, status.st_mtime_ns] == list(seen)


def images_with_content(client: Client) -> list[CatalogueImage]:
    """The client's photos as they were last stored, in the order of their products."""
    stored = ProductImage.objects.filter(product__client=client, position__gt=0).select_related("product")
    return [
        CatalogueImage(
            product_key=row.product.key,
            key=row.key,
            source_path=row.source_path,
            legend=row.legend,
            position=row.position,
            file=row.file,
            content_hash=row.content_hash,
            problem=Problem(row.problem["cause"], row.problem["facts"]) if row.problem else None,
        )
        for row in stored.order_by("product__reference", "position")
    ]


def _save_details(
    products: Mapping[str, Any],
    catalogue: Catalogue,
    hashed: Mapping[str, Sequence[HashedImage]],
    parts: Collection[str],
) -> None:
    """``products``: the filter that finds the catalogue's products."""
    ids = dict(Product.objects.filter(**products).values_list("key", "id"))
    scope = _of_products(products)
    if "products" in parts:
        _sync(Combination, scope, rows.combinations(catalogue, ids), rows.COMBINATION_FIELDS, parent="product_id")
    if "prices" in parts:
        _sync(SpecificPrice, scope, rows.specific_prices(catalogue, ids), rows.PRICE_FIELDS, parent="product_id")
    if "images" in parts:
        _sync(ProductImage, scope, rows.images(hashed, ids), rows.IMAGE_FIELDS, parent="product_id")


def _of_products(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The filter for what belongs to the products of a filter."""
    return {f"product__{name}": value for name, value in scope.items()}


def _hashed(
    client: Client, catalogue: Catalogue, media_paths: PathRules, scope: Mapping[str, Any]
) -> dict[str, list[HashedImage]]:
    """Product -> its photos with their files looked at, those that are left out behind the others."""
    columns = ("key", "file", "size", "modified_ns", "content_hash")
    stored = ProductImage.objects.filter(**_of_products(scope)).order_by().values_list(*columns)
    known = {key: KnownFile(*seen) for key, *seen in stored}
    images = [image for product in catalogue.products for image in (*product.images, *product.images_left_out)]
    found = hash_images(images, media_paths=media_paths, known=known, uploads=uploads.folder_of(client))
    by_product: dict[str, tuple[list[HashedImage], list[HashedImage]]] = defaultdict(lambda: ([], []))
    for one in found:
        by_product[one.image.product_key][0 if one.image.position else 1].append(one)
    return {product: settled(*both) for product, both in by_product.items()}


def _with_content(catalogue: Catalogue, hashed: Mapping[str, Sequence[HashedImage]]) -> Catalogue:
    products = tuple(with_images(product, hashed.get(product.key, ())) for product in catalogue.products)
    return replace(catalogue, products=products)


def _sync(
    model: type[M],
    scope: Mapping[str, Any],
    wanted: Iterable[M],
    fields: Sequence[str],
    *,
    parent: str = "client_id",
    keep: Collection[str] = (),
) -> None:
    """Write the rows that are new or differ, delete those not wanted. A row is known by its parent and its key.

    ``keep``: keys of rows that stay as they are.
    """
    manager: models.Manager[M] = model._default_manager
    existing = {(getattr(row, parent), getattr(row, "key")): row for row in manager.filter(**scope).order_by()}  # noqa: B009
    changed: list[M] = []
    for row in wanted:
        known = existing.pop((getattr(row, parent), getattr(row, "key")), None)  # noqa: B009
        if known is None or any(getattr(known, name) != getattr(row, name) for name in fields):
            changed.append(row)
    gone = [row.pk for (_parent, key), row in existing.items() if key not in keep]
    if gone:
        manager.filter(pk__in=gone).delete()
    manager.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[parent.removesuffix("_id"), "key"],
        update_fields=list(fields),
    )
