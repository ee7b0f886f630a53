"""Misbehaviours, journal, server, versions, and the shop as a folder."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from connectors.sandbox.shop import schema
from connectors.sandbox.shop.misbehaviour import FOREVER, KINDS
from connectors.sandbox.shop.server import running_shop
from connectors.sandbox.shop.shop import Shop
from tests.connectors.sandbox.shop.conftest import HOST, Api, node

ZONE = node("zone", {"name": "Nord", "active": 1})


@pytest.mark.parametrize(
    ("kind", "status", "saved"),
    [
        pytest.param("empty_500", 500, 0, id="empty 500"),
        pytest.param("empty_500_after", 500, 1, id="empty 500 with everything applied"),
        pytest.param("saved_500", 500, 1, id="XML 500 with the entity saved"),
        pytest.param("html", 200, 0, id="an HTML page"),
        pytest.param("redirect", 302, 0, id="a redirect"),
        pytest.param("unavailable", 503, 0, id="unavailable"),
        pytest.param("too_many", 429, 0, id="too many requests"),
        pytest.param("unauthorized", 401, 0, id="unauthorized"),
        pytest.param("php_notice", 201, 1, id="a PHP notice before the XML"),
    ],
)
def test_misbehaviours_apply_to_the_next_matching_request_only(api: Api, kind: str, status: int, saved: int) -> None:
    before = api.shop.count("zones")
    api.shop.misbehaviours.add(kind, path="/api/zones", methods=["POST"])
    assert api("GET", "/zones").status == 200
    assert api("POST", "/products", node("p", {"price": 1})).status == 201
    spoiled = api("POST", "/zones", ZONE)
    assert (spoiled.status, api.shop.count("zones") - before) == (status, saved)
    assert spoiled.body.startswith(b"<?xml") is (kind in {"saved_500", "unauthorized"})
    assert api("POST", "/zones", ZONE).status == 201


def test_a_delay_counts_per_request_and_per_entity(api: Api) -> None:
    api.shop.misbehaviours.add("delay", times=FOREVER, seconds=0.05, per_entity=0.02)
    started = time.monotonic()
    api("POST", "/zones", ZONE * 5)
    assert time.monotonic() - started >= 0.15
    api.shop.misbehaviours.clear()
    assert api.shop.misbehaviours.take("GET", "/api/zones") == []


def test_misbehaviours_and_journal_over_http(api: Api) -> None:
    asked = {"kind": "empty_500", "path": "/api/zones", "times": 2}
    assert api.client.post("/_sandbox/misbehave", base_url=HOST, data=json.dumps(asked)).status_code == 200
    assert [api("GET", "/zones").status for _ in range(3)] == [500, 500, 200]
    refused = api.client.post("/_sandbox/misbehave", base_url=HOST, data=json.dumps({"kind": "nosuch"}))
    assert refused.status_code == 400
    assert all(kind in refused.get_json()["error"] for kind in KINDS)
    journal = api.client.get("/_sandbox/journal", base_url=HOST).get_json()
    assert (journal["requests"], journal["writes"]) == ({"GET": 3}, 0)
    api.client.post("/_sandbox/journal/reset", base_url=HOST)
    assert api.client.get("/_sandbox/journal", base_url=HOST).get_json()["requests"] == {}


def test_the_journal_counts_entities_written_by_verb_and_resource(api: Api) -> None:
    mark = api.shop.journal.mark()
    products = api("POST", "/products", node("p", {"price": 1}) * 3).ids
    api("PATCH", "/products", "".join(node("p", {"id": product, "price": 2}) for product in products[:2]))
    api("PATCH", "/products", node("p", {"id": products[0], "price": 3}) + node("p", {"id": 999, "price": 3}))
    api("DELETE", f"/products/{products[2]}")
    counts = api.shop.journal.since(mark)
    assert counts.requests == {"POST": 1, "PATCH": 2, "DELETE": 1}
    assert counts.entities == {"POST": {"products": 3}, "PATCH": {"products": 3}, "DELETE": {"products": 1}}
    assert (counts.write_requests, counts.writes) == (4, 7)
    assert api.shop.journal.since(api.shop.journal.mark()).writes == 0
    assert api.shop.journal.paths(mark)[-1] == ("DELETE", f"/api/products/{products[2]}", 200)


def test_orders_over_http_need_something_to_sell(api: Api) -> None:
    url = "/_sandbox/orders?count=2&seed=1"
    assert api.client.post(url, base_url=HOST).status_code == 400
    api.product()
    assert api.client.post(url, base_url=HOST).get_json() == {"orders": [1, 2]}
    assert api.shop.journal.since().requests == {"POST": 1}  # the product; test orders are not requests


def test_the_server_keeps_connections_alive_and_answers_any_verb(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop, requests.Session() as session:
        session.auth = (shop.key, "")
        for _ in range(3):
            answer = session.get(f"{shop.url}/api/zones", timeout=60)
            assert answer.status_code == 200
            assert answer.headers.get("Connection") != "close"
        unknown = session.request("FOO", f"{shop.url}/api/zones", timeout=60)
        assert unknown.status_code == 405
        wrong_host = session.get(shop.url.replace("127.0.0.1", "localhost") + "/api", allow_redirects=False, timeout=60)
        assert wrong_host.status_code == 302


def test_four_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(number: int) -> int:
        products = "".join(f"<p><price>1</price><reference>{number}-{entity}</reference></p>" for entity in range(20))
        url = f"{shop.url}/api/products"
        return requests.post(url, data=f"<x>{products}</x>", auth=(shop.key, ""), timeout=30).status_code

    with running_shop(tmp_path) as shop, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(8))) == [201] * 8
        assert shop.shop.count("products") == shop.shop.count("stock_availables") == 160


def test_a_folder_is_opened_again_with_its_content(tmp_path: Path) -> None:
    first = Api(tmp_path)
    product = first.product()
    assert Api(tmp_path)("GET", f"/products/{product}").status == 200
    with pytest.raises(ValueError, match=r"version 8\.2\.1, not 1\.7\.8\.11"):
        Shop(tmp_path, version="1.7.8.11")


def test_only_recorded_versions_can_be_imitated() -> None:
    assert schema.versions() == ["1.6.1.24", "1.7.8.11", "8.2.1", "9.0.3"]
    with pytest.raises(ValueError, match=r"known: 1\.6\.1\.24, 1\.7\.8\.11, 8\.2\.1, 9\.0\.3"):
        schema.load("9.1.0")


def test_a_fresh_shop_has_the_shape_of_a_french_install(api: Api) -> None:
    counts = {name: api.shop.count(name) for name in ("products", "orders", "customers", "groups", "categories")}
    assert counts == {"products": 0, "orders": 0, "customers": 0, "groups": 3, "categories": 2}
    assert api("GET", "/countries?filter[iso_code]=[FR]").ids == [8]
    assert api("GET", "/currencies?filter[iso_code]=[EUR]").ids == [1]
    assert api("GET", "/order_states?filter[paid]=1&sort=[id_ASC]").ids == [2, 3, 4, 5, 9, 11]
