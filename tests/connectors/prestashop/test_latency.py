from __future__ import annotations

from types import SimpleNamespace

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.prestashop import transport
from connectors.prestashop.latency import Latency
from connectors.prestashop.pace import BatchSizes, Pace
from connectors.prestashop.webservice import Webservice
from tests.connectors.prestashop.fake import FakeShop, product, settings


def told(latency: Latency, times: list[float], amount: int = 100, resource: str = "products") -> list[bool]:
    return [latency.answered("PATCH", resource, amount=amount, seconds=seconds) for seconds in times]


def test_a_steady_shop_is_never_slow() -> None:
    assert not any(told(Latency(), [1.0, 1.3, 0.8, 1.9, 1.1, 0.9, 2.2, 1.0] * 5))


def test_five_requests_of_more_than_three_times_the_calm_time_say_slow_down_and_five_more_say_it_again() -> None:
    latency = Latency()
    told(latency, [0.5] * 10)
    assert told(latency, [2.0] * 5) == [False, False, True, False, False]
    assert latency.slow("PATCH", "products")
    assert told(latency, [2.5] * 3)[-1] is True


def test_one_slow_request_is_nothing() -> None:
    latency = Latency()
    assert not any(told(latency, [0.5] * 10 + [9.0] + [0.5] * 10))


def test_the_quick_ones_may_vary() -> None:
    """17 ms instead of 4 is no trouble."""
    latency = Latency()
    assert not any(told(latency, [0.02] * 10 + [0.2] * 20))


def test_calm_is_back_when_the_times_are() -> None:
    latency = Latency()
    told(latency, [0.5] * 10 + [2.0] * 5)
    told(latency, [0.55] * 5)
    assert not latency.slow("PATCH", "products")


def test_a_lasting_change_becomes_the_new_normal() -> None:
    latency = Latency()
    told(latency, [0.5] * 10 + [2.0] * 150)
    assert not latency.slow("PATCH", "products")


def test_requests_are_compared_with_their_like() -> None:
    latency = Latency()
    told(latency, [0.5] * 10, resource="stock_availables")
    assert not any(told(latency, [4.0] * 10, resource="products"))
    assert not any(told(latency, [0.05] * 10, resource="orders", amount=1) + told(latency, [3.0] * 10, amount=400))


def test_half_a_batch_in_the_time_of_a_whole_one_is_not_yet_calm() -> None:
    latency = Latency()
    told(latency, [1.0] * 10 + [4.0] * 5)
    told(latency, [2.0] * 10, amount=50)
    assert latency.slow("PATCH", "products")
    told(latency, [0.5] * 10, amount=50)
    assert not latency.slow("PATCH", "products")


def test_slower_means_half_the_requests_at_a_time_and_half_as_much_in_each() -> None:
    pace, sizes = Pace(4), BatchSizes()
    pace.slower()
    sizes.smaller("PATCH", "products")
    assert (pace.allowed, pace.pause) == (2, 0.0)
    assert sizes.size("PATCH", "products") == 25
    sizes.answered("PATCH", "products", entities=25, seconds=0.4, slow=True)
    assert sizes.size("PATCH", "products") == 25
    sizes.answered("PATCH", "products", entities=25, seconds=0.4)
    assert sizes.size("PATCH", "products") == 50


def test_a_shop_that_gets_slower_gets_fewer_requests_and_gets_them_back(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    waits = [0.02] * 10 + [0.4] * 6 + [0.02] * 40

    def slower(request: Request, response: Response) -> Response:
        if request.method == "POST":
            clock[0] += waits.pop(0)
        return response

    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    fake = FakeShop(after=slower)
    fake.serve(httpserver)
    allowed: list[int] = []
    with Webservice(
        settings(httpserver, connections=1), on_request=lambda record: allowed.append(shop._asker.pace.allowed)
    ) as shop:
        shop._asker.pace = Pace(4)
        shop.create("products", [product(str(n)) for n in range(56)], find=None)
    assert min(allowed) < 4
    assert allowed[-1] == 4
