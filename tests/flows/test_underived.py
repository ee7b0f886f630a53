"""A record that our program cannot derive costs that record only: it keeps what the shop has of it, and is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mapping import accounts, choosing, texts
from mapping.choices.groups import GROUP, GroupChoice
from mapping.desired import customers as desired_customers
from mapping.desired import products as desired_products
from mapping.models import Combination, DerivationMark, Product, QualityFinding, ShopCustomer
from sync_portal.sync.jobs import run_here
from sync_portal.sync.models import Run
from tests.flows.company import keep_only
from tests.flows.dying import Killed, Killer, carry, die_in, start, take_up_again
from tests.flows.portal import World, causes_of, writes
from tests.flows.test_changes import a_day_passes
from tests.flows.test_kills import holding
from tests.flows.test_poison import break_for

pytestmark = pytest.mark.flow

POISON = "SECATEUR"
REFUSED = {POISON: "portal.unexpected"}


def deriving(monkeypatch: pytest.MonkeyPatch, reference: str = POISON) -> None:
    break_for(monkeypatch, texts, "texts_of", lambda _shop, article, *_more: article.reference == reference)


def judging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the articles of a part are compared with each other."""
    from mapping import articles

    break_for(monkeypatch, articles, "verdict", lambda _data, article, *_more: article.reference == POISON)


def wanting(monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, desired_products, "_product_fields", lambda product, *_more: product.key == POISON)


def told(run: Run) -> dict[str, str]:
    """Key -> state of what our own program failed on."""
    return dict(run.changes.filter(cause="portal.unexpected").values_list("key", "state"))


def the_day_changes(world: World) -> None:
    """Everything is derived anew."""
    DerivationMark.objects.filter(shop__client=world.client).update(day="2026-01-01")


@pytest.mark.parametrize("mistake", [deriving, judging, wanting])
def test_an_article_that_cannot_be_derived_does_not_stand_before_the_others(
    small: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with monkeypatch.context() as patch:
        mistake(patch)
        run = small.run("catalogue")
    assert (run.state, run.rejected, causes_of(run)) == ("incomplete", 1, REFUSED), run.detail
    line = run.changes.get(key=POISON)
    assert (line.kind, line.facts) == ("products", {"error": "ZeroDivisionError"})
    assert "a mistake of ours" in line.detail
    references = {row["reference"] for row in small.shop.list("products")}
    assert references == {"CAFET-ISO", "CARNET-A5", "POLO-BLEU-M", "SARDINE-VIN", "STYLO-BILLE"}
    small.company.update("F_ARTICLE", "AR_Ref", POISON, AR_PoidsNet="280")
    small.publish("catalogue")
    assert {row["reference"] for row in small.shop.list("products")} == references | {POISON}
    assert writes(small.run("catalogue")) == {}


@pytest.mark.parametrize("mistake", [deriving, judging])
def test_what_the_shop_has_of_it_stays(
    small: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    small.begin()
    before, stored = holding(small), Product.objects.get(key="STYLO-BILLE")
    combinations = Combination.objects.filter(product=stored).count()
    monkeypatch.setattr("tests.flows.test_underived.POISON", "STYLO-BILLE")
    with monkeypatch.context() as patch:
        mistake(patch) if mistake is judging else deriving(patch, "STYLO-BILLE")
        for passed in (a_day_passes, lambda: the_day_changes(small)):
            passed()
            for flow in ("catalogue", "stock", "prices", "images"):
                run = small.run(flow)
                assert (run.cause, writes(run), set(told(run))) == ("", {}, {"STYLO-BILLE"} & set(told(run))), flow
        small.company.update("F_ARTICLE", "AR_Ref", "STYLO-BILLE", AR_PoidsNet="77")
        small.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PrixVen="9.90")
        runs = [small.run(flow) for flow in ("catalogue", "stock", "prices", "images")]
    assert {run.flow: told(run) for run in runs} == {run.flow: {"STYLO-BILLE": "held"} for run in runs}
    assert small.shop.product("CARNET-A5")["price"] == "9.900000"
    assert Product.objects.get(key="STYLO-BILLE") == stored
    assert Combination.objects.filter(product=stored).count() == combinations
    weight = small.shop.product("STYLO-BILLE")["weight"]
    the_day_changes(small)
    small.publish("catalogue", "stock", "prices", "images")
    assert small.shop.product("STYLO-BILLE")["weight"] != weight
    after = holding(small)
    assert {name for name in before if before[name] != after[name]} == {"products"}


def test_it_is_told_as_refused_once_and_then_held_until_it_can_be_derived(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.begin("catalogue")
    weight = small.shop.product(POISON)["weight"]
    derived: list[str] = []
    with monkeypatch.context() as patch:
        deriving(patch)
        noted = texts.texts_of
        patch.setattr(
            texts, "texts_of", lambda shop, one, *more: derived.append(one.reference) or noted(shop, one, *more)
        )
        small.company.update("F_ARTICLE", "AR_Ref", POISON, AR_PoidsNet="280")
        first = small.run("catalogue")
        assert POISON in derived
        derived.clear()
        second, third = small.run("catalogue"), small.run("catalogue")
        assert derived == []
        the_day_changes(small)
        whole = small.run("catalogue")
        asked = run_here(small.client, "catalogue", scope={"product": POISON})
    runs = [first, second, third, whole, asked]
    assert [(run.state, told(run)[POISON]) for run in runs] == [
        ("incomplete", "rejected"),
        ("succeeded", "held"),
        ("succeeded", "held"),
        ("succeeded", "held"),
        ("incomplete", "rejected"),
    ]
    mended = small.run("catalogue")  # the wish for one product leaves it to the next run
    assert (mended.state, told(mended)) == ("succeeded", {})
    assert small.shop.product(POISON)["weight"] != weight


def test_a_preview_shows_it_and_refuses_nothing(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    deriving(monkeypatch)
    preview = small.run("catalogue", preview=True)
    assert (preview.state, told(preview)) == ("succeeded", {POISON: "held"})
    assert preview.changes.filter(state="planned", kind="products").count() == 5


def test_it_is_told_once_although_the_worker_died_and_another_one_went_on(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        deriving(patch)
        run = start(small.client, "catalogue")
        assert die_in(run, Killer("request", 20))
        assert take_up_again(run) == "incomplete"
    run.refresh_from_db()
    assert (run.rejected, told(run), run.changes.filter(key=POISON).count()) == (1, {POISON: "rejected"}, 1)


def test_a_mistake_that_every_article_brings_to_light_ends_the_run(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_for(monkeypatch, texts, "texts_of", lambda *_given: True)
    run = small.run("catalogue")
    assert (run.state, run.cause, run.facts) == ("failed", "portal.unexpected", {"error": "ZeroDivisionError"})
    assert not run.changes.exists()


# --- what depends on it --------------------------------------------------------------------------------------------

BOX = ("COFFRET-APERO", "TERRINE-CAN", "SARDINE-VIN", "SEL-GUER", "OUVRE-HUITRE")


@pytest.fixture
def tied(make_world: Callable[..., World]) -> World:
    """A group of two polos and a box of four articles, published."""
    world = make_world()
    keep_only(world.company, (*BOX, "POLO-BLEU-M", "POLO-BLEU-L", "STYLO-BILLE"))
    members = {"POLO-BLEU-M": ("Bleu", "M"), "POLO-BLEU-L": ("Bleu", "L")}
    choice = GroupChoice(master="POLO-BLEU-M", axes=("Couleur", "Taille"), members=members)
    choosing.choose(world.client, {(GROUP.name, "POLO-BLEU-M"): choice}, by=None, verb="group.edit")
    world.begin()
    return world


@pytest.mark.parametrize(
    ("reference", "failing"),
    [
        pytest.param("POLO-BLEU-L", {"POLO-BLEU-L", "POLO-BLEU-M"}, id="a member: the group's product is left"),
        pytest.param("SARDINE-VIN", {"SARDINE-VIN"}, id="a component: the pack is still one"),
    ],
)
def test_what_it_belongs_to_stays_whole(
    tied: World, monkeypatch: pytest.MonkeyPatch, reference: str, failing: set[str]
) -> None:
    before = holding(tied)
    with monkeypatch.context() as patch:
        deriving(patch, reference)
        the_day_changes(tied)
        runs = [tied.run(flow) for flow in ("catalogue", "stock", "prices", "images")]
    assert [(run.state, writes(run), set(told(run))) for run in runs] == [("incomplete", {}, failing)] * 4
    assert holding(tied) == before
    if "POLO-BLEU-M" in failing:
        assert "while the member POLO-BLEU-L" in runs[0].changes.get(key="POLO-BLEU-M").detail
    the_day_changes(tied)
    tied.publish("catalogue", "stock", "prices", "images")
    assert holding(tied) == before


# --- customers -----------------------------------------------------------------------------------------------------

POOR = "EPICENTRE"


def their_account(monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, accounts, "_address", lambda _data, customer: customer.number == POOR)


def their_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, desired_customers, "_address", lambda customer: customer.key == POOR)


@pytest.mark.parametrize("mistake", [their_account, their_wish])
def test_a_customer_that_cannot_be_derived_keeps_account_and_prices(
    tied: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    before, stored = holding(tied), ShopCustomer.objects.count()
    assert ShopCustomer.objects.filter(key=POOR).exists()
    with monkeypatch.context() as patch:
        mistake(patch)
        tied.company.update("F_COMPTET", "CT_Num", "ABBAYE", CT_Intitule="Abbaye de la Prée")
        runs = [tied.run("customers")]
        the_day_changes(tied)
        runs += [tied.run("customers"), tied.run("prices")]
    states = ["rejected", "held"] + (["rejected"] if mistake is their_account else [])
    assert [told(run).get(POOR) for run in runs if told(run)] == states
    assert [run.state for run in runs] == ["incomplete", "succeeded", "incomplete" if len(states) == 3 else "succeeded"]
    assert ShopCustomer.objects.count() == stored
    assert tied.shop.one("customers", email="achats@hotel-abbaye.example")["company"] == "Abbaye de la Prée"
    assert {name for name, held in holding(tied).items() if held != before[name]} <= {"customers", "addresses"}
    tied.company.update("F_COMPTET", "CT_Num", POOR, CT_Adresse="3 rue du Port")
    tied.publish("customers", "prices")
    assert "3 rue du Port" in {row["address1"] for row in tied.shop.list("addresses")}


# --- the check of the articles -------------------------------------------------------------------------------------


def test_the_check_of_the_articles_goes_on_without_it(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    small.publish("quality")
    before = set(QualityFinding.objects.values_list("topic", "article"))
    poison = max(article for _topic, article in before)
    deriving(monkeypatch, poison)
    run = small.run("quality")
    assert (run.state, told(run)) == ("incomplete", {poison: "rejected"})
    assert set(QualityFinding.objects.values_list("topic", "article")) == before


# --- what kills its worker -----------------------------------------------------------------------------------------


def killing(monkeypatch: pytest.MonkeyPatch, *, planning: bool = False) -> None:
    """As by a signal: no `except Exception` sees it."""
    if planning:
        module: Any = desired_products
        name, concerns = "_product_fields", lambda product, *_more: product.key == POISON
    else:
        module, name = texts, "texts_of"
        concerns = lambda _shop, article, *_more: article.reference == POISON  # noqa: E731
    original = getattr(module, name)

    def deadly(*given: Any, **named: Any) -> Any:
        if concerns(*given):
            raise Killed
        return original(*given, **named)

    monkeypatch.setattr(module, name, deadly)


@pytest.mark.parametrize("planning", [False, True], ids=["derived", "planned"])
def test_an_article_that_kills_each_worker_is_left_out_by_the_last_attempt(
    small: World, monkeypatch: pytest.MonkeyPatch, planning: bool
) -> None:
    run = start(small.client, "catalogue")
    with monkeypatch.context() as patch:
        killing(patch, planning=planning)
        with pytest.raises(Killed):
            carry(run)
        run.refresh_from_db()
        assert len(run.in_hand) == 6, "all that was derived together"
        with pytest.raises(Killed):
            take_up_again(run)
        run.refresh_from_db()
        assert run.in_hand == [POISON]
        assert take_up_again(run) == "incomplete"
    run.refresh_from_db()
    line = run.changes.get(key=POISON)
    assert (run.attempt, told(run), line.facts, run.in_hand) == (3, {POISON: "rejected"}, {"error": "WorkerDied"}, [])
    assert len(small.shop.list("products")) == 5
    small.company.update("F_ARTICLE", "AR_Ref", POISON, AR_PoidsNet="280")
    small.publish("catalogue")
    assert len(small.shop.list("products")) == 6


def test_a_death_by_chance_leaves_nothing_out(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(small.client, "catalogue")
    with monkeypatch.context() as patch:
        killing(patch)
        with pytest.raises(Killed):
            carry(run)
    assert take_up_again(run) == "succeeded"
    run.refresh_from_db()
    assert (run.in_hand, len(small.shop.list("products"))) == ([], 6)
