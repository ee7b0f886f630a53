"""Orders: by the webservice and by the shop's own checkout. Their amounts add up to the cent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.shop import placing
from connectors.sandbox.shop.shop import Shop
from tests.connectors.sandbox.shop.conftest import Api, node

VERSIONS = ["8.2.1", "1.7.8.11", "1.6.1.24"]


def webservice_order(api: Api, paid: str, module: str = "ps_wirepayment", cart: int = 0) -> tuple[int, str, int]:
    """Customer, address, cart with 2 pieces of product 1, order: (status, body's codes or id, cart)."""
    if not cart:
        customer = api.customer().ids[0]
        fields = {"id_country": 8, "alias": "Maison", "lastname": "Dupont", "firstname": "Anne", "address1": "1 rue X"}
        address = api("POST", "/addresses", node("a", {**fields, "city": "Lyon", "id_customer": customer})).ids[0]
        row = {"id_product": 1, "id_product_attribute": 0, "id_address_delivery": address, "quantity": 2}
        places = {"id_address_delivery": address, "id_address_invoice": address, "id_carrier": 1}
        head = {"id_currency": 1, "id_lang": 1, "id_customer": customer, **places}
        cart = api("POST", "/carts", node("cart", head, f"<cart_rows>{node('cart_row', row)}</cart_rows>")).ids[0]
    stored = api.shop.get("carts", cart) or {}
    names = ("id_address_delivery", "id_address_invoice", "id_customer", "id_carrier")
    fields = {name: stored[name] for name in names} | {"id_cart": cart, "id_currency": 1, "id_lang": 1}
    totals = {"total_paid": paid, "total_paid_real": paid, "total_products": "20", "total_products_wt": "24"}
    rest = {"module": module, "payment": "Virement", "conversion_rate": 1, "current_state": 4}
    answer = api("POST", "/orders", node("order", fields | totals | rest))
    return answer.status, answer.body.decode(), cart


def assert_adds_up(shop: Shop, order: int) -> None:
    row = shop.get("orders", order) or {}
    lines = shop.database.rows("SELECT * FROM ps_order_details WHERE id_order = ?", (order,))
    for suffix, name in [("incl", "total_paid_tax_incl"), ("excl", "total_paid_tax_excl")]:
        total = sum(Decimal(line[f"total_price_tax_{suffix}"]) for line in lines)
        assert total + Decimal(row[f"total_shipping_tax_{suffix}"]) == Decimal(row[name])
    assert row["total_paid"] == row["total_paid_tax_incl"]
    assert Decimal(row["total_paid"]) == Decimal(row["total_paid"]).quantize(Decimal("0.01"))


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_made_by_the_webservice_is_paid_and_takes_the_stock(api_of: Callable[..., Api], version: str) -> None:
    api = api_of(version)
    product = api.product(link_rewrite={1: "x"})
    status, _, _ = webservice_order(api, "24", "bankwire" if version == "1.6.1.24" else "ps_wirepayment")
    assert status == 201
    order = api("GET", "/orders/1")
    expected = "12" if version == "1.6.1.24" else "11"
    assert (order.text("current_state"), order.text("valid"), order.text("total_paid")) == (expected, "1", "24.000000")
    assert (order.text("invoice_number"), len(order.text("reference"))) == ("1", 9)
    assert api.stock(product) == {0: -2}
    payment = api("GET", f"/order_payments?filter[order_reference]=[{order.text('reference')}]&display=full")
    assert payment.texts("amount") == ["24.000000"]
    row = order.xml.find(".//order_row")
    assert (row.findtext("product_reference"), row.findtext("unit_price_tax_incl")) == ("MAR-800", "12.000000")
    assert_adds_up(api.shop, 1)


def test_a_total_that_differs_from_the_cart_is_a_payment_error(api: Api) -> None:
    api.product()
    webservice_order(api, "23.99")
    order = api("GET", "/orders/1")
    assert (order.text("current_state"), order.text("valid")) == ("8", "0")


@pytest.mark.parametrize(("version", "status"), [("8.2.1", 500), ("1.7.8.11", 500), ("1.6.1.24", 200)])
def test_the_same_cart_twice_is_refused_in_plain_text(api_of: Callable[..., Api], version: str, status: int) -> None:
    api = api_of(version)
    api.product(link_rewrite={1: "x"})
    module = "bankwire" if version == "1.6.1.24" else "ps_wirepayment"
    _, _, cart = webservice_order(api, "24", module)
    again, body, _ = webservice_order(api, "24", module, cart)
    assert again == status
    assert "panier" in body if version == "1.6.1.24" else "Cart" in body
    assert api.shop.count("orders") == 1


def test_a_history_changes_the_state_and_the_same_state_again_adds_a_row(api: Api) -> None:
    product = api.product()
    webservice_order(api, "24")
    for _ in range(2):
        assert api("POST", "/order_histories", node("h", {"id_order": 1, "id_order_state": 4})).status == 201
    assert (api("GET", "/orders/1").text("delivery_number"), api.shop.count("order_histories")) == ("1", 3)
    api("POST", "/order_histories", node("h", {"id_order": 1, "id_order_state": 6}))
    assert (api("GET", "/orders/1").text("valid"), api.stock(product)) == ("0", {0: 0})


def test_patching_the_state_does_nothing_when_it_is_the_same(api: Api) -> None:
    api.product()
    webservice_order(api, "24")
    api("PATCH", "/orders", node("o", {"id": 1, "current_state": 11}))
    assert api.shop.count("order_histories") == 1
    api("PATCH", "/orders", node("o", {"id": 1, "current_state": 3}))
    assert (api("GET", "/orders/1").text("current_state"), api.shop.count("order_histories")) == ("3", 2)


def test_a_put_without_state_sets_it_to_0(api: Api) -> None:
    api.product()
    webservice_order(api, "24")
    row = api.shop.get("orders", 1) or {}
    required = [known.name for known in api.shop.resources["orders"].fields if known.required]
    api("PUT", "/orders", node("o", {"id": 1} | {name: row[name] for name in required}))
    assert api("GET", "/orders/1").text("current_state") == "0"


@pytest.mark.parametrize(("version", "module", "rows"), [("1.6.1.24", "bankwire", 2), ("8.2.1", "ps_wirepayment", 1)])
def test_putting_an_order_back_as_read_adds_a_history_row_on_1_6_only(
    api_of: Callable[..., Api], version: str, module: str, rows: int
) -> None:
    api = api_of(version)
    api.product(link_rewrite={1: "marteau"})
    webservice_order(api, "24", module)
    row = api.shop.get("orders", 1) or {}
    names = [known.name for known in api.shop.resources["orders"].fields if known.required] + ["current_state"]
    assert api("PUT", "/orders", node("o", {"id": 1} | {name: row[name] for name in names})).status == 200
    assert api.shop.count("order_histories") == rows


def test_a_tracking_number_shows_in_the_order(api: Api) -> None:
    api.product()
    webservice_order(api, "24")
    api("PATCH", "/order_carriers", node("c", {"id": 1, "tracking_number": "XR-1"}))
    assert api("GET", "/orders/1?display=[shipping_number]").text("shipping_number") == "XR-1"
    api("PATCH", "/orders", node("o", {"id": 1, "shipping_number": "XR-2"}))
    assert api("GET", "/order_carriers/1").text("tracking_number") == "XR-2"


@pytest.mark.parametrize("version", VERSIONS)
def test_believable_orders_are_varied_repeatable_and_add_up(api_of: Callable[..., Api], version: str) -> None:
    api = api_of(version)
    product = api.product(price="19.99", link_rewrite={1: "x"})
    other = api.product("VIS", "0.333333", link_rewrite={1: "y"})
    api.combination(product, "S", price="1.111")
    api.combination(product, "M")
    api.specific_price(other, "-1", reduction="0.07", reduction_type="percentage")
    orders = placing.place_believable(api.shop, count=6, seed=3)
    assert orders == [1, 2, 3, 4, 5, 6]
    for order in orders:
        assert_adds_up(api.shop, order)
    assert api.shop.count("customers", "is_guest = 1") > 0
    assert api.shop.count("customers", "company != ''") == 1
    lines = api.shop.database.rows("SELECT id_order, count(*) AS n FROM ps_order_details GROUP BY id_order")
    assert max(line["n"] for line in lines) >= 2


def test_a_placed_order_uses_the_group_price_of_its_customer(api: Api) -> None:
    product = api.product()
    group = api("POST", "/groups", node("g", {"price_display_method": 1, "name": {1: "Revendeurs"}})).ids[0]
    api.specific_price(product, "8", id_group=group)
    customer = api.customer(id_default_group=group).ids[0]
    order = placing.place_order(api.shop, lines=[(product, 0, 3)], buyer=customer)
    line = api("GET", f"/order_details?filter[id_order]={order}&display=full")
    assert (line.text("unit_price_tax_excl"), line.text("total_price_tax_incl")) == ("8.000000", "28.800000")
    shown = api("GET", f"/orders/{order}")
    assert (shown.text("total_shipping_tax_incl"), shown.text("total_paid")) == ("8.400000", "37.200000")


def test_an_unpaid_order_has_no_payment(api: Api) -> None:
    product = api.product()
    order = placing.place_order(
        api.shop, lines=[(product, 0, 1)], buyer=placing.PRIVATE_BUYERS[0], module="ps_checkpayment", paid=False
    )
    shown = api("GET", f"/orders/{order}")
    assert (shown.text("current_state"), shown.text("total_paid_real")) == ("1", "0.000000")
    assert api.shop.count("order_payments") == 0


@pytest.mark.parametrize(
    ("lines", "module"),
    [([], ""), ([(1, 0, 0)], ""), ([(99, 0, 1)], ""), ([(1, 99, 1)], ""), ([(1, 0, 1)], "nosuch")],
)
def test_an_impossible_order_is_refused(api: Api, lines: list[tuple[int, int, int]], module: str) -> None:
    api.product()
    with pytest.raises(ValueError, match=r"line|quantity|unknown|combination"):
        placing.place_order(api.shop, lines=lines, buyer=placing.PRIVATE_BUYERS[0], module=module)
    assert api.shop.count("orders") == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.decimals("0.01", "999", places=6), st.integers(1, 4), st.integers(1, 30)), min_size=1, max_size=3
    )
)
def test_any_order_adds_up(api: Api, wanted: list[tuple[Decimal, int, int]]) -> None:
    lines = [(api.product("X", str(price), id_tax_rules_group=tax), 0, quantity) for price, tax, quantity in wanted]
    assert_adds_up(api.shop, placing.place_order(api.shop, lines=lines, buyer=placing.PRIVATE_BUYERS[1]))
