"""The product list finds what is asked and counts what it shows; the product page explains."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse

from connectors.models import Client
from sync_portal.pages.product_filters import branch
from sync_portal.sync.models import Run
from tests.pages import factories
from tests.pages.conftest import World


@pytest.fixture
def shelf(db: None) -> Client:
    """A client with three products in a small tree of categories."""
    client = factories.ClientFactory()
    factories.CategoryFactory(client=client, key="CAT:1", name="Maison", path="Maison")
    factories.CategoryFactory(client=client, key="CAT:2", name="Thé", path="Maison > Thé", parent_key="CAT:1")
    teapot = factories.ProductFactory(client=client, key="TH-1", name="Théière", category_key="CAT:2")
    for reference in ("TH-1-BLEU", "TH-1-ROUGE"):
        factories.CombinationFactory(product=teapot, reference=reference)
    factories.ProductFactory(client=client, key="PL-1", name="Plateau", category_key="CAT:1", active=False)
    factories.ProductFactory(client=client, key="SA-1", name="Sac", ean13="3012345678901", readiness="held")
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["PL-1", "SA-1", "TH-1"]),
        ({"q": "théi"}, ["TH-1"]),
        ({"q": "sa-"}, ["SA-1"]),
        ({"q": "301234"}, ["SA-1"]),
        ({"q": "TH-1-"}, ["TH-1"]),
        ({"category": "CAT:1"}, ["PL-1", "TH-1"]),
        ({"category": "CAT:2"}, ["TH-1"]),
        ({"readiness": "held"}, ["SA-1"]),
        ({"active": "0"}, ["PL-1"]),
        ({"q": "nothing like it"}, []),
    ],
    ids=["all", "name", "reference", "EAN", "combination", "branch", "leaf", "state", "offline", "none"],
)
def test_products_are_found(
    query: dict[str, str], expected: list[str], shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(shelf).get(reverse("pages:products", args=[shelf.slug]), query).context["page"]

    assert [product.key for product in page] == expected
    assert page.paginator.count == len(expected)


def test_a_product_found_by_a_combination_still_counts_all_of_them(
    shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(shelf).get(reverse("pages:products", args=[shelf.slug]), {"q": "TH-1-BLEU"}).context["page"]

    assert [product.combination_count for product in page] == [2]


@pytest.mark.parametrize("readiness", ["ready", "held", "out"])
def test_the_number_on_a_tab_is_the_number_of_its_rows(
    readiness: str, shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    response = signed_in(shelf).get(reverse("pages:products", args=[shelf.slug]), {"readiness": readiness})

    assert response.context["counts"][readiness] == response.context["page"].paginator.count


def test_long_lists_come_in_pages_that_keep_the_filter(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    for _number in range(60):
        factories.ProductFactory(client=shelf)

    response = signed_in(shelf).get(reverse("pages:products", args=[shelf.slug]), {"active": "1", "page": "2"})

    assert len(response.context["page"].object_list) == 62 - 50
    assert "?active=1&amp;page=1" in response.content.decode()


def test_a_loop_in_the_category_tree_does_not_hang(shelf: Client) -> None:
    first = factories.CategoryFactory(client=shelf, key="A", parent_key="B")
    second = factories.CategoryFactory(client=shelf, key="B", parent_key="A")

    assert branch([first, second], "A") == {"A", "B"}


def product_url(world: World, tab: str = "overview") -> str:
    return reverse("pages:product", args=[world.client.slug, world.product.pk]) + f"?tab={tab}"


def test_the_product_page_explains_its_fields_and_problems(world: World, signed_in: Callable[..., Browser]) -> None:
    world.product.explanations = {"price": "AR_PrixVen = 12,50 € HT"}
    world.product.problems = [{"cause": "catalogue.price_zero", "facts": {"reference": world.product.reference}}]
    world.product.save()

    response = signed_in(world.client).get(product_url(world))
    page = response.content.decode()

    assert "AR_PrixVen = 12,50 € HT" in page
    assert "id_product=42" in page
    assert [cause.code for cause in response.context["problems"]] == ["catalogue.price_zero"]
    assert [(line.name, line.code) for line in response.context["shops"]] == [(world.shop.name, "online")]


def test_what_can_be_mended_on_the_page_leads_there(world: World, signed_in: Callable[..., Browser]) -> None:
    world.product.problems = [{"cause": code, "facts": {}} for code in ("catalogue.check_photo", "catalogue.no_tax")]
    world.product.save()

    mends = signed_in(world.client).get(product_url(world)).context["mends"]

    assert [(cause.code, tab) for cause, tab in mends] == [
        ("catalogue.check_photo", "photos"),
        ("catalogue.no_tax", ""),
    ]


def test_prices_have_their_tab(world: World, signed_in: Callable[..., Browser]) -> None:
    assert "remise 10 %" in signed_in(world.client).get(product_url(world, "prices")).content.decode()


def test_a_tab_that_does_not_exist_is_the_first_one(world: World, signed_in: Callable[..., Browser]) -> None:
    assert signed_in(world.client).get(product_url(world, "nonsense")).context["tab"] == "overview"


def test_the_history_of_a_product_is_its_own_and_has_no_previews(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    preview = factories.RunFactory(client=world.client, preview=True)
    factories.ChangeFactory(run=preview, key=world.product.key)
    factories.ChangeFactory(run=world.run, key="SOMETHING-ELSE", label="SOMETHING-ELSE")

    events = signed_in(world.client).get(product_url(world, "history")).context["events"]

    assert [event.change.change.run for event in events if event.change] == [world.run]


def test_two_gammes_make_a_grid_with_holes(world: World, signed_in: Callable[..., Browser]) -> None:
    world.product.combinations.all().delete()
    for colour, size in (("Bleu", "S"), ("Bleu", "M"), ("Rouge", "M")):
        factories.CombinationFactory(product=world.product, values=[["Couleur", colour], ["Taille", size]])

    grid = signed_in(world.client).get(product_url(world, "combinations")).context["grid"]

    assert (grid.title, grid.columns) == ("Couleur × Taille", ["S", "M"])
    assert [[cell is None for cell in cells] for _value, cells in grid.rows] == [[False, False], [True, False]]


def test_a_product_is_synchronised_again_in_every_flow_that_knows_it(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    url = reverse("pages:product-resync", args=[world.client.slug, world.product.pk])

    page = signed_in(world.client).post(url, follow=True)

    runs = Run.objects.filter(client=world.client, scope={"product": world.product.key})
    assert {run.flow for run in runs} == {"catalogue", "stock", "prices", "images"}
    assert {run.pk for run in page.context["under_way"]} == {run.pk for run in runs}


def test_a_product_waits_while_exactly_chosen_work_is_queued(world: World, signed_in: Callable[..., Browser]) -> None:
    factories.RunFactory(client=world.client, flow="catalogue", state="queued", started_at=None, scope={"undo": 1})
    url = reverse("pages:product-resync", args=[world.client.slug, world.product.pk])

    page = signed_in(world.client).post(url, follow=True).content.decode()

    assert "rien ne peut y être ajouté" in page


@pytest.mark.parametrize(
    ("value", "shown"),
    [("12.500000", "12,50 €"), ("18.123456", '<span title="18,123456 €">18,12 €</span>')],
    ids=["to the cent", "finer"],
)
def test_a_list_shows_cents_and_tells_the_exact_price_on_hover(
    value: str, shown: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    world.product.price = Decimal(value)
    world.product.save()

    page = signed_in(world.client).get(reverse("pages:products", args=[world.client.slug])).content.decode()

    assert shown in page.replace("\xa0", " ")


def test_an_article_asleep_in_sage_says_so(world: World, signed_in: Callable[..., Browser]) -> None:
    world.product.sleeping = True
    world.product.save()

    page = signed_in(world.client).get(reverse("pages:product", args=[world.client.slug, world.product.pk]))

    assert "en sommeil dans Sage" in page.content.decode()
