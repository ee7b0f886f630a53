"""A long history: what pages and the engine ask of it takes as long as when it is a tenth as long."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.test import Client as Browser
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from sync_portal.bench.frame import Bench, Result
from sync_portal.bench.history_tables import CHANGES_OF_A_RUN, Histories, Seen, fill_small, fill_the_rest
from sync_portal.pages import urls
from sync_portal.pages.causes import cause_groups
from sync_portal.pages.counters import tally_of
from sync_portal.pages.product_history import SHOWN, changes_of
from sync_portal.pages.runs import CHANGES_PER_PAGE
from sync_portal.sync import apply, jobs, marks, retention
from sync_portal.sync.context import RunContext
from sync_portal.sync.history import flow_states
from sync_portal.sync.models import Change, Run
from sync_portal.sync.resolver import Resolver

CHANGES = 500_000
TURNS = 5
LIMIT = 3.0
FLOOR = 0.002
"""Seconds: what takes less, in either database, is taken for so many; a ratio of two nothings says nothing."""
SLICES = 5
"""So many times the lines that the engine carries to the shop together."""

SIZES = ("small", "large")


@dataclass(frozen=True)
class Question:
    """What is timed, and what is done before it, in a database of that size, and not timed."""

    ask: Callable[[], object]
    before: Callable[[str], object] = lambda _size: None


@dataclass(frozen=True)
class History(Result):
    """Also judged: the slowest view of the large run, as part of reading all its rows once."""

    large_run: float = 0.0
    large_run_limit: float = 1.0

    @property
    def ok(self) -> bool:
        return super().ok and self.large_run <= self.large_run_limit

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "large_run": self.large_run, "large_run_limit": self.large_run_limit}


def history(bench: Bench) -> History:
    """Judged: the worst of all questions, in turns with the same one asked of a tenth of the history, limit 3.0.

    One that went through the whole table would take ten times as long.
    """
    changes = bench.articles or CHANGES
    histories = Histories()
    started = time.perf_counter()
    seen = fill_small(changes)
    questions = {**_pages(seen), **_parts_of_pages(seen), **_engine(seen), **_sweeps(seen, changes)}
    with histories.small_kept(), _plain_pages():
        fill_the_rest(changes, seen)
        figures: dict[str, Any] = {"changes": Change.objects.count(), "runs": Run.objects.count()}
        filled = time.perf_counter() - started
        times = _in_both(histories, questions)
    ratios = {name: round(max(large, FLOOR) / max(small, FLOOR), 2) for name, (small, large) in times.items()}
    whole = times[_WHOLE][1]
    of_large = {name: large for name, (_small, large) in times.items() if name.startswith("large")}
    figures |= {
        "database": connection.vendor,
        "filled_seconds": round(filled, 1),
        "worst": max(ratios, key=ratios.__getitem__),
        "large_run_worst": max(of_large, key=of_large.__getitem__),
        "milliseconds_small_large_ratio": {
            name: (round(small * 1000, 1), round(large * 1000, 1), ratios[name])
            for name, (small, large) in times.items()
        },
    }
    return History("history", max(ratios.values()), LIMIT, figures, large_run=round(max(of_large.values()) / whole, 3))


_WHOLE = "whole_large_run_read"


def _pages(seen: Seen) -> dict[str, Question]:
    """The pages about runs, as a member of all clients asks for them."""
    browser = Browser()
    browser.force_login(seen.user)

    def page(name: str, *arguments: object, **query: str) -> Question:
        address = reverse(f"{urls.app_name}:{name}", args=arguments)
        return Question(lambda: _fetched(browser, address, query))

    slug = seen.client.slug
    large = (slug, seen.large.pk)
    last = str(seen.large.to_write // CHANGES_PER_PAGE)
    return {
        "home": page("home"),
        "client_home": page("client", slug),
        "runs": page("runs", slug),
        "runs_failed": page("runs", slug, state="failed"),
        "run": page("run", slug, seen.ordinary.pk),
        "product_history": page("product", slug, seen.product.pk, tab="history"),
        "large_run": page("run", *large),
        "large_run_live": page("run-live", *large),
        "large_run_page_20": page("run", *large, page="20"),
        "large_run_last_page": page("run", *large, page=last),
        "large_run_refused": page("run", *large, show="waiting"),
        "large_run_confirmed": page("run", *large, show="confirmed"),
        "large_run_of_a_kind": page("run", *large, kind="stock"),
        "large_run_of_a_cause": page("run", *large, cause="shop.busy"),
        "large_run_search": page("run", *large, q="large-77"),
        "large_run_undo": page("run-undo", *large),
        "large_preview": page("run", slug, seen.preview.pk),
    }


def _parts_of_pages(seen: Seen) -> dict[str, Question]:
    """What the pages ask, without the making of a page, which hides a question that has become ten times as long."""
    asked: dict[str, Question] = {
        "product_changes": Question(lambda: list(changes_of(seen.product)[:SHOWN])),
        "client_states": Question(lambda: flow_states(seen.client)),
    }
    for name, run in (("run", seen.ordinary), ("large_run", seen.large)):
        asked |= {
            f"{name}_list": Question(partial(lambda run: list(run.changes.all()[:CHANGES_PER_PAGE]), run)),
            f"{name}_counts": Question(partial(tally_of, run)),
            f"{name}_causes": Question(partial(cause_groups, run)),
        }
    return asked


def _engine(seen: Seen) -> dict[str, Question]:
    """What workers ask: every minute, and for a run."""
    kinds = ("products", "combinations", "stock", "specific_prices")
    began = seen.large.queued_at - timedelta(minutes=1)
    planned_before = Change.objects.filter(run=seen.fresh, shop=seen.shop)  # as `Planned` asks

    def slices() -> int:
        context = RunContext(seen.preview)  # its lines are as those of a run that has planned and not sent yet
        resolver = Resolver(seen.shop, context.webservice(seen.shop))
        return sum(1 for _part in islice(apply._slices(context, resolver, ["stock"]), SLICES))

    return {
        _WHOLE: Question(lambda: sum(1 for _change in seen.large.changes.order_by("pk").iterator(chunk_size=500))),
        "tick": Question(lambda: jobs.tick("fast")),
        "earlier_attempt": Question(lambda: planned_before.aggregate(newest=Max("pk"))),
        "large_preview_slices": Question(slices),
        "large_run_unconfirmed": Question(
            lambda: sum(map(len, marks.unconfirmed(seen.large, seen.shop, kinds, since=began)))
        ),
    }


def _sweeps(seen: Seen, changes: int) -> dict[str, Question]:
    """Retention on a day without anything to delete, and on one with a five-hundredth of the history."""
    a_day = max(min(changes // 500 // CHANGES_OF_A_RUN, len(seen.ageing) // TURNS), 1)
    ageing = {size: iter(seen.ageing) for size in SIZES}

    def age(size: str) -> None:
        runs = list(islice(ageing[size], a_day))
        long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
        Run.objects.filter(pk__in=runs).update(ended_at=long_ago)

    def sweep() -> int:
        return retention.prune(timezone.now())

    return {"retention_idle": Question(sweep), "retention": Question(sweep, before=age)}


def _in_both(histories: Histories, questions: Mapping[str, Question]) -> dict[str, tuple[float, float]]:
    """Median seconds of each question to the small and to the large history, asked in turns."""
    times: dict[str, dict[str, list[float]]] = {name: {size: [] for size in SIZES} for name in questions}
    for _turn in range(TURNS):
        for name, question in questions.items():
            for size in SIZES:
                histories.use(size)
                question.ask()  # the connection is new, its cache is empty
                question.before(size)
                start = time.perf_counter()
                question.ask()
                times[name][size].append(time.perf_counter() - start)
    return {
        name: (statistics.median(taken["small"]), statistics.median(taken["large"])) for name, taken in times.items()
    }


def _fetched(browser: Browser, address: str, query: Mapping[str, str]) -> None:
    response = browser.get(address, query, secure=True, HTTP_HOST="localhost")
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")


@contextmanager
def _plain_pages() -> Iterator[None]:
    """Pages as a server without DEBUG gives them, from files that nobody has collected."""
    files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["*"], STORAGES=settings.STORAGES | {"staticfiles": files}):
        yield
