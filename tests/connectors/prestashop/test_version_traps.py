"""The traps of one client that serves all versions (numbers of docs/prestashop.md), on each version's sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import RejectedRecordError
from connectors.prestashop.images import prepare
from connectors.prestashop.resources import check
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity
from connectors.sandbox.shop import placing
from connectors.sandbox.shop.server import RunningShop, running_shop
from tests.connectors.prestashop.shops import causes, created, finder, picture, product, references, settings


def spied(shop: Webservice, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies sent from now on."""
    bodies: list[bytes] = []
    send: Callable[..., object] = shop._asker.transport.request

    def keep(*given: object, body: bytes | None = None, **more: object) -> object:
        if body is not None:
            bodies.append(body)
        return send(*given, body=body, **more)

    monkeypatch.setattr(shop._asker.transport, "request", keep)
    return bodies


def order(running: RunningShop, shop: Webservice) -> int:
    created(shop, "T-1")
    return placing.place_believable(running.shop, count=1)[0]


def before_8(shop: Webservice) -> bool:
    return not shop.capabilities().has_patch


def test_version_trap_01_without_patch_the_whole_entity_goes_back_without_its_associations(
    running: RunningShop, shop: Webservice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (product_id,) = created(shop, "T-1")
    bodies = spied(shop, monkeypatch)
    assert causes(shop.update("products", [Entity({"id": str(product_id), "price": "2"})])) == [""]
    requests = running.shop.journal.since().requests
    assert ("PUT" in requests, "PATCH" in requests) == (before_8(shop), not before_8(shop))
    assert b"<associations" not in bodies[0]
    assert (b"<reference>T-1<" in bodies[0]) is before_8(shop)


def test_version_trap_02_a_200_that_is_no_xml_is_no_success(running: RunningShop, shop: Webservice) -> None:
    history = Entity({"id_order": str(order(running, shop)), "id_order_state": "9999"})
    before = running.shop.count("order_histories")
    (outcome,) = shop.create("order_histories", [history], find=None)
    assert isinstance(outcome.error, RejectedRecordError)
    assert running.shop.count("order_histories") == before


def test_version_trap_03_a_second_default_combination_is_refused_in_each_versions_way(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    fields = {"id_product": str(product_id), "minimal_quantity": "1"}
    combos = [Entity({**fields, "reference": f"C-{n}", "default_on": on}) for n, on in enumerate("1101")]
    outcomes = shop.create("combinations", combos, find=finder(shop, "combinations"))
    refused = "shop.duplicate_key" if before_8(shop) else "shop.empty_500"
    assert causes(outcomes) == ["", refused, "", refused]
    assert all(isinstance(outcomes[n].error, RejectedRecordError) for n in (1, 3))


def test_version_trap_03_the_default_combination_moves_whatever_the_order_it_is_sent_in(shop: Webservice) -> None:
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


def test_version_trap_04_1_6_is_told_that_a_product_needs_name_and_link_rewrite(shop: Webservice) -> None:
    missing = {problem.field for problem in check("products", Entity({"price": "1"}), shop.capabilities())}
    assert missing == ({"name", "link_rewrite"} if shop.capabilities().major == (1, 6) else {"name"})


def test_version_trap_05_the_length_of_a_reference_is_the_shops_own(shop: Webservice) -> None:
    longest = 32 if shop.capabilities().major == (1, 6) else 64
    known = shop.capabilities()
    assert check("products", product("R" * longest), known) == []
    (problem,) = check("products", product("R" * (longest + 1)), known)
    assert (problem.field, problem.rule) == ("reference", f"length {longest}")
    assert created(shop, "R" * longest)


def test_version_trap_06_1_6_gets_no_put_of_an_order_and_no_history_row(running: RunningShop, shop: Webservice) -> None:
    order_id = order(running, shop)
    before = running.shop.count("order_histories")
    (outcome,) = shop.update("orders", [Entity({"id": str(order_id), "shipping_number": "XY1"})])
    assert (outcome.error is not None) is (shop.capabilities().major == (1, 6))
    assert running.shop.count("order_histories") == before


@pytest.mark.parametrize("version", ["1.7.8.11", "8.2.1"])
def test_version_trap_07_a_change_of_an_order_keeps_its_state(tmp_path: Path, version: str) -> None:
    languages = ("fr", "en")
    with (
        running_shop(tmp_path / "s", version=version, languages=languages) as running,
        Webservice(settings(running)) as shop,
    ):
        order_id = order(running, shop)
        before = shop.get("orders", order_id)
        assert causes(shop.update("orders", [Entity({"id": str(order_id), "shipping_number": "XY1"})])) == [""]
        after = shop.get("orders", order_id)
    assert before is not None
    assert after is not None
    assert after.text("current_state") == before.text("current_state") != "0"


def test_version_trap_08_one_entity_is_read_by_the_list_form(running: RunningShop, shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    stored = shop.get("products", product_id)
    assert stored is not None
    assert stored.text("reference") == "T-1"
    assert not any(f"/products/{product_id}" in path for verb, path, _ in running.shop.journal.paths() if verb == "GET")


def test_version_trap_09_a_person_is_told_which_groups_see_a_later_category(shop: Webservice) -> None:
    assert (("new_category", {}) in shop.describe()) is before_8(shop)


def test_version_trap_10_the_same_mail_twice_is_two_customers_on_1_6_only(shop: Webservice) -> None:
    fields = {"lastname": "A", "firstname": "B", "email": "x@example.com", "passwd": "secret-enough"}
    twice = [Entity(dict(fields)), Entity(dict(fields))]
    outcomes = shop.create("customers", twice[:1], find=None) + shop.create("customers", twice[1:], find=None)
    second = "" if shop.capabilities().major == (1, 6) else "shop.duplicate_key"
    assert causes(outcomes) == ["", second]


def test_version_trap_10_a_lost_customer_is_found_by_mail_and_not_made_twice(
    running: RunningShop, shop: Webservice
) -> None:
    fields = {"lastname": "A", "firstname": "B", "email": "x@example.com", "passwd": "secret-enough"}
    before = running.shop.count("customers")
    running.shop.misbehaviours.add("cut", path="/api/customers", methods=("POST",))
    outcomes = shop.create("customers", [Entity(dict(fields))], find=finder(shop, "customers", "email"))
    assert causes(outcomes) == [""]
    assert running.shop.count("customers") == before + 1


def test_version_trap_10_a_change_of_a_customer_keeps_the_password_however_it_is_stored(shop: Webservice) -> None:
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


def test_version_trap_11_what_the_version_lacks_is_never_asked_for(running: RunningShop, shop: Webservice) -> None:
    created(shop, "T-1")
    shown = ["reference", "isbn", "mpn", "state", "product_type", "low_stock_threshold", "attachments[id]"]
    assert [row.text("reference") for row in shop.read("products", display=shown)][-1] == "T-1"
    assert [status for _verb, _path, status in running.shop.journal.paths() if status >= 400] == []


def test_version_trap_12_a_shop_is_named_by_its_number_on_every_version(running: RunningShop) -> None:
    with Webservice(settings(running, shop_id=1)) as shop:
        ids = created(shop, "T-1")
        rows = list(shop.read("stock_availables", display=["quantity"], filters={"id_product": ids}))
    assert len(rows) == 1
    assert all("id_shop=1" in path for _verb, path, _status in running.shop.journal.paths())


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "GIF", "JPEG"])
def test_version_trap_13_a_picture_goes_in_a_format_that_the_version_takes(shop: Webservice, kind: str) -> None:
    (product_id,) = created(shop, "T-1")
    limits = shop.capabilities().limits
    suffix, data = prepare(picture(kind), limits.image_bytes, limits.image_types)
    assert suffix == (".jpg" if kind == "WEBP" and before_8(shop) else {"JPEG": ".jpg"}.get(kind, f".{kind.lower()}"))
    uploaded = shop.upload_image(product_id, f"face{suffix}", data)
    assert shop.image_ids(product_id) == [uploaded]


def test_version_trap_14_an_emoji_is_refused_where_it_would_become_question_marks(shop: Webservice) -> None:
    entity = product("T-1", name={1: "Fête 🎉", 2: "Party"})
    problems = [(p.field, p.proposal) for p in check("products", entity, shop.capabilities())]
    assert problems == ([("name", "Fête ")] if shop.capabilities().major == (1, 6) else [])


def test_version_trap_14_unchanged_categories_are_not_sent_before_8(
    shop: Webservice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (product_id,) = created(shop, "T-1")
    bodies = spied(shop, monkeypatch)
    change = Entity({"id": str(product_id), "price": "2"}, {"categories": [{"id": "2"}]})
    assert causes(shop.update("products", [change])) == [""]
    assert (b"<categories" in bodies[0]) is not before_8(shop)


@pytest.mark.parametrize("entity", [1, 2, 3])
def test_version_trap_15_a_new_product_saved_with_a_php_warning_is_not_made_twice(
    running: RunningShop, shop: Webservice, entity: int
) -> None:
    running.shop.misbehaviours.add("saved_500", path="/api/products", methods=("POST",), entity=entity)
    entities = [product(f"T-{n}", description='<p style="color:red">Rouge</p>') for n in (1, 2, 3)]
    assert causes(shop.create("products", entities, find=finder(shop))) == ["", "", ""]
    assert [r for r in references(shop) if r.startswith("T-")] == ["T-1", "T-2", "T-3"]


def test_version_trap_16_an_association_that_the_schema_lacks_never_leaves_and_the_tree_stays_whole(
    running: RunningShop, shop: Webservice
) -> None:
    def category(name: str, parent: int) -> int:
        fields = {"active": "1", "id_parent": str(parent), "name": {1: name, 2: name}}
        entity = Entity({**fields, "link_rewrite": {1: name, 2: name}}, {"groups": [{"id": "1"}]})
        (outcome,) = shop.create("categories", [entity], find=None)
        assert outcome.error is None
        return outcome.id or 0

    parent = category("haut", 2)
    child = category("bas", parent)
    change = Entity({"id": str(parent), "active": "0"}, {"groups": [{"id": "1"}]})
    assert causes(shop.update("categories", [change])) == [""]
    assert [status for _verb, _path, status in running.shop.journal.paths() if status >= 400] == []
    assert causes(shop.delete("categories", [parent])) == [""]
    assert shop.get("categories", child) is None
