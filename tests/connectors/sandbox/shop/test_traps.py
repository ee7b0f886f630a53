"""The behaviours of real shops that hurt a client most, as the sandbox claims them (PrestaShop 8.2.1 unless said)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from connectors.sandbox.shop.server import running_shop
from tests.connectors.sandbox.shop.conftest import Api, node


def test_a_put_blanks_every_field_it_leaves_out_and_keeps_the_associations(api: Api) -> None:
    product = api.product(ean13="3760000000000", weight="1.5", id_manufacturer=4)
    api("PUT", f"/products/{product}", node("product", {"id": product, "price": "12"}))
    row = api.shop.get("products", product)
    assert row is not None
    blanked = ("reference", "ean13", "weight", "id_manufacturer", "id_tax_rules_group", "id_category_default", "active")
    assert {row[name] for name in blanked} == {"", 0, "0.000000"}
    assert api("GET", f"/products/{product}").xml.findtext(".//categories/category/id") == "2"


def test_a_put_with_an_empty_association_empties_it(api: Api) -> None:
    product = api.product()
    api("PUT", f"/products/{product}", node("product", {"id": product, "price": "12"}, "<categories/>"))
    assert api("GET", f"/products/{product}").xml.find(".//categories/category") is None


@pytest.mark.parametrize("version", ["1.6.1.24", "1.7.8.11"])
def test_patch_does_not_exist_before_8(api_of: Callable[..., Api], version: str) -> None:
    answer = api_of(version)("PATCH", "/zones/1", node("zone", {"id": 1, "name": "Europe"}))
    assert (answer.status, answer.codes) == (405, [23])


def test_patch_changes_only_what_is_sent(api: Api) -> None:
    product = api.product(ean13="3760000000000")
    api("PATCH", f"/products/{product}", node("product", {"id": product, "price": "12.5"}))
    row = api.shop.get("products", product)
    assert row is not None
    assert (row["price"], row["ean13"], row["active"]) == ("12.500000", "3760000000000", 1)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_product_text_sent_in_one_language_blanks_the_others(api_of: Callable[..., Api], method: str) -> None:
    api = api_of(languages=("fr", "en"))
    product = api.product(name={1: "Marteau", 2: "Hammer"})
    api(method, "/products", node("product", {"id": product, "price": "1", "name": {1: "Massette"}}))
    shown = api("GET", f"/products/{product}").xml.xpath("//name/language/text()")
    assert shown == ["Massette", ""]


def test_a_required_text_sent_in_one_language_keeps_the_others(api_of: Callable[..., Api]) -> None:
    api = api_of(languages=("fr", "en"))
    fields = {"id_parent": 2, "active": 1, "name": {1: "Outils", 2: "Tools"}, "link_rewrite": {1: "o", 2: "t"}}
    category = api("POST", "/categories", node("category", fields)).ids[0]
    api("PATCH", "/categories", node("category", {"id": category, "name": {1: "Outillage"}}))
    assert api("GET", f"/categories/{category}").xml.xpath("//name/language/text()") == ["Outillage", "Tools"]


def test_a_batch_stops_at_the_first_bad_entity_and_keeps_what_came_before(api: Api) -> None:
    first, second, third = (api.product(name) for name in ("A", "B", "C"))
    bodies = [node("product", {"id": identity, "price": price}) for identity, price in [(first, "5"), (second, "x")]]
    answer = api("PATCH", "/products", "".join([*bodies, node("product", {"id": third, "price": "5"})]))
    assert (answer.status, answer.codes) == (400, [85])
    prices = [row["price"] for row in api.shop.database.rows("SELECT price FROM ps_products ORDER BY id")]
    assert prices == ["5.000000", "10.000000", "10.000000"]


def test_a_put_of_stock_without_id_shop_detaches_the_row(api: Api) -> None:
    product = api.product()
    fields = {"id": 1, "id_product": product, "id_product_attribute": 0, "quantity": 3, "depends_on_stock": 0}
    answer = api("PUT", "/stock_availables/1", node("s", {**fields, "out_of_stock": 2}))
    assert answer.status == 200
    assert api("GET", "/stock_availables/1").status == 404
    assert api("GET", f"/products/{product}").xml.find(".//stock_availables/stock_available") is None
    assert api("GET", f"/stock_availables?filter[id_product]={product}&display=[id,id_shop]").text("id_shop") == "0"


def second_default(api: Api) -> tuple[str, str]:
    product = api.product()
    api.combination(product, default_on=1)
    return "/combinations", node("c", {"id_product": product, "minimal_quantity": 1, "default_on": 1})


def unknown_parent(api: Api) -> tuple[str, str]:
    fields = {"id_parent": 999, "active": 1, "name": {1: "X"}, "link_rewrite": {1: "x"}}
    return "/categories", node("c", fields)


def unknown_state(api: Api) -> tuple[str, str]:
    return "/order_histories", node("h", {"id_order": 999, "id_order_state": 2})


def unknown_module(api: Api) -> tuple[str, str]:
    names = ("id_address_delivery", "id_address_invoice", "id_cart", "id_currency", "id_lang", "id_customer")
    totals = ("id_carrier", "total_paid", "total_paid_real", "total_products", "total_products_wt", "conversion_rate")
    fields = dict.fromkeys(names + totals, 1) | {"module": "nosuch", "payment": "Chèque"}
    return "/orders", node("o", fields)


@pytest.mark.parametrize("make", [second_default, unknown_parent, unknown_state, unknown_module])
def test_an_uncaught_exception_is_an_empty_500(api: Api, make: Callable[[Api], tuple[str, str]]) -> None:
    path, body = make(api)
    answer = api("POST", path, body)
    assert (answer.status, answer.content_type, answer.body) == (500, "text/html; charset=utf-8", b"")


def test_a_second_specific_price_of_the_same_key_is_an_empty_500_even_with_another_price(api: Api) -> None:
    product = api.product()
    assert api.specific_price(product, "8").status == 201
    answer = api.specific_price(product, "7")
    assert (answer.status, answer.body) == (500, b"")


@pytest.mark.parametrize("version", ["1.6.1.24", "1.7.8.11"])
def test_a_duplicate_key_is_code_46_before_8(api_of: Callable[..., Api], version: str) -> None:
    api = api_of(version)
    api.specific_price(1)
    answer = api.specific_price(1)
    assert (answer.status, answer.codes) == (500, [46])


def test_a_500_with_xml_may_have_saved_the_entity(api: Api) -> None:
    api.shop.misbehaviours.add("saved_500", path="/api/products", methods=["POST"], entity=2)
    answer = api("POST", "/products", "".join(node("p", {"price": "1", "reference": name}) for name in "ABC"))
    assert (answer.status, answer.codes) == (500, [11])
    assert api.shop.count("products") == 2


def test_a_filter_that_looks_like_an_operator_vanishes_and_returns_all_rows(api: Api) -> None:
    for reference in ("A[1]", "B", "C"):
        api.product(reference)
    assert len(api("GET", "/products?filter[reference]=A[1]").ids) == 3
    assert len(api("GET", "/products?filter[reference]=[A[1]]").ids) == 3


@pytest.mark.parametrize("searched", ["é-1", "[e-1]", "[É-1 ]", "[E-1]"])
def test_comparison_ignores_case_accents_and_trailing_blanks(api: Api, searched: str) -> None:
    product = api.product("É-1")
    assert api("GET", f"/products?filter[reference]={searched}").ids == [product]


def test_a_vertical_bar_inside_brackets_is_a_list(api: Api) -> None:
    api.product("A|B")
    assert api("GET", "/products?filter[reference]=[A|B]").body.count(b"<product ") == 0
    assert len(api("GET", "/products?filter[reference]=A|B").ids) == 1


def test_the_same_post_twice_makes_two_products(api: Api) -> None:
    assert api.product("DOUBLE") != api.product("DOUBLE")


def test_an_unknown_id_is_404_without_body_and_an_empty_list_is_200(api: Api) -> None:
    unknown = api("GET", "/products/999")
    assert (unknown.status, unknown.body, unknown.content_type) == (404, b"", None)
    empty = api("GET", "/products")
    assert (empty.status, empty.xml[0].tag, len(empty.xml[0])) == (200, "products", 0)
    assert api("GET", "/products?output_format=JSON").body == b"[]"


def test_a_combinations_association_deletes_the_combinations_it_does_not_name(api: Api) -> None:
    product = api.product()
    first, second = api.combination(product, "S"), api.combination(product, "M")
    named = f"<combinations><combination><id>{first}</id></combination></combinations>"
    api("PATCH", "/products", node("product", {"id": product}, named))
    assert api.shop.get("combinations", second) is None
    assert set(api.stock(product)) == {0, first}


def test_the_json_answer_of_a_batch_holds_only_the_last_entity(api: Api) -> None:
    bodies = "".join(node("zone", {"name": name, "active": 1}) for name in ("Nord", "Sud"))
    answer = api("POST", "/zones?output_format=JSON", bodies)
    assert answer.body == b'{"zone":{"id":"10","name":"Sud","active":"1"}}'


def test_a_post_answers_what_was_sent_and_not_what_is_stored(api: Api) -> None:
    answer = api("POST", "/products", node("product", {"price": "10", "name": {1: "Clé"}}))
    assert (answer.text("price"), answer.text("weight"), answer.text("visibility")) == ("10", "", "both")
    stored = api("GET", f"/products/{answer.ids[0]}")
    assert (stored.text("price"), stored.text("weight")) == ("10.000000", "0.000000")


def test_a_wrong_host_is_redirected_to_the_shop(api: Api) -> None:
    answer = api("GET", "/products", host="http://www.shop.example")
    assert (answer.status, answer.headers["Location"], answer.body) == (302, "http://shop.example/", b"")


def test_the_root_in_json_is_an_empty_500(api: Api) -> None:
    answer = api("GET", "/?output_format=JSON")
    assert (answer.status, answer.body) == (500, b"")


def test_a_client_that_gave_up_finds_its_batch_applied(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop:
        shop.shop.misbehaviours.add("cut", methods=["POST"])
        body = "<prestashop><product><price>1</price><reference>R</reference></product></prestashop>"
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{shop.url}/api/products", data=body, auth=(shop.key, ""), timeout=60)
        assert shop.shop.count("products", "reference = 'R'") == 1


def test_an_unknown_association_is_refused_after_the_entity_was_saved(api: Api) -> None:
    product = api.product()
    answer = api("PATCH", "/products", node("product", {"id": product, "price": "3"}, "<groups/>"))
    assert (answer.status, answer.codes) == (400, [86])
    row = api.shop.get("products", product)
    assert row is not None
    assert row["price"] == "3.000000"
