"""Packagings (F_CONDITION) as combinations of their article: the box of 50 beside the single pen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.sage.records import Article, Packaging
from mapping.barcodes import valid_ean
from mapping.catalogue import ZERO, CatalogueCombination, Problem
from mapping.choices.base import join_key
from mapping.combinations import VariantSet, ean_problems
from mapping.gammes import Gammes
from mapping.naming import folded, reference_is_accepted
from mapping.numbers import said_plain
from mapping.rules import ShopRules
from mapping.source import PACKAGING, SageData, Variant
from mapping.vocabulary import PACKAGING_OPTION

PACK = "pack"


def packaging_key(reference: str, number: int) -> str:
    """ "reference|pack|CO_No": no pair of gamme numbers, see `mapping.combinations.made_by_choice`."""
    return join_key((reference, PACK, number))


def packaging_number(key_parts: Sequence[str]) -> int | None:
    """CO_No, of the parts of a combination's key; None when it is no packaging."""
    if len(key_parts) >= 3 and key_parts[-2] == PACK and key_parts[-1].isdecimal():
        return int(key_parts[-1])
    return None


def has_packagings(data: SageData, article: Article, rules: ShopRules) -> bool:
    """Whether the article is sold by its packagings: the rules say so, Sage does, and it has no gamme."""
    wanted = rules.articles.packagings == "combinations" and article.packaging > 0 and article.gamme1 <= 0
    return wanted and bool(usable(data, article))


def usable(data: SageData, article: Article) -> list[Packaging]:
    """Those of whole numbers of sales units that have a name, each name once, the smallest first."""
    found: dict[str, Packaging] = {}
    for row in data.packagings.get(article.reference, []):
        whole = row.quantity > 0 and row.quantity == row.quantity.to_integral_value()
        if whole and folded(row.label):
            found.setdefault(folded(row.label), row)
    return list(found.values())


def packagings(
    data: SageData, gammes: Gammes, article: Article, rules: ShopRules, *, doubled: frozenset[str]
) -> VariantSet:
    """The article's packagings by ``(CO_No, PACKAGING)``, the smallest first, without price and stock yet."""
    if not has_packagings(data, article, rules):
        return VariantSet({})
    rows = usable(data, article)
    problems = [_not_whole(article, row) for row in data.packagings[article.reference] if _is_fraction(row)]
    main = next((row.number for row in rows if row.main), rows[0].number)
    found: dict[Variant, CatalogueCombination] = {}
    for row in rows:
        combination, faults = _combination(gammes, article, row, len(found), doubled)
        found[row.number, PACKAGING] = replace(combination, default=row.number == main)
        problems.extend(faults)
    return VariantSet(found, tuple(problems))


def _combination(
    gammes: Gammes, article: Article, row: Packaging, position: int, doubled: frozenset[str]
) -> tuple[CatalogueCombination, list[Problem]]:
    facts = {"reference": f"{article.reference} {row.label}"}
    value = gammes.spelt(PACKAGING_OPTION, row.label, axis=0, order=(int(row.quantity), row.number))
    reference, why, problems = _reference(article, row, facts)
    # A packaging may bear its article's own barcode: that of the single unit.
    own = row.barcode == article.barcode
    faults = ean_problems(row.barcode, facts, doubled=frozenset() if own else doubled)
    units = said_plain(row.quantity, "fr")
    combination = CatalogueCombination(
        key=packaging_key(article.reference, row.number),
        reference=reference,
        ean13="" if faults else valid_ean(row.barcode),
        values=((value.option, value.label),),
        value_keys=(value.key,),
        price_impact=ZERO,
        quantity=None,
        position=position,
        packs=int(row.quantity),
        explanations={
            "reference": why,
            "ean13": f"CO_CodeBarre « {row.barcode} »" if row.barcode else "CO_CodeBarre est vide",
            "values": f"F_CONDITION : EC_Enumere « {row.label} », EC_Quantite = {units}",
            "weight_impact": f"poids de l'article × {units}, moins celui d'une unité",
        },
    )
    return combination, [*problems, *faults]


def _reference(article: Article, row: Packaging, facts: dict[str, str]) -> tuple[str, str, list[Problem]]:
    fallback = f"{article.reference}-C{row.number}"
    if not row.reference:
        return fallback, f"CO_Ref est vide : référence de l'article et numéro {row.number}", []
    if not reference_is_accepted(row.reference):
        refused = Problem("catalogue.combination_reference_refused", {**facts, "combination_reference": row.reference})
        return fallback, f"CO_Ref « {row.reference} » refusé par la boutique", [refused]
    return row.reference, f"CO_Ref « {row.reference} »", []


def _is_fraction(row: Packaging) -> bool:
    return row.quantity <= 0 or row.quantity != row.quantity.to_integral_value()


def _not_whole(article: Article, row: Packaging) -> Problem:
    facts = {"reference": article.reference, "name": article.label, "packaging": row.label}
    return Problem("catalogue.packaging_not_whole", {**facts, "quantity": said_plain(row.quantity, "fr")})
