"""Products and their combinations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mapping.catalogue import Catalogue, CatalogueCombination, CatalogueProduct
from mapping.combinations import made_by_choice
from mapping.desired import brands, features, texts
from mapping.desired.away import BACK, away
from mapping.desired.categories import branches, category_refs
from mapping.desired.common import held, in_every_language, is_waiting, product_ref
from mapping.desired.parts import Part
from mapping.numbers import plain, shop_decimal
from mapping.rules import ShopRules
from mapping.state import SHOPS_OWN, Desired, Ref, Value

PARTS: tuple[Part, ...] = (texts.fields, brands.fields, features.fields)


@dataclass(frozen=True, slots=True)
class _Tree:
    refs: Mapping[str, Ref]
    branches: Mapping[str, Sequence[str]]

    def of(self, product: CatalogueProduct) -> list[Ref]:
        """The main category's branch, then those of the further ones; each category once."""
        keys = (product.category_key, *product.categories)
        found = (self.refs[one] for key in keys for one in self.branches.get(key, ()))
        return list(dict.fromkeys(found)) or [self.refs[""]]


def desired_products(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Ready ones whole, held ones with their cause; those that are out or gone are hidden where they were published."""
    tree = _Tree(category_refs(catalogue, rules), branches(catalogue))
    for product in catalogue.products:
        if product.readiness == "out":
            continue
        fields = _product_fields(product, tree, rules)
        more = {name: found for part in PARTS for name, found in part(product, rules).items()}
        fields.update({name: value for name, (value, _why) in more.items()})
        yield Desired(
            kind="products",
            key=product.key,
            label=f"{product.reference} · {product.name}",
            fields=fields,
            reasons=_product_reasons(product, fields) | {name: why for name, (_value, why) in more.items()},
            at_creation=_at_creation(product, rules),
            held=held(product.problems[0]) if product.readiness == "held" else None,
            cleared={**BACK, **_emptied(fields, rules)},
        )
    # After the others: a product that visitors are led to may be made in the same run.
    yield from (away(product) for product in catalogue.products if product.readiness == "out")
    yield from map(_gone, catalogue.gone)


def _gone(key: str) -> Desired:
    """Also one that never came from Sage: a person had it hidden."""
    never = key.startswith(SHOPS_OWN)
    why = "ne vient pas de Sage : une personne a choisi de le masquer" if never else "n'existe plus dans Sage"
    return Desired(
        kind="products",
        key=key,
        label=f"n° {key.removeprefix(SHOPS_OWN)} de la boutique" if never else key,
        fields={"active": "0"},
        reasons={"active": f"l'article {key} {why}"},
        update_only=True,
    )


def desired_combinations(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """The combinations that Sage has not put to sleep; those of a group that sleep stay as they are in the shop."""
    for product in catalogue.products:
        for combination in product.combinations:
            if combination.active and product.readiness != "out":
                yield _combination(product, combination)
            elif made_by_choice(combination.key):
                yield Desired("combinations", combination.key, product.name, fields={}, update_only=True)


def _product_fields(product: CatalogueProduct, tree: _Tree, rules: ShopRules) -> dict[str, Value]:
    return {
        "reference": product.reference,
        "ean13": product.ean13,
        "name": in_every_language(product.name, rules),
        "price": shop_decimal(product.price),
        "tax": Ref("taxes", plain(product.tax_rate)) if product.tax_rate else None,
        "weight": shop_decimal(product.weight),
        "active": "1",
        "category": tree.refs.get(product.category_key, tree.refs[""]),
        "categories": tree.of(product),
    }


def _product_reasons(product: CatalogueProduct, fields: dict[str, Value]) -> dict[str, str]:
    said = dict(product.explanations)
    said["categories"] = f"{said['category']}, avec les catégories au-dessus"
    return {name: said[name] for name in fields if name in said}


def _emptied(fields: Mapping[str, Value], rules: ShopRules) -> dict[str, Value]:
    """What Sage gave once and gives no more."""
    known = {**texts.emptied(rules), **brands.EMPTIED}
    return {name: value for name, value in known.items() if name not in fields}


def _at_creation(product: CatalogueProduct, rules: ShopRules) -> dict[str, Value]:
    return {
        "link_rewrite": texts.first_address(product, rules),
        "state": "1",
        "available_for_order": "1",
        "show_price": "1",
        "minimal_quantity": "1",
        "visibility": "both",
        "product_type": "combinations" if product.combinations else "pack" if product.pack else "standard",
    }


def _combination(product: CatalogueProduct, combination: CatalogueCombination) -> Desired:
    words = " · ".join(label for _option, label in combination.values)
    said = combination.explanations
    return Desired(
        kind="combinations",
        key=combination.key,
        label=f"{product.reference} · {product.name} · {words}",
        fields={
            "product": product_ref(product.key),
            "reference": combination.reference,
            "ean13": combination.ean13,
            "price_impact": shop_decimal(combination.price_impact),
            "weight_impact": shop_decimal(combination.weight_impact),
            "values": [Ref("product_option_values", key) for key in combination.value_keys],
        },
        reasons={
            "product": f"déclinaison de l'article {product.reference}",
            "reference": said["reference"],
            "ean13": said["ean13"],
            "price_impact": said["price_impact"],
            "weight_impact": said.get("weight_impact", "Sage ne connaît pas de poids par déclinaison"),
            "values": f"{said['values']} : {words}",
        },
        at_creation={"minimal_quantity": "1"} | ({"default_on": "1"} if combination.default else {}),
        update_only=is_waiting(product),
    )
