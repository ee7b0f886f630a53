"""A second run, when nothing changed: no write request at all, and less time than reading Sage whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from connectors import connections
from connectors.models import Client
from connectors.sage import reading
from connectors.sage.streams import STREAMS
from sync_portal.bench.frame import Bench, Result, in_turns
from sync_portal.bench.published import take_as_published
from sync_portal.bench.shop_frame import memory_growth
from sync_portal.sync import jobs
from sync_portal.sync.flows import all_flows, get_flow
from sync_portal.sync.models import Run

WRITES = ("POST", "PUT", "PATCH", "DELETE")
TIMED = ("stock", "catalogue")
ARTICLES = 10_000
"""Fewer, and what every run costs whatever the company's size outweighs the reading it is compared with."""
REALLY_PUBLISHED = 500
"""A company of up to so many generated articles is published for good, by every flow. Of a larger one the two timed
flows are taken as published; the shop itself stays empty.
"""


@dataclass(frozen=True)
class Unchanged(Result):
    """Also judged: write requests, and read requests beyond 1 + rows / 1,000, of the second runs. Both are to be 0."""

    writes: int = 0
    reads_too_many: int = 0

    @property
    def ok(self) -> bool:
        return super().ok and self.writes == 0 and self.reads_too_many == 0

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "writes": self.writes, "reads_too_many": self.reads_too_many}


def run_unchanged(bench: Bench) -> Result:
    """Judged: the slower of the flows `stock` and `catalogue` beside a whole typed read of its streams, limit 1.0."""
    articles = bench.articles or ARTICLES
    with replace(bench, articles=articles).demo_client() as (client, _shop):
        really = articles <= REALLY_PUBLISHED
        flows = [flow.name for flow in all_flows()] if really else list(reversed(TIMED))
        figures = {"articles": articles, **_publish(client, flows, really=really)}
        # Once more before it counts: what the other flows wrote for the first time is looked at.
        for name in flows:
            jobs.run_here(client, name)
        runs: list[Run] = []
        figures["megabytes_grown"] = round(memory_growth(lambda: runs.extend(jobs.run_here(client, f) for f in flows)))
        ratios = []
        for name in TIMED:
            ours, bare = in_turns(_again(client, name, runs), _whole_read(client, name), turns=3)
            figures[name] = {"seconds": round(ours, 3), "typed_read_seconds": round(bare, 3)}
            ratios.append(ours / bare)
        return Unchanged(
            "run_unchanged",
            ratio=round(max(ratios), 2),
            limit=1.0,
            figures=figures,
            writes=sum(map(_writes, runs)),
            reads_too_many=sum(max(0, run.requests.get("GET", 0) - 1 - run.read // 1000) for run in runs),
        )


def _publish(client: Client, flows: list[str], *, really: bool) -> dict[str, Any]:
    if not really:
        return {"taken_as_published": {name: take_as_published(client, name) for name in flows}}
    first = [jobs.run_here(client, name) for name in flows]
    return {
        "first_run_writes": sum(map(_writes, first)),
        "first_run_requests": {run.flow: run.requests for run in first},
    }


def _again(client: Client, flow: str, runs: list[Run]) -> Any:
    return lambda: runs.append(jobs.run_here(client, flow))


def _writes(run: Run) -> int:
    return sum(run.requests.get(verb, 0) for verb in WRITES) + run.requests.get("sage", 0)


def _whole_read(client: Client, flow: str) -> Any:
    """Every stream of the flow as typed records, and nothing else done with them."""

    def read() -> int:
        with connections.open_sage(client) as session:
            capabilities = connections.probe_sage(client, session)
            names = get_flow(flow).streams
            return sum(1 for name in names for _record in reading.read(session, capabilities, STREAMS[name]))

    return read
