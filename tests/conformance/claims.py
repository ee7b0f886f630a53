"""Which recorded exchanges the sandbox shop claims to answer as the real shop did: `claims.toml`, counted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.conformance.scenarios import VERSIONS, load, names

TABLE = Path(__file__).parent / "claims.toml"
NOT_THE_PORTALS = frozenset(
    {"nosuchthing", "order_slip", "search", "specific_price_rules", "product_suppliers", "tags"}
)
"""Resources in the transcripts that the portal neither reads nor writes."""
REQUIRED = {"8.2.1": 80, "1.7.8.11": 60, "1.6.1.24": 60}
"""Percent of the exchanges on the portal's resources that have to be claimed."""


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def reasons() -> dict[str, str]:
    return dict(_table()["reasons"])


def unclaimed(version: str, name: str) -> dict[int, str]:
    """Number of the exchange -> key of the reason why it is not claimed."""
    return {int(number): reason for number, reason in _table().get(version, {}).get(name, {}).items()}


@dataclass(frozen=True)
class Figure:
    """How much of a version's recorded exchanges on the portal's resources is claimed."""

    version: str
    claimed: int
    total: int

    @property
    def percent(self) -> float:
        return 100 * self.claimed / self.total

    def __str__(self) -> str:
        return f"{self.version}: {self.claimed} of {self.total} exchanges claimed ({self.percent:.1f} %)"


def figure(version: str) -> Figure:
    total = claimed = 0
    for name in names(version):
        left_out = unclaimed(version, name)
        for exchange in load(version, name).exchanges:
            if exchange.resource not in NOT_THE_PORTALS:
                total += 1
                claimed += exchange.number not in left_out
    return Figure(version, claimed, total)


def figures() -> list[Figure]:
    return [figure(version) for version in VERSIONS]
