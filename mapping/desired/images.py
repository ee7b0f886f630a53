"""Photos, known by their content."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue
from mapping.desired.common import held, is_waiting, product_ref
from mapping.rules import ShopRules
from mapping.state import Desired


def desired_images(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """In the order of the product, cover first. One whose file is missing is held; what the shop has stays."""
    for product in catalogue.products:
        for image in product.images:
            yield Desired(
                kind="images",
                key=image.key,
                label=f"{product.reference} · {image.source_path}",
                fields={
                    "product": product_ref(product.key),
                    "content": image.content_hash,
                    "position": str(image.position),
                },
                reasons={
                    "product": f"article {product.reference}",
                    "content": f"fichier « {image.source_path} »",
                    "position": "AR_Photo d'abord, puis les médias de l'article (F_ARTICLEMEDIA)",
                },
                update_only=is_waiting(product),
                held=held(image.problem) if image.problem else None,
            )
