"""Photos, known by their content, and the one that stands for the product."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue, CatalogueImage
from mapping.desired.common import held, is_waiting, product_ref
from mapping.rules import ShopRules
from mapping.state import Desired, Ref


def desired_images(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """In the order of the product, cover first. One whose file is missing is held; what the shop has stays.

    The place is only told by the order in which photos are sent: no webservice lets it be changed afterwards.
    """
    for product in catalogue.products:
        for image in product.images:
            yield Desired(
                kind="images",
                key=image.key,
                label=f"{product.reference} · {image.source_path}",
                fields={"product": product_ref(product.key), "content": image.content_hash},
                reasons={
                    "product": f"article {product.reference}",
                    "content": source_words(image),
                },
                at_creation={"position": str(image.position)},
                update_only=is_waiting(product),
                held=held(image.problem) if image.problem else None,
            )


def desired_covers(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """The first photo of each product, once photos of it were sent: the shop takes the first one sent by itself."""
    for product in catalogue.products:
        cover = next((image for image in product.images if may_be_named(image)), None)
        if cover is not None:
            yield Desired(
                kind="covers",
                key=product.key,
                label=f"{product.reference} · {product.name}",
                fields={"product": product_ref(product.key), "cover": Ref("images", cover.key)},
                reasons={
                    "product": f"article {product.reference}",
                    "cover": f"première photo : {source_words(cover)}",
                },
                update_only=True,
            )


def may_be_named(image: CatalogueImage) -> bool:
    """Whether others can refer to it: a file that nobody has ever seen is not in the shop."""
    return bool(image.content_hash) or image.problem is None


def source_words(image: CatalogueImage) -> str:
    """Where it comes from."""
    return f"photo ajoutée « {image.source_path} »" if image.uploaded else f"fichier « {image.source_path} »"
