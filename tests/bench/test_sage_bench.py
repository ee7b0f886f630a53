"""The benchmarks of the Sage connector, tried on a small company, where their figures mean little."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from sync_portal.bench import BENCHMARKS, Bench

# By name: the package shows the functions, which are called like their modules.
sage_read, sage_incremental, sage_write_orders = (
    import_module(f"sync_portal.bench.{name}") for name in ("sage_read", "sage_incremental", "sage_write_orders")
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for module in (sage_read, sage_incremental, sage_write_orders):
        monkeypatch.setattr(module, "TURNS", 1)
    return Bench(tmp_path, 200)


def test_reading_is_judged_on_time_and_on_memory(bench: Bench) -> None:
    result = sage_read.sage_read(bench)

    assert result.limit == 2.0
    assert result.figures["rows"] > 1500
    assert 0 < result.figures["memory_growth_mb"] < 60
    figures = result.figures | {"memory_growth_mb": 61.0}
    assert not sage_read.SageReadResult("sage_read", ratio=1.0, limit=2.0, figures=figures).ok
    assert not sage_read.SageReadResult("sage_read", ratio=2.1, limit=2.0, figures=result.figures).ok


def test_only_a_hundredth_is_read_again(bench: Bench) -> None:
    figures = sage_incremental.sage_incremental(bench).figures

    assert 0 < figures["rows_changed"] < 60
    assert figures["rows_changed"] <= figures["records_read"] < 150, "the lists without a timestamp are read whole"


def test_orders_are_written_beside_the_same_rows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sage_write_orders, "ORDERS", 4)

    result = sage_write_orders.sage_write_orders(bench)

    assert result.limit == 3.0
    assert (result.figures["orders"], result.figures["inserts_per_order"]) == (4, 8.0), "header, 2 payments, 5 lines"


def test_they_are_run_by_the_command() -> None:
    assert {"sage_read", "sage_incremental", "sage_write_orders"} <= BENCHMARKS.keys()
