"""A first publication: products with four combinations each, beside sending the very same requests and nothing else."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from connectors.sandbox.sage import connect
from sync_portal.bench.frame import Bench, Result
from sync_portal.bench.published import DELAYS, client_of_a_slow_shop, recorded_writes, send_bare
from sync_portal.bench.shop_frame import slow_shop
from sync_portal.sync import jobs

PRODUCTS, COMBINATIONS = 150, 4
GENERATED_FOR_ONE = 16
"""So many generated articles hold, on average, rather more than one with exactly four combinations."""


def first_publish(bench: Bench) -> Result:
    """Judged: the `catalogue` flow into an empty shop, limit 1.3 times its own requests sent bare into another one."""
    products = bench.articles or PRODUCTS
    with client_of_a_slow_shop(bench, articles=products * GENERATED_FOR_ONE) as (client, _settings):
        found = _keep_only_those_with_combinations(bench, products)
        start = time.perf_counter()
        with recorded_writes() as writes:
            run = jobs.run_here(client, "catalogue")
        ours = time.perf_counter() - start
    if run.state != "succeeded":
        raise RuntimeError(f"the run ended {run.state}: {run.cause} {run.detail}")
    with slow_shop(bench.folder / "bare-shop", products=0, delays=DELAYS) as settings:
        bare = send_bare(settings, writes)
    figures = {
        "products": found,
        "combinations": found * COMBINATIONS,
        "confirmed": run.confirmed,
        "requests": run.requests,
        "write_requests": dict(Counter(write.resource for write in writes)),
        "seconds": round(ours, 3),
        "bare_seconds": round(bare, 3),
    }
    return Result("first_publish", ratio=round(ours / bare, 3), limit=1.3, figures=figures)


def _keep_only_those_with_combinations(bench: Bench, products: int) -> int:
    connection = connect(bench.sage)
    connection.execute(
        "DELETE FROM F_ARTICLE WHERE AR_Ref NOT IN (SELECT AR_Ref FROM F_ARTENUMREF"
        " WHERE AR_Ref LIKE 'GEN%' GROUP BY AR_Ref HAVING COUNT(*) = ? ORDER BY AR_Ref LIMIT ?)",
        (COMBINATIONS, products),
    )
    for table in _tables_of_articles(connection):  # what belongs to articles that are not there is no company's
        connection.execute(f"DELETE FROM {table} WHERE AR_Ref NOT IN (SELECT AR_Ref FROM F_ARTICLE)")  # noqa: S608
    connection.commit()
    ((found,),) = connection.execute("SELECT COUNT(*) FROM F_ARTICLE").fetchall()
    connection.close()
    return int(found)


def _tables_of_articles(connection: Any) -> list[str]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'F_ARTICLE'")
    names = [name for (name,) in tables.fetchall()]
    columns = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    return [name for name, rows in columns.items() if any(row[1] == "AR_Ref" for row in rows)]
