"""What a client asks of a product before it is put on sale, beyond what every shop needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mapping.catalogue import CatalogueProduct, Problem
from mapping.rules import ShopRules

_TAGS = re.compile(r"<[^>]*>")

Missing = Callable[[CatalogueProduct], bool]


def checked(product: CatalogueProduct, rules: ShopRules) -> CatalogueProduct:
    """The product, held when something on the client's checklist is missing; what is out stays out."""
    if product.readiness == "out":
        return product
    found = tuple(missing(product, rules))
    if not found:
        return product
    reasons = [*product.problems]
    # The first problem says why it is held: what held it before stays in front.
    place = len(reasons) if product.readiness == "held" else 0
    reasons[place:place] = found
    return replace(product, readiness="held", active=False, problems=tuple(reasons))


def missing(product: CatalogueProduct, rules: ShopRules) -> Iterator[Problem]:
    """What the checklist asks for and the product lacks, in the checklist's order."""
    facts = {"reference": product.reference, "name": product.name}
    for name in dict.fromkeys(rules.checks.required):
        cause, lacks = _CHECKS[name]
        if lacks(product):
            yield Problem(cause, facts)
    length, least = len(description(product, rules.language)), rules.checks.min_description
    if length < least and not ("description" in rules.checks.required and not length):
        yield Problem("catalogue.check_short", {**facts, "length": str(length), "least": str(least)})


def description(product: CatalogueProduct, language: str) -> str:
    """The words of the description, without its tags."""
    text = product.texts.get("description", {}).get(language)
    return " ".join(_TAGS.sub(" ", text.text).split()) if text else ""


def without_ean(product: CatalogueProduct) -> bool:
    """Whether something of it that is sold has no barcode."""
    sold = [one for one in product.combinations if one.active]
    return any(not one.ean13 for one in sold) if sold else not product.ean13


def without_own_photo(product: CatalogueProduct) -> bool:
    """Whether a combination has no photo: neither one of its own nor one that shows all of them."""
    sold = [one for one in product.combinations if one.active]
    for_all = any(not image.combination_keys for image in product.images)
    shown = {key for image in product.images for key in image.combination_keys}
    return not product.images or (not for_all and any(one.key not in shown for one in sold))


def _without_description(product: CatalogueProduct) -> bool:
    return not any(_TAGS.sub("", text.text).strip() for text in product.texts.get("description", {}).values())


_CHECKS: Mapping[str, tuple[str, Missing]] = {
    "photo": ("catalogue.check_photo", lambda product: not product.images),
    "weight": ("catalogue.check_weight", lambda product: product.weight <= 0),
    "category": ("catalogue.check_category", lambda product: not product.category_key),
    "description": ("catalogue.check_description", _without_description),
    "ean": ("catalogue.check_ean", without_ean),
    "combination_photos": ("catalogue.check_combination_photos", without_own_photo),
    "manufacturer": ("catalogue.check_manufacturer", lambda product: not product.manufacturer),
}
