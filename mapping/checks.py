"""Is it ready to sell? Every reason why an article is kept out of the shop, or held until somebody acts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.sage.records import Article
from mapping.catalogue import Problem, Readiness
from mapping.naming import FORBIDDEN_IN_REFERENCES, folded_blanks, reference_is_accepted, without_accents
from mapping.rules import ShopRules


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an article once it is derived."""

    article: Article
    name: str
    price: Decimal
    tax_rate: Decimal | None
    twins: tuple[str, ...]
    """Other references that the shop cannot tell apart from this one."""
    combinations: int
    awake_combinations: int
    out: Problem | None = None
    """Why it is not for this shop: see `mapping.selection`."""


def readiness(found: Facts, rules: ShopRules) -> tuple[Readiness, tuple[Problem, ...]]:
    """The state, and its reasons: the first one is the one to say."""
    if found.out:
        return "out", (found.out,)
    if found.combinations and not found.awake_combinations:
        return "out", (Problem("catalogue.all_combinations_asleep", _names(found)),)
    held = tuple(_held(found))
    return ("held", held) if held else ("ready", ())


def warnings(article: Article, category_key: str) -> Iterator[Problem]:
    """What is worth a look and holds nothing back."""
    facts = {"reference": article.reference, "name": article.label}
    if not category_key:
        yield Problem("catalogue.no_family", facts)
    if article.gamme1 > 0 and article.kind != 1:
        yield Problem("catalogue.kind_disagrees", facts)


def twins(articles: Iterable[Article]) -> dict[str, tuple[str, ...]]:
    """Reference -> the others that differ from it only by case, accents or blanks."""
    groups: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        groups[without_accents(article.reference)].append(article.reference)
    return {
        reference: tuple(other for other in sorted(group) if other != reference)
        for group in groups.values()
        for reference in group
        if len(group) > 1
    }


def _held(found: Facts) -> Iterator[Problem]:
    facts = _names(found)
    if not reference_is_accepted(found.article.reference):
        refused = sorted(set(FORBIDDEN_IN_REFERENCES.findall(found.article.reference)))
        yield Problem("catalogue.reference_refused", {**facts, "characters": " ".join(refused)})
    if found.twins:
        yield Problem("catalogue.twin_reference", {**facts, "twins": ", ".join(found.twins)})
    if not folded_blanks(found.name):
        yield Problem("catalogue.no_name", facts)
    if found.tax_rate is None:
        yield Problem("catalogue.no_tax", {**facts, "family": found.article.family_code})
    if found.price <= 0:
        yield Problem("catalogue.price_zero", facts)
    if found.article.gamme1 > 0 and not found.combinations:
        yield Problem("catalogue.no_combination", facts)


def _names(found: Facts) -> dict[str, str]:
    return {"reference": found.article.reference, "name": found.article.label}
