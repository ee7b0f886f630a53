"""Articles with gammes: which pairs of values exist, what each costs and how many there are. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product as pairs

from connectors.sage.records import Article, Combination
from mapping.barcodes import same_ean, valid_ean
from mapping.catalogue import ZERO, CatalogueCombination, Problem
from mapping.choices.base import split
from mapping.gammes import UNLISTED, Gammes, Value
from mapping.naming import reference_is_accepted
from mapping.rules import ShopRules
from mapping.source import SageData, Variant


@dataclass(frozen=True, slots=True)
class VariantSet:
    """The combinations of one article, without price and stock yet, by pair of gamme numbers."""

    combinations: dict[Variant, CatalogueCombination]
    problems: tuple[Problem, ...] = ()


def combination_key(article: Article, variant: Variant) -> str:
    return f"{article.reference}|{variant[0]}|{variant[1]}"


def made_by_choice(key: str) -> bool:
    """Whether the combination stands for an article of a group or a packaging, not for a pair of Sage's gammes.

    Such a one leaves the shop when the choice that made it is taken back; Sage's own are never deleted, because Sage
    says of them only that they sleep.
    """
    parts = split(key)
    return len(parts) > 3 or parts[1:] == ("0", "0") or parts[-2:-1] == ("pack",)


def combinations(
    data: SageData, gammes: Gammes, article: Article, rules: ShopRules, *, doubled: frozenset[str]
) -> VariantSet:
    """The article's combinations in the order of Sage's lists of values.

    ``doubled`` are the barcodes met more than once in the company (see `barcodes`).
    """
    values = gammes.values(article)
    rows = {(row.gamme1, row.gamme2): row for row in data.combinations.get(article.reference, [])}
    problems: list[Problem] = []
    found: dict[Variant, CatalogueCombination] = {}
    seen: set[tuple[str, ...]] = set()
    for variant in _ordered(_existing(data, article, rules, values, rows), values):
        shown = _shown(variant, values)
        if shown is None or len(shown) != _axes(article):
            problems.append(Problem("catalogue.combination_without_value", _facts(article, variant)))
            continue
        keys = tuple(value.key for value in shown)
        if keys in seen:
            problems.append(Problem("catalogue.combination_doubled", _facts(article, variant, shown)))
            continue
        seen.add(keys)
        combination, faults = _combination(article, variant, shown, rows.get(variant), doubled)
        found[variant] = replace(combination, position=len(found))
        problems.extend(faults)
    oldest = min((variant for variant, one in found.items() if one.active), default=None)
    marked = {variant: replace(one, default=variant == oldest) for variant, one in found.items()}
    return VariantSet(marked, tuple(problems))


def _axes(article: Article) -> int:
    return 2 if article.gamme2 > 0 else 1


def _existing(
    data: SageData,
    article: Article,
    rules: ShopRules,
    values: dict[int, Value],
    rows: dict[Variant, Combination],
) -> set[Variant]:
    """The F_ARTENUMREF rows, and the pairs without a row that the rule lets exist."""
    existing = set(rows)
    if rules.articles.missing_pairs == "none":
        return existing
    first = [number for number, value in values.items() if value.axis == 0]
    second = [number for number, value in values.items() if value.axis == 1]
    for variant in pairs(first, second if article.gamme2 > 0 else [0]):
        if rules.articles.missing_pairs == "all" or (article.reference, variant) in data.gamme_stock:
            existing.add(variant)
    return existing


def _ordered(variants: set[Variant], values: dict[int, Value]) -> list[Variant]:
    last = (UNLISTED + 1, 0)

    def place(variant: Variant) -> tuple[tuple[int, int], ...]:
        return tuple(values[number].order if number in values else last for number in variant)

    return sorted(variants, key=lambda variant: (place(variant), variant))


def _shown(variant: Variant, values: dict[int, Value]) -> tuple[Value, ...] | None:
    numbers = [number for number in variant if number]
    return tuple(values[number] for number in numbers) if all(number in values for number in numbers) else None


def _combination(
    article: Article, variant: Variant, shown: tuple[Value, ...], row: Combination | None, doubled: frozenset[str]
) -> tuple[CatalogueCombination, list[Problem]]:
    facts = _facts(article, variant, shown)
    reference, reference_reason, problems = _reference(article, variant, row, facts)
    barcode = row.barcode if row else ""
    digits = valid_ean(barcode)
    faults = [*problems, *ean_problems(barcode, facts, doubled=doubled)]
    combination = CatalogueCombination(
        key=combination_key(article, variant),
        reference=reference,
        ean13="" if faults[len(problems) :] else digits,
        values=tuple((value.option, value.label) for value in shown),
        value_keys=tuple(value.key for value in shown),
        price_impact=ZERO,
        quantity=None,
        position=0,
        active=not (row and row.asleep),
        explanations={
            "reference": reference_reason,
            "ean13": f"AE_CodeBarre « {barcode} »" if barcode else "AE_CodeBarre est vide",
            "values": "F_ARTENUMREF" if row else "paire sans ligne F_ARTENUMREF",
        },
    )
    return combination, faults


def _reference(
    article: Article, variant: Variant, row: Combination | None, facts: dict[str, str]
) -> tuple[str, str, list[Problem]]:
    """AE_Ref, else the article's reference with the pair of numbers."""
    own = row.reference if row else ""
    numbers = "-".join(str(number) for number in variant if number)
    fallback = f"{article.reference}-{numbers}"
    if not own:
        return fallback, f"AE_Ref est vide : référence de l'article et numéros {numbers}", []
    if not reference_is_accepted(own):
        refused = Problem("catalogue.combination_reference_refused", {**facts, "combination_reference": own})
        return fallback, f"AE_Ref « {own} » refusé par la boutique", [refused]
    return own, f"AE_Ref « {own} »", []


def ean_problems(barcode: str, facts: dict[str, str], *, doubled: frozenset[str]) -> list[Problem]:
    """Why a barcode is not sent: not an EAN, or the same on two articles."""
    digits = valid_ean(barcode)
    if barcode and not digits:
        return [Problem("catalogue.ean_invalid", {**facts, "ean": barcode})]
    if digits and same_ean(digits) in doubled:
        return [Problem("catalogue.ean_doubled", {**facts, "ean": digits})]
    return []


def _facts(article: Article, variant: Variant, shown: tuple[Value, ...] = ()) -> dict[str, str]:
    label = " ".join(value.label for value in shown) or f"AG_No {variant[0]}/{variant[1]}"
    return {"reference": f"{article.reference} {label}"}


def barcodes(data: SageData, references: frozenset[str]) -> Iterator[str]:
    """Every barcode of these articles and of their combinations; an article may repeat that of one of its own."""
    for reference in references:
        own = [row.barcode for row in data.combinations.get(reference, []) if not row.asleep]
        yield from own
        if data.articles[reference].barcode not in own:
            yield data.articles[reference].barcode
