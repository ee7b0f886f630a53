"""What one run looks at for one shop."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mapping.groups import Groups


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
