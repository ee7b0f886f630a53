"""A few articles changed in Sage: the run beside sending the very same batches and nothing else."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from connectors.models import Client
from sync_portal.bench.changes import change_articles
from sync_portal.bench.frame import Bench, Result
from sync_portal.bench.published import client_of_a_slow_shop, recorded_writes, send_bare
from sync_portal.bench.shop_frame import memory_growth
from sync_portal.sync import jobs

ARTICLES = 400
SHARE, LEAST = 100, 200
"""One article of a hundred changes; in a small company more, because a run of four records is all beginning."""
FLOWS = ("catalogue", "stock")
TURNS = 3
BATCH, SPARE = 100, 5
"""A resource may take one write request per hundred changed articles, and so many more."""


@dataclass(frozen=True)
class Delta(Result):
    """Also judged: the write requests of each resource beyond those allowed, which are to be none."""

    requests_too_many: int = 0

    @property
    def ok(self) -> bool:
        return super().ok and self.requests_too_many == 0

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "requests_too_many": self.requests_too_many}


def run_delta(bench: Bench) -> Result:
    """Judged: `catalogue` and `stock` after prices and stocks of some articles changed, limit 1.2 times the same
    batches sent bare.
    """
    articles = bench.articles or ARTICLES
    changed = max(articles // SHARE, min(LEAST, articles))
    ratios, seconds, sent = [], [], Counter[str]()
    with client_of_a_slow_shop(bench, articles=articles) as (client, settings):
        for _round in range(2):  # the second time around nothing is left to look at again
            _run(client)
        growth = 0.0
        for turn in range(TURNS):
            change_articles(bench.sage, changed, by=1 + turn)
            start = time.perf_counter()
            with recorded_writes() as writes:
                growth = max(growth, memory_growth(lambda: _run(client)))
            ours = time.perf_counter() - start
            bare = send_bare(settings, writes)
            ratios.append(ours / bare)
            seconds.append((round(ours, 3), round(bare, 3)))
            sent |= Counter(write.resource for write in writes)
    figures = {
        "articles": articles,
        "changed": changed,
        "seconds_and_bare_seconds": seconds,
        "write_requests": dict(sent),
        "megabytes_grown": round(growth),
    }
    allowed = changed // BATCH + SPARE
    return Delta(
        "run_delta",
        ratio=round(statistics.median(ratios), 3),
        limit=1.2,
        figures=figures,
        requests_too_many=sum(max(0, amount - allowed) for amount in sent.values()),
    )


def _run(client: Client) -> None:
    for flow in FLOWS:
        run = jobs.run_here(client, flow)
        if run.state != "succeeded":
            raise RuntimeError(f"the run of {flow} ended {run.state}: {run.cause} {run.detail}")
