"""Every known trap of real shops is examined: by a claimed exchange, by a named test, or by both."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from tests.conformance import claims, scenarios

TABLE = tomllib.loads((Path(__file__).parent / "traps.toml").read_text(encoding="utf-8"))
TRAPS = [(group, trap, proof) for group, traps in TABLE.items() for trap, proofs in traps.items() for proof in proofs]


@pytest.mark.parametrize(("group", "count"), [("hurting", 15), ("across_versions", 16)])
def test_no_trap_is_forgotten(group: str, count: int) -> None:
    numbers = [int(trap.partition(" ")[0]) for trap in TABLE[group]]
    assert numbers == list(range(1, count + 1))
    assert all(TABLE[group].values())


@pytest.mark.parametrize(
    ("group", "trap", "proof"), TRAPS, ids=[f"{group}-{trap}-{proof}" for group, trap, proof in TRAPS]
)
def test_what_examines_a_trap_exists(group: str, trap: str, proof: str) -> None:
    if "::" in proof:
        module, _, name = proof.partition("::")
        assert callable(getattr(importlib.import_module(f"tests.connectors.sandbox.shop.{module}"), name))
        return
    version, _, place = proof.rpartition("/")
    version = version or "8.2.1"
    transcript, _, number = place.partition(":")
    known = {exchange.number for exchange in scenarios.load(version, transcript).exchanges}
    assert int(number) in known
    assert int(number) not in claims.unclaimed(version, transcript)
