"""The money proof of an order as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync_portal.orders.ledger import PROOF_LABELS


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One comparison: what the shop says, what its details (or the Sage lines) add up to, is it accepted."""

    label: str
    shop: Decimal
    computed: Decimal
    ok: bool

    @property
    def gap(self) -> Decimal:
        return self.computed - self.shop


@dataclass(frozen=True, slots=True)
class RateLine:
    """What was sold at one VAT rate."""

    rate: Decimal
    tax_excl: Decimal
    tax_incl: Decimal

    @property
    def tax(self) -> Decimal:
        return self.tax_incl - self.tax_excl


@dataclass(frozen=True, slots=True)
class ProofTable:
    """The stored proof (`sync_portal.orders.proof.Proof.to_json`) with its amounts as numbers."""

    ok: bool
    lines: list[ProofLine]
    rates: list[RateLine]
    repeated: int
    """Payment rows of the shop that repeat another one."""


def proof_table(proof: Mapping[str, Any]) -> ProofTable | None:
    """The table of a stored proof; None while the order was not checked yet."""
    if not proof:
        return None
    return ProofTable(
        ok=proof["ok"],
        lines=[
            ProofLine(_sentence(row["name"]), Decimal(row["shop"]), Decimal(row["computed"]), row["ok"])
            for row in proof["rows"]
        ],
        rates=[
            RateLine(Decimal(row["rate"]), Decimal(row["tax_excl"]), Decimal(row["tax_incl"])) for row in proof["rates"]
        ],
        repeated=len(proof["repeated"]),
    )


def _sentence(name: str) -> str:
    return str(PROOF_LABELS.get(name, name))
