"""Files to download from a product's page, known by their content."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue
from mapping.desired.common import held, is_waiting, product_ref
from mapping.rules import ShopRules
from mapping.state import Desired


def desired_documents(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """One whose file is missing or refused is held; what the shop has of it stays."""
    for product in catalogue.products:
        for document in product.documents:
            yield Desired(
                kind="attachments",
                key=document.key,
                label=f"{product.reference} · {document.name}",
                fields={
                    "product": product_ref(product.key),
                    "content": document.content_hash,
                    "name": document.name,
                },
                reasons={
                    "product": f"article {product.reference}",
                    "content": f"fichier « {document.source_path} »",
                    "name": "commentaire du document dans Sage (ME_Commentaire), sinon nom du fichier",
                },
                update_only=is_waiting(product),
                held=held(document.problem) if document.problem else None,
            )
