"""Setting stock through the client: beside a bare loop of the same batches, and beside one GET and PUT per row."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from connectors.prestashop.settings import RequestRecord, ShopSettings
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity, serialise
from sync_portal.bench.frame import Bench, Result, in_turns
from sync_portal.bench.shop_frame import (
    REQUEST_SECONDS,
    STOCK_SECONDS,
    Delay,
    ShopResult,
    bare_session,
    memory_growth,
    slow_shop,
)

ROWS = 10_000
TURNS = 3
PEER_ROWS = 200
"""The peer takes as long for its last row as for its first: so many are timed, and the seconds per row compared."""
DELAYS = [
    Delay("stock_availables", ("PATCH", "PUT"), REQUEST_SECONDS, STOCK_SECONDS),
    Delay("stock_availables", ("GET",), REQUEST_SECONDS),
]


def shop_stock(bench: Bench) -> Result:
    """Judged: the client's time beside a bare `requests` loop that sends the very same batches, over one connection
    each, and the client's memory. Told: the client with its usual four connections. What the shop can do is asked
    anew each time.
    """
    rows = bench.articles or ROWS
    with slow_shop(bench.folder / "shop", products=rows, delays=DELAYS) as settings:
        changes = _changes(rows)
        growth = memory_growth(lambda: set_stock(settings, changes))
        ours, bare, sizes = _beside_bare(settings, changes)
        four = _seconds(lambda: set_stock(replace(settings, connections=4), changes))
    figures = {
        "rows": rows,
        "batches": sizes,
        "client_seconds": round(ours, 3),
        "bare_seconds": round(bare, 3),
        "client_seconds_over_4_connections": round(four, 3),
    }
    return ShopResult("shop_stock", ratio=round(ours / bare, 3), limit=1.15, figures=figures, megabytes=growth)


def _beside_bare(settings: ShopSettings, changes: Sequence[Entity]) -> tuple[float, float, list[int]]:
    """Median seconds of both, in turns, and the sizes of the last turn's batches. The client sizes its batches as the
    shop answers, so each bare turn sends those of the client's turn before it.
    """
    times: tuple[list[float], list[float]] = ([], [])
    sizes: list[int] = []
    for _turn in range(TURNS):
        sizes.clear()
        times[0].append(_seconds(lambda: sizes.extend(set_stock(settings, changes))))
        batches = _batches(changes, sizes)
        times[1].append(_seconds(partial(_send, settings, batches)))
    return statistics.median(times[0]), statistics.median(times[1]), sizes


@dataclass(frozen=True)
class NotRun(Result):
    """A benchmark that could not run has not passed."""

    reason: str = ""

    @property
    def ok(self) -> bool:
        return False

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "ratio": None, "not_run": self.reason}


def shop_stock_vs_peer(bench: Bench) -> Result:
    """Judged: the client's seconds per row as part of those of one GET and PUT per row with `prestapyt`; 0.1 is ten
    times faster. Both over one connection.
    """
    if find_spec("prestapyt") is None:
        reason = "prestapyt is not installed: it is one of the packages of requirements-dev.txt"
        return NotRun("shop_stock_vs_peer", ratio=0, limit=0.1, reason=reason)
    rows = bench.articles or ROWS
    peer_rows = min(rows, PEER_ROWS)
    with slow_shop(bench.folder / "shop", products=rows, delays=DELAYS) as settings:
        changes = _changes(rows)
        ours, peer = in_turns(
            lambda: set_stock(settings, changes), lambda: _set_by_peer(settings, peer_rows), turns=TURNS
        )
    figures = {
        "rows": rows,
        "peer_rows": peer_rows,
        "client_milliseconds_per_row": round(1000 * ours / rows, 3),
        "peer_milliseconds_per_row": round(1000 * peer / peer_rows, 3),
    }
    ratio = (ours / rows) / (peer / peer_rows)
    return Result("shop_stock_vs_peer", ratio=round(ratio, 4), limit=0.1, figures=figures)


def set_stock(settings: ShopSettings, changes: Sequence[Entity]) -> list[int]:
    """Set them through the client; the sizes of the batches, in order. RuntimeError when one was not set."""
    sizes: list[int] = []

    def remember(record: RequestRecord) -> None:
        if record.entities:
            sizes.append(record.entities)

    with Webservice(settings, on_request=remember) as shop:
        outcomes = shop.update("stock_availables", changes)
    failed = [outcome.error for outcome in outcomes if outcome.error is not None]
    if failed or len(outcomes) != len(changes):
        raise RuntimeError(f"{len(failed)} rows of stock were not set: {failed[:1]}")
    return sizes


def _changes(rows: int) -> list[Entity]:
    # The rows of a shop that was filled in one go are numbered from 1.
    return [Entity({"id": str(row), "quantity": str(row % 100)}) for row in range(1, rows + 1)]


def _batches(changes: Sequence[Entity], sizes: Sequence[int]) -> list[bytes]:
    batches, start = [], 0
    for size in sizes:
        batches.append(serialise("stock_availables", changes[start : start + size]))
        start += size
    return batches


def _send(settings: ShopSettings, batches: Sequence[bytes]) -> None:
    with bare_session(settings) as session:
        for batch in batches:
            session.patch(f"{settings.api_url}/stock_availables", data=batch, timeout=60).raise_for_status()


def _set_by_peer(settings: ShopSettings, rows: int) -> None:
    peer = import_module("prestapyt").PrestaShopWebServiceDict(settings.api_url, settings.key)
    for row in range(1, rows + 1):
        content = peer.get("stock_availables", row)
        content["stock_available"]["quantity"] = str(row % 100)
        peer.edit("stock_availables", content)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
