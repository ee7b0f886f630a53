"""What one run looks at for one shop, and what its plan comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mapping.catalogue import CatalogueProduct
from mapping.groups import Groups
from sync_portal.sync.bindings import Place
from sync_portal.sync.plan import PlannedChange
from sync_portal.sync.traces import Trace


@dataclass(frozen=True, slots=True)
class Look:
    """What one run looks at."""

    articles: frozenset[str] | None
    """None: all."""
    common: bool = True
    """What belongs to no article: categories, groups, options ..."""
    accounts: bool = True
    """The customers."""
    expected: frozenset[str] | None = None
    """When all are looked at: those that a partial run would have looked at; None: it could not have known."""

    @property
    def nothing(self) -> bool:
        return self.articles == frozenset() and not self.common and not self.accounts


def with_products(look: Look, groups: Groups) -> Look:
    """The articles, and the products that they are sold as."""
    articles = None if look.articles is None else groups.with_anchors(look.articles)
    expected = None if look.expected is None else groups.with_anchors(look.expected)
    return replace(look, articles=articles, expected=expected)


@dataclass(slots=True)
class Lines:
    """The plan as it grows."""

    by_desire: list[dict[str, None]]
    """The kinds that each desire came to, in order."""
    changes: int = 0
    leaving: set[Place] = field(default_factory=set)
    """What is to be deleted."""
    kept: set[Place] = field(default_factory=set)
    """Of what could not be derived: nobody knows whether it is to be deleted."""
    wanted: set[Place] = field(default_factory=set)
    """Of the kinds that are removed when they are not wanted."""
    seen: set[Place] = field(default_factory=set)
    """Of a partial run."""
    left_out: set[Place] = field(default_factory=set)
    """Photos that are known and not for the shop."""
    common: int = 0


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What some articles come to: nothing of it is kept until it is whole, so that it may be made anew."""

    references: Sequence[str]
    products: tuple[CatalogueProduct, ...]
    changes: list[list[PlannedChange]]
    places: list[Place]
    traces: list[Trace]
