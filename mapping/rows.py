"""The catalogue's parts as rows of its tables, not yet saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from connectors.models import Client
from mapping.catalogue import Catalogue, CatalogueProduct
from mapping.media import HashedImage
from mapping.models import (
    Category,
    Combination,
    CustomerGroup,
    Product,
    ProductImage,
    ShopCustomer,
    SpecificPrice,
)
from mapping.price_steps import sentence

LANGUAGE = "fr"
"""Explanations are kept in the language of the client's people."""
PATH_LENGTH = 600

GROUP_FIELDS = ("name", "with_tax", "public")
CATEGORY_FIELDS = ("name", "parent_key", "path", "position", "product_count")
CUSTOMER_FIELDS = ("company", "email", "group_key", "city", "sleeping", "problems")
PRODUCT_FIELDS = (
    "reference",
    "name",
    "ean13",
    "weight",
    "price",
    "tax_rate",
    "category_key",
    "category_path",
    "quantity",
    "active",
    "readiness",
    "problems",
    "explanations",
    "sleeping",
    "texts",
    "features",
    "manufacturer",
    "supplier",
    "categories",
    "pack",
    "accessories",
    "documents",
    "members",
    "grouped_in",
    "away",
    "redirect_to",
)
COMBINATION_FIELDS = (
    "reference",
    "ean13",
    "values",
    "price_impact",
    "quantity",
    "position",
    "weight_impact",
    "article",
    "packs",
)
PRICE_FIELDS = ("combination_key", "group_key", "customer_key", "from_quantity", "price", "explanation")
IMAGE_FIELDS = (
    "source_path",
    "file",
    "content_hash",
    "size",
    "modified_ns",
    "legend",
    "position",
    "problem",
    "legends",
    "combination_keys",
    "uploaded",
)


def groups(client: Client, catalogue: Catalogue) -> Iterator[CustomerGroup]:
    for group in catalogue.groups:
        yield CustomerGroup(client=client, key=group.key, name=group.name, with_tax=group.with_tax, public=group.public)


def categories(client: Client, catalogue: Catalogue) -> Iterator[Category]:
    for node in catalogue.categories:
        yield Category(
            client=client,
            key=node.key,
            name=node.name,
            parent_key=node.parent_key,
            path=node.path[:PATH_LENGTH],
            position=node.position,
            product_count=node.product_count,
        )


def customers(client: Client, catalogue: Catalogue) -> Iterator[ShopCustomer]:
    for customer in catalogue.customers:
        problems = (*customer.problems, *customer.address_problems)
        yield ShopCustomer(
            client=client,
            key=customer.key,
            company=customer.company,
            email=customer.email,
            group_key=customer.group_key,
            city=customer.address.city,
            sleeping=customer.sleeping,
            problems=[problem.to_json() for problem in problems],
        )


def products(client: Client, catalogue: Catalogue) -> Iterator[Product]:
    for product in catalogue.products:
        yield Product(
            client=client,
            key=product.key,
            reference=product.reference,
            name=product.name,
            ean13=product.ean13,
            weight=product.weight,
            price=product.price,
            tax_rate=product.tax_rate,
            category_key=product.category_key,
            category_path=product.category_path[:PATH_LENGTH],
            quantity=product.quantity,
            active=product.active,
            readiness=product.readiness,
            problems=[problem.to_json() for problem in product.problems],
            explanations=dict(product.explanations),
            sleeping=product.sleeping,
            **_details(product),
        )


def _details(product: CatalogueProduct) -> dict[str, Any]:
    """What is shown of a product and is not looked up by."""
    return {
        "texts": {
            field: {language: asdict(text) for language, text in by_language.items()}
            for field, by_language in product.texts.items()
        },
        "features": [
            {"key": one.feature_key, "label": one.label, "value": one.value, "why": one.why} for one in product.features
        ],
        "manufacturer": product.manufacturer,
        "supplier": product.supplier,
        "categories": list(product.categories),
        "pack": [
            {
                "reference": one.reference,
                "product": one.product_key,
                "combination": one.combination_key,
                "quantity": one.quantity,
            }
            for one in product.pack
        ],
        "accessories": list(product.accessories),
        "documents": [
            {
                "key": one.key,
                "path": one.source_path,
                "name": one.name,
                "file": one.file,
                "content_hash": one.content_hash,
                "size": one.size,
                "modified_ns": one.modified_ns,
                "problem": one.problem.to_json() if one.problem else None,
            }
            for one in product.documents
        ],
        "members": list(product.members),
        "grouped_in": product.grouped_in,
        "away": product.away,
        "redirect_to": product.redirect_to,
    }


def combinations(catalogue: Catalogue, product_ids: Mapping[str, int]) -> Iterator[Combination]:
    """Those that are for sale: a combination asleep in Sage is not shown."""
    for product in catalogue.products:
        for combination in product.combinations:
            if combination.active and product.key in product_ids:
                yield Combination(
                    product_id=product_ids[product.key],
                    key=combination.key,
                    reference=combination.reference,
                    ean13=combination.ean13,
                    values=[list(pair) for pair in combination.values],
                    price_impact=combination.price_impact,
                    quantity=combination.quantity,
                    position=combination.position,
                    weight_impact=combination.weight_impact,
                    article=combination.article,
                    packs=combination.packs,
                )


def specific_prices(catalogue: Catalogue, product_ids: Mapping[str, int]) -> Iterator[SpecificPrice]:
    for product in catalogue.products:
        for price in product.specific_prices if product.key in product_ids else ():
            yield SpecificPrice(
                product_id=product_ids[product.key],
                key=price.key,
                combination_key=price.combination_key,
                group_key=price.group_key,
                customer_key=price.customer_key,
                from_quantity=price.from_quantity,
                price=price.price,
                explanation=[sentence(step, LANGUAGE) for step in price.steps],
            )


def images(hashed: Mapping[str, Sequence[HashedImage]], product_ids: Mapping[str, int]) -> Iterator[ProductImage]:
    for product, found in hashed.items():
        for one in found if product in product_ids else ():
            image = one.image
            yield ProductImage(
                product_id=product_ids[product],
                key=image.key,
                source_path=image.source_path,
                file=one.seen.file,
                content_hash=one.seen.content_hash,
                size=one.seen.size,
                modified_ns=one.seen.modified_ns,
                legend=image.legend,
                position=image.position,
                problem=image.problem.to_json() if image.problem else None,
                legends=dict(image.legends),
                combination_keys=list(image.combination_keys),
                uploaded=image.uploaded,
            )
