"""Articles as the search for groups sees them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from sys import intern

from connectors.sage.records import Article
from mapping.catalogue import ZERO
from mapping.grouping.dictionary import Reading, read
from mapping.rules import GroupingRules
from mapping.source import SageData
from mapping.sources import COLUMNS, FREE, text_of

ARTICLES = frozenset({0, 1})
"""AR_Type of what is sold: no resources."""
KITS = frozenset({2, 3})
"""AR_Nomencl of commercial nomenclatures."""
LONGEST_VALUE = 40
"""A longer text is no value of an axis."""
DESIGN = "design"
"""As a source of an axis: the words of the designation that differ."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One article that may be part of a group."""

    reference: str
    design: str
    family: str
    price: Decimal
    live: bool
    """Published and awake in Sage."""
    with_gammes: bool
    photo: str
    stock: Decimal
    values: dict[str, str]
    """Source -> its text: statistics, short free fields, and what the client's rules name."""


def candidates(
    data: SageData, rules: GroupingRules, articles: Iterable[Article], *, stock: dict[str, Decimal] | None = None
) -> Iterator[Candidate]:
    """The articles that may be grouped: no resource, no kit, no service. ``data``: what the rules' sources need."""
    named = sources_named(rules)
    for article in articles:
        if article.kind in ARTICLES and article.nomenclature not in KITS and not is_service(article):
            yield Candidate(
                reference=article.reference,
                design=article.label,
                family=intern(article.family_code),
                price=article.sale_price,
                live=article.published and not article.asleep,
                with_gammes=article.gamme1 > 0,
                photo=article.photo,
                stock=(stock or {}).get(article.reference, ZERO),
                values=_values(data, article, named),
            )


def is_service(article: Article) -> bool:
    """Neither stocked nor weighed: carriage, a discount, work."""
    return article.stock_tracking == 0 and article.net_weight <= 0 and article.gross_weight <= 0


def sources_named(rules: GroupingRules) -> frozenset[str]:
    """The sources that the client's rules read."""
    named = {rule.source for rule in rules.rules} | {source for rule in rules.rules for source in rule.axes.values()}
    return frozenset(one for one in named if one in COLUMNS or ":" in one or one in _LOOKED_UP) - {DESIGN}


_LOOKED_UP = frozenset({"family_label", "catalogue_label", "catalogue_path", "supplier", "supplier_reference"})


def _values(data: SageData, article: Article, named: Collection[str]) -> dict[str, str]:
    found = {
        intern(f"{FREE}{label}"): intern(value.strip())
        for label, value in article.free_fields.items()
        if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_VALUE
    }
    for rank, value in enumerate(article.statistics, start=1):
        if value.strip():
            found[f"stat{rank}"] = intern(value.strip())
    for source in named:
        if text := text_of(data, article, source):
            found[source] = text
    return found


@dataclass(frozen=True)
class Pool:
    """All candidates, in the order of their references, whatever order they came in."""

    given: tuple[Candidate, ...]
    _readings: dict[str, Reading] = field(default_factory=dict)

    @cached_property
    def all(self) -> tuple[Candidate, ...]:
        return tuple(sorted(self.given, key=lambda one: one.reference))

    def without(self, taken: Collection[str]) -> tuple[Candidate, ...]:
        return tuple(one for one in self.all if one.reference not in taken)

    def reading(self, candidate: Candidate) -> Reading:
        """The designation, taken apart once."""
        known = self._readings.get(candidate.design)
        if known is None:
            known = self._readings[candidate.design] = read(candidate.design)
        return known
