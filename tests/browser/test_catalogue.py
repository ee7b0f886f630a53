"""The catalogue as sales staff use it: find a product, correct it, take it back; hide several, and undo that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from mapping.models import Choice, ChoiceAct, Product
from tests.browser.looks import serious, settled, too_wide
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "fr-FR": {
        "edit": "Modifier Nom fr",
        "save": "Enregistrer",
        "back": "Revenir à Sage Nom fr",
        "by_person": "par une personne",
        "sage_says": "Ce que dit Sage maintenant",
        "tick": "Cocher Plateau en bois",
        "list": "Voir ce qui va changer",
        "change": "Modifier 1 article",
        "undo": "Annuler",
    },
    "en-GB": {
        "edit": "Edit Name fr",
        "save": "Save",
        "back": "Back to Sage Name fr",
        "by_person": "by a person",
        "sage_says": "What Sage says now",
        "tick": "Tick Plateau en bois",
        "list": "Show what will change",
        "change": "Change 1 product",
        "undo": "Undo",
    },
}


def shelf(world: World) -> Product:
    """Two more products: one held for a reason, which is returned, and one ready."""
    held = [{"cause": "catalogue.no_tax", "facts": {"reference": "CH-1", "family": "THE"}}]
    factories.ProductFactory(client=world.client, key="PL-1", name="Plateau en bois")
    return factories.ProductFactory(client=world.client, key="CH-1", name="Chawan", readiness="held", problems=held)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("width", [1440, 390])
def test_a_name_is_found_corrected_and_given_back_to_sage(
    width: int, language: str, sign_in: Callable[..., Page], world: World
) -> None:
    words = WORDS[language]
    chawan = shelf(world)
    page = sign_in(width=width, language=language)
    page.goto(reverse("pages:products", args=[world.client.slug]))
    page.locator("select[name=problem]").select_option("catalogue.no_tax")
    page.wait_for_url("**problem=catalogue.no_tax")
    assert too_wide(page) == 0
    page.get_by_role("link", name="Chawan").click()
    page.wait_for_url(f"**/products/{chawan.pk}/")
    page.locator('.tab-strip a[href="?tab=texts"]').click()
    page.wait_for_url("**?tab=texts")
    assert too_wide(page) == 0

    page.get_by_role("button", name=words["edit"]).click()
    field = page.locator("#text-name-fr-input")
    expect(field).to_be_focused()
    settled(page)
    field.fill("y" * 130)
    expect(page.locator("#text-name-fr-count")).to_have_text("130 / 128")
    expect(page.locator("#text-name-fr-preview")).to_contain_text("130")
    field.fill("Bol à thé « Chawan »")
    page.locator("#text-name-fr").get_by_role("button", name=words["save"]).click()

    cell = page.locator("#text-name-fr")
    expect(cell).to_contain_text(words["by_person"])
    expect(cell).to_contain_text("Bol à thé « Chawan »")
    expect(cell).to_contain_text(words["sage_says"])
    expect(page.get_by_role("button", name=words["edit"])).to_be_focused()
    assert Choice.objects.get(kind="text").value == {"text": "Bol à thé « Chawan »"}

    page.get_by_role("button", name=words["back"]).click()
    expect(cell).not_to_contain_text(words["by_person"])
    assert not Choice.objects.filter(kind="text").exists()
    assert page.said == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("width", [1440, 390])
def test_a_product_is_kept_out_after_it_was_listed_and_taken_back(
    width: int, language: str, sign_in: Callable[..., Page], world: World
) -> None:
    words = WORDS[language]
    shelf(world)
    articles = Choice.objects.filter(kind="article")
    page = sign_in(width=width, language=language)
    page.goto(reverse("pages:products", args=[world.client.slug]) + "?readiness=ready")

    page.get_by_label(words["tick"]).check()
    page.get_by_role("button", name=words["list"]).click()
    page.wait_for_url("**/products/bulk/**")
    expect(page.get_by_role("link", name="Plateau en bois")).to_be_visible()
    assert not articles.exists()
    assert too_wide(page) == 0
    page.get_by_role("button", name=words["change"]).click()

    page.wait_for_url("**/products/?readiness=ready&done=*")
    assert articles.get().value == {"shown": "never"}
    page.locator("[data-done]").get_by_role("button", name=words["undo"]).click()
    page.wait_for_url("**/products/?readiness=ready")
    assert not articles.exists()
    assert [act.verb for act in ChoiceAct.objects.order_by("pk")][-2:] == ["article.hide", "undo"]
    assert page.said == []  # type: ignore[attr-defined]


def test_escape_leaves_a_text_as_it_was(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()
    page.goto(reverse("pages:product", args=[world.client.slug, world.product.pk]) + "?tab=texts")
    page.get_by_role("button", name="Modifier Nom fr").click()
    expect(page.locator("#text-name-fr-input")).to_be_focused()
    settled(page)
    page.locator("#text-name-fr-input").fill("autre chose")

    page.keyboard.press("Escape")

    expect(page.locator("#text-name-fr-input")).to_have_count(0)
    expect(page.get_by_role("button", name="Modifier Nom fr")).to_be_focused()


@pytest.mark.parametrize("width", [1440, 390])
def test_every_tab_can_be_used_by_everybody(width: int, sign_in: Callable[..., Page], world: World) -> None:
    shelf(world)
    page = sign_in(width=width)
    product = reverse("pages:product", args=[world.client.slug, world.product.pk])
    tabs = ["overview", "texts", "combinations", "filing&find=a", "related&find=a", "prices", "history"]

    for address in [*(f"{product}?tab={tab}" for tab in tabs), reverse("pages:products", args=[world.client.slug])]:
        page.goto(address)
        assert too_wide(page) == 0, address
        assert serious(page) == [], address
    assert page.said == []  # type: ignore[attr-defined]
