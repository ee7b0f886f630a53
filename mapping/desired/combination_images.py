"""Which photos each combination shows."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue, CatalogueCombination, CatalogueImage, CatalogueProduct
from mapping.desired.common import combination_ref, is_waiting
from mapping.desired.images import may_be_named
from mapping.rules import ShopRules
from mapping.state import Desired, Ref, Value


def desired_combination_images(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Its own photos and those that belong to no combination in particular.

    One that shows all of them is sent none, which means all in the shop: nothing is said of it unless it was shown
    some of them before.
    """
    for product in catalogue.products:
        photos = [image for image in product.images if may_be_named(image)]
        for combination in product.combinations:
            if combination.active:
                yield _desired(product, combination, photos)


def _desired(product: CatalogueProduct, combination: CatalogueCombination, photos: list[CatalogueImage]) -> Desired:
    own = [image for image in photos if not image.combination_keys or combination.key in image.combination_keys]
    every = len(own) == len(photos)
    words = " · ".join(value for _option, value in combination.values)
    images: Value = [] if every else [Ref("images", image.key) for image in own]
    why = "toutes les photos du produit" if every or not own else f"{len(own)} photo(s) sur {len(photos)}"
    return Desired(
        kind="combination_images",
        key=combination.key,
        label=f"{product.reference} · {product.name} · {words}",
        fields={"combination": combination_ref(combination.key), "images": images},
        reasons={"combination": f"déclinaison de l'article {product.reference}", "images": why},
        update_only=every or is_waiting(product),
    )
