"""The stored connections in the connectors' terms."""

from __future__ import annotations

from datetime import time

import pytest

from connectors.connections import open_shop
from connectors.credentials import Secret
from connectors.models import Client, ShopConnection

pytestmark = pytest.mark.django_db


def test_a_shop_is_opened_with_all_its_settings(client_acme: Client) -> None:
    stored = ShopConnection.objects.create(
        client=client_acme,
        name="Boutique",
        url="https://shop.example",
        key=Secret("K" * 32),
        connections=2,
        shop_id=3,
        quiet_hours=[["22:00", "06:00"]],
    )
    with open_shop(ShopConnection.objects.get(pk=stored.pk)) as webservice:
        settings = webservice.settings
    assert (settings.url, settings.key, settings.connections, settings.shop_id) == (
        "https://shop.example",
        "K" * 32,
        2,
        3,
    )
    assert settings.quiet_hours == ((time(22), time(6)),)
    assert not settings.private_network
