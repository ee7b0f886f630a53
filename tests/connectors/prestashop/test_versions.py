from __future__ import annotations

import pytest

from connectors.prestashop.versions import (
    Limits,
    ShopCapabilities,
    for_create,
    for_patch,
    for_put,
    lacks_languages,
    limits_of,
    merge_languages,
)
from connectors.prestashop.xml import Entity, parse_schema
from tests.connectors.prestashop.fake import recorded


def shop(version: str = "8.2.1", languages: tuple[int, ...] = (1, 2)) -> ShopCapabilities:
    recorded_as = "8.2.1" if version[:1] not in "1" else version
    return ShopCapabilities(
        version=version,
        rights={},
        has_patch=version[:1] in "89",
        languages=languages,
        load_schema=lambda resource: parse_schema(recorded(recorded_as or "8.2.1", f"{resource}.synopsis.xml")),
    )


@pytest.mark.parametrize(
    ("version", "patch", "major"),
    [
        ("8.2.1", True, (8, 2)),
        ("1.7.8.11", False, (1, 7)),
        ("1.6.1.24", False, (1, 6)),
        ("9.0.3", True, (9, 0)),
        ("", True, (8, 0)),
        ("", False, (1, 7)),
    ],
)
def test_a_version_is_told_by_its_first_two_numbers(version: str, patch: bool, major: tuple[int, int]) -> None:
    assert ShopCapabilities(version=version, rights={}, has_patch=patch).major == major


@pytest.mark.parametrize(
    ("patch", "settings", "limits"),
    [
        (False, {"PS_LIMIT_UPLOAD_IMAGE_VALUE": "8"}, Limits(3_000_000, frozenset({"JPEG", "PNG", "GIF"}), 800)),
        (True, {}, Limits(2_000_000, frozenset({"JPEG", "PNG", "GIF", "WEBP"}), 800)),
        (
            True,
            {"PS_LIMIT_UPLOAD_IMAGE_VALUE": "8", "PS_PRODUCT_SHORT_DESC_LIMIT": "400"},
            Limits(8_000_000, frozenset({"JPEG", "PNG", "GIF", "WEBP"}), 400),
        ),
    ],
    ids=["fixed before 8", "fresh 8", "8 with its own settings"],
)
def test_limits_come_from_the_shops_settings(patch: bool, settings: dict[str, str], limits: Limits) -> None:
    assert limits_of(patch, settings) == limits


def test_a_put_carries_everything_stored_and_the_associations_only_where_they_change() -> None:
    stored = Entity(
        {"id": "1", "reference": "A", "price": "1", "quantity": "0", "manufacturer_name": "x"},
        {"categories": [{"id": "2"}, {"id": "3"}], "combinations": [{"id": "9"}]},
    )
    same = Entity({"id": "1", "price": "2"}, {"categories": [{"id": "3"}, {"id": "2"}]})
    other = Entity({"id": "1"}, {"categories": [{"id": "4"}]})
    assert for_put("products", same, stored, shop("1.6.1.24")) == Entity({"id": "1", "reference": "A", "price": "2"})
    assert for_put("products", other, stored, shop("1.6.1.24")).associations == {"categories": [{"id": "4"}]}


def test_an_association_is_emptied_when_asked() -> None:
    stored = Entity({"id": "1"}, {"categories": [{"id": "2"}]})
    assert for_put("products", Entity({"id": "1"}, {"categories": []}), stored, shop()).associations == {
        "categories": []
    }


def test_a_stock_row_keeps_its_shop_whatever_is_asked() -> None:
    stored = Entity({"id": "5", "id_product": "1", "id_shop": "1", "quantity": "3", "depends_on_stock": "0"})
    wanted = Entity({"id": "5", "id_shop": "0", "quantity": "7", "depends_on_stock": "1"})
    put = for_put("stock_availables", wanted, stored, shop("1.7.8.11"))
    assert (put.text("id_shop"), put.text("depends_on_stock"), put.text("quantity")) == ("1", "0", "7")
    assert set(for_patch("stock_availables", wanted, shop()).fields) == {"id", "quantity"}


@pytest.mark.parametrize(("version", "kept"), [("1.6.1.24", True), ("1.7.8.11", True), ("9.0.3", False)])
def test_a_customers_secrets_go_back_as_read_except_where_they_are_refused(version: str, kept: bool) -> None:
    stored = Entity({"id": "1", "passwd": "hash", "secure_key": "s", "last_passwd_gen": "d", "company": ""})
    wanted = Entity({"id": "1", "company": "B", "passwd": ""})
    put = for_put("customers", wanted, stored, shop(version))
    assert put.text("passwd") == "hash"
    assert (put.text("secure_key") == "s") is kept
    assert "passwd" not in for_patch("customers", wanted, shop("8.2.1")).fields
    assert for_create("customers", Entity({"passwd": "new"}), shop("8.2.1")).text("passwd") == "new"


@pytest.mark.parametrize("resource", ["categories", "products"])
def test_an_association_that_the_schema_lacks_never_leaves(resource: str) -> None:
    entity = Entity({"id": "1"}, {"groups": [{"id": "1"}]})
    assert for_patch(resource, entity, shop()).associations == {}


def test_a_plain_text_goes_to_every_language_because_1_6_refuses_it_plain() -> None:
    created = for_create("products", Entity({"name": "Vis", "price": "1"}), shop("1.6.1.24"))
    assert created.fields == {"name": {1: "Vis", 2: "Vis"}, "price": "1"}


def test_missing_languages_are_seen_and_filled() -> None:
    wanted, stored = Entity({"id": "1", "name": {1: "Neuf"}}), Entity({"name": {1: "Vieux", 2: "Old"}})
    assert lacks_languages(wanted, (1, 2))
    assert not lacks_languages(wanted, (1,))
    assert merge_languages(wanted, stored).fields["name"] == {1: "Neuf", 2: "Old"}
