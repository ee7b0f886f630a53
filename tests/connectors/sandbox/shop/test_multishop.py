"""Several shops in one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sandbox.shop import shops
from connectors.sandbox.shop.shop import DEFAULT_KEY
from tests.connectors.sandbox.shop.conftest import Api, node

SECOND = {"id_shop_group": 1, "id_category": 2, "name": "Pro", "theme_name": "classic", "id_theme": 1, "active": 1}


@pytest.fixture
def two_shops(api: Api) -> Api:
    assert api("POST", "/shops", node("shop", {**SECOND, "deleted": 0})).ids == [2]
    shops.attach_key(api.shop, DEFAULT_KEY, [1, 2])
    return api


def test_a_key_that_is_not_attached_to_a_shop_is_refused_with_132(api: Api) -> None:
    api("POST", "/shops", node("shop", {**SECOND, "deleted": 0}))
    answer = api("GET", "/products?id_shop=2")
    assert (answer.status, answer.codes) == (403, [132])


def test_an_unknown_shop_is_redirected(two_shops: Api) -> None:
    assert two_shops("GET", "/products?id_shop=99").status == 302


@pytest.mark.parametrize(("version", "status"), [("8.2.1", 200), ("1.7.8.11", 302), ("1.6.1.24", 302)])
def test_all_shops_at_once_exist_on_8_only(api_of: Callable[..., Api], version: str, status: int) -> None:
    assert api_of(version)("GET", "/products?id_shop=all").status == status


def test_a_product_of_one_shop_is_unknown_to_the_other(two_shops: Api) -> None:
    first = two_shops.product()
    second = two_shops("POST", "/products?id_shop=2", node("product", {"price": "5", "reference": "PRO"})).ids[0]
    assert two_shops("GET", "/products?id_shop=2").ids == [second]
    answer = two_shops("GET", f"/products/{first}?id_shop=2")
    assert (answer.status, answer.codes) == (404, [131])
    assert two_shops("GET", f"/products/{second}?id_shop=2").text("id_shop_default") == "2"


def test_each_shop_keeps_its_own_price_and_stock_row(two_shops: Api) -> None:
    api = two_shops
    product = api("POST", "/products?id_shop=all", node("product", {"price": "5", "reference": "PRO"})).ids[0]
    api("PATCH", f"/products/{product}?id_shop=2", node("product", {"id": product, "price": "99"}))
    assert api("GET", f"/products/{product}").text("price") == "5.000000"
    assert api("GET", f"/products/{product}?id_shop=2").text("price") == "99.000000"
    rows = api("GET", f"/stock_availables?filter[id_product]={product}&display=[id_shop]")
    assert sorted(rows.texts("id_shop")) == ["1", "2"]
