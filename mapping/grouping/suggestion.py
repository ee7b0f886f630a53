"""A proposal to sell articles as one product. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of `mapping.grouping.words` and the facts that its sentence quotes."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return {"code": self.code, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Articles that look like one product: the columns of `mapping.models.GroupSuggestion`."""

    key: str
    """The rule and what the members have in common: stays while they do."""
    name: str
    """What people see: the words that all members share."""
    score: int
    """0 to 100."""
    rule: str
    """Name of the client's rule, or of the portal's own ("reference", "number", "design", "source")."""
    pattern: str
    """What new members must fit, in the terms of the rule."""
    joins: str
    """Anchor of the approved group that these articles would join; "" for a new group."""
    master: str
    axes: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    """Reference -> its value on each axis, in the order in which the shop shows them."""
    reasons: tuple[Reason, ...]
    """The weightiest first."""
    problems: tuple[Reason, ...]
