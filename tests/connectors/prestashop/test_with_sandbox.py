"""The client and the sandbox shop, in the manner of each version: what one sends, the other holds.

The traps of the recorded shops have files of their own: `test_traps` and `test_version_traps`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import ConfigurationError, RejectedRecordError
from connectors.prestashop.images import prepare
from connectors.prestashop.resources import check
from connectors.prestashop.webservice import ShopSettings, Webservice
from connectors.sandbox.shop.server import RunningShop
from tests.connectors.prestashop.shops import causes, created, picture, product, references


def test_products_are_created_and_hold_what_was_sent(shop: Webservice) -> None:
    ids = created(shop, "T-1", "T-2", "T-3")
    stored = shop.get("products", ids[1])
    assert stored is not None
    assert stored.fields["name"] == {1: "Article T-2", 2: "Item T-2"}
    assert stored.text("price") == "10.000000"
    assert stored.associations is not None
    assert stored.associations["categories"] == [{"id": "2"}]
    assert shop.counters.requests["POST", "products"] == 1


def test_what_is_refused_is_known_before_it_is_sent(shop: Webservice) -> None:
    bad = product("T-<1>", ean13="123X", price="10,50")
    problems = check("products", bad, shop.capabilities())
    assert {problem.field for problem in problems} >= {"reference", "ean13", "price"}
    assert check("products", product("T-1"), shop.capabilities()) == []


@pytest.mark.parametrize("kind", ["cut_before", "empty_500", "unavailable", "too_many", "php_notice", "saved_500"])
def test_a_batch_goes_through_after_a_moment_of_trouble(running: RunningShop, shop: Webservice, kind: str) -> None:
    shop.capabilities().schema("products")
    running.shop.misbehaviours.add(kind, path="/api/products", methods=("POST",))
    created(shop, "T-1", "T-2", "T-3")
    assert [r for r in references(shop) if r.startswith("T-")] == ["T-1", "T-2", "T-3"]


@pytest.mark.parametrize(("kind", "cause"), [("redirect", "shop.wrong_domain"), ("unauthorized", "shop.key_inactive")])
def test_a_wrong_setting_is_told_as_one(running: RunningShop, shop: Webservice, kind: str, cause: str) -> None:
    running.shop.misbehaviours.add(kind)
    with pytest.raises(ConfigurationError) as caught:
        shop.root()
    assert caught.value.cause == cause


def test_a_wrong_key_is_told_as_one(running: RunningShop) -> None:
    wrong = ShopSettings(url=running.url, key="short", private_network=True, retries=0)
    with Webservice(wrong) as client, pytest.raises(ConfigurationError) as caught:
        client.root()
    assert caught.value.cause == "shop.wrong_key"


def test_images_are_added_replaced_and_deleted(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    limits = shop.capabilities().limits
    suffix, data = prepare(picture("WEBP"), limits.image_bytes, limits.image_types)
    first = shop.upload_image(product_id, f"face{suffix}", data)
    second = shop.upload_image(product_id, "dos.png", picture("PNG"))
    assert shop.image_ids(product_id) == [first, second]
    shop.replace_image(product_id, second, "dos.jpg", picture())
    assert shop.image_ids(product_id) == [first, second]
    shop.delete_image(product_id, first)
    assert shop.image_ids(product_id) == [second]
    third = shop.upload_image(product_id, "cote.jpg", picture())
    assert shop.image_ids(product_id) == [second, third]


def test_a_file_that_is_no_image_leaves_nothing_behind(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    with pytest.raises(RejectedRecordError) as caught:
        shop.upload_image(product_id, "face.jpg", b"no image at all")
    assert caught.value.cause == "shop.image_refused"
    assert shop.image_ids(product_id) == []


def test_deleting_goes_by_lists(shop: Webservice) -> None:
    ids = created(shop, "T-1", "T-2", "T-3")
    assert causes(shop.delete("products", [ids[0], 99999, ids[2]])) == ["", "", ""]
    assert [r for r in references(shop) if r.startswith("T-")] == ["T-2"]


def test_what_changed_since_is_polled_in_the_shops_time(shop: Webservice) -> None:
    ids = created(shop, "T-1", "T-2")
    now = datetime.now(UTC)
    changed = {entity.id for entity in shop.changed_since("products", now, display=["id", "date_upd"])}
    assert set(ids) <= changed
    later = now + timedelta(hours=1)
    assert list(shop.changed_since("products", later, display=["id"])) == []


def test_a_shop_tells_its_version_rights_languages_and_limits(running: RunningShop, shop: Webservice) -> None:
    known = shop.capabilities()
    assert shop.version == running.shop.version
    assert known.major == tuple(int(part) for part in shop.version.split(".")[:2])
    assert known.has_patch is (known.major >= (8, 0))
    assert known.languages == (1, 2)
    assert known.may("products", "put")
    assert not known.may("stock_availables", "nothing")
    assert abs(shop.clock_shift) < timedelta(minutes=10)
