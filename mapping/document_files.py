"""The files behind a product's documents: found, judged by what they are, known by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.errors import RejectedRecordError
from connectors.models import Client
from connectors.sage.paths import PathRules
from mapping.catalogue import Catalogue, CatalogueDocument, CatalogueProduct, Problem
from mapping.documents import BEGINNING, kind_of
from mapping.models import Product

Seen = Mapping[str, Any]
"""A document as `Product.documents` keeps it."""


def with_documents(catalogue: Catalogue, *, media_paths: PathRules, scope: Mapping[str, Any], look: bool) -> Catalogue:
    """The catalogue with the content of its documents, and products that bear the problems of those that are missing.

    ``look`` False: as they were last seen; only the flow that sends them looks at the files. ``scope`` finds the
    products as they are stored.
    """
    if not any(product.documents for product in catalogue.products):
        return catalogue
    stored = Product.objects.filter(**scope).exclude(documents=[]).values_list("documents", flat=True)
    known = {one["key"]: one for documents in stored.iterator() for one in documents}
    products = tuple(_with_files(product, media_paths, known, look=look) for product in catalogue.products)
    return replace(catalogue, products=products)


def moved_documents(client: Client) -> set[str]:
    """The products with a document that was missing, or whose file is not what it was."""
    rows = Product.objects.filter(client=client).exclude(documents=[]).values_list("key", "documents")
    return {key for key, documents in rows.iterator() if any(_moved(one) for one in documents)}


def _moved(seen: Seen) -> bool:
    if not seen.get("file"):
        return True
    try:
        status = Path(seen["file"]).stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns) != (seen.get("size"), seen.get("modified_ns"))


def _with_files(
    product: CatalogueProduct, media_paths: PathRules, known: Mapping[str, Seen], *, look: bool
) -> CatalogueProduct:
    if not product.documents:
        return product
    found = tuple(
        _looked_at(one, media_paths, known.get(one.key, {})) if look else _as_seen(one, known.get(one.key, {}))
        for one in product.documents
    )
    problems = tuple(one.problem for one in found if one.problem)
    return replace(product, documents=found, problems=(*product.problems, *problems))


def _as_seen(document: CatalogueDocument, seen: Seen) -> CatalogueDocument:
    problem = seen.get("problem")
    return replace(
        document,
        file=seen.get("file", ""),
        content_hash=seen.get("content_hash", ""),
        size=seen.get("size", 0),
        modified_ns=seen.get("modified_ns", 0),
        problem=Problem(problem["cause"], problem["facts"]) if problem else None,
    )


def _looked_at(document: CatalogueDocument, media_paths: PathRules, seen: Seen) -> CatalogueDocument:
    """A missing file keeps the hash last known: what the shop has of it stays while a network folder is away."""
    last = replace(document, content_hash=seen.get("content_hash", ""))
    try:
        path = media_paths.resolve(document.source_path)
        status = path.stat()
        if seen.get("file") == str(path) and not _moved(seen) and not seen.get("problem"):
            return _as_seen(document, seen)
        with path.open("rb") as content:
            beginning = content.read(BEGINNING)
            content.seek(0)
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except RejectedRecordError as missing:
        return replace(last, problem=Problem(missing.cause, {**missing.facts, "path": document.source_path}))
    except OSError as error:
        facts = {"path": document.source_path, "error": error.strerror or type(error).__name__}
        return replace(last, problem=Problem("media.unreadable_file", facts))
    facts = {"path": document.source_path, "found": path.suffix.lower() or "?"}
    refused = None if kind_of(beginning, path.name) else Problem("documents.kind_refused", facts)
    return replace(
        document,
        file=str(path),
        content_hash=digest,
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        problem=refused,
    )
