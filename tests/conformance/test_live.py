"""The exam on a shop that is served: a real one when the environment names it, and always the sandbox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.sandbox.shop.server import running_shop
from tests.conformance import scenarios
from tests.conformance.live import PREFIX, Live, examine, prefixed

URL = os.environ.get("SYNC_PORTAL_LIVE_SHOP_URL", "")
KEY = os.environ.get("SYNC_PORTAL_LIVE_SHOP_KEY", "")
AT_LEAST = 120
"""Exchanges that a fresh shop with nothing in it can be asked."""


def failures(live: Live) -> tuple[int, list[str]]:
    results = examine(live)
    return len(results), [f"{one.exchange}: {'; '.join(one.differences)}" for one in results if one.differences]


@pytest.mark.skipif(not URL, reason="SYNC_PORTAL_LIVE_SHOP_URL names no shop")
@pytest.mark.timeout(1800)
def test_a_real_shop_answers_as_recorded() -> None:
    count, differ = failures(Live(URL, KEY))
    assert count >= AT_LEAST
    assert not differ, "\n".join(differ)


@pytest.mark.parametrize("version", scenarios.VERSIONS)
def test_the_live_exam_agrees_with_the_sandbox_and_leaves_nothing_behind(version: str, tmp_path: Path) -> None:
    with running_shop(tmp_path, version=version) as running:
        before = {name: running.shop.count(name) for name in ("products", "categories", "customers", "specific_prices")}
        count, differ = failures(Live(running.url, running.key))
        after = {name: running.shop.count(name) for name in before}
    assert count >= AT_LEAST
    assert not differ, "\n".join(differ)
    assert after == before


def test_the_exams_own_objects_carry_its_prefix() -> None:
    body = "<product><reference>A</reference><supplier_reference>B</supplier_reference></product>"
    assert prefixed(body) == body.replace(">A<", f">{PREFIX}A<")
    assert prefixed("<reference></reference>") == "<reference></reference>"
