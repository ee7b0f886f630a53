"""One shop of a multishop. The sandbox has a single shop, so these facts (recorded on the three versions) are played
by hand.
"""

from __future__ import annotations

import re

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import ConfigurationError
from connectors.prestashop.webservice import Webservice
from tests.connectors.prestashop.fake import FakeShop, error_response, product, settings, xml_response

STOCK = {
    1: (1, 0),  # another shop's own row
    2: (2, 0),  # this shop's own row
    3: (0, 1),  # shared by this shop's group
    4: (0, 0),  # detached by a PUT without id_shop
}


def serve_stock(httpserver: HTTPServer, asked: list[dict[str, str]]) -> None:
    def rows(request: Request) -> Response:
        if request.args.get("schema"):
            return error_response(400, (28, "no schema"))
        asked.append(dict(request.args))
        wanted = re.findall(r"\d+", request.args.get("filter[id_shop]", "0|1|2"))
        inner = "".join(
            f"<stock_available><id>{n}</id><id_shop>{shop}</id_shop><id_shop_group>{group}</id_shop_group></stock_available>"
            for n, (shop, group) in STOCK.items()
            if str(shop) in wanted
        )
        return xml_response(f"<stock_availables>{inner}</stock_availables>")

    httpserver.expect_request(re.compile("/api/stock_availables.*")).respond_with_handler(rows)


def test_every_request_names_the_shop(httpserver: HTTPServer) -> None:
    fake = FakeShop(rows={1: {"reference": "A", "price": "1"}})
    fake.serve(httpserver)
    with Webservice(settings(httpserver, shop_id=2)) as shop:
        list(shop.read("products", display=["reference"]))
        shop.create("products", [product("B")], find=None)
        shop.update("products", [product("A", id="1")])
        shop.delete("products", [1])
    assert {method for method, _path in fake.requests} >= {"GET", "POST", "PATCH", "DELETE"}
    assert all("id_shop=2" in path for _method, path in fake.requests)


def test_a_shop_alone_is_not_named(httpserver: HTTPServer) -> None:
    fake = FakeShop()
    fake.serve(httpserver)
    with Webservice(settings(httpserver)) as shop:
        list(shop.read("products", display=["reference"]))
    assert not any("id_shop" in path for _method, path in fake.requests)


def test_stock_rows_are_this_shops_or_its_groups_whatever_id_shop_in_the_address_says(httpserver: HTTPServer) -> None:
    asked: list[dict[str, str]] = []
    serve_stock(httpserver, asked)
    FakeShop().serve(httpserver)
    with Webservice(settings(httpserver, shop_id=2)) as shop:
        found = [row.id for row in shop.read("stock_availables", display=["quantity"])]
    assert found == [2, 3]
    assert asked[0]["filter[id_shop]"] == "[2|0]"
    assert {"id_shop", "id_shop_group"} <= set(asked[0]["display"].strip("[]").split(","))


def test_without_a_multishop_all_stock_rows_are_read(httpserver: HTTPServer) -> None:
    asked: list[dict[str, str]] = []
    serve_stock(httpserver, asked)
    FakeShop().serve(httpserver)
    with Webservice(settings(httpserver)) as shop:
        assert [row.id for row in shop.read("stock_availables", display=["quantity"])] == [1, 2, 3, 4]
    assert "filter[id_shop]" not in asked[0]


def test_an_unknown_shop_is_told_with_its_number(httpserver: HTTPServer) -> None:
    elsewhere = {"Location": "https://shop.example/"}
    httpserver.expect_request(re.compile("/api.*")).respond_with_data("", 302, elsewhere)
    with Webservice(settings(httpserver, shop_id=99)) as shop, pytest.raises(ConfigurationError) as error:
        shop.root()
    assert error.value.cause == "shop.wrong_domain"
    assert error.value.facts["id_shop"] == "99"


def test_a_key_of_another_shop_is_a_missing_right(httpserver: HTTPServer) -> None:
    refused = error_response(403, (132, "Bad permission for the shop"))
    httpserver.expect_request(re.compile("/api.*")).respond_with_response(refused)
    with Webservice(settings(httpserver, shop_id=2)) as shop, pytest.raises(ConfigurationError) as error:
        shop.root()
    assert error.value.cause == "shop.no_right"
