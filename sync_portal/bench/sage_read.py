"""Reading all of Sage: typed records beside bare rows of the same queries, and what memory it takes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import BATCH, SageSession, SageSettings, open_session
from connectors.sage.streams import STREAMS, Stream
from connectors.sandbox.sage import build_company
from sync_portal.bench import sage_memory
from sync_portal.bench.frame import Bench, Result, in_turns

ARTICLES = 100_000
TURNS = 3
MEMORY_LIMIT_MB = 60

Statement = tuple[str, list[object]]


@dataclass(frozen=True)
class SageReadResult(Result):
    """Judged on both: the time, and the memory, which must not grow with the company."""

    @property
    def ok(self) -> bool:
        return self.ratio <= self.limit and float(self.figures["memory_growth_mb"]) <= MEMORY_LIMIT_MB


def sage_read(bench: Bench) -> Result:
    """Judged: all streams read as records, over a bare ``fetchmany`` loop with the same queries (2.0); under 60 MB."""
    path = sage_company(bench, ARTICLES)
    with sage_session(path) as (session, capabilities), _bare_connection(path) as connection:
        statements = [statement(session, capabilities, stream) for stream in STREAMS.values()]
        rows = sum(_bare_read(connection, *found) for found in statements)
        seconds, bare = in_turns(
            lambda: [_count(reading.read(session, capabilities, stream)) for stream in STREAMS.values()],
            lambda: [_bare_read(connection, *found) for found in statements],
            turns=TURNS,
        )
    figures: dict[str, Any] = {
        "rows": rows,
        "typed_seconds": round(seconds, 3),
        "bare_seconds": round(bare, 3),
        "rows_per_second": round(rows / seconds),
        "memory_growth_mb": _memory_growth(path),
        "memory_limit_mb": MEMORY_LIMIT_MB,
    }
    return SageReadResult("sage_read", ratio=round(seconds / bare, 2), limit=2.0, figures=figures)


def sage_company(bench: Bench, articles: int) -> Path:
    """A sandbox base as large as the command line asks, else with so many generated articles."""
    path = bench.folder / "sage.sqlite3"
    build_company(path, articles=articles if bench.articles is None else bench.articles, media=bench.folder / "media")
    return path


@contextmanager
def sage_session(path: Path, *, write: bool = False) -> Iterator[tuple[SageSession, Capabilities]]:
    """An open session on the base, already probed."""
    with open_session(SageSettings(dialect="sqlite", path=str(path), write_enabled=write)) as session:
        yield session, Capabilities.probe(session)


def statement(session: SageSession, capabilities: Capabilities, stream: Stream) -> Statement:
    """The SELECT that a whole read of the stream sends, caught on its way to the driver."""
    caught: list[Statement] = []

    class Caught(SageSession):
        def batches(self, sql: str, params: Any = (), *, size: int = BATCH, small: bool = False) -> Iterator[list[Any]]:
            caught.append((sql, list(params)))
            return iter(())

    _count(reading.read(Caught(session.settings), capabilities, stream))
    return caught[0]


@contextmanager
def _bare_connection(path: Path) -> Iterator[Any]:
    with sage_session(path) as (session, _capabilities):
        yield session.for_long_results()


def _bare_read(connection: Any, sql: str, params: list[object]) -> int:
    cursor = connection.cursor()
    cursor.execute(sql, *params)
    count = 0
    while rows := cursor.fetchmany(BATCH):
        count += len(rows)
    cursor.close()
    return count


def _count(records: Iterator[Any]) -> int:
    return sum(1 for _ in records)


def _memory_growth(path: Path) -> float:
    """Measured in a process that has done nothing else."""
    environment = os.environ | {"PYTHONPATH": str(settings.BASE_DIR)}
    command = [sys.executable, str(sage_memory.__file__), str(path)]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 our file
    return float(answer.stdout)
