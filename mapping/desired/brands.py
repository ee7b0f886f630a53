"""Makers and suppliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mapping.brands import MANUFACTURER, SUPPLIER, brand_key
from mapping.catalogue import Catalogue, CatalogueBrand, CatalogueProduct
from mapping.desired.common import is_waiting, product_ref
from mapping.desired.parts import Fields
from mapping.rules import ShopRules
from mapping.state import Desired, Ref, Value

EMPTIED: Mapping[str, Value] = {"manufacturer": None, "supplier": None}
"""What becomes of them when Sage no longer has one, where they are in the shop by us."""


def fields(product: CatalogueProduct, rules: ShopRules) -> Fields:
    """The fields of a product that come from here."""
    found: dict[str, tuple[Value, str]] = {}
    if product.manufacturer:
        maker = Ref("manufacturers", brand_key(MANUFACTURER, product.manufacturer))
        found["manufacturer"] = (maker, product.explanations.get("manufacturer", ""))
    if product.supplier:
        found["supplier"] = (_supplier(product), product.explanations.get("supplier", ""))
    return found


def desired_manufacturers(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    return _brands("manufacturers", catalogue.manufacturers, "marque d'au moins un article publié")


def desired_suppliers(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    return _brands("suppliers", catalogue.suppliers, "fournisseur principal d'au moins un article publié")


def desired_product_suppliers(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """The supplier in the product's own list, with what it calls the article; the shop does not fill that in itself.

    One that is out or gone keeps it: nothing is taken away there.
    """
    for product in catalogue.products:
        if not product.supplier:
            continue
        if product.readiness == "out":
            yield _kept(product.key)
            continue
        why = product.explanations.get("supplier", "")
        yield Desired(
            kind="product_suppliers",
            key=_key(product.key),
            label=f"{product.reference} · {product.supplier}",
            fields={
                "product": product_ref(product.key),
                "supplier": _supplier(product),
                "reference": product.supplier_reference,
            },
            reasons={
                "product": f"article {product.reference}",
                "supplier": why,
                "reference": f"AF_RefFourniss « {product.supplier_reference} »",
            },
            update_only=is_waiting(product),
        )
    yield from map(_kept, catalogue.gone)


def _brands(kind: str, brands: Iterable[CatalogueBrand], why: str) -> Iterator[Desired]:
    for brand in brands:
        yield Desired(
            kind=kind,
            key=brand.key,
            label=brand.name,
            fields={"name": brand.name},
            reasons={"name": why},
            at_creation={"active": "1"},
        )


def _supplier(product: CatalogueProduct) -> Ref:
    return Ref("suppliers", brand_key(SUPPLIER, product.supplier))


def _key(product_key: str) -> str:
    return f"{product_key}|supplier"


def _kept(product_key: str) -> Desired:
    return Desired("product_suppliers", _key(product_key), product_key, fields={}, update_only=True)
