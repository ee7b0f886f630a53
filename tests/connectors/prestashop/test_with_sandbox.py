"""The client and the sandbox shop, in the manner of each version: what one sends, the other holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from connectors.errors import ConfigurationError, RejectedRecordError
from connectors.prestashop.images import prepare
from connectors.prestashop.resources import check
from connectors.prestashop.webservice import Outcome, ShopSettings, Webservice
from connectors.prestashop.xml import Entity
from connectors.sandbox.shop.schema import versions
from connectors.sandbox.shop.server import RunningShop, running_shop


@pytest.fixture(params=versions())
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningShop]:
    with running_shop(tmp_path / "shop", version=request.param, languages=("fr", "en")) as shop:
        yield shop


@pytest.fixture
def shop(running: RunningShop) -> Iterator[Webservice]:
    with Webservice(settings(running)) as client:
        yield client


def settings(running: RunningShop, **changes: object) -> ShopSettings:
    quick = {"private_network": True, "retries": 0, "backoff": 0.01, "settle": 0.05, "read_timeout": 10.0}
    return ShopSettings(url=running.url, key=running.key, **{**quick, **changes})  # type: ignore[arg-type]


def product(reference: str, **fields: str) -> Entity:
    return Entity(
        {
            "reference": reference,
            "price": "10.000000",
            "id_category_default": "2",
            "id_tax_rules_group": "1",
            "active": "1",
            "state": "1",
            "available_for_order": "1",
            "show_price": "1",
            "minimal_quantity": "1",
            "name": {1: f"Article {reference}", 2: f"Item {reference}"},
            "link_rewrite": {1: "article", 2: "item"},
            **fields,
        },
        {"categories": [{"id": "2"}]},
    )


def finder(shop: Webservice, resource: str = "products", key: str = "reference") -> Callable[[Entity], Entity | None]:
    def find(entity: Entity) -> Entity | None:
        return next(shop.read(resource, display=[key], filters={key: entity.text(key)}, limit=1), None)

    return find


def causes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.error.cause if outcome.error else "" for outcome in outcomes]


def created(shop: Webservice, *references: str) -> list[int]:
    outcomes = shop.create("products", [product(r) for r in references], find=finder(shop))
    assert causes(outcomes) == [""] * len(references)
    return [outcome.id or 0 for outcome in outcomes]


def references(shop: Webservice) -> list[str]:
    return [entity.text("reference") for entity in shop.read("products", display=["reference"])]


def test_products_are_created_and_hold_what_was_sent(shop: Webservice) -> None:
    ids = created(shop, "T-1", "T-2", "T-3")
    stored = shop.get("products", ids[1])
    assert stored is not None
    assert stored.fields["name"] == {1: "Article T-2", 2: "Item T-2"}
    assert stored.text("price") == "10.000000"
    assert stored.associations is not None
    assert stored.associations["categories"] == [{"id": "2"}]
    assert shop.counters.requests["POST", "products"] == 1


def test_a_change_touches_its_fields_only(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    before = shop.get("products", product_id)
    change = Entity({"id": str(product_id), "price": "12.500000", "name": {1: "Nouveau"}})
    assert causes(shop.update("products", [change])) == [""]
    after = shop.get("products", product_id)
    assert before is not None
    assert after is not None
    assert after.text("price") == "12.500000"
    assert after.fields["name"] == {1: "Nouveau", 2: "Item T-1"}
    moved = {name for name in before.fields if before.fields[name] != after.fields[name]} - {"date_upd"}
    # Before 8 the unset threshold comes back as 0: recorded.
    assert moved <= {"price", "name", "low_stock_threshold"}
    assert after.associations == before.associations


def test_the_bad_ones_of_a_batch_are_isolated_with_their_own_errors(shop: Webservice) -> None:
    entities = [product(f"T-{n}") for n in range(12)]
    entities[3].fields["ean13"] = "123X"
    entities[8].fields["price"] = "10,50"
    outcomes = shop.create("products", entities, find=finder(shop))
    assert [n for n, outcome in enumerate(outcomes) if outcome.error] == [3, 8]
    assert [outcomes[n].error.facts["value"] for n in (3, 8) if outcomes[n].error] == ["123X", "10,50"]
    assert sorted(r for r in references(shop) if r.startswith("T-")) == sorted(
        f"T-{n}" for n in range(12) if n not in (3, 8)
    )


def test_what_is_refused_is_known_before_it_is_sent(shop: Webservice) -> None:
    bad = product("T-<1>", ean13="123X", price="10,50")
    problems = check("products", bad, shop.capabilities())
    assert {problem.field for problem in problems} >= {"reference", "ean13", "price"}
    assert check("products", product("T-1"), shop.capabilities()) == []


@pytest.mark.parametrize("kind", ["cut", "empty_500_after"])
def test_a_batch_that_was_saved_without_an_answer_makes_no_double(
    running: RunningShop, shop: Webservice, kind: str
) -> None:
    shop.capabilities().schema("products")
    running.shop.misbehaviours.add(kind, path="/api/products", methods=("POST",))
    created(shop, "T-1", "T-2", "T-3")
    assert [r for r in references(shop) if r.startswith("T-")] == ["T-1", "T-2", "T-3"]


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


def test_stock_is_set_and_its_row_stays_in_the_shop(shop: Webservice) -> None:
    ids = created(shop, "T-1", "T-2")
    shown = ["id", "id_product", "quantity", "id_shop"]
    rows = list(shop.read("stock_availables", display=shown, filters={"id_product": ids}))
    assert [row.text("quantity") for row in rows] == ["0", "0"]
    outcomes = shop.update("stock_availables", [Entity({"id": row.text("id"), "quantity": "7"}) for row in rows])
    assert causes(outcomes) == ["", ""]
    after = list(shop.read("stock_availables", display=shown, filters={"id_product": ids}))
    assert [(row.text("quantity"), row.text("id_shop")) for row in after] == [("7", "1"), ("7", "1")]


def test_the_default_combination_moves_whatever_the_order_it_is_sent_in(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    combos = [
        Entity({"id_product": str(product_id), "reference": f"C-{n}", "minimal_quantity": "1", "default_on": on})
        for n, on in ((1, "1"), (2, "0"))
    ]
    outcomes = shop.create("combinations", combos, find=finder(shop, "combinations"))
    assert causes(outcomes) == ["", ""]
    first, second = (str(outcome.id) for outcome in outcomes)
    moved = shop.update(
        "combinations", [Entity({"id": second, "default_on": "1"}), Entity({"id": first, "default_on": "0"})]
    )
    assert causes(moved) == ["", ""]
    stored = {c.text("reference"): c.text("default_on") for c in shop.read("combinations", display="full")}
    assert stored["C-2"] == "1"
    assert stored["C-1"] in ("", "0")


def test_an_existing_key_of_a_special_price_is_a_duplicate_and_the_others_go_through(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")

    def price(quantity: int, amount: str) -> Entity:
        zero = dict.fromkeys(("id_cart", "id_currency", "id_country", "id_group", "id_customer"), "0")
        dates = {"from": "0000-00-00 00:00:00", "to": "0000-00-00 00:00:00"}
        fields = {"id_shop": "1", "id_product": str(product_id), "price": amount, "from_quantity": str(quantity)}
        reduction = {"reduction": "0", "reduction_tax": "1", "reduction_type": "amount"}
        return Entity({**zero, **dates, **fields, **reduction})

    def find(entity: Entity) -> Entity | None:
        wanted = {name: entity.text(name) for name in ("id_product", "from_quantity", "price")}
        return next(shop.read("specific_prices", display="full", filters=wanted, limit=1), None)

    assert causes(shop.create("specific_prices", [price(1, "9.000000")], find=find)) == [""]
    outcomes = shop.create(
        "specific_prices", [price(5, "8.000000"), price(1, "7.000000"), price(9, "6.000000")], find=find
    )
    expected = "shop.empty_500" if shop.capabilities().has_patch else "shop.duplicate_key"
    assert causes(outcomes) == ["", expected, ""]
    stored = shop.read("specific_prices", display="full", filters={"id_product": [product_id]})
    assert [row.text("from_quantity") for row in stored] == ["1", "5", "9"]


def test_customers_are_found_by_mail_and_keep_their_password(shop: Webservice) -> None:
    customer = Entity(
        {
            "lastname": "Dupont",
            "firstname": "Anne",
            "email": "anne@example.com",
            "passwd": "secret-enough",
            "id_default_group": "3",
            "id_lang": "1",
            "active": "1",
        }
    )
    outcomes = shop.create("customers", [customer], find=finder(shop, "customers", "email"))
    assert causes(outcomes) == [""]
    before = shop.get("customers", outcomes[0].id or 0)
    changed = shop.update("customers", [Entity({"id": str(outcomes[0].id), "company": "Dupont & Fils"})])
    assert causes(changed) == [""]
    after = shop.get("customers", outcomes[0].id or 0)
    assert before is not None
    assert after is not None
    assert after.text("company") == "Dupont & Fils"
    assert after.text("passwd") == before.text("passwd")
    assert after.text("secure_key") == before.text("secure_key")


def test_a_mail_used_twice_is_refused_from_1_7_on(shop: Webservice) -> None:
    fields = {"lastname": "A", "firstname": "B", "email": "x@example.com", "passwd": "secret-enough"}
    twice = [Entity(dict(fields)), Entity(dict(fields))]
    outcomes = shop.create("customers", twice[:1], find=None) + shop.create("customers", twice[1:], find=None)
    second = "" if shop.capabilities().major == (1, 6) else "shop.duplicate_key"
    assert causes(outcomes) == ["", second]


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(out, kind)
    return out.getvalue()


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


def test_a_reference_the_filters_cannot_carry_finds_its_product(shop: Webservice) -> None:
    odd = ["T[1]", "T|2", "é-1", "E-1"]
    ids = created(shop, *odd)
    for product_id, reference in zip(ids, odd, strict=True):
        found = list(shop.read("products", display=["id"], filters={"reference": reference}))
        assert [entity.id for entity in found] == [product_id]


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
    assert abs(shop.clock_shift) < timedelta(seconds=5)
