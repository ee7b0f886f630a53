"""Groups (tariff categories) and every price."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue, CataloguePrice, CatalogueProduct
from mapping.desired.common import combination_ref, in_every_language, is_waiting, product_ref
from mapping.numbers import said, shop_decimal
from mapping.price_steps import explained
from mapping.rules import ShopRules
from mapping.state import Desired, Ref


def desired_groups(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """The public tariff category is what everybody pays: no group."""
    for group in catalogue.groups:
        if not group.public:
            yield Desired(
                kind="groups",
                key=group.key,
                label=group.name,
                fields={
                    "name": in_every_language(group.name, rules),
                    "price_display_method": "0" if group.with_tax else "1",
                },
                reasons={
                    "name": f"catégorie tarifaire {group.key} (P_CATTARIF.CT_Intitule)",
                    "price_display_method": f"catégorie tenue en {'TTC' if group.with_tax else 'HT'} (CT_PrixTTC)",
                },
            )


def desired_product_prices(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Base prices and impacts of what is published already; a product without a publishable price is left alone."""
    for product in catalogue.products:
        if is_waiting(product):
            continue
        yield Desired(
            kind="products",
            key=product.key,
            label=f"{product.reference} · {product.name}",
            fields={"price": shop_decimal(product.price)},
            reasons={"price": product.explanations["price"]},
            update_only=True,
        )
        for combination in product.combinations:
            if combination.active:
                yield Desired(
                    kind="combinations",
                    key=combination.key,
                    label=f"{product.reference} · {' · '.join(label for _, label in combination.values)}",
                    fields={"price_impact": shop_decimal(combination.price_impact)},
                    reasons={"price_impact": combination.explanations["price_impact"]},
                    update_only=True,
                )


def desired_specific_prices(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Prices by group, customer and quantity; those of products that wait too, so that they are not removed."""
    for product in catalogue.products:
        for price in product.specific_prices:
            yield _specific_price(product, price)


def _specific_price(product: CatalogueProduct, price: CataloguePrice) -> Desired:
    buyer = f"client {price.customer_key}" if price.customer_key else f"catégorie tarifaire {price.group_key}"
    buyer = buyer if price.customer_key or price.group_key else "tout le monde"
    quantity = f" à partir de {price.from_quantity}" if price.from_quantity > 1 else ""
    return Desired(
        kind="specific_prices",
        key=price.key,
        label=f"{product.reference} · {buyer}{quantity} : {said(price.price, 'fr')} HT",
        fields={
            "product": product_ref(price.product_key),
            "combination": combination_ref(price.combination_key),
            "group": Ref("groups", price.group_key) if price.group_key else None,
            "customer": Ref("customers", price.customer_key) if price.customer_key else None,
            "from_quantity": str(price.from_quantity),
            "price": shop_decimal(price.price),
            "reduction": "0.000000",
            "reduction_type": "amount",
            "reduction_tax": "0",
        },
        reasons={
            "product": f"article {product.reference}",
            "combination": "prix par déclinaison" if price.combination_key else "le même écart pour tous les acheteurs",
            "group": buyer,
            "customer": buyer,
            "from_quantity": f"premier palier atteint à {price.from_quantity}",
            "price": explained(price.steps),
            "reduction": "les remises de Sage sont déjà dans le prix",
            "reduction_type": "les remises de Sage sont déjà dans le prix",
            "reduction_tax": "les remises de Sage sont déjà dans le prix",
        },
        update_only=is_waiting(product),
    )
