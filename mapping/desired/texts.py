"""Texts and tags of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mapping.catalogue import Catalogue, CatalogueProduct, ProductText
from mapping.desired.common import in_every_language
from mapping.desired.parts import Fields
from mapping.naming import link_rewrite
from mapping.rules import ShopRules
from mapping.state import Desired, Ref, Value
from mapping.tags import tag_key, tags_of
from mapping.texts import COPIED

PLAIN = ("name", "description_short", "description", "meta_title", "meta_description", "link_rewrite")


def fields(product: CatalogueProduct, rules: ShopRules) -> Fields:
    """The texts that the product has, each in every language: the webservice blanks those that are not sent."""
    found: dict[str, tuple[Value, str]] = {}
    for field in PLAIN:
        texts = product.texts.get(field)
        if texts:
            found[field] = ({one: texts[one].text if one in texts else "" for one in rules.languages}, _why(texts))
    if "tags" in product.texts:
        tags = [Ref("tags", tag_key(language, name)) for language, name in tags_of(product)]
        found["tags"] = (tags, _why(product.texts["tags"]))
    return found


def emptied(rules: ShopRules) -> Mapping[str, Value]:
    """What becomes of a text that Sage no longer has, where it is in the shop by us. An address is never emptied."""
    blank = in_every_language("", rules)
    return {field: blank for field in PLAIN if field not in {"name", "link_rewrite"}} | {"tags": []}


def first_address(product: CatalogueProduct, rules: ShopRules) -> Mapping[str, str]:
    """The readable part of the page's address, from the name in each language: given once, then the shop's."""
    names = product.texts.get("name", {})
    return {one: link_rewrite(names[one].text if one in names else product.name) for one in rules.languages}


def desired_tags(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    for tag in catalogue.tags:
        yield Desired(
            kind="tags",
            key=tag.key,
            label=f"{tag.name} ({tag.language})",
            fields={"language": Ref("languages", tag.language), "name": tag.name},
            reasons={"language": "langue de la boutique", "name": "mot-clé d'au moins un article publié"},
        )


def _why(texts: Mapping[str, ProductText]) -> str:
    """One reason for all languages, or one after the other; those that only follow another one are left out."""
    reasons = {language: text.why for language, text in texts.items() if not text.why.startswith(COPIED)}
    if len(set(reasons.values())) <= 1:
        return next(iter(reasons.values()), "")
    return " ; ".join(f"{language} : {why}" for language, why in reasons.items())
