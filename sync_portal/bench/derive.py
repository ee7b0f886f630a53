"""Deriving a whole company, and deriving again what changed: beside a plain pass over the same records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from connectors.models import Client
from mapping.derive import STREAMS
from mapping.mirror import load_records
from mapping.models import Combination, Product
from sync_portal.bench.changes import change_articles
from sync_portal.bench.frame import Bench, Result
from sync_portal.bench.shop_frame import memory_growth
from sync_portal.sync import collect, garbage
from sync_portal.sync.context import RunContext
from sync_portal.sync.derivation import Derivation
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Run, RunState
from sync_portal.sync.resolver import Resolver

ARTICLES = 2_000
FLOW = "catalogue"
CHANGED_SHARE = 100
"""One article of a hundred."""


@dataclass(frozen=True)
class Derived(Result):
    """Also judged: how much memory the derivation took, in megabytes."""

    megabytes: float = 0.0
    megabytes_limit: float = 400.0

    @property
    def ok(self) -> bool:
        return super().ok and self.megabytes <= self.megabytes_limit

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "megabytes": round(self.megabytes), "megabytes_limit": self.megabytes_limit}


def derive_full(bench: Bench) -> Derived:
    """Judged: the CPU time to load, derive and store a whole catalogue, limit 12 times a typed pass over its records.

    What it would write into the shop is compared and counted as well, and not kept.
    """
    articles = bench.articles or ARTICLES
    with bench.demo_client_of(articles) as client:
        _collect(client)
        plain = _cpu(lambda: _pass_over(client))
        counted: list[int] = []
        seconds = [0.0]

        def work() -> None:
            with _derivation(client) as (derivation, resolver):
                seconds[0] = _cpu(lambda: counted.extend(map(len, derivation.changes(resolver, resolver.owner_of))))

        grown = memory_growth(work)
        figures = {
            "articles": Product.objects.filter(client=client).count(),
            "combinations": Combination.objects.filter(product__client=client).count(),
            "resources": sum(counted),
            "cpu_seconds": round(seconds[0], 2),
            "plain_pass_cpu_seconds": round(plain, 2),
        }
    return Derived("derive_full", ratio=round(seconds[0] / plain, 2), limit=12.0, figures=figures, megabytes=grown)


def derive_delta(bench: Bench) -> Derived:
    """Judged: the CPU time to derive again after one article of a hundred changed, beside deriving everything; 0.05."""
    articles = bench.articles or ARTICLES
    changed = max(1, articles // CHANGED_SHARE)
    with bench.demo_client_of(articles) as client:
        _collect(client)
        full, all_changes = _derive(client)
        change_articles(bench.sage, changed)
        _collect(client)
        derived: list[tuple[float, int]] = []
        grown = memory_growth(lambda: derived.append(_derive(client)))
    ((delta, changes),) = derived
    figures = {
        "changed": changed,
        "resources": all_changes,
        "resources_of_changed": changes,
        "cpu_seconds": round(delta, 3),
        "full_cpu_seconds": round(full, 2),
    }
    return Derived("derive_delta", ratio=round(delta / full, 4), limit=0.05, figures=figures, megabytes=grown)


def _derive(client: Client) -> tuple[float, int]:
    """CPU seconds and resources of one derivation that leaves its mark, as after a run that went well.

    Nothing is bound, so every resource that is looked at is one that would have to be made.
    """
    counted: list[int] = []
    with _derivation(client) as (derivation, resolver):
        seconds = _cpu(lambda: counted.extend(map(len, derivation.changes(resolver, resolver.owner_of))))
        derivation.leave_mark()
    return seconds, sum(counted)


@contextmanager
def _run(client: Client) -> Iterator[RunContext]:
    run = Run.objects.create(client=client, flow=FLOW, state=RunState.RUNNING, claim="bench", started_at=timezone.now())
    context = RunContext(run)
    try:
        yield context
    finally:
        context.close()
        Run.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED, ended_at=timezone.now())


@contextmanager
def _derivation(client: Client) -> Iterator[tuple[Derivation, Resolver]]:
    with _run(client) as context:
        (shop,) = context.shops()
        resolver = Resolver(shop, context.webservice(shop))
        with garbage.seldom_sought():
            yield Derivation(context, get_flow(FLOW), shop, context.rules(shop), keep=True), resolver


def _collect(client: Client) -> None:
    with _run(client) as context:
        collect.advance(context, collect.collect(context, STREAMS, min_rows_percent=0))


def _pass_over(client: Client) -> int:
    """Every record that the derivation may read, loaded from the mirror as what it is, one stream at a time."""
    return sum(len(load_records(client, [stream])[stream]) for stream in STREAMS)


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
