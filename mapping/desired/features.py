"""Features, their values, and those of each product."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue, CatalogueProduct
from mapping.desired.common import by_language, in_every_language
from mapping.desired.parts import Fields
from mapping.rules import ShopRules
from mapping.sources import column_of
from mapping.state import Desired, Ref, Value

_BY_PERSON = "choisi par une personne"


def fields(product: CatalogueProduct, rules: ShopRules) -> Fields:
    """The values of a product, as references to them: each names its feature (see `Form.PAIRS`).

    Not given where the client never said what its features are: those that the shop has are left alone.
    """
    if not product.features and "features" not in product.explanations:
        return {}
    said = " ; ".join(f"{one.label} : {one.value} ({one.why})" for one in product.features)
    values = [Ref("product_feature_values", one.value_key) for one in product.features]
    return {"features": (values, said or "aucune caractéristique")}


def desired_features(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """One that no product has any more stays in the shop as it is: nothing is shown of it there."""
    for feature in catalogue.features:
        wanted: dict[str, Value] = {"name": by_language(feature.name, feature.names, rules)}
        column = column_of(feature.key.partition(":")[2])
        reasons = {"name": _BY_PERSON if feature.names else f"information libre ou statistique « {column} »"}
        if feature.position is not None:
            wanted["position"], reasons["position"] = str(feature.position), _BY_PERSON
        yield Desired("product_features", feature.key, feature.name, fields=wanted, reasons=reasons)


def desired_feature_values(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Shared by all products with that value, so never the shop's "custom" ones, which belong to one product each."""
    names = {feature.key: feature.name for feature in catalogue.features}
    for value in catalogue.feature_values:
        feature = names[value.feature_key]
        yield Desired(
            "product_feature_values",
            value.key,
            f"{feature} : {value.name}",
            fields={
                "feature": Ref("product_features", value.feature_key),
                "name": in_every_language(value.name, rules),
                "custom": "0",
            },
            reasons={
                "feature": f"caractéristique « {feature} »",
                "name": "valeur telle que l'article la porte",
                "custom": "valeur commune à tous les produits qui la portent",
            },
        )
