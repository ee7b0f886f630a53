"""Benchmarks: each compares a piece of work with its bare counterpart, in turns within one run, and quotes medians.

To add one: a file here with a function `(Bench) -> Result`, and its name in `BENCHMARKS`.
"""

from sync_portal.bench.derive import derive_delta, derive_full
from sync_portal.bench.first_publish import first_publish
from sync_portal.bench.frame import Bench, Benchmark, Result
from sync_portal.bench.group_suggest import group_suggest
from sync_portal.bench.history import history
from sync_portal.bench.run_delta import run_delta
from sync_portal.bench.run_unchanged import run_unchanged
from sync_portal.bench.sage_incremental import sage_incremental
from sync_portal.bench.sage_read import sage_read
from sync_portal.bench.sage_write_orders import sage_write_orders
from sync_portal.bench.shop_read import shop_read
from sync_portal.bench.shop_stock import shop_stock, shop_stock_vs_peer

BENCHMARKS: dict[str, Benchmark] = {
    "derive_full": derive_full,
    "derive_delta": derive_delta,
    "run_unchanged": run_unchanged,
    "run_delta": run_delta,
    "first_publish": first_publish,
    "group_suggest": group_suggest,
    "shop_stock": shop_stock,
    "shop_stock_vs_peer": shop_stock_vs_peer,
    "shop_read": shop_read,
    "sage_read": sage_read,
    "sage_incremental": sage_incremental,
    "sage_write_orders": sage_write_orders,
    "history": history,
}

__all__ = ["BENCHMARKS", "Bench", "Benchmark", "Result"]
