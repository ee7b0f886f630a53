"""A few articles changed in Sage: the run beside sending the very same batches and nothing else."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max

from connectors.models import Client
from mapping.models import Binding
from sync_portal.bench.changes import change_articles
from sync_portal.bench.frame import Bench, Result
from sync_portal.bench.published import client_of_a_slow_shop, recorded_writes, send_bare, take_as_published
from sync_portal.bench.shop_frame import memory_growth
from sync_portal.sync import jobs

ARTICLES = 400
REALLY_PUBLISHED = 500
"""A company of up to so many generated articles is published for good; of a larger one the two flows are taken as
published, and the shop is filled with products and rows of stock to be changed.
"""
SHARE, LEAST = 100, 200
"""One article of a hundred changes; in a small company more, because a run of four records is all beginning."""
FLOWS = ("catalogue", "stock")
TURNS = 3
BATCH, SPARE = 100, 5
"""A resource may take one write request per hundred changed articles, and so many more."""


@dataclass(frozen=True)
class Delta(Result):
    """Also judged: the write requests of each resource beyond those allowed, which are to be none, and the database
    queries per record that was written, which are to be fewer than one.
    """

    requests_too_many: int = 0
    queries_per_record: float = 0.0

    @property
    def ok(self) -> bool:
        return super().ok and self.requests_too_many == 0 and self.queries_per_record < 1

    def to_json(self) -> dict[str, Any]:
        judged = {"requests_too_many": self.requests_too_many, "queries_per_record": self.queries_per_record}
        return {**super().to_json(), **judged}


def run_delta(bench: Bench) -> Result:
    """Judged: `catalogue` and `stock` after prices and stocks of some articles changed, limit 1.2 times the same
    batches sent bare. Both sides have one connection.
    """
    articles = bench.articles or ARTICLES
    changed = max(articles // SHARE, min(LEAST, articles))
    ratios, seconds, sent = [], [], Counter[str]()
    growth, records, queries = 0.0, 0, 0
    really = articles <= REALLY_PUBLISHED
    filled = 0 if really else articles * 2
    with client_of_a_slow_shop(bench, articles=articles, products=filled) as (client, settings):
        _published(client, filled)
        for turn in range(TURNS):
            change_articles(bench.sage, changed, by=1 + turn)
            confirmed: list[int] = []
            start = time.perf_counter()
            with recorded_writes() as writes, _counted_queries() as asked:
                growth = max(growth, memory_growth(_running(client, confirmed)))
            ours = time.perf_counter() - start
            bare = send_bare(settings, writes)
            ratios.append(ours / bare)
            seconds.append((round(ours, 3), round(bare, 3)))
            sent |= Counter(write.resource for write in writes)
            records, queries = sum(confirmed), asked.total()
    figures = {
        "articles": articles,
        "changed": changed,
        "seconds_and_bare_seconds": seconds,
        "write_requests": dict(sent),
        "records": records,
        "queries": queries,
        "megabytes_grown": round(growth),
    }
    allowed = changed // BATCH + SPARE
    return Delta(
        "run_delta",
        ratio=round(statistics.median(ratios), 3),
        limit=1.2,
        figures=figures,
        requests_too_many=sum(max(0, amount - allowed) for amount in sent.values()),
        queries_per_record=round(queries / records, 2),
    )


def _published(client: Client, filled: int) -> None:
    """Everything is in the shop, and nothing is left to be looked at again."""
    for flow in FLOWS if filled else ():
        take_as_published(client, flow)
    highest = Binding.objects.filter(kind__in=["products", "stock"]).aggregate(highest=Max("remote_id"))["highest"] or 0
    if highest > filled:
        raise RuntimeError(f"{highest} resources were taken as published, and the shop was filled with {filled}")
    for _round in range(1 if filled else 2):
        _running(client, [])()


def _running(client: Client, confirmed: list[int]) -> Callable[[], None]:
    def run_all() -> None:
        for flow in FLOWS:
            run = jobs.run_here(client, flow)
            if run.state != "succeeded":
                raise RuntimeError(f"the run of {flow} ended {run.state}: {run.cause} {run.detail}")
            confirmed.append(run.confirmed)

    return run_all


@contextmanager
def _counted_queries() -> Iterator[Counter[str]]:
    """Statements by their first word."""
    counted = Counter[str]()

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        counted[sql.partition(" ")[0]] += 1
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield counted
