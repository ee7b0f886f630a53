"""Every trap of the recorded shops "that hurts" (the numbers are those of docs/prestashop.md), for each version."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import ConfigurationError
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity
from connectors.sandbox.shop.server import RunningShop
from tests.connectors.prestashop.shops import causes, created, finder, product, references, settings


def test_trap_01_a_change_blanks_nothing_that_it_does_not_name(shop: Webservice) -> None:
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


def test_trap_02_a_text_in_one_language_leaves_the_other_languages(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    for name in ("name", "link_rewrite", "description"):
        shop.update("products", [Entity({"id": str(product_id), name: {1: "un", 2: "one"}})])
        assert causes(shop.update("products", [Entity({"id": str(product_id), name: {2: "two"}})])) == [""]
        stored = shop.get("products", product_id)
        assert stored is not None
        assert stored.fields[name] == {1: "un", 2: "two"}


def test_trap_03_a_batch_that_stops_half_way_names_its_bad_entities_and_finishes_the_others(shop: Webservice) -> None:
    entities = [product(f"T-{n}") for n in range(12)]
    entities[3].fields["ean13"] = "123X"
    entities[8].fields["price"] = "10,50"
    outcomes = shop.create("products", entities, find=finder(shop))
    assert [n for n, outcome in enumerate(outcomes) if outcome.error] == [3, 8]
    assert [outcomes[n].error.facts["value"] for n in (3, 8) if outcomes[n].error] == ["123X", "10,50"]
    assert sorted(r for r in references(shop) if r.startswith("T-")) == sorted(
        f"T-{n}" for n in range(12) if n not in (3, 8)
    )


def test_trap_04_a_stock_row_keeps_its_shop(shop: Webservice) -> None:
    ids = created(shop, "T-1", "T-2")
    shown = ["id", "id_product", "quantity", "id_shop"]
    rows = list(shop.read("stock_availables", display=shown, filters={"id_product": ids}))
    assert [row.text("quantity") for row in rows] == ["0", "0"]
    outcomes = shop.update("stock_availables", [Entity({"id": row.text("id"), "quantity": "7"}) for row in rows])
    assert causes(outcomes) == ["", ""]
    after = list(shop.read("stock_availables", display=shown, filters={"id_product": ids}))
    assert [(row.text("quantity"), row.text("id_shop")) for row in after] == [("7", "1"), ("7", "1")]


def test_trap_05_an_empty_500_stops_its_own_entity_only(shop: Webservice) -> None:
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


@pytest.mark.parametrize("entity", [1, 2, 3])
def test_trap_06_a_500_that_saved_is_no_failure_and_the_rest_is_sent(
    running: RunningShop, shop: Webservice, entity: int
) -> None:
    ids = created(shop, "T-1", "T-2", "T-3")
    running.shop.misbehaviours.add("saved_500", path="/api/products", methods=("PATCH", "PUT"), entity=entity)
    outcomes = shop.update("products", [Entity({"id": str(n), "price": "77.000000"}) for n in ids])
    assert causes(outcomes) == ["", "", ""]
    prices = [row.text("price") for row in shop.read("products", display=["price"], filters={"id": ids})]
    assert prices == ["77.000000"] * 3


def test_trap_07_a_value_with_brackets_accents_or_bars_finds_its_own_product_only(shop: Webservice) -> None:
    odd = ["T[1]", "T|2", "é-1", "E-1"]
    ids = created(shop, *odd)
    for product_id, reference in zip(ids, odd, strict=True):
        found = list(shop.read("products", display=["id"], filters={"reference": reference}))
        assert [entity.id for entity in found] == [product_id]


@pytest.mark.parametrize("kind", ["cut", "empty_500_after"])
def test_trap_08_a_post_whose_answer_was_lost_is_looked_up_and_makes_no_double(
    running: RunningShop, shop: Webservice, kind: str
) -> None:
    shop.capabilities().schema("products")
    running.shop.misbehaviours.add(kind, path="/api/products", methods=("POST",))
    created(shop, "T-1", "T-2", "T-3")
    assert [r for r in references(shop) if r.startswith("T-")] == ["T-1", "T-2", "T-3"]


def test_trap_09_an_unknown_id_without_a_body_and_an_empty_list_are_no_failures(shop: Webservice) -> None:
    assert shop.get("products", 99999) is None
    assert list(shop.read("products", display=["id"], filters={"reference": "nothing like it"})) == []
    assert shop.image_ids(99999) == []
    assert causes(shop.update("products", [Entity({"id": "99999", "price": "1"})])) == ["shop.unknown_id"]
    assert causes(shop.delete("products", [99999])) == [""]


def test_trap_10_a_person_is_told_that_a_new_group_sees_the_home_category_only(shop: Webservice) -> None:
    assert ("new_group", {}) in shop.describe()


def test_trap_11_a_products_combinations_are_never_sent_as_an_association(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    fields = {"id_product": str(product_id), "minimal_quantity": "1"}
    combos = [Entity({**fields, "reference": f"C-{n}"}) for n in (1, 2)]
    first, _second = shop.create("combinations", combos, find=finder(shop, "combinations"))
    change = Entity({"id": str(product_id), "price": "3.000000"}, {"combinations": [{"id": str(first.id)}]})
    assert causes(shop.update("products", [change])) == [""]
    kept = shop.read("combinations", display=["reference"], filters={"id_product": [product_id]})
    assert [combo.text("reference") for combo in kept] == ["C-1", "C-2"]


def test_trap_12_nothing_is_ever_asked_or_sent_as_json(running: RunningShop, shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    shop.update("products", [Entity({"id": str(product_id), "price": "2"})])
    shop.describe()
    asked = " ".join(path for _verb, path, _status in running.shop.journal.paths())
    assert not re.search("(output|io)_format", asked, re.IGNORECASE)


def test_trap_13_an_answer_that_echoes_what_was_sent_is_not_taken_for_what_is_stored(
    running: RunningShop, shop: Webservice
) -> None:
    (outcome,) = shop.create("products", [product("T-1", price="10")], find=finder(shop))
    stored = shop.get("products", outcome.id or 0)
    assert stored is not None
    assert (outcome.entity.text("price"), stored.text("price")) == ("10", "10.000000")
    # What is stored as 12.000000 is recognised as the 12 that was sent: the lost change is not sent again.
    running.shop.misbehaviours.add("cut", path="/api/products", methods=("PATCH", "PUT"))
    mark = running.shop.journal.mark()
    assert causes(shop.update("products", [Entity({"id": str(outcome.id), "price": "12"})])) == [""]
    assert running.shop.journal.since(mark).write_requests == 1


def test_trap_14_no_list_is_paged_without_an_order(running: RunningShop, shop: Webservice) -> None:
    created(shop, *(f"T-{n}" for n in range(5)))
    list(shop.read("products", display=["reference"], page=2))
    list(shop.read("products", display=["reference"], sort="reference_DESC", page=2))
    shop.describe()
    asked = [parse_qs(urlsplit(path).query) for verb, path, _s in running.shop.journal.paths() if verb == "GET"]
    assert sum("limit" in query for query in asked) > 6
    assert all(("limit" in query) == ("sort" in query) for query in asked)


def test_trap_15_another_domain_is_told_and_its_redirect_not_followed(running: RunningShop) -> None:
    elsewhere = running.url.replace("127.0.0.1", "localhost")
    with Webservice(settings(running, url=elsewhere)) as shop, pytest.raises(ConfigurationError) as caught:
        shop.root()
    assert caught.value.cause == "shop.wrong_domain"
    assert caught.value.facts["location"] == f"{running.url}/"
