"""The benchmarks run, on few rows; what they measure there is judged by `manage.py bench`, on a machine at rest."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from connectors.prestashop.xml import Entity
from sync_portal.bench import BENCHMARKS, shop_frame
from sync_portal.bench.frame import Bench
from sync_portal.bench.shop_frame import MOST_MEGABYTES, Delay, ShopResult, memory_growth, slow_shop


def test_stock_is_set_by_both_and_both_send_the_same_batches(tmp_path: Path) -> None:
    told = BENCHMARKS["shop_stock"](Bench(tmp_path, articles=250)).to_json()
    assert sum(told["batches"]) == told["rows"] == 250
    assert told["bare_seconds"] > 0.25 * 0.65
    assert told["limit"] == 1.15
    assert told["megabytes_limit"] == 80


def test_the_client_is_ten_times_faster_than_one_get_and_put_for_each_row(tmp_path: Path) -> None:
    """Even on few rows and a busy machine: it is some thirty times on a real shop's delays."""
    pytest.importorskip("prestapyt")
    result = BENCHMARKS["shop_stock_vs_peer"](Bench(tmp_path, articles=300))
    assert result.figures["peer_milliseconds_per_row"] > 30
    assert result.ratio < 0.5


def test_a_missing_peer_is_said_and_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prestapyt", None)
    result = BENCHMARKS["shop_stock_vs_peer"](Bench(tmp_path))
    assert not result.ok
    assert "prestapyt is not installed" in result.to_json()["not_run"]


def test_every_product_is_read_by_both(tmp_path: Path) -> None:
    told = BENCHMARKS["shop_read"](Bench(tmp_path, articles=600)).to_json()
    assert told["products"] == 600
    assert told["bare_seconds"] > 2 * 0.29


def test_the_shop_takes_its_time_in_a_process_of_its_own(tmp_path: Path) -> None:
    from sync_portal.bench.shop_stock import set_stock

    changes = [Entity({"id": str(row), "quantity": "5"}) for row in range(1, 11)]
    with slow_shop(tmp_path / "shop", products=10, delays=[Delay("stock_availables", ("PATCH",), 0.1)]) as settings:
        assert set_stock(settings, changes) == [10]
        with pytest.raises(RuntimeError, match="1 rows of stock were not set"):
            set_stock(settings, [Entity({"id": "99", "quantity": "5"})])


def test_growth_is_the_highest_above_the_start_even_when_it_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()
    megabytes = shop_frame._megabytes

    def look() -> float:
        found = megabytes()
        looked.set()
        return found

    def grow() -> None:
        held = bytearray(60 * 1024 * 1024)
        held[::4096] = b"x" * len(held[::4096])
        for _look in range(2):  # the first one may have been under way
            looked.clear()
            assert looked.wait(60)

    monkeypatch.setattr(shop_frame, "_megabytes", look)

    assert 40 < memory_growth(grow) < 90


@pytest.mark.parametrize(
    ("ratio", "megabytes", "ok"), [(1.0, 10, True), (1.3, 10, False), (1.0, MOST_MEGABYTES + 1, False)]
)
def test_time_and_memory_are_both_judged(ratio: float, megabytes: float, ok: bool) -> None:
    assert ShopResult("shop_read", ratio=ratio, limit=1.2, megabytes=megabytes).ok is ok
