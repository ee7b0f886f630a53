"""The shop compared with what it confirmed, and what each answer of a person leads to."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.models import Binding
from sync_portal.sync import decisions, jobs
from sync_portal.sync.models import Answer, Change, Decision, DecisionKind, Run
from tests.flows.portal import World, changes_of, writes
from tests.flows.shop import text
from tests.sync.counted import queries_of
from tests.sync.shop_edits import delete, edit, in_french

pytestmark = [pytest.mark.flow, pytest.mark.django_db]


@pytest.fixture
def published(small: World) -> World:
    small.begin("catalogue")
    return small


@pytest.fixture
def decide(make_user: Any) -> Any:
    """Answer the only open question."""
    user = make_user("alix")

    def answer(word: str, **chosen: int) -> Decision:
        decision = Decision.objects.get(answer="")
        decisions.decide(decision, answer=word, user=user, **chosen)
        return decision

    return answer


def open_questions() -> dict[tuple[str, str, str], tuple[str, Any]]:
    rows = Decision.objects.filter(answer="")
    return {(row.kind, row.key, row.field): (row.question, row.facts) for row in rows}


def raise_price_in_the_shop(world: World, price: str = "22.000000") -> None:
    edit(world, "products", world.shop.product("POLO-BLEU-M")["id"], price=price)


def raise_price_in_sage(world: World, price: str = "21.40") -> None:
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen=price)


def told(run: Run) -> dict[tuple[str, str], str]:
    return {(change.kind, change.key): change.cause for change in run.changes.all()}


PLACE = ("products", "POLO-BLEU-M", "price")


def test_a_shop_that_nobody_touched_gives_no_question(published: World) -> None:
    mark = published.shop.mark()
    run = published.run("drift")
    assert (run.state, run.held, run.unchanged, told(run)) == ("succeeded", 0, run.read, {})
    assert run.read > 10
    assert published.shop.since(mark).write_requests == 0
    assert open_questions() == {}


def test_a_value_changed_in_the_shop_is_reported_and_nothing_is_written(published: World) -> None:
    raise_price_in_the_shop(published)
    mark = published.shop.mark()
    run = published.run("drift")
    assert told(run) == {("products", "POLO-BLEU-M"): "drift.changed"}
    assert published.shop.since(mark).write_requests == 0
    facts = {"sent": "19.900000", "shop": "22.000000", "sage": "19.900000"}
    assert open_questions() == {PLACE: (DecisionKind.CHANGED, facts)}


def test_six_changes_take_as_many_queries_as_one(published: World) -> None:
    """Also where ids of the shop lead back to nothing of ours, as these categories."""

    def taken_for(count: int) -> int:
        for product in published.shop.list("products")[:count]:
            number = int(product["id"])
            edit(published, "products", number, price=f"{500 + count}.000000", id_category_default=900 + number)
        Decision.objects.all().delete()
        taken = queries_of(lambda: published.run("drift"), Decision, Change, Binding)
        assert Decision.objects.filter(field__in=["price", "category"]).count() == 2 * count
        return taken

    assert taken_for(1) == taken_for(6)


def test_six_products_gone_take_as_many_queries_as_four(published: World) -> None:
    def taken_for(count: int) -> int:
        for product in published.shop.list("products")[:count]:
            delete(published, "products", product["id"])
        Decision.objects.all().delete()
        return queries_of(lambda: published.run("drift"), Decision, Change)

    few = taken_for(4)
    assert (taken_for(2), Decision.objects.filter(kind="products").count()) == (few, 6)


def test_a_text_and_a_reference_are_told_in_words_not_in_ids(published: World) -> None:
    product = published.shop.product("SECATEUR")["id"]
    edit(published, "products", product, name=in_french("Sécateur promo"), id_category_default=2)
    published.run("drift")
    facts = {place[2]: row[1]["shop"] for place, row in open_questions().items()}
    assert facts == {"name": {"fr": "Sécateur promo"}, "category": {"ref": ["categories", "#2"]}}


def test_a_product_gone_from_the_shop_is_reported_as_missing(published: World) -> None:
    product = published.shop.product("SECATEUR")["id"]
    delete(published, "products", product)
    run = published.run("drift")
    assert told(run) == {("products", "SECATEUR"): "shop.unknown_id"}
    facts = {"id": str(product), "resource": "products"}
    assert open_questions() == {("products", "SECATEUR", ""): (DecisionKind.MISSING, facts)}


def test_one_question_is_asked_about_a_product_that_went_with_its_combinations_and_prices(
    world: World, decide: Any
) -> None:
    world.begin("catalogue", "stock", "prices")
    parts = Binding.objects.filter(key__startswith="TSHIRT-PRO|", remote_id__isnull=False)
    kinds = set(parts.values_list("kind", flat=True))
    assert {"combinations", "specific_prices"} <= kinds
    delete(world, "products", world.shop.product("TSHIRT-PRO")["id"])

    run = world.run("drift")

    assert told(run) == {("products", "TSHIRT-PRO"): "shop.unknown_id"}
    decide(Answer.CREATE)
    world.publish("catalogue", "stock", "prices")
    assert set(parts.values_list("kind", flat=True)) == kinds
    assert told(world.run("drift")) == {}


# --- answers ----------------------------------------------------------------------------------------------------------


def test_an_accepted_value_stays_and_is_the_shops_from_then_on(published: World, decide: Any) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    decide(Answer.ACCEPT)
    raise_price_in_sage(published)
    assert writes(published.run("catalogue")) == {}
    assert published.shop.product("POLO-BLEU-M")["price"] == "22.000000"
    raise_price_in_the_shop(published, "23.000000")
    assert told(published.run("drift")) == {}


def test_a_value_put_back_is_written_by_the_next_run_and_then_all_is_quiet(published: World, decide: Any) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    decide(Answer.PUT_BACK)
    run = published.run("catalogue")
    assert changes_of(run) == {("products", "POLO-BLEU-M"): {"price": ("22.000000", "19.900000")}}
    assert published.shop.product("POLO-BLEU-M")["price"] == "19.900000"
    assert writes(published.run("catalogue")) == {}
    assert told(published.run("drift")) == {}


def test_an_ignored_change_stays_ignored_while_the_values_are_the_same(published: World, decide: Any) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    decide(Answer.IGNORE)
    again = published.run("drift")
    assert (told(again), again.held, open_questions()) == ({}, 0, {})
    run = published.run("catalogue")
    assert (writes(run), run.held) == ({}, 0)
    raise_price_in_the_shop(published, "23.000000")
    published.run("drift")
    assert [facts["shop"] for _question, facts in open_questions().values()] == ["23.000000"]


def test_an_ignored_field_can_be_put_back_after_a_later_question(published: World, decide: Any) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    decide(Answer.IGNORE)
    raise_price_in_the_shop(published, "23.000000")
    published.run("drift")
    decide(Answer.PUT_BACK)
    published.publish("catalogue")
    assert published.shop.product("POLO-BLEU-M")["price"] == "19.900000"


def test_the_field_in_question_waits_and_the_others_are_written(published: World) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    published.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="21.40", AR_Design="Polo bleu nuit")
    run = published.run("catalogue")
    assert {name for fields in changes_of(run).values() for name in fields} == {"name", "meta_title"}
    product = published.shop.product("POLO-BLEU-M")
    assert (text(product["name"]), product["price"]) == ("Polo bleu nuit", "22.000000")


def test_a_conflict_has_three_values_and_keeps_them(published: World) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    raise_price_in_sage(published)
    run = published.run("catalogue")
    three = {"sent": "19.900000", "shop": "22.000000", "sage": "21.400000"}
    assert told(run) == {("products", "POLO-BLEU-M"): "shop.conflict"}
    assert open_questions() == {PLACE: (DecisionKind.CONFLICT, three)}
    published.run("drift")
    assert open_questions() == {PLACE: (DecisionKind.CONFLICT, three)}, "the check does not forget Sage's value"


def test_a_conflict_put_back_takes_what_sage_has_now(published: World, decide: Any) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    raise_price_in_sage(published)
    published.run("catalogue")
    decide(Answer.PUT_BACK)
    published.publish("catalogue")
    assert published.shop.product("POLO-BLEU-M")["price"] == "21.400000"
    assert writes(published.run("catalogue")) == {}


def test_an_ignored_question_comes_back_as_a_conflict_when_sage_moves(published: World, decide: Any) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    decide(Answer.IGNORE)
    raise_price_in_sage(published)
    published.run("catalogue")
    ((question, facts),) = open_questions().values()
    assert (question, facts["sage"]) == (DecisionKind.CONFLICT, "21.400000")
    decide(Answer.IGNORE)
    assert told(published.run("drift")) == {}
    assert writes(published.run("catalogue")) == {}
    assert open_questions() == {}


def test_a_question_closes_by_itself_when_somebody_mended_it_in_the_shop(published: World) -> None:
    raise_price_in_the_shop(published)
    published.run("drift")
    raise_price_in_the_shop(published, "19.900000")
    published.run("drift")
    assert open_questions() == {}


def test_a_missing_product_is_made_again_when_a_person_says_so(published: World, decide: Any) -> None:
    published.publish("stock", "images")
    photos = len(published.shop.images("POLO-BLEU-M"))
    delete(published, "products", published.shop.product("POLO-BLEU-M")["id"])
    published.run("drift")
    assert told(published.run("stock")) == {}, "what belongs to it waits, and nothing of it changed"
    decide(Answer.CREATE)
    published.publish("catalogue", "stock", "images")
    assert published.shop.stock("POLO-BLEU-M") == {"": 44}
    assert len(published.shop.images("POLO-BLEU-M")) == photos
    for flow in ("catalogue", "stock", "images"):
        assert writes(published.run(flow)) == {}


def test_a_missing_product_that_is_ignored_is_left_alone(published: World, decide: Any) -> None:
    delete(published, "products", published.shop.product("POLO-BLEU-M")["id"])
    published.run("drift")
    decide(Answer.IGNORE)
    raise_price_in_sage(published)
    run = published.run("catalogue")
    assert (run.state, run.held, writes(run)) == ("succeeded", 0, {})
    assert told(published.run("drift")) == {}


def test_a_missing_product_waits_while_nobody_has_decided(published: World) -> None:
    delete(published, "products", published.shop.product("POLO-BLEU-M")["id"])
    published.run("drift")
    raise_price_in_sage(published)
    run = published.run("catalogue")
    assert (told(run), writes(run)) == ({("products", "POLO-BLEU-M"): "shop.unknown_id"}, {})


def give_to(world: World, owner: str, field: str = "products.price") -> None:
    shop = world.client.shops.get()
    shop.rules = {**shop.rules, "owners": {field: owner}}
    shop.save()


@pytest.mark.parametrize("owner", ["shop", "if_new", "if_empty"])
def test_fields_of_somebody_else_are_not_watched(published: World, owner: str) -> None:
    give_to(published, owner)
    raise_price_in_the_shop(published)
    assert told(published.run("drift")) == {}


def test_a_field_that_sage_only_fills_is_asked_about_when_it_was_emptied_and_can_be_filled_again(
    published: World, decide: Any
) -> None:
    give_to(published, "if_empty", "products.ean13")
    product = published.shop.product("POLO-BLEU-M")
    assert product["ean13"]
    edit(published, "products", product["id"], ean13="")
    published.run("drift")
    decide(Answer.PUT_BACK)
    published.publish("catalogue")
    assert published.shop.product("POLO-BLEU-M")["ean13"] == product["ean13"]


# --- stock ------------------------------------------------------------------------------------------------------------


def edit_stock(world: World, reference: str, quantity: int) -> None:
    world.running.shop.database.execute(
        "UPDATE ps_stock_availables SET quantity = ? WHERE id_product = ? AND id_product_attribute = 0",
        (quantity, world.shop.product(reference)["id"]),
    )


def test_a_stock_edited_in_the_shop_is_put_right_by_the_next_stock_run_and_nobody_is_asked(published: World) -> None:
    published.publish("stock")
    edit_stock(published, "POLO-BLEU-M", 999)
    mark = published.shop.mark()
    check = published.run("drift")
    assert (check.state, check.held, check.read - check.unchanged, told(check)) == ("succeeded", 0, 1, {})
    assert (published.shop.since(mark).write_requests, open_questions()) == (0, {})
    run = published.run("stock")
    assert changes_of(run) == {("stock", "POLO-BLEU-M"): {"quantity": ("999", "44")}}
    assert published.shop.stock("POLO-BLEU-M") == {"": 44}
    assert published.run("drift").unchanged == check.read
    assert writes(published.run("stock")) == {}


# --- photos and documents ---------------------------------------------------------------------------------------------

POLO = "POLO-BLEU-M"


@pytest.fixture
def with_photos(published: World) -> World:
    published.publish("images")
    return published


def photos(place: int) -> Binding:
    rows = Binding.objects.filter(kind="images", key__startswith=f"{POLO}|", remote_id__isnull=False)
    return rows.order_by("remote_id")[place]


def delete_photo(world: World, photo: Binding) -> None:
    delete(world, f"images/products/{world.shop.product(POLO)['id']}", photo.remote_id)


@pytest.mark.parametrize("place", [0, 1], ids=["the cover", "another one"])
def test_a_photo_gone_from_the_shop_is_asked_about_once_and_sent_again(
    with_photos: World, decide: Any, place: int
) -> None:
    before = contents(with_photos)
    photo, mark = photos(place), with_photos.shop.mark()
    delete_photo(with_photos, photo)
    run = with_photos.run("drift")
    assert told(run) == {("images", photo.key): "shop.unknown_id"}
    assert with_photos.shop.since(mark).write_requests == 1, "the deletion itself"
    facts = {"id": str(photo.remote_id), "resource": "images"}
    assert open_questions() == {("images", photo.key, ""): (DecisionKind.MISSING, facts)}
    assert told(with_photos.run("images")) == {}, "nothing else is to be written"
    decide(Answer.CREATE)
    with_photos.publish("images")
    assert contents(with_photos) == before
    assert with_photos.shop.product(POLO)["id_default_image"] == str(cover(with_photos))
    assert writes(with_photos.run("images")) == {}
    assert told(with_photos.run("drift")) == {}


def test_a_photo_that_is_to_stay_away_is_not_asked_about_again(with_photos: World, decide: Any) -> None:
    delete_photo(with_photos, photos(0))
    with_photos.run("drift")
    decide(Answer.IGNORE)
    for _twice in range(2):
        assert (told(with_photos.run("drift")), open_questions()) == ({}, {})
    assert writes(with_photos.run("images")) == {}


def test_a_product_that_is_synchronised_again_gets_its_photo_back(with_photos: World) -> None:
    before = contents(with_photos)
    delete_photo(with_photos, photos(1))
    run = jobs.run_here(with_photos.client, "images", scope={"product": POLO})
    assert (run.state, run.rejected) == ("succeeded", 0)
    assert contents(with_photos) == before


def contents(world: World) -> set[bytes]:
    return {world.shop.image_bytes(POLO, image) for image in world.shop.images(POLO)}


def cover(world: World) -> int:
    named = Binding.objects.get(kind="covers", key=POLO).confirmed["cover"]["ref"]
    return Binding.objects.get(kind=named[0], key=named[1]).remote_id or 0
