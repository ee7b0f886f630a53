"""A shop at a new address: the same one, or another one in which our numbers mean other things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.shop.server import RunningShop, running_shop
from mapping.models import Binding
from tests.flows.portal import World, writes

pytestmark = [pytest.mark.flow, pytest.mark.django_db]

PRICE = 25


@pytest.fixture
def another(tmp_path: Path) -> Iterator[RunningShop]:
    with running_shop(tmp_path / "another") as shop:
        yield shop


@pytest.fixture
def moved(small: World, another: RunningShop) -> World:
    """Everything is published, Sage moves on, and the address becomes that of a shop that was never published to."""
    small.publish("catalogue", "stock", "customers", "prices")
    small.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen=PRICE)
    small.company.update("F_ARTSTOCK", "AR_Ref", "POLO-BLEU-M", AS_QteSto=7)
    small.shop_connection(url=another.url, key=another.key)
    return small


@pytest.mark.parametrize("flow", ["catalogue", "stock", "prices", "drift", "orders"])
def test_nothing_is_written_to_another_shop_at_a_new_address(moved: World, flow: str) -> None:
    before = sorted(Binding.objects.values_list("kind", "key", "remote_id"))
    run = moved.run(flow)
    assert (run.state, run.cause, writes(run), run.held) == ("failed", "shop.another_shop", {}, 0)
    assert run.facts["count"] == "0"
    assert sorted(Binding.objects.values_list("kind", "key", "remote_id")) == before
    again = moved.run(flow)
    assert again.cause == "shop.another_shop", "until somebody mends it"


def test_under_another_name_it_is_a_shop_of_its_own(moved: World) -> None:
    shop = moved.client.shops.get()
    shop.pk, shop.name, shop.known_at, shop.position = None, "Boutique en ligne", "", 1
    shop.save()
    moved.client.shops.filter(position=0).update(active=False)
    run = moved.run("catalogue")
    assert run.state == "succeeded", run.cause
    assert Binding.objects.filter(shop=shop, kind="products").exists()


def test_the_same_shop_at_a_new_address_goes_on(small: World) -> None:
    small.publish("catalogue")
    small.shop_connection(known_at="https://test.example.com")
    small.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen=PRICE)
    run = small.run("catalogue")
    assert (run.state, sum(writes(run).values())) == ("succeeded", 1)
    assert small.client.shops.get().known_at == small.client.shops.get().url


def test_a_known_address_costs_no_request(small: World) -> None:
    small.publish("catalogue")
    small.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen=PRICE)
    first = small.run("catalogue").requests
    small.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen=PRICE + 1)
    assert small.run("catalogue").requests == first
