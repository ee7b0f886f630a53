"""What is mapped and what is not, each weighed by how many articles it concerns, with proposals for the rest.

``coverage.features(client)``, ``coverage.values(client)``, ``coverage.categories(client, shop)`` and
``coverage.brands(client, rules)`` read the mirror in one pass each and derive nothing.
"""

from mapping.coverage.brands import brands
from mapping.coverage.categories import categories
from mapping.coverage.features import features
from mapping.coverage.rows import Coverage, Line
from mapping.coverage.values import values

__all__ = ["Coverage", "Line", "brands", "categories", "features", "values"]
