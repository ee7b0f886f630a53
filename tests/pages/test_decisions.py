"""Decisions: the queue, the two records, the three values, and answers given one by one or to several at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from mapping.models import Binding
from sync_portal.pages.questions import Question, questions
from sync_portal.sync.answers import ANSWERS, answers_to
from sync_portal.sync.models import Answer, Decision, FieldOwner
from tests.pages import factories
from tests.pages.conftest import World

CANDIDATES = [
    {"id": 59, "score": 80, "reasons": ["ean13"], "shown": {"reference": "OLD", "ean13": "3761230000716", "name": "É"}},
    {"id": 60, "score": 80, "reasons": ["identity"], "shown": {"reference": "TH-1", "ean13": "", "name": "Théière"}},
]


@pytest.fixture
def queue(world: World) -> str:
    """The address of the page."""
    return reverse("pages:decisions", args=[world.client.slug])


@pytest.fixture
def adoption(world: World) -> Decision:
    product = factories.ProductFactory(client=world.client, key="TH-1", name="Théière", ean13="3761230000716")
    facts = {"candidates": CANDIDATES}
    return factories.DecisionFactory(
        shop=world.shop, question="adoption", key=product.key, label="TH-1 · Théière", facts=facts
    )


def answer(browser: Browser, decision: Decision, **data: Any) -> Any:
    url = reverse("pages:decision-answer", args=[decision.shop.client.slug, decision.pk])
    return browser.post(url, data, follow=True)


def card_of(world: World, decision: Decision) -> Question:
    return questions(world.client, [decision])[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"adoption", "changed"}),
        ({"question": "adoption"}, {"adoption"}),
        ({"question": "missing"}, set()),
        ({"kind": "products"}, {"adoption", "changed"}),
        ({"q": "th-1"}, {"adoption"}),
        ({"state": "decided"}, {"missing"}),
    ],
    ids=lambda value: "&".join(value.values()) or "all" if isinstance(value, dict) else "",
)
def test_the_queue_is_filtered(
    query: dict[str, str],
    expected: set[str],
    queue: str,
    world: World,
    adoption: Decision,
    signed_in: Callable[..., Browser],
) -> None:
    factories.DecisionFactory(shop=world.shop, question="missing", kind="images", answer="ignore")

    page = signed_in(world.client).get(queue, query)

    assert {card.decision.question for card in page.context["cards"]} == expected


def test_each_tab_says_how_many_are_open(
    queue: str, world: World, adoption: Decision, signed_in: Callable[..., Browser]
) -> None:
    tabs = signed_in(world.client).get(queue).context["tabs"]

    assert {tab.question: tab.count for tab in tabs} == {
        "adoption": 1,
        "changed": 1,
        "conflict": 0,
        "missing": 0,
        "orphan": 0,
    }


def test_the_menu_and_the_home_say_how_many_are_open(
    world: World, adoption: Decision, signed_in: Callable[..., Browser]
) -> None:
    home = signed_in(world.client).get(reverse("pages:client", args=[world.client.slug])).content.decode()

    assert "2 questions attendent une décision" in home
    assert '<span class="count-badge">2<' in home.replace("\n", "").replace("  ", "")


def test_two_records_stand_side_by_side_and_what_differs_is_marked(world: World, adoption: Decision) -> None:
    card = card_of(world, adoption)

    assert dict(card.sage) == {"Référence": "TH-1", "EAN-13": "3761230000716", "Nom": "Théière"}
    assert [[cell.differs for cell in candidate.cells] for candidate in card.candidates] == [
        [True, False, True],
        [False, True, False],
    ]
    reasons = [candidate.reasons[0].replace("\xa0", " ") for candidate in card.candidates]
    assert reasons == ["identique : EAN-13", "identique : Référence"]
    assert card.candidates[0].url.endswith("index.php?controller=product&id_product=59")


def test_upper_and_lower_case_are_a_difference(world: World, adoption: Decision) -> None:
    adoption.facts = {"candidates": [{"id": 48, "score": 80, "reasons": ["ean13"], "shown": {"reference": "th-1"}}]}

    assert [cell.differs for cell in card_of(world, adoption).candidates[0].cells] == [True]


def test_the_prices_of_a_product_are_told_apart(world: World) -> None:
    factories.CustomerGroupFactory(client=world.client, key="2", name="Revendeurs")
    for quantity in (1, 10):
        key = f"{world.product.key}||2||{quantity}"
        factories.SpecificPriceFactory(product=world.product, key=key, group_key="2", from_quantity=quantity)
        factories.DecisionFactory(shop=world.shop, question="missing", kind="specific_prices", key=key, label=key)

    cards = questions(world.client, Decision.objects.filter(kind="specific_prices").order_by("pk"))

    assert [card.label for card in cards] == [
        f"{world.product.key} · Revendeurs",
        f"{world.product.key} · Revendeurs, à partir de 10",
    ]


def test_a_field_shows_its_three_values(world: World) -> None:
    values = {"sent": "10.000000", "shop": "9.500000", "sage": "11.000000"}
    decision = factories.DecisionFactory(shop=world.shop, question="conflict", facts=values)

    told = {name: text.replace("\xa0", " ") for name, text in card_of(world, decision).values.items()}

    assert told == {"sent": "10,00 €", "shop": "9,50 €", "sage": "11,00 €"}


@pytest.mark.parametrize("question", ANSWERS)
def test_there_is_a_button_for_exactly_the_answers_offered(
    question: str, queue: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    Decision.objects.all().delete()
    facts = {"candidates": CANDIDATES} if question == "adoption" else {"sent": "1", "shop": "2", "sage": "3", "id": "4"}
    decision = factories.DecisionFactory(shop=world.shop, question=question, facts=facts)

    page = signed_in(world.client).get(queue).content.decode()

    offered = {answer for answer in Answer.values if f'value="{answer}"' in page}
    assert offered == set(answers_to(decision))


@pytest.mark.parametrize("role", ["sales", "agency", "administrator"])
def test_everybody_decides_in_their_own_name(role: str, world: World, signed_in: Callable[..., Browser]) -> None:
    answer(signed_in(world.client, role=role), world.decision, answer="accept")

    world.decision.refresh_from_db()
    assert (world.decision.answer, world.decision.decided_by.username) == ("accept", "claire")
    assert FieldOwner.objects.get(shop=world.shop).owner == "shop"


def test_the_chosen_candidate_is_bound(world: World, adoption: Decision, signed_in: Callable[..., Browser]) -> None:
    answer(signed_in(world.client), adoption, answer="adopt", chosen_id="60")

    assert Binding.objects.get(shop=world.shop, key="TH-1").remote_id == 60


@pytest.mark.parametrize(
    "data",
    [{}, {"answer": "explode"}, {"answer": "adopt"}, {"answer": "adopt", "chosen_id": "7"}, {"answer": "put_back"}],
    ids=["nothing", "unknown", "no candidate", "not a candidate", "of another question"],
)
def test_an_answer_that_is_not_offered_changes_nothing(
    data: dict[str, str], world: World, adoption: Decision, signed_in: Callable[..., Browser]
) -> None:
    page = answer(signed_in(world.client), adoption, **data)

    adoption.refresh_from_db()
    assert adoption.answer == ""
    assert "Cette réponse n’est pas possible" in page.content.decode().replace("\xa0", " ")


def test_who_was_faster_is_named(world: World, signed_in: Callable[..., Browser]) -> None:
    answer(signed_in(world.client, name="paul"), world.decision, answer="ignore")

    page = answer(signed_in(world.client, name="zoe"), world.decision, answer="accept")

    assert "paul a déjà répondu" in page.content.decode()
    world.decision.refresh_from_db()
    assert world.decision.answer == "ignore"


def test_several_are_answered_at_once_and_only_those_ticked(world: World, signed_in: Callable[..., Browser]) -> None:
    second, third = (factories.DecisionFactory(shop=world.shop) for _number in range(2))
    data = {"question": "changed", "answer": "put_back", "decisions": [world.decision.pk, second.pk]}

    url = reverse("pages:decisions-answer", args=[world.client.slug])
    page = signed_in(world.client).post(url, data, follow=True)

    assert "2 questions réglées" in page.content.decode()
    assert list(Decision.objects.filter(answer="").values_list("pk", flat=True)) == [third.pk]


def test_it_is_this_one_is_said_to_several_only_where_there_is_one(
    world: World, adoption: Decision, signed_in: Callable[..., Browser]
) -> None:
    sure = factories.DecisionFactory(
        shop=world.shop, question="adoption", key="SURE", facts={"candidates": CANDIDATES[:1]}
    )
    data = {"question": "adoption", "answer": "adopt", "decisions": [adoption.pk, sure.pk, "x"]}

    url = reverse("pages:decisions-answer", args=[world.client.slug])
    page = signed_in(world.client).post(url, data, follow=True).content.decode()

    assert "1 question réglée" in page
    assert "1 question cochée" in page
    assert Binding.objects.get(shop=world.shop, key="SURE").remote_id == 59
    adoption.refresh_from_db()
    assert adoption.answer == ""


def test_another_clients_questions_cannot_be_answered_in_bulk(
    make_world: Callable[[], World], signed_in: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()
    data = {"question": "changed", "answer": "ignore", "decisions": [other.decision.pk]}

    signed_in(mine.client).post(reverse("pages:decisions-answer", args=[mine.client.slug]), data)

    other.decision.refresh_from_db()
    assert other.decision.answer == ""


@pytest.mark.parametrize(
    ("target", "lands"), [("https://evil.example/", "decisions"), ("/c/x/", "/c/x/")], ids=["elsewhere", "ours"]
)
def test_an_answer_leads_back_to_a_page_of_ours(
    target: str, lands: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    url = reverse("pages:decision-answer", args=[world.client.slug, world.decision.pk])

    response = signed_in(world.client).post(url, {"answer": "ignore", "next": target})

    assert lands in response["Location"]


def test_an_empty_queue_teaches(queue: str, world: World, signed_in: Callable[..., Browser]) -> None:
    Decision.objects.all().delete()

    page = signed_in(world.client).get(queue).content.decode()

    assert "Aucune question ouverte" in page
    assert "La boutique n’a pas encore été contrôlée" in page


def test_what_was_answered_says_who_and_when(queue: str, world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)
    answer(browser, world.decision, answer="put_back")

    page = browser.get(queue, {"state": "decided"}).content.decode()

    assert "Remettre la valeur de Sage" in page
    assert "claire" in page


def test_a_product_shows_its_own_open_questions(world: World, signed_in: Callable[..., Browser]) -> None:
    factories.DecisionFactory(shop=world.shop)
    url = reverse("pages:product", args=[world.client.slug, world.product.pk])

    cards = signed_in(world.client).get(url).context["cards"]

    assert [card.decision for card in cards] == [world.decision]


def test_a_page_of_questions_costs_the_same_for_many_as_for_one(
    world: World, django_assert_max_num_queries: Any
) -> None:
    products = [factories.ProductFactory(client=world.client) for _number in range(10)]
    decisions = [factories.DecisionFactory(shop=world.shop, key=product.key) for product in products]
    rows = list(Decision.objects.filter(pk__in=[row.pk for row in decisions]).select_related("shop"))

    with django_assert_max_num_queries(4):
        assert len(questions(world.client, rows)) == 10


# --- what does not come from Sage -------------------------------------------------------------------------------------


def orphans(world: World, amount: int, **facts: str) -> list[Decision]:
    return [
        factories.DecisionFactory(
            shop=world.shop,
            question="orphan",
            key=f"#{number}",
            label=f"VITRINE-{number}",
            field="",
            facts={"id": str(number), "reference": "", "name": "Vitrine", "active": "1"} | facts,
        )
        for number in range(1, amount + 1)
    ]


def test_an_orphan_shows_what_it_is_and_where(queue: str, world: World, signed_in: Callable[..., Browser]) -> None:
    orphans(world, 1)

    page = signed_in(world.client).get(queue, {"question": "orphan"}).content.decode().replace("\xa0", " ")

    for told in ("VITRINE-1", "1 dans la boutique", "Vitrine", "visible des acheteurs", "id_product=1"):
        assert told in page


def test_an_orphan_is_told_to_be_an_article(queue: str, world: World, signed_in: Callable[..., Browser]) -> None:
    factories.ProductFactory(client=world.client, key="VIT-1")
    (orphan,) = orphans(world, 1)

    browser = signed_in(world.client)
    answer(browser, orphan, answer="adopt", chosen_key=" VIT-1 ")

    assert Binding.objects.get(shop=world.shop, key="VIT-1").remote_id == 1
    assert "VIT-1" in browser.get(queue, {"state": "decided"}).content.decode()


def test_a_reference_that_is_no_missing_article_is_refused_in_words(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    (orphan,) = orphans(world, 1)

    page = answer(signed_in(world.client), orphan, answer="adopt", chosen_key="NOPE").content.decode()

    assert "« NOPE » n’est pas un article qui manque dans cette boutique" in page.replace("\xa0", " ")


def test_all_of_a_list_are_answered_at_once_and_not_what_it_leaves_out(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    orphans(world, 25)
    url = reverse("pages:decisions-answer", args=[world.client.slug])
    data = {"question": "orphan", "answer": "own", "all": "1", "q": "VITRINE-2"}

    page = signed_in(world.client).post(url, data, follow=True).content.decode()

    assert "7 questions réglées" in page
    assert Decision.objects.filter(question="orphan", answer="own", decided_by__username="claire").count() == 7
    assert Decision.objects.filter(answer="").count() == 25 - 7 + 1


def test_all_are_offered_together_only_where_there_are_further_pages(
    queue: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    orphans(world, 20)
    browser = signed_in(world.client)
    assert 'name="all"' not in browser.get(queue, {"question": "orphan"}).content.decode()

    factories.DecisionFactory(shop=world.shop, question="orphan", key="#99", field="", facts={"id": "99"})

    assert 'name="all"' in browser.get(queue, {"question": "orphan"}).content.decode()


def price_of_the_shop(world: World, **facts: Any) -> Decision:
    held = {
        "product": {"ref": ["products", "POLO"]},
        "combination": None,
        "customer": None,
        "from_quantity": "10",
        "group": {"ref": ["groups", "2"]},
        "price": "-1.000000",
        "reduction": "0.150000",
        "reduction_type": "percentage",
        "reduction_tax": "1",
        "begins": "0000-00-00 00:00:00",
        "ends": "2026-12-31 23:59:59",
    }
    return factories.DecisionFactory(
        shop=world.shop,
        question="orphan",
        kind="specific_prices",
        key="POLO|#12",
        label="POLO · -15 %",
        field="",
        facts={"id": "12", "product": "POLO", "held": held, "rule": ""} | facts,
    )


def test_a_price_of_the_shop_says_what_who_from_how_many_and_how_long(
    queue: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    factories.CustomerGroupFactory(client=world.client, key="2", name="Revendeurs")
    question = price_of_the_shop(world)

    browser = signed_in(world.client)
    page = browser.get(queue, {"question": "orphan"}).content.decode().replace("\xa0", " ").replace("\u202f", " ")

    for told in ("POLO · −15 %", "12 dans la boutique", "Revendeurs", ">15 %<", "31/12/2026 23:59"):
        assert told in page.replace("\n", "").replace("  ", "")
    assert "Référence dans Sage" not in page, "it is no article"
    assert "une fois supprimé, il ne revient qu’en annulant l’exécution" in page, "said before it is deleted"
    answer(browser, question, answer="delete")
    assert Binding.objects.get(kind="specific_prices", key="POLO|#12").remote_id == 12


def test_a_price_that_a_rule_of_the_shop_made_is_not_offered_to_be_deleted(
    queue: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    price_of_the_shop(world, rule="3")

    page = signed_in(world.client).get(queue, {"question": "orphan"}).content.decode().replace("\xa0", " ")

    assert "règle de prix catalogue n° 3" in page
    assert 'value="delete"' not in page
