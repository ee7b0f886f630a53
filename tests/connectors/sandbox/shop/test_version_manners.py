"""Manners of single versions that hurt a client that serves them all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sandbox.shop.shop import Shop
from tests.connectors.sandbox.shop.conftest import Api, node


@pytest.mark.parametrize(("version", "kept"), [("1.6.1.24", "Vis ????"), ("1.7.8.11", "Vis 🔩"), ("8.2.1", "Vis 🔩")])
def test_an_emoji_becomes_question_marks_on_1_6_without_a_word(
    api_of: Callable[..., Api], version: str, kept: str
) -> None:
    api = api_of(version)
    product = api.product(name={1: "Vis 🔩"}, link_rewrite={1: "vis"})
    assert api("GET", f"/products/{product}").text("language") is not None
    assert kept in api("GET", f"/products/{product}").texts("language")


def test_a_setting_of_a_fresh_shop_is_only_changed_with_its_dates(api: Api) -> None:
    identity = api("GET", "/configurations?filter[name]=PS_TIMEZONE").ids[0]
    fields = {"id": identity, "value": "Europe/Brussels"}
    answer = api("PATCH", f"/configurations/{identity}", node("configuration", fields))
    assert (answer.status, answer.codes) == (400, [85])
    dated = fields | {"date_add": "2026-01-01 00:00:00", "date_upd": "2026-01-01 00:00:00"}
    assert api("PATCH", f"/configurations/{identity}", node("configuration", dated)).status == 200
    assert api.shop.configuration("PS_TIMEZONE") == "Europe/Brussels"


@pytest.mark.parametrize(("version", "left"), [("8.2.1", 1), ("1.7.8.11", 1), ("1.6.1.24", 0)])
def test_an_unknown_association_breaks_the_category_tree_from_1_7_on(
    api_of: Callable[..., Api], version: str, left: int
) -> None:
    api = api_of(version)
    parent = api.category("Parent")
    child = api.category("Enfant", parent=parent)
    fields = {"id": parent, "id_parent": 2, "active": 1, "name": {1: "Parent"}, "link_rewrite": {1: "parent"}}
    answer = api("PUT", f"/categories/{parent}", node("category", fields, "<groups><group><id>1</id></group></groups>"))
    assert (answer.status, answer.codes) == (400, [86])
    assert api("DELETE", f"/categories/{parent}").status == 200
    assert api.shop.count("categories", "id = ?", (child,)) == left


def test_automatic_cart_rules_lower_an_order_after_its_payment_was_compared(api: Api) -> None:
    product, customer = api.product(price="100"), api.customer().ids[0]
    rule = {"name": {1: "Bienvenue"}, "date_from": "2020-01-01 00:00:00", "date_to": "2040-01-01 00:00:00"}
    rule |= {"quantity": 10, "quantity_per_user": 1, "active": 1, "reduction_percent": "10", "code": ""}
    assert api("POST", "/cart_rules", node("cart_rule", rule)).status == 201
    order = _order(api, product, customer, paid="120.000000")
    read = api("GET", f"/orders/{order}")
    assert (read.text("total_discounts"), read.text("total_paid")) == ("12.000000", "108.000000")
    assert read.text("current_state") == "11"
    assert api("GET", f"/order_cart_rules?filter[id_order]={order}&display=full").text("value") == "12.000000"
    lowered = _order(api, product, customer, paid="108.000000")
    assert api("GET", f"/orders/{lowered}").text("current_state") == "8"


def _order(api: Api, product: int, customer: int, paid: str) -> int:
    address = {"id_customer": customer, "id_country": 8, "alias": "a", "lastname": "D", "firstname": "A"}
    home = api("POST", "/addresses", node("address", {**address, "address1": "1 rue", "city": "Lyon"})).ids[0]
    both = {"id_address_delivery": home, "id_address_invoice": home, "id_customer": customer, "id_carrier": 1}
    cart = {"id_currency": 1, "id_lang": 1, **both}
    row = f"<cart_row><id_product>{product}</id_product><quantity>1</quantity></cart_row>"
    made = api("POST", "/carts", node("cart", cart, f"<cart_rows>{row}</cart_rows>")).ids[0]
    payment = {"module": "ps_wirepayment", "payment": "Virement", "conversion_rate": 1}
    totals = dict.fromkeys(("total_paid", "total_paid_real"), paid) | {"total_products": 100, "total_products_wt": 120}
    return api("POST", "/orders", node("order", {"id_cart": made, **cart, **payment, **totals})).ids[0]


class TestNine:
    """9.0.3, from what its source says."""

    @pytest.fixture
    def nine(self, api_of: Callable[..., Api]) -> Api:
        return api_of("9.0.3")

    def test_it_has_the_resources_and_fields_of_its_source(self, nine: Api) -> None:
        shop: Shop = nine.shop
        assert "order_returns" in shop.resources
        assert "supply_orders" not in shop.resources
        assert "meta_keywords" not in shop.resources["products"].by_name
        assert "redirect_type" in shop.resources["categories"].by_name
        assert len(shop.resources) == 64

    def test_a_customer_cannot_be_put_back_with_its_secure_key(self, nine: Api) -> None:
        customer = nine.customer().ids[0]
        fields = {"id": customer, "lastname": "D", "firstname": "A", "email": "a@example.org", "passwd": "x"}
        answer = nine("PUT", f"/customers/{customer}", node("customer", fields | {"secure_key": "0" * 32}))
        assert (answer.status, answer.codes) == (400, [93])
        assert nine("PUT", f"/customers/{customer}", node("customer", fields)).status == 200

    def test_options_is_answered_before_authentication(self, nine: Api) -> None:
        answer = nine("OPTIONS", "/products", key=None)
        assert (answer.status, answer.body) == (200, b"200 OK")

    def test_it_says_its_version(self, nine: Api) -> None:
        assert nine("GET", "/zones/1").headers["PSWS-Version"] == "9.0.3"
