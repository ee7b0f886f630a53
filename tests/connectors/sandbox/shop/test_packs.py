"""Packs and the traps of their `product_bundle`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.connectors.sandbox.shop.conftest import Api, node


def pack(api: Api, item: str) -> int:
    fields = {"price": "10", "name": {1: "Lot"}, "link_rewrite": {1: "lot"}, "type": "pack", "active": 1}
    lists = f"<product_bundle><product>{item}<quantity>2</quantity></product></product_bundle>"
    return api("POST", "/products", node("product", fields, lists)).ids[0]


def bundle(api: Api, identity: int) -> list[dict[str, str]]:
    return api.shop.database.links("products", [identity], "product_bundle").get(identity, [])


@pytest.mark.parametrize(
    ("version", "field", "kept"),
    [
        ("8.2.1", "id_product_attribute", 0),
        ("8.2.1", "product_attribute_id", 1),
        ("1.7.8.11", "product_attribute_id", 1),
        ("1.6.1.24", "product_attribute_id", 0),
    ],
)
def test_the_combination_of_an_item_is_only_taken_under_its_undocumented_name(
    api_of: Callable[..., Api], version: str, field: str, kept: int
) -> None:
    api = api_of(version)
    product = api.product(link_rewrite={1: "marteau"})
    combinations = [api.combination(product, default_on=1), api.combination(product, reference="MAR-L")]
    identity = pack(api, f"<id>{product}</id><{field}>{combinations[1]}</{field}>")
    assert bundle(api, identity)[0]["id_product_attribute"] == str(combinations[kept])


def test_putting_a_pack_back_as_read_resets_the_combination_of_its_items(api: Api) -> None:
    product = api.product()
    first, second = api.combination(product, default_on=1), api.combination(product, reference="MAR-L")
    identity = pack(api, f"<id>{product}</id><product_attribute_id>{second}</product_attribute_id>")
    read = f"<product><id>{product}</id><id_product_attribute>{second}</id_product_attribute></product>"
    body = node("product", {"id": identity, "price": "10", "type": "pack"}, f"<product_bundle>{read}</product_bundle>")
    assert api("PUT", f"/products/{identity}", body).status == 200
    assert bundle(api, identity)[0]["id_product_attribute"] == str(first)


def test_type_simple_empties_a_pack(api: Api) -> None:
    identity = pack(api, f"<id>{api.product()}</id>")
    assert api("GET", f"/products/{identity}").text("type") == "pack"
    api("PUT", f"/products/{identity}", node("product", {"id": identity, "price": "10", "type": "simple"}))
    assert bundle(api, identity) == []
    assert api("GET", f"/products/{identity}").text("type") == "simple"
