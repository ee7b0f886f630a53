"""What ties products together: the content of packs, and accessories. Written once all products are in the shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mapping.catalogue import Catalogue, CatalogueProduct
from mapping.choices.base import join_key
from mapping.desired.common import combination_ref, is_waiting, product_ref
from mapping.rules import ShopRules
from mapping.state import Desired, Ref, Value

PACK_ITEM = "pack_items"
"""The kind of a `Ref` that stands for one line of a pack: "product key|combination key|quantity"."""
_STOCK = {"pack": "0", "components": "1", "both": "2"}
"""`pack_stock_type`: what an order takes from the stock."""
_NO_PACK: Mapping[str, Value] = {"pack": [], "type": "simple", "product_type": "standard"}
"""A pack that is one no more; `Desired.cleared`: only where we had made it one."""


def desired_links(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """One per product that has any; of the others, what an earlier run had written is taken back."""
    for product in catalogue.products:
        if product.readiness != "out":
            yield _links(product, rules)


def _links(product: CatalogueProduct, rules: ShopRules) -> Desired:
    fields: dict[str, Value] = {"product": product_ref(product.key)}
    reasons = {"product": f"article {product.reference}"}
    cleared: dict[str, Value] = {}
    if product.accessories:
        fields["accessories"] = [product_ref(key) for key in product.accessories]
        reasons["accessories"] = "articles liés dans Sage (F_NOMENCLAT), ou choisis par une personne"
    else:
        cleared["accessories"] = []
    if product.pack:
        fields |= {"product_type": "pack", "type": "pack", "pack_stock_type": _STOCK[rules.packs.stock]}
        fields["pack"] = [
            Ref(PACK_ITEM, join_key((one.product_key, one.combination_key, one.quantity))) for one in product.pack
        ]
        reasons |= dict.fromkeys(("pack", "type", "product_type"), "nomenclature commerciale (F_NOMENCLAT)")
        reasons["pack_stock_type"] = f"règle « stock des packs » : {rules.packs.stock}"
    else:
        cleared |= _NO_PACK
    # Made with its first combination as the default one; another master moves it, and all combinations must be there.
    default = next((one.key for one in product.combinations if one.default and product.members), "")
    if default:
        fields["default_combination"] = combination_ref(default)
        reasons["default_combination"] = "déclinaison de l'article maître du produit groupé"
    return Desired(
        kind="product_links",
        key=product.key,
        label=f"{product.reference} · {product.name}",
        fields=fields,
        reasons=reasons,
        update_only=is_waiting(product) or not (product.pack or product.accessories or default),
        cleared=cleared,
    )
