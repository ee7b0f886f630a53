"""What pages ask of the ledger, and what its button does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError
from django.test import RequestFactory

from connectors.models import Client, ShopConnection
from sync_portal.orders import ledger
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.orders.proof import prove
from tests.orders.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(client_acme: Client) -> ShopConnection:
    return ShopConnection.objects.create(client=client_acme, name="Boutique", url="http://127.0.0.1:1")


def _order(shop: ShopConnection, number: int, state: str = OrderState.HELD, **fields: object) -> LedgerOrder:
    return LedgerOrder.objects.create(
        shop=shop, shop_order_id=number, reference=f"REF{number}", state=state, total_paid=Decimal(10), **fields
    )


def test_an_order_has_one_row(shop: ShopConnection) -> None:
    _order(shop, 1)
    with pytest.raises(IntegrityError):
        _order(shop, 1)


def test_held_orders_are_counted_by_cause(shop: ShopConnection) -> None:
    for number, cause in enumerate(("orders.unknown_article", "orders.unknown_carrier", "orders.unknown_article"), 1):
        _order(shop, number, cause=cause)
    _order(shop, 4, OrderState.IMPORTED)
    assert ledger.held_by_cause(shop.client) == {"orders.unknown_article": 2, "orders.unknown_carrier": 1}
    assert [order.shop_order_id for order in ledger.held_orders(shop.client)] == [3, 2, 1]
    assert ledger.counts_of(shop.client) == {"seen": 0, "held": 3, "writing": 0, "imported": 1}


def test_another_clients_orders_are_never_counted(shop: ShopConnection) -> None:
    other = Client.objects.create(slug="autre", name="Autre")
    _order(shop, 1, cause="orders.gone")
    assert (ledger.held_by_cause(other), sum(ledger.counts_of(other).values())) == ({}, 0)
    assert ledger.retry_cause(other, "orders.gone") == 0


def test_the_button_gives_every_order_of_a_cause_another_try(shop: ShopConnection) -> None:
    _order(shop, 1, cause="orders.unknown_article", facts={"reference": "X"})
    _order(shop, 2, cause="orders.unknown_carrier")
    assert ledger.retry_cause(shop.client, "orders.unknown_article") == 1
    row = LedgerOrder.objects.get(shop_order_id=1)
    assert (row.state, row.cause, row.facts) == (OrderState.SEEN, "", {})


def test_an_order_in_sage_is_never_tried_again(shop: ShopConnection) -> None:
    row = _order(shop, 1, OrderState.IMPORTED, sage_piece="BC00001")
    assert not ledger.retry_order(row)
    assert LedgerOrder.objects.get().state == OrderState.IMPORTED


def test_unfinished_orders_and_those_held_under_other_rules_wait(shop: ShopConnection) -> None:
    _order(shop, 1, OrderState.SEEN)
    _order(shop, 2, OrderState.WRITING)
    _order(shop, 3, OrderState.IMPORTED)
    _order(shop, 4, rules_fingerprint="now", cause="orders.unknown_article")
    _order(shop, 5, rules_fingerprint="before", cause="orders.unknown_article")
    _order(shop, 6, rules_fingerprint="before", cause="orders.gone")
    assert ledger.waiting_ids(shop, rules_fingerprint="now") == [1, 2, 5]
    assert ledger.last_order_id(shop) == 6


def test_every_row_of_a_proof_has_a_sentence() -> None:
    rows = {row["name"] for row in prove(make_order()).to_json()["rows"]} | {"sage"}
    assert rows == set(ledger.PROOF_LABELS)


def test_staff_may_look_at_the_ledger_but_not_edit_it(rf: RequestFactory) -> None:
    admin = site.get_model_admin(LedgerOrder)
    request = rf.get("/")
    assert not admin.has_add_permission(request)
    assert not admin.has_change_permission(request)
    assert not admin.has_delete_permission(request)
