"""Orders are read whole, in few requests, from every version of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.prestashop.webservice import ShopSettings, Webservice
from connectors.prestashop.xml import Entity
from connectors.sandbox.shop.placing import PRIVATE_BUYERS, place_order
from connectors.sandbox.shop.server import RunningShop, running_shop
from sync_portal.orders.parsing import amount, moment_of, number
from sync_portal.orders.proof import prove
from sync_portal.orders.reader import PolledOrder, newest_update, poll, read_orders
from sync_portal.orders.shop_orders import ShopAddress, ShopBuyer, ShopVoucher

VERSIONS = ["1.6.1.24", "1.7.8.11", "8.2.1"]
VOUCHER = {
    "id_cart_rule": "1", "name": "Bienvenue", "value": "4.5555", "value_tax_excl": "3.7963", "free_shipping": "0"
}  # fmt: skip


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., object]:
    @contextmanager
    def make(version: str = "8.2.1") -> Iterator[tuple[RunningShop, Webservice, int]]:
        """A shop with one product at 10.123456 excl. tax, 20 %."""
        with running_shop(tmp_path / version, version=version) as served:
            settings = ShopSettings(url=served.url, key=served.key, private_network=True)
            with Webservice(settings) as shop:
                yield served, shop, _product(shop)

    return make


def _product(shop: Webservice) -> int:
    fields = {"reference": "ART-1", "price": "10.123456", "id_tax_rules_group": "1", "state": "1", "active": "1"}
    fields |= {"available_for_order": "1", "show_price": "1", "minimal_quantity": "1"}
    product = Entity({**fields, "name": {1: "Éventail"}, "link_rewrite": {1: "eventail"}})
    (outcome,) = shop.create("products", [product], find=None)
    assert outcome.id is not None
    return outcome.id


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_is_read_whole(serve: Callable, version: str) -> None:
    with serve(version) as (served, shop, product):
        placed = place_order(served.shop, lines=[(product, 0, 3)], buyer=PRIVATE_BUYERS[0], message="Sonnez deux fois")
        (order,) = read_orders(shop, [placed])
    (line,) = order.lines
    assert (line.reference, line.name, line.quantity, line.tax_rate) == ("ART-1", "Éventail", 3, 20)
    assert (line.unit_price_tax_excl, line.total_tax_incl) == (Decimal("10.123456"), Decimal("36.44"))
    assert order.buyer == ShopBuyer(
        id=order.buyer.id, email=PRIVATE_BUYERS[0].email, last_name="Lefèvre", first_name="Camille", guest=True
    )
    assert (
        order.delivery
        == order.invoice
        == ShopAddress(
            id=order.delivery.id,
            alias="Mon adresse",
            last_name="Lefèvre",
            first_name="Camille",
            address1="12 rue des Tanneurs",
            postcode="35000",
            city="Rennes",
            country="France",
            country_iso="FR",
            phone="0600000001",
        )
    )
    assert (order.currency, order.carrier, order.carrier_tax_rate) == ("EUR", "Livraison à domicile", 20)
    assert (order.valid, order.state_name, order.round_type) == (True, "Paiement accepté", 2)
    assert [payment.amount for payment in order.payments] == [order.total_paid]
    assert prove(order).ok
    # The sandbox keeps messages where the version has the resource.
    assert order.messages == (() if version.startswith("1.6") else ("Sonnez deux fois",))


@pytest.mark.parametrize(("version", "resource"), [("1.6.1.24", "order_discounts"), ("8.2.1", "order_cart_rules")])
def test_vouchers_are_read_under_the_name_of_the_version(serve: Callable, version: str, resource: str) -> None:
    with serve(version) as (served, shop, product):
        placed = place_order(served.shop, lines=[(product, 0, 1)], buyer=PRIVATE_BUYERS[0])
        shop.create(resource, [Entity({**VOUCHER, "id_order": str(placed)})], find=None)
        served.shop.database.execute("UPDATE ps_orders SET total_discounts = 4.56, total_discounts_tax_incl = 4.56")
        (order,) = read_orders(shop, [placed])
    assert [(voucher.name, voucher.value) for voucher in order.vouchers] == [("Bienvenue", Decimal("4.5555"))]
    assert isinstance(order.vouchers[0], ShopVoucher)


def test_messages_of_a_thread_are_read_where_there_is_no_other_place(serve: Callable) -> None:
    with serve("1.6.1.24") as (served, shop, product):
        placed = place_order(served.shop, lines=[(product, 0, 1)], buyer=PRIVATE_BUYERS[0])
        thread = {"id_lang": "1", "id_contact": "1", "token": "abcdefghijkl", "id_order": str(placed)}
        (outcome,) = shop.create("customer_threads", [Entity({**thread})], find=None)
        for text, employee in (("Après 18 h", "0"), ("C'est noté", "1")):
            message = {"id_customer_thread": str(outcome.id), "message": text, "id_employee": employee, "private": "0"}
            shop.create("customer_messages", [Entity({**message})], find=None)
        (order,) = read_orders(shop, [placed])
    assert order.messages == ("Après 18 h",)


def test_messages_are_left_out_where_the_key_may_not_read_them(serve: Callable) -> None:
    with serve() as (served, _shop, product):
        placed = place_order(served.shop, lines=[(product, 0, 1)], buyer=PRIVATE_BUYERS[0], message="Bonjour")
        hidden = {"messages", "customer_threads", "customer_messages"}
        rights = {name: ["GET", "HEAD"] for name in served.shop.resources if name not in hidden}
        served.shop.allow(served.key, rights)
        with Webservice(ShopSettings(url=served.url, key=served.key, private_network=True)) as limited:
            (order,) = read_orders(limited, [placed])
    assert order.messages == ()


def test_a_page_costs_the_same_however_many_orders_it_holds(serve: Callable) -> None:
    with serve() as (served, shop, product):
        placed = [
            place_order(served.shop, lines=[(product, 0, 1)], buyer=PRIVATE_BUYERS[number % 3]) for number in range(4)
        ]
        read_orders(shop, placed[:1])  # the shop's schemas are asked for once
        costs = []
        for ids in (placed[:1], placed):
            before = shop.counters.total
            assert [order.id for order in read_orders(shop, ids)] == ids
            costs.append(shop.counters.total - before)
    assert costs[0] == costs[1] <= 12


def test_a_poll_asks_twice_and_gives_each_order_once(serve: Callable) -> None:
    with serve() as (served, shop, product):
        placed = [place_order(served.shop, lines=[(product, 0, 1)], buyer=PRIVATE_BUYERS[0]) for _ in range(3)]
        first = poll(shop, since=None, last_id=0)
        assert [order.id for order in first] == placed
        since = newest_update(first)
        poll(shop, since=since, last_id=placed[-1])  # the shop's schema is asked for once
        before = shop.counters.total
        again = poll(shop, since=since, last_id=placed[1])
        assert shop.counters.total - before == 2
        assert [order.id for order in again] == placed
        served.shop.database.execute("UPDATE ps_orders SET date_upd = '2020-01-01 00:00:00' WHERE id = ?", (placed[0],))
        assert [order.id for order in poll(shop, since=since, last_id=placed[-1])] == placed[1:]
        assert [order.id for order in poll(shop, since=datetime(2099, 1, 1), last_id=placed[1])] == placed[2:]


def test_an_order_that_is_gone_is_left_out(serve: Callable) -> None:
    with serve() as (_served, shop, _product):
        assert read_orders(shop, [99]) == []
        assert read_orders(shop, []) == []


def test_the_newest_update_ignores_orders_without_a_date() -> None:
    polled = [PolledOrder(1, "2026-11-20 09:00:00"), PolledOrder(2, "0000-00-00 00:00:00"), PolledOrder(3, "")]
    assert newest_update(polled) == datetime(2026, 11, 20, 9, 0)
    assert newest_update([]) is None


@pytest.mark.parametrize(
    ("text", "as_number", "as_amount"),
    [("12", 12, "12"), ("", 0, "0"), ("x", 0, "0"), ("1.500000", 0, "1.5"), ("-3", 0, "-3")],
)
def test_blank_and_odd_values_count_as_nothing(text: str, as_number: int, as_amount: str) -> None:
    entity = Entity({"value": text})
    assert (number(entity, "value"), amount(entity, "value")) == (as_number, Decimal(as_amount))
    assert moment_of(text) is None
