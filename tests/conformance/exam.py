"""Replays a scenario against a candidate and says, exchange by exchange, what differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.conformance.compare import Comparison
from tests.conformance.ids import Ids
from tests.conformance.sandbox import Candidate
from tests.conformance.scenarios import Exchange, Scenario
from tests.conformance.steps import before


@dataclass(frozen=True)
class Result:
    """How one exchange went; no differences: it agrees."""

    exchange: Exchange
    differences: list[str]

    @property
    def agrees(self) -> bool:
        return not self.differences


def replay(folder: Path, scenario: Scenario, version: str | None = None) -> list[Result]:
    """The whole scenario, in order, on a sandbox shop installed in `folder`."""
    candidate = Candidate(folder, scenario, version or scenario.version)
    ids = Ids()
    results = []
    for exchange in scenario.exchanges:
        if "cut" in exchange.request:
            results.append(Result(exchange, ["the recording kept only the beginning of this request"]))
            continue
        before(candidate, scenario, exchange)
        candidate.number_next(exchange)
        path = ids.in_path(exchange.path)
        body = ids.in_body(exchange.resource, exchange.body)
        got = candidate.send(exchange, path, body)
        comparison = Comparison(ids, scenario.given_keys, resource=exchange.resource, ordered=exchange.ordered)
        results.append(Result(exchange, comparison.answers(exchange.answer, got)))
    return results
