"""Quantities. The shop makes the rows itself, one per product and per combination."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue, CatalogueCombination, CatalogueProduct
from mapping.desired.common import combination_ref, is_waiting, product_ref
from mapping.rules import ShopRules
from mapping.state import Desired


def desired_stock(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """One row per product without combinations, else one per combination: the shop adds them up by itself.

    A held product that is in the shop keeps an exact stock; a combination that Sage put to sleep has none.
    """
    for product in catalogue.products:
        if product.readiness == "out":
            if product.away == "out_of_stock":
                yield from _nothing_left(product)
            continue
        if product.combinations:
            for combination in product.combinations:
                yield _combination_stock(product, combination, rules)
        else:
            words = product.explanations["quantity"]
            yield _row(
                product, "", product.key, _shown(product.quantity, rules), words, update_only=is_waiting(product)
            )


def _nothing_left(product: CatalogueProduct) -> Iterator[Desired]:
    """Its page stays, and nothing of it can be bought."""
    why = product.explanations["active"]
    for key in [one.key for one in product.combinations] or [""]:
        yield _row(product, key, key or product.key, "0", why, update_only=True)


def _combination_stock(product: CatalogueProduct, combination: CatalogueCombination, rules: ShopRules) -> Desired:
    if not combination.active:
        return _row(product, combination.key, combination.key, "0", "AE_Sommeil = 1 : en sommeil", update_only=True)
    return _row(
        product,
        combination.key,
        combination.key,
        _shown(combination.quantity, rules),
        combination.explanations["quantity"],
        update_only=is_waiting(product),
    )


def _row(
    product: CatalogueProduct, combination_key: str, key: str, quantity: str, words: str, *, update_only: bool
) -> Desired:
    return Desired(
        kind="stock",
        key=key,
        label=f"{product.reference} · {product.name}",
        fields={
            "product": product_ref(product.key),
            "combination": combination_ref(combination_key),
            "quantity": quantity,
        },
        reasons={
            "product": f"article {product.reference}",
            "combination": "stock par déclinaison" if combination_key else "article sans déclinaison",
            "quantity": words,
        },
        update_only=update_only,
    )


def _shown(quantity: int | None, rules: ShopRules) -> str:
    return str(rules.stock.untracked_quantity if quantity is None else quantity)
