from __future__ import annotations

from pathlib import Path

import pytest

from connectors.prestashop.overview import RIGHTS, missing_rights
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.webservice import ShopSettings, Webservice
from connectors.sandbox.shop.server import running_shop


@pytest.mark.parametrize(
    ("has_patch", "verbs", "missing"),
    [
        (True, {"get", "patch"}, []),
        (True, {"get", "put"}, [("stock_availables", "patch")]),
        (False, {"get", "put"}, []),
        (False, {"get"}, [("stock_availables", "put")]),
        (True, set(), [("stock_availables", "get"), ("stock_availables", "patch")]),
    ],
    ids=["all", "8 without patch", "before 8", "reader before 8", "nothing"],
)
def test_the_rights_a_flow_lacks(has_patch: bool, verbs: set[str], missing: list[tuple[str, str]]) -> None:
    rights = {"stock_availables": frozenset(verbs)}
    assert missing_rights(ShopCapabilities(version="", rights=rights, has_patch=has_patch), "stock") == missing


def test_the_lists_of_a_shop_and_the_rights_of_a_full_key(tmp_path: Path) -> None:
    with running_shop(tmp_path / "shop") as running:
        settings = ShopSettings(url=running.url, key=running.key, private_network=True)
        with Webservice(settings) as shop:
            found = shop.lists()
            assert all(missing_rights(shop.capabilities(), flow) == [] for flow in RIGHTS)
            assert shop.payment_modules() == {}
    assert [language.id for language in found["languages"]] == [1]
    assert found["currencies"][0].name == "EUR"
    assert {group.id for group in found["groups"]} == {1, 2, 3}
    assert all(entry.name for entries in found.values() for entry in entries)
    assert len(found["order_states"]) > 8
