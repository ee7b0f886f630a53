"""The page of a product that is no longer for this shop: hidden, shown without stock, or redirected."""

from __future__ import annotations

from collections.abc import Mapping

from mapping.catalogue import CatalogueProduct
from mapping.desired.common import product_ref
from mapping.state import Desired, Ref, Value

NOT_FOUND = "404"
TO_PRODUCT, TO_CATEGORY = "301-product", "301-category"
"""As 1.7 and later spell them; `sync_portal.sync.spelling` knows what earlier versions say."""

BACK: Mapping[str, Value] = {"available_for_order": "1", "redirect_type": NOT_FOUND, "redirect_to": None}
"""What an earlier absence left in the shop, put right when the product is for sale again."""
_NO_REDIRECT: Mapping[str, Value] = {"redirect_type": NOT_FOUND, "redirect_to": None}
_ORDERABLE: Mapping[str, Value] = {"available_for_order": "1"}


def away(product: CatalogueProduct) -> Desired:
    """What a product that is out should be where it was published; nothing is made for it."""
    why = product.explanations["active"]
    fields: dict[str, Value] = {"active": "0"}
    cleared: Mapping[str, Value] = {**_NO_REDIRECT, **_ORDERABLE}
    if product.away == "out_of_stock":
        fields, cleared = {"active": "1", "available_for_order": "0"}, _NO_REDIRECT
    elif product.away == "redirect" and (product.redirect_to or product.category_key):
        target = product_ref(product.redirect_to) if product.redirect_to else Ref("categories", product.category_key)
        fields["redirect_type"] = TO_PRODUCT if product.redirect_to else TO_CATEGORY
        fields["redirect_to"] = target
        cleared = _ORDERABLE
    return Desired(
        kind="products",
        key=product.key,
        label=f"{product.reference} · {product.name}",
        fields=fields,
        reasons=dict.fromkeys(fields, why),
        update_only=True,
        cleared=cleared,
    )
