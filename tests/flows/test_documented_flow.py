"""The example of a flow that the documents give is a flow: its code is taken out of them and run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapping import desired
from sync_portal.sync import flows, kinds, shop_flows
from tests.flows.portal import World, changes_of, writes

pytestmark = pytest.mark.flow
DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("engine.md", "how-to-add-a-flow.md")


def blocks(page: str) -> list[str]:
    """What should be written, its kind, the flow."""
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_documented_flow_writes_and_a_second_run_writes_nothing(
    small: World, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    wanted, kind, flow = blocks(page)
    assert sum(len(block.splitlines()) for block in (wanted, kind, flow)) < 60
    monkeypatch.setattr(flows, "_FLOWS", dict(flows._FLOWS))
    written: dict[str, object] = {}
    exec(wanted, written)
    monkeypatch.setattr(desired, "desired_zones", written["desired_zones"], raising=False)
    row = eval(kind, dict(vars(kinds)))
    assert row.name not in kinds.KINDS, "choose an example that the portal does not have yet"
    monkeypatch.setitem(kinds.KINDS, row.name, row)
    exec(flow, dict(vars(shop_flows)))
    before = small.running.shop.count("zones")
    first = small.run("zones")
    assert (first.state, first.cause) == ("succeeded", "")
    assert changes_of(first)
    assert first.confirmed == len(changes_of(first)) == small.running.shop.count("zones") - before
    second = small.run("zones")
    assert (second.state, writes(second), changes_of(second)) == ("succeeded", {}, {})
    assert second.unchanged == first.confirmed


def test_both_pages_give_the_same_example() -> None:
    first, second = map(blocks, PAGES)
    assert first == second
