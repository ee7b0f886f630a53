from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from connectors.models import Client, ShopConnection
from connectors.sandbox.shop.server import RunningShop, running_shop
from sync_portal.sync.connection_check import check_client

pytestmark = pytest.mark.django_db
READER = "READERREADERREADERREADERREADER00"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningShop]:
    with running_shop(tmp_path / "shop") as shop:
        shop.shop.allow(READER, {"products": ["GET"], "languages": ["GET"], "stock_availables": ["GET"]})
        yield shop


def client_with(running: RunningShop, key: str) -> Client:
    client = Client.objects.create(name="Acme", slug="acme")
    ShopConnection.objects.create(client=client, name="Acme", url=running.url, key=key, private_network=True)
    return client


def test_a_shop_tells_in_words_what_the_key_lacks(running: RunningShop) -> None:
    client = client_with(running, READER)
    with translation.override("fr"):
        shop = check_client(client)[-1]
    assert shop.ok
    assert shop.found["rights the key lacks"]["stock"] == [("stock_availables", "patch")]
    assert "PrestaShop 8.2.1." in shop.found["in words"]
    assert "Stock : il manque à la clé stock_availables PATCH. Cochez-les dans la boutique." in shop.found["in words"]
    json.dumps(shop.to_json())


def test_a_key_with_every_right_lacks_nothing(running: RunningShop) -> None:
    shop = check_client(client_with(running, running.key))[-1]
    assert shop.found["rights the key lacks"] == {}
    assert shop.found["languages"]


def test_the_command_says_each_thing_on_a_line_of_its_own(
    running: RunningShop, capsys: pytest.CaptureFixture[str]
) -> None:
    client_with(running, running.key)
    with pytest.raises(CommandError):  # there is no Sage connection
        call_command("check_client", "acme")
    assert "    Stock: the key has every right it needs.\n" in capsys.readouterr().out


def test_an_address_that_is_no_shop_is_a_result_and_no_exception(running: RunningShop) -> None:
    client = client_with(running, "wrong")
    shop = check_client(client)[-1]
    assert (shop.ok, shop.cause) == (False, "shop.wrong_key")
