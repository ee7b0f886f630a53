"""The grouping studio as sales staff meet it: approved, corrected and undone, one by one and several at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from mapping.grouped import book_of
from tests.browser.looks import serious, settled, too_wide
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "fr-FR": {"menu": "Regroupements", "approve": "Approuver", "save": "Enregistrer", "undo": "Annuler"},
    "en-GB": {"menu": "Groupings", "approve": "Approve", "save": "Save", "undo": "Undo"},
}


def studio(world: World, query: str = "") -> str:
    return reverse("pages:groupings", args=[world.client.slug]) + query


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", WORDS)
def test_a_suggestion_is_approved_its_value_corrected_and_all_of_it_undone(
    width: int, language: str, sign_in: Callable[..., Page], world: World
) -> None:
    words = WORDS[language]
    page = sign_in(width=width, language=language)
    if width < 700:
        page.locator(".navbar-toggler").click()
    page.get_by_role("link", name=re.compile(words["menu"])).click()
    page.wait_for_url("**/groupings/")
    card = page.locator("[data-decision]", has_text="Polo piqué")
    expect(card.locator("td.is-hole")).to_have_count(1)
    assert too_wide(page) == 0

    card.get_by_role("button", name=words["approve"]).click()
    expect(page.locator(".done")).to_contain_text("POLO-BL-L")
    assert set(book_of(world.client)) == {"VESTE-36", "POLO-BL-L"}

    page.goto(studio(world, "?show=approved&q=POLO"))
    page.locator("article h2 a").click()
    page.wait_for_url(re.compile(r"/groupings/\d+/$"))
    value = page.locator("input[name=v0]").nth(1)
    value.fill("L")
    value.press("Tab")
    expect(page.locator("td.is-doubled")).to_contain_text("POLO-BL-L")
    expect(page.locator("#fault0")).to_contain_text("POLO-BL-M")
    settled(page)
    value.fill("XL")
    value.press("Tab")
    expect(page.locator("td.is-doubled")).to_have_count(0)
    assert too_wide(page) == 0
    page.locator("button[value=save]").click()
    expect(page.locator(".done")).to_be_visible()
    assert "XL" in {values[1] for values in book_of(world.client)["POLO-BL-L"].members.values()}

    page.locator(".done").get_by_role("button", name=words["undo"]).click()
    page.wait_for_url("**/groupings/?show=approved")
    assert "XL" not in {values[1] for values in book_of(world.client)["POLO-BL-L"].members.values()}
    said = [text for text in page.said if "username fields" not in text]  # type: ignore[attr-defined]
    assert said == []


def test_an_approval_is_undone_with_the_button_of_its_message(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()
    page.goto(studio(world))
    page.locator("[data-decision]").get_by_role("button", name="Approuver").click()
    expect(page.get_by_text("Aucune proposition à décider")).to_be_visible()

    page.get_by_role("button", name="Annuler").click()

    expect(page.locator("[data-decision]", has_text="Polo piqué")).to_be_visible()
    assert set(book_of(world.client)) == {"VESTE-36"}


def test_suggestions_are_decided_by_keyboard_alone(sign_in: Callable[..., Page], world: World) -> None:
    factories.suggestion(world.client, {"A": ["S"], "B": ["M"]}, axes=["Taille"], name="Chemise", score=99)
    page = sign_in()
    page.goto(studio(world))

    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator("[data-decision]")).to_have_count(1)
    expect(page.locator(".is-current")).to_be_visible()
    page.keyboard.press("a")

    expect(page.get_by_text("Aucune proposition à décider")).to_be_visible()
    assert set(book_of(world.client)) == {"VESTE-36", "POLO-BL-L"}


def test_several_are_approved_from_a_list_whose_button_counts(sign_in: Callable[..., Page], world: World) -> None:
    factories.suggestion(world.client, {"A": ["S"], "B": ["M"]}, axes=["Taille"], name="Chemise")
    factories.suggestion(world.client, {"C": ["S"], "D": ["M"]}, axes=["Taille"], name="Pull")
    page = sign_in()
    page.goto(studio(world))
    page.get_by_label("Cocher toute la page").check()
    page.get_by_role("button", name="Revoir les propositions cochées").click()
    expect(page.get_by_role("button", name="Approuver 3 groupes")).to_be_visible()
    assert serious(page) == []

    page.get_by_label("Cocher Pull").uncheck()
    page.get_by_role("button", name="Approuver 2 groupes").click()

    expect(page.locator(".done")).to_contain_text("2 groupes approuvés")
    assert set(book_of(world.client)) == {"VESTE-36", "POLO-BL-L", "A"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_group_is_corrected_with_its_axes_and_articles_by_everybody(
    scheme: str, sign_in: Callable[..., Page], world: World
) -> None:
    factories.group(world.client, "CHEM-S", {"CHEM-S": ("S",), "CHEM-M": ("M",), "CHEM-L": ("L",)})
    page = sign_in(scheme=scheme)
    page.goto(reverse("pages:grouping", args=[world.client.slug, world.group.pk]))

    page.get_by_label("Référence ou nom").press_sequentially("chem")
    expect(page.locator(".found")).to_have_count(3)
    assert serious(page) == []
    page.get_by_role("button", name="Le déplacer ici CHEM-M").click()
    expect(page.locator(".member")).to_have_count(3)
    expect(page.get_by_text("CHEM-M quitte le groupe CHEM-S.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Ajouter un axe").click()
    expect(page.get_by_label("Axe 2").first).to_be_visible()
    expect(page.locator(".group-grid .is-doubled")).to_have_count(3)
    assert serious(page) == []
    page.get_by_role("button", name=re.compile("Supprimer l’axe")).last.click()
    expect(page.locator("input[name=axis]")).to_have_count(1)
    settled(page)
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.locator(".done")).to_contain_text("Article déplacé")
    assert set(book_of(world.client)["VESTE-36"].members) == {"VESTE-36", "VESTE-38", "CHEM-M"}
