"""What every benchmark gets: a database and a sandbox of its own, and a way to time two things in turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from connectors.models import Client
from connectors.sandbox.sage import build_company
from connectors.sandbox.shop.server import running_shop
from sync_portal import clientfiles

TURNS = 5


@dataclass(frozen=True)
class Result:
    """A benchmark's answer: the ratio that is judged, its limit, and the raw figures behind it."""

    name: str
    ratio: float
    limit: float
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.ratio <= self.limit

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "ratio": self.ratio, "limit": self.limit, "ok": self.ok, **self.figures}


@dataclass(frozen=True)
class Bench:
    """Where a benchmark works: a folder that is thrown away, and how large the company is to be."""

    folder: Path
    articles: int | None = None

    @contextmanager
    def demo_client(self) -> Iterator[tuple[Client, Any]]:
        """The demo client on a sandbox of its own: (client, running sandbox shop)."""
        with running_shop(self.folder / "shop.sqlite3") as shop:
            yield self.load_client(articles=self.articles, url=shop.url, key=shop.key), shop

    @contextmanager
    def demo_client_of(self, articles: int) -> Iterator[Client]:
        """The demo client on a company with so many generated articles; its shop is never asked anything."""
        yield self.load_client(articles=articles, url="http://127.0.0.1:9", key="A" * 32)

    @property
    def sage(self) -> Path:
        """The company's base."""
        return self.folder / "sage.sqlite3"

    def load_client(self, *, articles: int | None, url: str, key: str) -> Client:
        """The demo client between a company with so many generated articles and this shop."""
        media = self.folder / "media"
        build_company(self.sage, articles=articles, media=media)
        document = clientfiles.read_file(
            settings.BASE_DIR / "docs" / "examples" / "demo.toml",
            [
                f"sage.path='{self.sage}'",
                f"sage.media_folders.0.folder='{media}'",
                f"sage.media_folders.1.folder='{media}'",
                f"shops.0.url='{url}'",
                f"shops.0.key='{key}'",
                "members=[]",
            ],
        )
        clientfiles.load(document)
        return Client.objects.get(slug=document.client.slug)


Benchmark = Callable[[Bench], Result]


@contextmanager
def own_database() -> Iterator[None]:
    """A temporary database for the time of the benchmarks; the portal's own is not touched.

    SQLite: a file of its own. PostgreSQL: a database called test_..., created and dropped.
    """
    settings.DEBUG = False  # a portal at work does not keep a log of its queries
    with tempfile.TemporaryDirectory(prefix="sync-portal-bench-") as folder:
        connection.close()
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        old_name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            call_command("createcachetable", verbosity=0)
            yield
        finally:
            connection.creation.destroy_test_db(old_name, verbosity=0)


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for one benchmark's sandbox."""
    with tempfile.TemporaryDirectory(prefix="sync-portal-bench-") as folder:
        yield Path(folder)


def in_turns(ours: Callable[[], object], bare: Callable[[], object], *, turns: int = TURNS) -> tuple[float, float]:
    """Median seconds of both, taken in alternation, so that whatever else the machine does meets both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for _turn in range(turns):
        for work, kept in ((ours, times[0]), (bare, times[1])):
            start = time.perf_counter()
            work()
            kept.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
