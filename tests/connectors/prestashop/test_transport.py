from __future__ import annotations

import logging
import socket
import threading

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.prestashop.hosts import is_allowed
from connectors.prestashop.settings import RequestRecord, ShopSettings
from connectors.prestashop.transport import Transport, address
from tests.connectors.prestashop.fake import KEY, cut_connection, settings


def test_the_key_goes_by_basic_auth_with_an_empty_password(httpserver: HTTPServer) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def handle(request: Request) -> Response:
        seen.append(
            (request.authorization.username, request.authorization.password) if request.authorization else ("", "")
        )
        return Response("ok")

    httpserver.expect_request("/api/zones").respond_with_handler(handle)
    Transport(settings(httpserver)).request("GET", "zones")
    assert seen == [(KEY, "")]


def test_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/zones").respond_with_data("", 302, {"Location": httpserver.url_for("/elsewhere")})
    assert Transport(settings(httpserver)).request("GET", "zones").status == 302
    assert [request.path for request, _ in httpserver.log] == ["/api/zones"]


@pytest.mark.parametrize(
    ("verb", "requests"), [("GET", 3), ("HEAD", 3), ("PUT", 3), ("PATCH", 3), ("POST", 1), ("DELETE", 1)]
)
def test_only_what_may_be_repeated_is_repeated_on_503(httpserver: HTTPServer, verb: str, requests: int) -> None:
    httpserver.expect_request("/api/zones").respond_with_data("", 503)
    transport = Transport(settings(httpserver, retries=2))
    assert transport.request(verb, "zones", body=b"<x/>" if verb in ("PUT", "POST", "PATCH") else None).status == 503
    assert len(httpserver.log) == requests


@pytest.mark.parametrize(("verb", "requests"), [("GET", 2), ("PATCH", 2), ("POST", 1)])
def test_a_cut_connection_repeats_reads_and_absolute_writes_only(
    httpserver: HTTPServer, verb: str, requests: int
) -> None:
    seen: list[str] = []

    def handle(request: Request) -> Response:
        request.get_data()
        seen.append(request.method)
        cut_connection(request)
        return Response("")

    httpserver.expect_request("/api/zones").respond_with_handler(handle)
    with pytest.raises(RetryableError) as caught:
        Transport(settings(httpserver, retries=1)).request(verb, "zones", body=None if verb == "GET" else b"<x/>")
    assert caught.value.cause == "shop.unreachable"
    assert len(seen) == requests


def test_no_answer_in_time_is_a_timeout(httpserver: HTTPServer) -> None:
    given_up = threading.Event()

    def handle(request: Request) -> Response:
        given_up.wait(60)
        return Response("")

    httpserver.expect_request("/api/zones").respond_with_handler(handle)
    with pytest.raises(RetryableError) as caught:
        Transport(settings(httpserver, read_timeout=0.1)).request("GET", "zones")
    given_up.set()
    assert caught.value.cause == "shop.timeout"


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shop = ShopSettings(url=f"http://127.0.0.1:{port}", key=KEY, private_network=True, retries=0)
    with pytest.raises(RetryableError) as caught:
        Transport(shop).request("GET", "zones")
    assert caught.value.cause == "shop.unreachable"


def test_an_endless_answer_is_given_up(httpserver: HTTPServer) -> None:
    given_up = threading.Event()

    def handle(request: Request) -> Response:
        def trickle() -> object:
            while not given_up.wait(0.05):
                yield b"x" * 70_000

        return Response(trickle())  # type: ignore[arg-type]

    httpserver.expect_request("/api/zones").respond_with_handler(handle)
    with pytest.raises(RetryableError) as caught:
        Transport(settings(httpserver, total_timeout=0.2)).request("GET", "zones")
    given_up.set()
    assert caught.value.cause == "shop.timeout"


def test_an_answer_over_the_limit_is_refused(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/zones").respond_with_data(b"x" * 300_000)
    with pytest.raises(RejectedRecordError) as caught:
        Transport(settings(httpserver, max_answer_bytes=100_000)).request("GET", "zones")
    assert caught.value.cause == "shop.answer_too_big"


def test_only_the_beginning_is_kept_when_asked(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/zones").respond_with_data(b"<id>7</id>" + b"A" * 500_000)
    answer = Transport(settings(httpserver)).request("GET", "zones", keep=10)
    assert answer.body == b"<id>7</id>"


def test_connections_are_kept_and_cookies_are_not(httpserver: HTTPServer) -> None:
    seen: list[tuple[str, str | None]] = []

    def handle(request: Request) -> Response:
        seen.append((request.environ["REMOTE_PORT"], request.headers.get("Cookie")))
        return Response("ok", headers={"Set-Cookie": "PrestaShop-1=abc; path=/"})

    httpserver.expect_request("/api/zones").respond_with_handler(handle)
    transport = Transport(settings(httpserver))
    for _ in range(3):
        transport.request("GET", "zones")
    transport.close()
    assert {cookie for _, cookie in seen} == {None}


def test_every_request_is_told_and_counted(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/products").respond_with_data("ok")
    told: list[RequestRecord] = []
    transport = Transport(settings(httpserver), told.append)
    transport.request("GET", "products", query={"display": "full"})
    transport.request("PATCH", "products", body=b"<x/>", entities=5)
    assert [(r.verb, r.path, r.status, r.entities, r.sent_bytes) for r in told] == [
        ("GET", "/products?display=full", 200, 0, 0),
        ("PATCH", "/products", 200, 5, 4),
    ]
    assert transport.counters.requests == {("GET", "products"): 1, ("PATCH", "products"): 1}
    assert (transport.counters.writes, transport.counters.total) == (1, 2)
    assert transport.counters.seconds > 0


def test_the_key_is_in_no_log_no_error_and_no_setting_shown(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(request: Request) -> Response:
        cut_connection(request)
        return Response("")

    httpserver.expect_request("/api/zones").respond_with_handler(handle)
    shop = settings(httpserver)
    told: list[RequestRecord] = []
    with caplog.at_level(logging.DEBUG), pytest.raises(ConnectorError) as caught:
        Transport(shop, told.append).request("GET", "zones", query={"filter[name]": f"[{KEY}]"})
    logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("connectors"))
    assert "***" in logged
    shown = logged + repr(shop) + str(caught.value) + caught.value.detail + repr(caught.value.facts) + repr(told)
    assert KEY not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://shop.example", "https://shop.example/api"),
        ("https://shop.example/", "https://shop.example/api"),
        ("https://shop.example/api/", "https://shop.example/api"),
        ("http://shop.example:8080/fr/", "http://shop.example:8080/fr/api"),
    ],
)
def test_the_api_address_comes_from_any_way_to_write_the_shops(url: str, api: str) -> None:
    assert ShopSettings(url=url, key=KEY).api_url == api


@pytest.mark.parametrize("url", ["ftp://x", "shop.example", "https://key@shop.example", "file:///etc/passwd", ""])
def test_what_is_no_shop_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _ = ShopSettings(url=url, key=KEY).api_url
    assert caught.value.cause == "shop.wrong_url"


@pytest.mark.parametrize(
    ("ip", "public", "private"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1:248:1893:25c8:1946", True, True),
        ("10.0.0.5", False, True),
        ("192.168.1.10", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("::ffff:10.0.0.5", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("fd00:ec2::254", False, False),
        ("100.100.100.200", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
    ],
)
def test_which_addresses_a_shop_may_have(ip: str, public: bool, private: bool) -> None:
    assert is_allowed(ip, private_network=False) is public
    assert is_allowed(ip, private_network=True) is private


def test_the_address_is_checked_where_the_connection_leads_not_where_the_name_says(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/zones").respond_with_data("secret")
    shop = settings(httpserver, private_network=False)
    with pytest.raises(ConfigurationError) as caught:
        Transport(shop).request("GET", "zones")
    assert caught.value.cause == "shop.forbidden_address"
    assert caught.value.facts["address"] == "127.0.0.1"
    assert httpserver.log == []


def test_brackets_and_bars_are_encoded_once() -> None:
    query = {"filter[reference]": "[A|é]", "display": "[id,reference]"}
    assert address("https://s/api", "products", "", query) == (
        "https://s/api/products?filter%5Breference%5D=%5BA%7C%C3%A9%5D&display=%5Bid,reference%5D"
    )


def test_a_proxy_of_the_environment_does_not_hide_the_shops_address(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/api/zones").respond_with_data("ok")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert Transport(settings(httpserver)).request("GET", "zones").body == b"ok"
