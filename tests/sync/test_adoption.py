"""A shop that existed before us: what is certain is bound and completed, the rest is asked, nothing is doubled."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.models import Binding, DerivationMark
from sync_portal.sync import decisions
from sync_portal.sync.models import Answer, Decision, DecisionKind, Run
from tests.flows.portal import TO_THE_SHOP, World, writes
from tests.flows.shop import text
from tests.sync.shop_edits import edit, in_french

pytestmark = [pytest.mark.flow, pytest.mark.django_db]

RESOURCES = ("products", "combinations", "categories", "groups", "customers", "addresses", "specific_prices")
POLO = "POLO-BLEU-M"


def forget(world: World) -> None:
    """The portal meets for the first time a shop that is full already."""
    Binding.objects.all().delete()
    DerivationMark.objects.all().delete()


def counts(world: World) -> dict[str, int]:
    return {resource: len(world.shop.list(resource)) for resource in RESOURCES}


def copy_of(world: World, product: str, **values: Any) -> int:
    """A second product in the shop, made from one that is there."""
    database = world.running.shop.database
    row = dict(database.rows("SELECT * FROM ps_products WHERE id = ?", (product,))[0])
    row |= {"id": 900 + len(world.shop.list("products")), **values}
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    database.execute(f"INSERT INTO ps_products ({columns}) VALUES ({marks})", tuple(row.values()))
    return int(row["id"])


@pytest.fixture
def existing(small: World) -> World:
    """The shop has all products; the portal knows none of them."""
    small.begin("catalogue")
    forget(small)
    return small


@pytest.fixture
def decide(make_user: Any) -> Any:
    user = make_user("alix")

    def answer(word: str, **chosen: int) -> None:
        decisions.decide(Decision.objects.get(answer=""), answer=word, user=user, **chosen)

    return answer


def causes(run: Run) -> set[tuple[str, str, str]]:
    return set(run.changes.exclude(cause="").values_list("kind", "key", "cause"))


# --- certain ----------------------------------------------------------------------------------------------------------


def test_a_shop_that_is_right_already_is_bound_without_a_write_or_a_double(world: World) -> None:
    world.begin()
    before = counts(world)
    forget(world)
    for flow in ("catalogue", "stock", "customers", "prices"):
        run = world.run(flow)
        assert (run.rejected, writes(run)) == (0, {}), flow
    assert counts(world) == before
    assert not Decision.objects.exists()
    assert set(Binding.objects.filter(kind="products").values_list("adopted", flat=True)) == {True}


def test_a_product_found_by_its_reference_is_completed(existing: World) -> None:
    polo = existing.shop.product(POLO)["id"]
    edit(existing, "products", polo, price="1.000000", name=in_french("Ancien nom"))
    run = existing.run("catalogue")
    change = run.changes.get(key=POLO)
    assert (change.action, change.state, change.shop_id_given) == ("update", "confirmed", int(polo))
    before = {one["field"]: one["before"] for one in change.differences}
    assert (before["price"], before["name"]) == ("1.000000", {"fr": "Ancien nom"})
    product = existing.shop.product(POLO)
    assert (product["id"], product["price"]) == (polo, "19.900000")
    assert text(product["name"]) == "Polo d'accueil manches courtes bleu M"
    assert writes(existing.run("catalogue")) == {}


def test_customers_are_known_by_their_email(small: World) -> None:
    small.begin("customers")
    forget(small)
    before = len(small.shop.list("customers"))
    customer = small.shop.list("customers")[-1]
    edit(small, "customers", customer["id"], lastname="Autre")
    small.publish("customers")
    assert len(small.shop.list("customers")) == before
    binding = Binding.objects.get(kind="customers", remote_id=customer["id"])
    assert (binding.adopted, binding.confirmed["email"]) == (True, customer["email"])
    assert small.shop.one("customers", id=str(customer["id"]))["lastname"] == customer["lastname"]


IN_QUESTION = {
    ("products", POLO, "shop.adoption_uncertain"),
    ("product_suppliers", f"{POLO}|supplier", "shop.adoption_uncertain"),
}

# --- uncertain --------------------------------------------------------------------------------------------------------


@pytest.fixture
def same_ean(existing: World) -> World:
    """The shop's product carries the EAN under another reference."""
    edit(existing, "products", existing.shop.product(POLO)["id"], reference="ANCIEN-POLO")
    return existing


def test_the_same_ean_under_another_reference_is_asked_and_nothing_is_created(same_ean: World) -> None:
    before = counts(same_ean)
    run = same_ean.run("catalogue")
    assert causes(run) == IN_QUESTION
    (decision,) = Decision.objects.all()
    (candidate,) = decision.facts["candidates"]
    assert (decision.question, decision.key) == (DecisionKind.ADOPTION, POLO)
    assert (candidate["score"], candidate["reasons"]) == (80, ["ean13"])
    assert candidate["shown"] == {
        "reference": "ANCIEN-POLO",
        "ean13": "3761230000013",
        "name": "Polo d'accueil manches courtes bleu M",
    }
    assert counts(same_ean) == before
    again = same_ean.run("catalogue")
    assert (writes(again), again.held, Decision.objects.count()) == ({}, 2, 1)


def test_what_belongs_to_an_uncertain_product_waits_too(same_ean: World) -> None:
    for flow in ("catalogue", "stock", "customers", "prices", "images"):
        run = same_ean.run(flow)
        mine = run.changes.filter(key__startswith=POLO).values_list("state", "cause")
        assert set(mine) <= {("held", "shop.adoption_uncertain"), ("rejected", "shop.adoption_uncertain")}, flow
    found = same_ean.shop.list("products", reference="ANCIEN-POLO")
    assert (len(found), found[0].get("associations", {}).get("images", [])) == (1, [])
    assert not Binding.objects.filter(key__startswith=POLO, remote_id__isnull=False).exists()


def test_adopting_the_candidate_completes_it(same_ean: World, decide: Any) -> None:
    same_ean.run("catalogue")
    (candidate,) = Decision.objects.get().facts["candidates"]
    decide(Answer.ADOPT, chosen_id=candidate["id"])
    before = counts(same_ean)
    for flow in ("catalogue", "stock", "images"):
        run = same_ean.run(flow)
        assert (run.state, causes(run)) == ("succeeded", set()), flow
    assert same_ean.shop.product(POLO)["id"] == candidate["id"]
    assert counts(same_ean) == before
    assert same_ean.shop.stock(POLO) == {"": 44}
    assert writes(same_ean.run("catalogue")) == {}


def test_creating_a_new_one_leaves_the_candidate_as_it_is(same_ean: World, decide: Any) -> None:
    same_ean.run("catalogue")
    decide(Answer.CREATE)
    same_ean.publish("catalogue")
    assert len(same_ean.shop.list("products", reference="ANCIEN-POLO")) == 1
    assert same_ean.shop.product(POLO)["price"] == "19.900000"
    assert writes(same_ean.run("catalogue")) == {}


def test_a_creation_that_a_person_asked_for_is_not_doubled_when_its_answer_is_lost(
    same_ean: World, decide: Any
) -> None:
    same_ean.run("catalogue")
    decide(Answer.CREATE)
    same_ean.shop.misbehave("cut", path="/api/products", methods=("POST",))
    same_ean.run("catalogue")
    same_ean.run("catalogue")
    assert len(same_ean.shop.list("products", reference=POLO)) == 1


def test_an_ignored_question_leaves_the_article_out_and_is_quiet(same_ean: World, decide: Any) -> None:
    same_ean.run("catalogue")
    decide(Answer.IGNORE)
    for flow in ("catalogue", "stock", "images", "catalogue"):
        run = same_ean.run(flow)
        assert (run.state, run.held, run.changes.filter(key__startswith=POLO).count()) == ("succeeded", 0, 0), flow
    assert same_ean.shop.list("products", reference=POLO) == []


def test_two_products_with_the_same_reference_are_asked_about(existing: World, decide: Any) -> None:
    first = existing.shop.product(POLO)["id"]
    second = copy_of(existing, first)
    run = existing.run("catalogue")
    assert causes(run) == IN_QUESTION
    candidates = Decision.objects.get().facts["candidates"]
    assert [(one["id"], one["score"], one["reasons"]) for one in candidates] == [
        (int(first), 100, ["identity"]),
        (second, 100, ["identity"]),
    ]
    decide(Answer.ADOPT, chosen_id=second)
    existing.publish("catalogue")
    assert Binding.objects.get(kind="products", key=POLO).remote_id == second
    assert len(existing.shop.list("products", reference=POLO)) == 2


def test_a_question_is_withdrawn_when_somebody_tidies_up_the_shop(existing: World) -> None:
    first = existing.shop.product(POLO)["id"]
    second = copy_of(existing, first)
    existing.run("catalogue")
    existing.running.shop.database.execute("DELETE FROM ps_products WHERE id = ?", (second,))
    existing.run("drift")
    existing.publish("catalogue")
    assert not Decision.objects.exists()
    assert Binding.objects.get(kind="products", key=POLO).remote_id == int(first)


def test_a_candidate_that_was_bound_meanwhile_is_refused(same_ean: World, make_user: Any) -> None:
    same_ean.run("catalogue")
    decision = Decision.objects.get()
    (candidate,) = decision.facts["candidates"]
    Binding.objects.create(shop=decision.shop, kind="products", key="AUTRE", remote_id=candidate["id"])
    with pytest.raises(decisions.NotAnAnswer, match="is AUTRE already"):
        decisions.decide(decision, answer=Answer.ADOPT, user=make_user("alix"), chosen_id=candidate["id"])
    decision.refresh_from_db()
    assert decision.answer == ""


# --- confirmation -----------------------------------------------------------------------------------------------------


def test_what_the_shop_stores_otherwise_is_written_but_not_confirmed_and_not_sent_again(existing: World) -> None:
    existing.publish("catalogue")
    trigger = """CREATE TRIGGER module AFTER UPDATE OF price ON ps_products WHEN NEW.reference = 'POLO-BLEU-M'
                 BEGIN UPDATE ps_products SET price = '20.000000' WHERE id = NEW.id; END"""
    existing.running.shop.database.execute(trigger)
    existing.company.update("F_ARTICLE", "AR_Ref", POLO, AR_PrixVen="21.40", AR_Design="Polo nuit")
    existing.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Design="Sécateur « Aunis »")
    run = existing.run("catalogue")
    assert (run.state, run.written, run.confirmed, run.rejected) == ("incomplete", 2, 1, 1)
    change = run.changes.get(key=POLO)
    facts = {"field": "price", "found": "20.000000", "sent": "21.400000"}
    assert (change.state, change.cause, change.facts) == ("applied", "shop.not_confirmed", facts)
    binding = Binding.objects.get(kind="products", key=POLO)
    assert (binding.confirmed["price"], binding.confirmed["name"]) == ("19.900000", {"fr": "Polo nuit"})
    for _turn in range(2):
        again = existing.run("catalogue")
        assert (again.state, writes(again), again.held) == ("succeeded", {}, 1)
        assert causes(again) == {("products", POLO, "shop.not_confirmed")}
    existing.running.shop.database.execute("DROP TRIGGER module")
    existing.company.update("F_ARTICLE", "AR_Ref", POLO, AR_PrixVen="22.00")
    existing.publish("catalogue")
    assert existing.shop.product(POLO)["price"] == "22.000000"


def test_every_field_that_the_shop_changed_is_kept_out_of_the_confirmed_state(existing: World) -> None:
    existing.publish("catalogue")
    trigger = """CREATE TRIGGER module AFTER UPDATE ON ps_products WHEN NEW.reference = 'POLO-BLEU-M'
                 AND NEW.price <> '20.000000'
                 BEGIN UPDATE ps_products SET price = '20.000000', weight = '1.000000' WHERE id = NEW.id; END"""
    existing.running.shop.database.execute(trigger)
    existing.company.update("F_ARTICLE", "AR_Ref", POLO, AR_PrixVen="21.40", AR_PoidsNet="300")
    existing.run("catalogue")
    confirmed = Binding.objects.get(kind="products", key=POLO).confirmed
    assert (confirmed["price"], confirmed["weight"]) == ("19.900000", "0.220000")


@pytest.mark.parametrize("flow", TO_THE_SHOP)
def test_nothing_is_sent_again_once_all_is_confirmed(small: World, flow: str) -> None:
    small.begin()
    run = small.run(flow)
    assert (writes(run), run.written, run.confirmed) == ({}, 0, 0)
