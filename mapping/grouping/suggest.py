"""Articles that look like one product, found among all of a company. Pure."""

from mapping.grouping.suggestion import Reason, Suggestion

__all__ = ["Reason", "Suggestion"]
