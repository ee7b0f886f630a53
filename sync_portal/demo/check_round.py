"""One whole round: publish, receive orders, import them, do everything again; counted in the two systems themselves."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import requests
from django.db import close_old_connections

from connectors.models import Client
from connectors.sandbox.sage import connect
from sync_portal.demo.setup import CLIENT, SHOP_KEY
from sync_portal.sync import jobs
from sync_portal.sync.causes import describe
from sync_portal.sync.flows import all_flows
from sync_portal.sync.history import counts_by_cause
from sync_portal.sync.models import Run, RunState, Trigger

ORDERS = 3
RUN_SECONDS = 600
COUNTED = ("categories", "products", "combinations", "images", "specific_prices", "customers")

Say = Callable[[str], None]


class RoundFailed(Exception):
    """A run did not end, or the shop did not do what it was asked."""


def check(*, shop_url: str, sage: Path, say: Say) -> dict[str, Any]:
    """The round, carried by the workers; returns the summary that `bin/demo --check` prints."""
    client = Client.objects.get(slug=CLIENT)
    names = [flow.name for flow in all_flows()]
    first = [_run(client, name, say) for name in names if name != "orders"]
    _sandbox(shop_url, f"orders?count={ORDERS}&seed=1")
    say(f"the shop received {ORDERS} orders")
    first.append(_run(client, "orders", say))
    # What is sold singly and by the box, or inside a kit, shares one stock in Sage: the shop has taken what it sold
    # from one of them and cannot know of the others.
    settled = _run(client, "stock", say)
    _sandbox(shop_url, "journal/reset")
    before = sage_rows(sage)
    say("once more:")
    second = [_run(client, name, say) for name in names]
    writes = requests.get(f"{shop_url}/_sandbox/journal", timeout=30).json()
    again = {
        "shop_writes": int(writes["writes"]),
        "sage_writes": sum(run.requests.get("sage", 0) for run in second) + changed_rows(before, sage_rows(sage)),
    }
    refused = [run for run in [*first, settled, *second] if run.state != RunState.SUCCEEDED or run.rejected]
    in_sage = sage_counts(sage)
    return {
        "ok": not refused and not any(again.values()) and in_sage["orders"] == ORDERS,
        "shop": shop_counts(shop_url),
        "sage": in_sage,
        "second_round": again,
        "requests": {run.flow: run.requests for run in first},
    }


def _run(client: Client, flow: str, say: Say) -> Run:
    run = jobs.request_run(client, flow, trigger=Trigger.COMMAND)
    deadline = time.monotonic() + RUN_SECONDS
    while not run.is_over:
        if time.monotonic() > deadline:
            raise RoundFailed(f"the flow {flow} did not end in {RUN_SECONDS} s; is a worker running?")
        time.sleep(0.1)
        close_old_connections()
        run.refresh_from_db()
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0
    say(
        f"  {flow:10} {run.state:11} {run.read:5} read {run.unchanged:5} unchanged {run.written:5} written "
        f"{run.confirmed:5} confirmed {run.held:3} held {run.rejected:3} refused  {seconds:5.1f} s  {run.requests}"
    )
    if run.cause:
        say(f"    {describe(run.cause, run.facts, 'en').sentence} {run.detail[-1500:]}")
    for cause, amount in counts_by_cause(run):
        facts = run.changes.filter(cause=cause).values_list("facts", flat=True)[0]
        say(f"    {amount} x {describe(cause, facts, 'en').sentence}")
    return run


def _sandbox(shop_url: str, path: str) -> None:
    answer = requests.post(f"{shop_url}/_sandbox/{path}", timeout=60)
    if not answer.ok:
        raise RoundFailed(f"the sandbox shop answered {answer.status_code} to {path}: {answer.text[:200]}")


def shop_counts(shop_url: str) -> dict[str, int]:
    """What the shop holds, asked from its own webservice."""
    return {resource: _count(shop_url, resource) for resource in COUNTED}


def _count(shop_url: str, resource: str) -> int:
    if resource == "images":
        rows = _list(shop_url, "products", display="[id,images[id]]")
        return sum(len(row.get("associations", {}).get("images", [])) for row in rows)
    return len(_list(shop_url, resource, display="[id]"))


def _list(shop_url: str, resource: str, *, display: str) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{shop_url}/api/{resource}",
        params={"display": display, "output_format": "JSON"},
        auth=(SHOP_KEY, ""),
        timeout=60,
    )
    answer.raise_for_status()
    data = answer.json()
    return data[resource] if data else []


def sage_counts(path: Path) -> dict[str, int]:
    """What came from the shop and now stands in Sage, asked from the base itself."""
    web = "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Domaine = 0 AND DO_NoWeb IS NOT NULL AND DO_NoWeb <> ''"
    queries = {
        "orders": f"SELECT COUNT(*) FROM ({web})",  # noqa: S608  constants
        "lines": f"SELECT COUNT(*) FROM F_DOCLIGNE WHERE DO_Piece IN ({web})",  # noqa: S608
        "deposits": f"SELECT COUNT(*) FROM F_DOCREGL WHERE DR_TypeRegl = 0 AND DO_Piece IN ({web})",  # noqa: S608
    }
    connection = connect(path)
    try:
        return {name: int(connection.execute(sql).fetchone()[0]) for name, sql in queries.items()}
    finally:
        connection.close()


def sage_rows(path: Path) -> dict[str, set[str]]:
    """Every row of the Sage base, table by table: what `changed_rows` compares.

    Read as the SQLite file it is, not through ODBC: a witness that shares nothing with what it watches.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: _rows(connection, table) for table in tables}


def _rows(connection: sqlite3.Connection, table: str) -> set[str]:
    return {repr(row) for row in connection.execute(f'SELECT * FROM "{table}"')}  # noqa: S608  its own tables


def changed_rows(before: dict[str, set[str]], after: dict[str, set[str]]) -> int:
    """How many rows are new or different."""
    return sum(len(rows - before.get(table, set())) for table, rows in after.items())
