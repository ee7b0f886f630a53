"""Deciding and applying, as a person does it: with the mouse and with the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from sync_portal.sync.models import Decision, Run
from tests.browser.test_portal import make_preview
from tests.pages.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def queue(world: World, query: str = "") -> str:
    return reverse("pages:decisions", args=[world.client.slug]) + query


def answers(world: World) -> dict[str, str]:
    return dict(Decision.objects.filter(shop=world.shop).values_list("label", "answer"))


def test_a_question_is_answered_with_the_mouse_and_kept_in_the_history(
    sign_in: Callable[..., Page], world: World
) -> None:
    page = sign_in()
    page.get_by_role("link", name="Décisions").click()
    page.wait_for_url("**/decisions/")
    card = page.locator("[data-decision]", has_text="Plateau en bois")

    card.get_by_role("button", name="Remettre la valeur de Sage").click()

    expect(page.locator("[data-toast]")).to_contain_text("Plateau en bois")
    expect(page.locator("[data-decision]")).to_have_count(2)
    page.get_by_role("link", name="Réglées").click()
    page.wait_for_url("**state=decided")
    expect(page.get_by_role("cell", name="claire")).to_be_visible()


def test_the_other_candidate_is_chosen(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()
    page.goto(queue(world, "?question=adoption"))

    page.locator(".record", has_text="n° 60").get_by_role("button").click()

    expect(page.get_by_text("Aucune question ne correspond")).to_be_visible()
    assert Decision.objects.get(question="adoption").chosen_id == 60


def test_questions_are_answered_by_keyboard_alone(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()
    page.goto(queue(world, "?question=changed"))
    expect(page.locator("[data-decision]")).to_have_count(2)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".is-current")).to_contain_text("Plateau en bois")
    page.keyboard.press("i")
    expect(page.locator("[data-decision]")).to_have_count(1)
    expect(page.locator(".is-current")).to_be_visible()
    page.keyboard.press("a")

    expect(page.get_by_text("Aucune question ne correspond")).to_be_visible()
    assert answers(world) == {"Plateau en bois": "ignore", "Théière en fonte émaillée": "accept", "Théière": ""}


def test_letters_typed_into_the_search_answer_nothing(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()
    page.goto(queue(world))
    page.keyboard.press("j")

    search = page.get_by_label("Rechercher")
    search.press_sequentially("jaina")
    expect(search).to_have_value("jaina")
    search.press("Enter")

    page.wait_for_url("**q=jaina**")
    assert set(answers(world).values()) == {""}


def test_several_are_ticked_and_answered_at_once(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()
    page.goto(queue(world, "?question=changed"))

    page.get_by_label("Cocher toute la page").check()
    page.locator("#several").get_by_role("button", name="Ignorer").click()

    expect(page.locator("[data-toast]")).to_contain_text("2 questions réglées")
    assert answers(world)["Théière"] == ""


def test_a_ticked_line_of_a_preview_is_applied(sign_in: Callable[..., Page], world: World) -> None:
    preview = make_preview(world)
    page = sign_in()
    page.goto(reverse("pages:run", args=[world.client.slug, preview.pk]))

    page.get_by_label("Appliquer Théière à changer").check()
    page.get_by_role("button", name="Appliquer les lignes cochées").click()

    expect(page.get_by_text("1 ligne choisie dans un aperçu")).to_be_visible()
    line = preview.changes.get(label="Théière à changer")
    assert Run.objects.get(scope__plan=preview.pk).scope["changes"] == [line.pk]


def test_a_new_record_unfolds(sign_in: Callable[..., Page], world: World) -> None:
    preview = make_preview(world)
    page = sign_in()
    page.goto(reverse("pages:run", args=[world.client.slug, preview.pk]))
    fold = page.locator("details.fold")
    expect(fold.locator("dl").first).to_be_hidden()

    fold.locator("summary").click()

    expect(fold.get_by_text("Poids")).to_be_visible()
