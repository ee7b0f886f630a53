"""The state of an article base ("une base article saine"): what to mend in Sage before a shop shows it. Pure.

Every topic has its words and a weight; a finding is one topic on one article with the values met.
"""

# ruff: noqa: E501  a sentence is one line, so that it can be searched

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from connectors.sage.records import Article
from mapping.catalogue import CatalogueProduct
from mapping.checklist import description, without_ean
from mapping.naming import folded, folded_blanks
from mapping.numbers import plain
from mapping.rules import ShopRules

Weight = Literal["blocks", "warns", "advice"]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is looked at. ``blocks``: the article cannot be published; ``warns``: the shop would show something wrong;
    ``advice``: the shop would sell better.
    """

    weight: Weight
    french: str
    english: str
    french_remedy: str
    english_remedy: str


TOPICS: Mapping[str, Topic] = {
    "name_missing": Topic(
        "blocks", "Désignation vide", "No designation",
        "Saisissez la désignation de l'article dans Sage.", "Enter the article's designation in Sage.",
    ),
    "reference_refused": Topic(
        "blocks", "Référence refusée par la boutique", "Reference refused by the shop",
        "La boutique n'accepte ni < > ; = { } ni plus de 64 caractères : changez la référence dans Sage.",
        "The shop takes neither < > ; = { } nor more than 64 characters: change the reference in Sage.",
    ),
    "reference_twin": Topic(
        "blocks", "Références que la boutique ne distingue pas", "References the shop cannot tell apart",
        "Deux références ne diffèrent que par la casse, un accent ou un espace : renommez-en une, ou n'en publiez qu'une.",
        "Two references differ only by case, an accent or a blank: rename one, or publish only one.",
    ),
    "price_zero": Topic(
        "blocks", "Prix à zéro", "Price at zero",
        "Saisissez un prix de vente ou un tarif dans Sage.", "Enter a sale price or a tariff in Sage.",
    ),
    "tax_missing": Topic(
        "blocks", "TVA introuvable", "VAT not found",
        "Renseignez la TVA de l'article ou de sa famille (comptabilité).", "Set the VAT of the article or of its family (accounting).",
    ),
    "combination_missing": Topic(
        "blocks", "Gamme sans énuméré", "Gamme without a value",
        "Choisissez les énumérés de la gamme sur la fiche article.", "Choose the gamme's values on the article.",
    ),
    "ean_invalid": Topic(
        "warns", "Code-barres invalide", "Invalid barcode",
        "Ce n'est ni un EAN-13, ni un EAN-8, ni un UPC : il n'est pas envoyé. Corrigez-le dans Sage.",
        "It is neither an EAN-13, an EAN-8 nor a UPC: it is not sent. Correct it in Sage.",
    ),
    "ean_doubled": Topic(
        "warns", "Code-barres en double", "Barcode on several articles",
        "Le même code sur plusieurs articles n'est envoyé sur aucun : gardez-le sur un seul.",
        "The same code on several articles is sent on none: keep it on one.",
    ),
    "design_doubled": Topic(
        "warns", "Même désignation sur plusieurs articles", "Same designation on several articles",
        "Sont-ce les déclinaisons d'un même produit, ou un doublon ? Regroupez-les, ou précisez les désignations.",
        "Are they combinations of one product, or a double? Group them, or tell their designations apart.",
    ),
    "photo_file_missing": Topic(
        "warns", "Fichier de photo introuvable", "Photo file not found",
        "Le fichier nommé par Sage n'est pas dans le dossier des photos : remettez-le, ou corrigez le chemin.",
        "The file that Sage names is not in the photo folder: put it back, or correct the path.",
    ),
    "category_missing": Topic(
        "warns", "Sans catégorie", "No category",
        "Donnez à l'article une famille ou une place dans le catalogue.", "Give the article a family or a place in the catalogue.",
    ),
    "combination_doubled": Topic(
        "warns", "Déclinaison en double", "Combination twice",
        "Deux lignes portent les mêmes énumérés : supprimez l'une d'elles dans Sage.",
        "Two rows have the same values: delete one of them in Sage.",
    ),
    "kind_disagrees": Topic(
        "warns", "Type d'article incohérent", "Kind of article disagrees",
        "L'article a une gamme sans être de type « gamme » : vérifiez sa fiche.", "The article has a gamme without being of that kind: check it.",
    ),
    "price_below_cost": Topic(
        "warns", "Vendu moins cher qu'acheté", "Sold below its purchase price",
        "Vérifiez le prix de vente et le prix d'achat.", "Check the sale price and the purchase price.",
    ),
    "kit_unavailable": Topic(
        "warns", "Composant de pack indisponible", "Pack component unavailable",
        "Un composant est en sommeil ou non publié : réveillez-le, ou remplacez-le dans la nomenclature.",
        "A component is asleep or unpublished: wake it up, or replace it in the nomenclature.",
    ),
    "text_cut": Topic(
        "warns", "Texte trop long pour la boutique", "Text too long for the shop",
        "Il est coupé sur un mot : raccourcissez-le dans Sage, ou écrivez-le sur la page du produit.",
        "It is cut on a word: shorten it in Sage, or write it on the product's page.",
    ),
    "photo_missing": Topic(
        "advice", "Sans photo", "No photo",
        "Ajoutez une photo dans Sage, dans le dossier, ou sur la page du produit.", "Add a photo in Sage, in the folder, or on the product's page.",
    ),
    "ean_missing": Topic(
        "advice", "Sans code-barres", "No barcode",
        "Les comparateurs et places de marché le demandent : saisissez-le dans Sage.", "Comparison sites and marketplaces ask for it: enter it in Sage.",
    ),
    "weight_missing": Topic(
        "advice", "Sans poids", "No weight",
        "Les frais de port au poids seraient faux : saisissez le poids net ou brut.", "Shipping by weight would be wrong: enter the net or gross weight.",
    ),
    "description_missing": Topic(
        "advice", "Sans description", "No description",
        "Ajoutez un texte du glossaire dans Sage, ou écrivez-le sur la page du produit.", "Add a glossary text in Sage, or write it on the product's page.",
    ),
    "looks_like_variants": Topic(
        "advice", "Ressemble à une déclinaison", "Looks like a combination",
        "Cet article et d'autres semblent être un seul produit : décidez dans l'atelier de regroupement.",
        "This article and others look like one product: decide in the grouping studio.",
    ),
}  # fmt: skip

_BY_CAUSE: Mapping[str, str] = {
    "catalogue.no_name": "name_missing",
    "catalogue.reference_refused": "reference_refused",
    "catalogue.twin_reference": "reference_twin",
    "catalogue.price_zero": "price_zero",
    "catalogue.no_tax": "tax_missing",
    "catalogue.no_combination": "combination_missing",
    "catalogue.ean_invalid": "ean_invalid",
    "catalogue.ean_doubled": "ean_doubled",
    "catalogue.no_family": "category_missing",
    "catalogue.combination_doubled": "combination_doubled",
    "catalogue.kind_disagrees": "kind_disagrees",
    "stock.kit_component_unavailable": "kit_unavailable",
}
CUT = "coupé à"
"""How an explanation says that a text was too long."""
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    topic: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Base:
    """What is known of the whole base while one article is looked at."""

    designs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded designation -> the references that bear it, when several do."""
    missing_files: frozenset[str] = frozenset()
    """Paths of photos whose file is not there."""


def same_designs(articles: Iterator[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """`Base.designs` of these (reference, designation)."""
    found: dict[str, list[str]] = {}
    for reference, design in articles:
        if name := folded(design):
            found.setdefault(name, []).append(reference)
    return {name: tuple(sorted(references)) for name, references in found.items() if len(references) > 1}


def findings(product: CatalogueProduct, article: Article, rules: ShopRules, base: Base) -> list[Finding]:
    """What is to be said of one article; each topic once, in the order of `TOPICS`."""
    found: dict[str, Finding] = {}
    for topic, facts in (*_told(product), *_own(product, article, rules, base)):
        found.setdefault(topic, Finding(topic, facts))
    if found.keys() & {"ean_invalid", "ean_doubled"}:
        found.pop("ean_missing", None)  # it is there, and what is wrong with it is said
    return [found[topic] for topic in TOPICS if topic in found]


def _told(product: CatalogueProduct) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What the derivation met already."""
    for problem in product.problems:
        if topic := _BY_CAUSE.get(problem.cause):
            dropped = {"reference", "name"}
            yield topic, {name: value for name, value in problem.facts.items() if name not in dropped}


def _own(
    product: CatalogueProduct, article: Article, rules: ShopRules, base: Base
) -> Iterator[tuple[str, Mapping[str, str]]]:
    # A product that stays out is not derived to its end: what follows is looked at on the article itself.
    if not folded_blanks(article.label):
        yield "name_missing", {}
    others = [one for one in base.designs.get(folded(article.label), ()) if one != article.reference]
    if others and not product.grouped_in and not product.members:
        yield "design_doubled", {"others": ", ".join(others[:EXAMPLES]), "count": str(len(others))}
    missing = [image.source_path for image in product.images if image.source_path in base.missing_files]
    if missing:
        yield "photo_file_missing", {"path": missing[0], "count": str(len(missing))}
    elif not product.images:
        yield "photo_missing", {}
    if 0 < product.price < article.purchase_price:
        facts = {"price": plain(product.price), "cost": plain(article.purchase_price)}
        yield "price_below_cost", facts
    if without_ean(product):
        yield "ean_missing", {}
    if product.weight <= 0:
        yield "weight_missing", {}
    yield from _texts(product, rules)


def _texts(product: CatalogueProduct, rules: ShopRules) -> Iterator[tuple[str, Mapping[str, str]]]:
    if not description(product, rules.language):
        yield "description_missing", {}
    if CUT in product.explanations.get("name", ""):
        yield "text_cut", {"field": "name"}
    for name, by_language in product.texts.items():
        for language, text in by_language.items():
            if CUT in text.why:
                yield "text_cut", {"field": name, "language": language}
