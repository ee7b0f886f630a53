"""A world that begins where another one was published holds the same, and goes on from there by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mapping.models import Binding
from tests.flows.portal import World, writes
from tests.flows.test_kills import holding

pytestmark = [pytest.mark.flow, pytest.mark.django_db]


def test_a_copied_beginning_is_a_published_shop(make_world: Callable[..., World]) -> None:
    first = make_world(small=True)
    first.begin("catalogue", "images")
    told = holding(first)
    first.client.delete()

    second = make_world(small=True)
    second.begin("catalogue", "images")

    assert second.running.url != first.running.url
    assert second.client.shops.get().url == second.running.url
    assert holding(second) == told
    assert {flow: writes(second.run(flow)) for flow in ("catalogue", "images")} == {"catalogue": {}, "images": {}}
    second.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="21.40")
    second.publish("catalogue")
    assert second.shop.product("POLO-BLEU-M")["price"] == "21.400000"
    assert Binding.objects.filter(shop__client=second.client).exists()


def test_a_shop_that_was_written_to_cannot_begin(small: World) -> None:
    small.publish("catalogue")
    with pytest.raises(AssertionError, match="written to already"):
        small.begin("catalogue")
