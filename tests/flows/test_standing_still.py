"""A worker stands still between two requests of a slice, longer than its lease; another one does the whole run.

When it wakes (SIGCONT, a machine that comes back) it sends nothing more: what it was about to make is made already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.prestashop import pace
from connectors.prestashop.transport import Transport
from sync_portal.sync import claims, engine, heartbeat, pipeline
from sync_portal.sync.models import Run
from tests.flows.dying import start, take_up_again
from tests.flows.portal import WRITING, World, writes
from tests.flows.test_kills import holding

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]


class AtOnce:
    """Does what it is given in the caller's thread: the whole worker stands still, not one thread of it."""

    def __init__(self, *_given: object, **_named: object) -> None:
        pass

    def submit(self, act: Callable[..., None], *given: Any) -> Future[None]:
        done = Future[None]()
        try:
            done.set_result(act(*given))
        except BaseException as error:
            done.set_exception(error)
        return done

    def shutdown(self) -> None:
        pass


@pytest.fixture
def record_by_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice is many requests, one after the other."""
    monkeypatch.setattr(pace, "_START_OTHERS", 1)
    monkeypatch.setattr(pace, "_START", {})
    monkeypatch.setattr(pipeline, "ThreadPoolExecutor", AtOnce)
    monkeypatch.setattr(heartbeat.Heartbeat, "_beat", lambda _self: None)


@contextmanager
def standing_still(run: Run, resource: str, *, after: int) -> Iterator[list[str]]:
    """After the answer to that many writes of a resource another worker does the whole run. Gives what is written by
    the first one after that.
    """
    seen, late, asleep = 0, list[str](), True
    original = Transport.request

    def request(self: Transport, verb: str, asked: str, *args: Any, **options: Any) -> Any:
        nonlocal seen, asleep
        answer = original(self, verb, asked, *args, **options)
        if verb not in WRITING:
            return answer
        seen += asked == resource
        if seen == after and asleep:
            asleep = False
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Transport, "request", original)
                assert take_up_again(run) == "succeeded"
            run.lease_until = timezone.now() - timedelta(seconds=1)
        elif not asleep:
            late.append(f"{verb} {asked}")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", request)
        yield late
    assert not asleep, f"fewer than {after} requests"


@pytest.mark.parametrize(
    ("flow", "resource"),
    [
        ("catalogue", "categories"),
        ("catalogue", "product_option_values"),
        ("catalogue", "products"),
        ("catalogue", "combinations"),
        ("stock", "stock_availables"),
        ("prices", "specific_prices"),
        ("customers", "customers"),
        ("customers", "addresses"),
        ("images", "images"),
    ],
)
def test_a_worker_that_wakes_after_its_lease_sends_nothing_more(
    small: World, record_by_record: None, flow: str, resource: str
) -> None:
    small.shop_connection(connections=1)
    if flow != "catalogue":
        small.publish("catalogue")
    row = start(small.client, flow)
    run = claims.claim(row.pk)
    assert run is not None
    with standing_still(run, resource, after=2) as late:
        assert engine.execute(run) == "succeeded"
    assert late == []
    before = holding(small)
    small.publish("catalogue", "stock", "prices", "customers", "images")
    assert [(name, writes(small.run(name))) for name in ("catalogue", "customers", flow)] == [
        (name, {}) for name in ("catalogue", "customers", flow)
    ]
    assert doubled(before) == []


def doubled(held: dict[str, Any]) -> list[tuple[str, object]]:
    counted = ((kind, some) for kind, some in held.items() if kind != "images")
    twice = [(kind, one) for kind, some in counted for one, amount in some.items() if amount > 1 and one]
    return twice + [("images", name) for name, photos in held["images"].items() if len(set(photos)) < len(photos)]
