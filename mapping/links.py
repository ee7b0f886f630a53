"""What ties a product to others: further categories, the components of a pack, accessories. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.choices import PRODUCT, ProductChoice
from mapping.packs import IsForSale

LINKED = 4
"""AR_Nomencl: the components are articles that go with it."""

if TYPE_CHECKING:
    from mapping.articles import Workshop


def category_of(shop: Workshop, article: Article) -> tuple[str, str]:
    """(key of the main category, why): a person's, while there is such a node, else Sage's; "" for none."""
    chosen = _chosen(shop, article)
    if chosen and chosen.category is not None and (not chosen.category or shop.tree.knows(chosen.category)):
        key = shop.tree.shown(chosen.category)
        return (
            key,
            f"« {shop.tree.path(key)} », choisie par une personne" if key else "aucune, par choix d'une personne",
        )
    key = shop.tree.of(article)
    if not key:
        return key, "aucune catégorie dans Sage : accueil de la boutique"
    if key.startswith("FAM:"):
        return key, f"famille {article.family_code} « {shop.tree.path(key)} »"
    return key, f"catalogue « {shop.tree.path(key)} »"


def categories_of(shop: Workshop, article: Article) -> tuple[str, ...]:
    """Keys of further categories: those that the rules read from sources, then a person's."""
    chosen = _chosen(shop, article)
    by_person = (shop.tree.shown(key) for key in (chosen.categories if chosen else ()))
    main, _why = category_of(shop, article)
    found = dict.fromkeys((*shop.tree.more_of(shop.data, article), *by_person))
    return tuple(key for key in found if key and key != main)


def _chosen(shop: Workshop, article: Article) -> ProductChoice | None:
    return shop.choices.get(PRODUCT, ProductChoice, shop.groups.product_key(article.reference))


def accessories_of(shop: Workshop, article: Article, is_for_sale: IsForSale) -> tuple[str, ...]:
    """Keys of the products that go with it: those that a person chose, else Sage's linked articles (AR_Nomencl 4).

    One that is not for sale is left out until it is.
    """
    chosen = shop.choices.get(PRODUCT, ProductChoice, shop.groups.product_key(article.reference))
    if chosen is not None and chosen.accessories is not None:
        references = chosen.accessories
    elif shop.rules.accessories and article.nomenclature == LINKED:
        references = tuple(row.component for row in shop.data.kit_components.get(article.reference, []))
    else:
        return ()
    own = shop.groups.product_key(article.reference)
    found = (shop.data.articles[one] for one in references if one in shop.data.articles)
    keys = (shop.groups.product_key(one.reference) for one in found if is_for_sale(shop, one))
    return tuple(dict.fromkeys(key for key in keys if key != own))
