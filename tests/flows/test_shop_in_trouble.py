"""A shop that answers nonsense for a while (a page of its host, an empty 500) refuses no record by that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from connectors.prestashop.transport import Answer, Transport
from sync_portal.sync.kinds import KINDS
from tests.flows.portal import World, writes
from tests.flows.test_bad_input import SIX, choke_on, quick

pytestmark = pytest.mark.flow
__all__ = ["quick"]

ANSWERS = [
    pytest.param(500, "<html><body>Link to database cannot be established</body></html>", id="its database is away"),
    pytest.param(524, "<html><body>A timeout occurred</body></html>", id="its gateway gave up"),
    pytest.param(403, "<html><body>Forbidden</body></html>", id="its firewall refuses"),
    pytest.param(200, "<html><body>Maintenance</body></html>", id="its host shows a page"),
    pytest.param(500, "", id="it says nothing"),
]


@contextmanager
def in_trouble(status: int, page: str, *, reads: bool) -> Iterator[None]:
    """From the first product that is to be written everything is answered so, or everything that writes."""
    original, troubled = Transport.request, False

    def request(self: Transport, verb: str, resource: str, *args: Any, **options: Any) -> Answer:
        nonlocal troubled
        troubled = troubled or (verb != "GET" and resource == "products")
        if troubled and (reads or verb != "GET"):
            return Answer(status, {"content-type": "text/html"}, page.encode(), 0.01)
        return original(self, verb, resource, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        yield


@pytest.mark.parametrize("reads", [pytest.param(True, id="to everything"), pytest.param(False, id="to what writes")])
@pytest.mark.parametrize(("status", "page"), ANSWERS)
def test_the_next_run_sends_everything(small: World, quick: None, status: int, page: str, reads: bool) -> None:
    with in_trouble(status, page, reads=reads):
        run = small.run("catalogue")
    assert run.state in {"failed", "incomplete"}
    assert run.changes.filter(kind="products", state="later").count() == len(SIX)
    small.publish("catalogue")
    assert sorted(row["reference"] for row in small.shop.list("products")) == sorted(SIX)
    assert writes(small.run("catalogue")) == {}


def test_changes_of_what_is_there_wait_for_the_next_run_too(small: World, quick: None) -> None:
    small.begin("catalogue")
    for reference in SIX:
        small.company.update("F_ARTICLE", "AR_Ref", reference, AR_PoidsNet="777")
    with in_trouble(500, "<html>Fatal error</html>", reads=True):
        small.run("catalogue")
    small.publish("catalogue")
    assert {row["weight"] for row in small.shop.list("products")} == {"0.777000"}


def test_several_bad_records_among_good_ones_are_refused_each(
    small: World, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = SIX[:4]
    for reference in bad:
        choke_on(small, monkeypatch, reference)
    run = small.run("catalogue")
    told = run.changes.filter(kind="products").values_list("key", "state")
    assert dict(told) == {name: "rejected" if name in bad else "confirmed" for name in SIX}


def test_a_slice_of_bad_records_keeps_nothing_behind_it_from_being_written(
    small: World, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.shop_connection(connections=1)
    monkeypatch.setitem(KINDS, "products", replace(KINDS["products"], slice=3))
    planned = small.run("catalogue", preview=True).changes.filter(kind="products").order_by("pk")
    for change in planned[:3]:
        choke_on(small, monkeypatch, change.key)
    run = small.run("catalogue")
    told = Counter(run.changes.filter(kind="products").values_list("state", flat=True))
    assert told == {"later": 3, "confirmed": 3}


def test_a_shop_that_takes_nothing_is_not_asked_for_slice_after_slice(
    small: World, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.shop_connection(connections=1)
    monkeypatch.setitem(KINDS, "products", replace(KINDS["products"], slice=3))
    monkeypatch.setitem(KINDS, "categories", replace(KINDS["categories"], slice=3))
    with in_trouble(403, "<html>Forbidden</html>", reads=False):
        run = small.run("catalogue")
    assert (run.state, run.cause) == ("failed", "shop.not_xml")
    assert not run.changes.filter(kind="combinations").exclude(state="planned").exists()
