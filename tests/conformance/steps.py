"""What happened to a recorded shop between two requests, outside its webservice (in its back office or database)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conformance.sandbox import Candidate
    from tests.conformance.scenarios import Exchange, Scenario


def _switch_off(candidate: Candidate) -> None:
    candidate.shop.set_setting("enabled", "0")


def _switch_on(candidate: Candidate) -> None:
    candidate.shop.set_setting("enabled", "1")


STEPS: dict[tuple[str, str], Callable[[Candidate], None]] = {
    ("99-checks", "webservice switched off"): _switch_off,
    ("99-checks", "and on again"): _switch_on,
}
"""(transcript, title of the exchange) -> what to do before it."""


def before(candidate: Candidate, scenario: Scenario, exchange: Exchange) -> None:
    step = STEPS.get((scenario.name, exchange.title))
    if step is not None:
        step(candidate)
