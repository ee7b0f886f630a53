"""Several articles as one product with a combination each. Pure."""

from __future__ import annotations

from dataclasses import replace

from mapping.articles import Workshop, product
from mapping.catalogue import CatalogueProduct, Problem
from mapping.groups import Group


def product_of(shop: Workshop, reference: str) -> CatalogueProduct:
    """What an article is in the shop: a product of its own, the product of its group, or part of another product."""
    anchor = shop.groups.anchor_of(reference)
    if anchor is None:
        return product(shop, shop.data.articles[reference])
    group = shop.groups.of(anchor)
    if group is None or anchor != reference:
        return member_page(shop, reference, anchor)
    return group_product(shop, group)


def member_page(shop: Workshop, reference: str, anchor: str) -> CatalogueProduct:
    """The page that a member may have had before it joined: hidden, and visitors are led to the group's."""
    article = shop.data.articles[reference]
    facts = {"reference": reference, "name": article.label, "product": anchor}
    alone = product(shop, article)
    return replace(
        alone,
        readiness="out",
        active=False,
        problems=(Problem("catalogue.grouped", facts),),
        explanations={**alone.explanations, "active": f"vendu comme déclinaison du produit {anchor}"},
        combinations=(),
        specific_prices=(),
        images=(),
        documents=(),
        grouped_in=anchor,
        away="redirect",
        redirect_to=anchor,
    )


def group_product(shop: Workshop, group: Group) -> CatalogueProduct:
    """The group's product; its key is the anchor's reference."""
    return replace(product(shop, shop.data.articles[group.master]), key=group.anchor, members=tuple(group.members))
