"""A few articles changed in Sage: the run beside sending the very same batches and nothing else."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Max

from connectors.models import Client, ShopConnection
from connectors.prestashop.settings import ShopSettings
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
AS_SET_UP: int = ShopConnection._meta.get_field("connections").default
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
    batches sent bare, one after the other. The portal has as many connections as a new shop's settings give it; what
    it takes with a single one, like its counterpart, is told beside.
    """
    articles = bench.articles or ARTICLES
    changed = max(articles // SHARE, min(LEAST, articles))
    filled = 0 if articles <= REALLY_PUBLISHED else articles * 2
    turns: dict[int, list[_Turn]] = {AS_SET_UP: [], 1: []}
    with client_of_a_slow_shop(bench, articles=articles, products=filled) as (client, settings):
        _published(client, bench.folder / "shop", filled)
        for number in range(TURNS * len(turns)):
            connections = list(turns)[number % len(turns)]
            client.shops.update(connections=connections)
            change_articles(bench.sage, changed, by=1 + number)
            turns[connections].append(_turn(client, settings))
    every = [turn for some in turns.values() for turn in some]
    figures = {
        "articles": articles,
        "changed": changed,
        "ratio_with_one_connection": _ratio(turns[1]),
        "seconds_and_bare_seconds": {n: [(turn.ours, turn.bare) for turn in some] for n, some in turns.items()},
        "write_requests": dict(every[-1].sent),
        "records": every[-1].records,
        "queries": every[-1].queries,
        "megabytes_grown": round(max(turn.growth for turn in every)),
    }
    allowed = changed // BATCH + SPARE
    if set(every[-1].sent) != {"products", "stock_availables"}:
        raise RuntimeError(f"prices and stocks were to be written, not {dict(every[-1].sent)}")
    return Delta(
        "run_delta",
        ratio=_ratio(turns[AS_SET_UP]),
        limit=1.2,
        figures=figures,
        requests_too_many=sum(max(0, amount - allowed) for turn in every for amount in turn.sent.values()),
        queries_per_record=max(round(turn.queries / turn.records, 2) for turn in every),
    )


@dataclass(frozen=True)
class _Turn:
    """One run of the flows and its writes sent again bare: seconds, and what it took."""

    ours: float
    bare: float
    sent: Counter[str]
    records: int
    queries: int
    growth: float


def _turn(client: Client, settings: ShopSettings) -> _Turn:
    confirmed: list[int] = []
    start = time.perf_counter()
    with recorded_writes() as writes, _counted_queries() as asked:
        growth = memory_growth(_running(client, confirmed))
    ours = time.perf_counter() - start
    bare = send_bare(settings, writes)
    sent = Counter(write.resource for write in writes)
    return _Turn(round(ours, 3), round(bare, 3), sent, sum(confirmed), asked.total(), growth)


def _ratio(turns: list[_Turn]) -> float:
    return round(statistics.median(turn.ours / turn.bare for turn in turns), 3)


def _published(client: Client, shop: Path, filled: int) -> None:
    """Everything is in the shop, and nothing is left to be looked at again."""
    if not filled:
        for _round in range(2):  # the second time around nothing is left to look at again
            _running(client, [])()
        return
    for flow in FLOWS:
        take_as_published(client, flow)
    highest = Binding.objects.filter(kind__in=["products", "stock"]).aggregate(highest=Max("remote_id"))["highest"] or 0
    if highest > filled:
        raise RuntimeError(f"{highest} resources were taken as published, and the shop was filled with {filled}")
    _give_prices(shop)
    _running(client, [])()


def _give_prices(shop: Path) -> None:
    """Straight into the shop's base: what is taken as published has to be there, or it was edited in the shop."""
    rows = Binding.objects.filter(kind="products").values_list("confirmed__price", "remote_id")
    with closing(sqlite3.connect(shop / "shop.sqlite3")) as base:
        base.executemany("UPDATE ps_products SET price = ? WHERE id = ?", list(rows))
        base.commit()


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
