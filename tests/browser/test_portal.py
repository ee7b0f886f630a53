"""The portal as a person meets it: sign in, watch a run, read every page on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from sync_portal.sync.models import Run
from tests.browser.looks import serious, too_wide
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "client",
    "runs",
    "run",
    "products",
    "product",
    "orders",
    "order",
    "mapping-table",
    "quality",
    "quality-topic",
    "exchange",
    "acts",
    "groupings",
    "grouping",
    "grouping-new",
    "grouping-suggestion",
    "decisions",
    "run-undo",
    "schedules",
    "schedule-edit",
    "alerting",
    "connections",
]
NEEDS = {
    "run": "run_id",
    "run-undo": "run_id",
    "product": "product_id",
    "order": "order_id",
    "grouping": "group_id",
    "grouping-suggestion": "suggestion_id",
    "schedule-edit": "flow_name",
    "quality-topic": "topic_name",
    "mapping-table": "table_name",
}


def address(name: str, world: World) -> str:
    return reverse(f"pages:{name}", kwargs=world.arguments({"slug"} | ({NEEDS[name]} if name in NEEDS else set())))


def every_page(world: World) -> list[str]:
    own = [reverse(name) for name in ("account_change_password", "mfa_index", "account_logout")]
    preview = reverse("pages:run", args=[world.client.slug, make_preview(world).pk])
    several = address("decisions", world) + "?question=changed"
    return [address(name, world) for name in PAGES] + [preview, several, *own]


def make_preview(world: World) -> Run:
    """A preview with an update and a creation that may be applied."""
    run = factories.RunFactory(client=world.client, flow="catalogue", preview=True, to_write=2)
    factories.ChangeFactory(run=run, state="planned", label="Théière à changer")
    new = [
        {"field": name, "before": None, "after": "12.500000", "why": "AR_PrixVen"}
        for name in ("price", "weight", "visibility")
    ]
    factories.ChangeFactory(run=run, state="planned", action="create", label="Théière nouvelle", differences=new)
    return run


def test_signing_in_leads_to_the_client_and_signing_out_leaves(sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    expect(page.locator("h1")).to_have_text("Maison Lefèvre & Fils")

    page.get_by_role("button", name="Votre compte").click()
    page.get_by_role("button", name="Se déconnecter").click()

    page.wait_for_url("**/compte/login/**")


def test_a_wrong_password_is_said_on_the_form(open_page: Callable[..., Page], world: World) -> None:
    page = open_page()
    page.goto("/compte/login/")
    page.fill("input[name=login]", "claire")
    page.fill("input[name=password]", "wrong")
    page.locator("form[action*=login] button[type=submit]").click()

    expect(page.get_by_role("alert")).to_be_visible()


def test_the_language_is_changed_in_the_menu(sign_in: Callable[..., Page]) -> None:
    page = sign_in()

    page.get_by_role("button", name="Votre compte").click()
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("link", name="Products")).to_be_visible()


def test_a_running_run_moves_by_itself_and_shows_its_changes_at_the_end(
    sign_in: Callable[..., Page], world: World
) -> None:
    page = sign_in()
    run = factories.RunFactory(client=world.client, flow="stock", state="running", step="apply", done=10, total=100)
    mine = Run.objects.filter(pk=run.pk)
    page.goto(address("run", world).replace(str(world.run.pk), str(run.pk)))
    expect(page.locator("progress")).to_have_attribute("value", "10")

    mine.update(done=60, written=60)
    expect(page.locator("progress")).to_have_attribute("value", "60")
    expect(page.locator("#voice")).to_have_text("Écriture dans la boutique")

    factories.ChangeFactory(run=run, label="Théière du bout")
    mine.update(state="succeeded", ended_at=timezone.now(), to_write=1, written=1)
    expect(page.get_by_text("Théière du bout")).to_be_visible()
    expect(page.locator("progress")).to_have_count(0)

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    page.wait_for_timeout(2000)
    assert not asked


def test_run_now_queues_the_run_and_shows_its_place(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in()

    page.locator(".flow", has_text="Stock").get_by_role("button", name="Lancer").click()

    expect(page.get_by_text("Attend son tour")).to_be_visible()
    page.get_by_role("button", name="Ne pas lancer").click()
    expect(page.get_by_text("Annulé", exact=True)).to_be_visible()


def test_a_filter_is_sent_when_it_is_chosen_and_leaves_a_short_address(
    sign_in: Callable[..., Page], world: World
) -> None:
    page = sign_in()
    page.goto(address("products", world))

    page.get_by_label("Dans la boutique").select_option("online")

    page.wait_for_url("**/products/?shop=online")
    expect(page.get_by_text("Aucun article ne correspond")).to_be_visible()


def test_the_reason_of_a_change_is_shown_to_the_mouse_and_to_the_keyboard(
    sign_in: Callable[..., Page], world: World
) -> None:
    page = sign_in()
    page.goto(address("run", world))
    reason, button = page.locator(".why-text").first, page.locator(".why-button").first

    button.hover()
    expect(reason).to_be_visible()
    page.mouse.move(0, 0)
    expect(reason).to_be_hidden()
    button.focus()
    expect(reason).to_be_visible()
    page.keyboard.press("Escape")
    expect(reason).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_no_page_is_wider_than_the_screen_and_the_console_is_silent(
    width: int, language: str, sign_in: Callable[..., Page], world: World
) -> None:
    page = sign_in(width=width, language=language)
    factories.RunFactory(client=world.client, flow="stock", state="running", step="apply", done=1, total=9)
    complaints: dict[str, Any] = {}

    for url in every_page(world):
        page.goto("about:blank")  # what the page before was still asking for is broken off, and says so
        page.said.clear()  # type: ignore[attr-defined]
        page.goto(url)
        page.wait_for_load_state("networkidle")
        wide = too_wide(page)
        said = [text for text in page.said if "username fields" not in text]  # type: ignore[attr-defined]
        if wide or said:
            complaints[url] = (wide, said)

    assert complaints == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used_by_everybody(scheme: str, sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in(scheme=scheme)
    factories.RunFactory(client=world.client, flow="stock", state="running", step="apply", done=1, total=9)
    factories.RunFactory(client=world.client, flow="images", state="failed", cause="shop.unreachable")
    paused = timezone.now() + timedelta(hours=1)
    factories.FlowScheduleFactory(client=world.client, flow="orders", paused=True, next_at=paused)
    found: dict[str, list[str]] = {}

    for url in every_page(world):
        page.goto(url)
        if violations := serious(page):
            found[url] = violations

    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_the_pages_before_the_sign_in_can_be_used_by_everybody(
    name: str, scheme: str, open_page: Callable[..., Page], transactional_db: None
) -> None:
    page = open_page(scheme=scheme)
    page.goto(reverse(name))

    assert serious(page) == []


def test_the_theme_follows_the_system(sign_in: Callable[..., Page]) -> None:
    page = sign_in(scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.emulate_media(color_scheme="light")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_the_first_key_leads_to_the_content(sign_in: Callable[..., Page]) -> None:
    page = sign_in()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("width", [1440, 390])
def test_all_lines_of_a_previews_page_are_ticked_at_once(
    width: int, sign_in: Callable[..., Page], world: World
) -> None:
    preview = make_preview(world)
    page = sign_in(width=width)
    page.goto(reverse("pages:run", args=[world.client.slug, preview.pk]))

    page.get_by_label("Cocher toute la page").check()
    page.get_by_role("button", name="Appliquer les lignes cochées ci-dessous").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{preview.pk}/"))

    applied = Run.objects.exclude(pk__in=[preview.pk, world.run.pk]).get()
    assert sorted(applied.scope["changes"]) == sorted(preview.changes.values_list("pk", flat=True))


def test_a_cards_title_is_not_squeezed_by_what_stands_beside_it(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in(width=390)
    page.goto(reverse("pages:run", args=[world.client.slug, make_preview(world).pk]))

    title = page.get_by_role("heading", name="Appliquer cet aperçu")
    line_height = title.evaluate("title => parseFloat(getComputedStyle(title).lineHeight)")

    beside = page.locator(".card-actions", has_text="Aperçu fait")
    place, place_beside = title.bounding_box(), beside.bounding_box()

    assert place is not None
    assert place_beside is not None
    assert place["height"] < 1.5 * line_height, "it stands on one line"
    assert place_beside["y"] >= place["y"] + place["height"], "and what stands beside it below"
    assert place_beside["x"] == place["x"]


def test_what_each_answer_does_unfolds(sign_in: Callable[..., Page], world: World) -> None:
    page = sign_in(width=390)
    page.goto(reverse("pages:decisions", args=[world.client.slug]) + "?question=changed")
    told = page.get_by_text("Remettre : la prochaine exécution envoie la valeur de Sage")

    expect(told).to_be_hidden()
    page.get_by_text("Ce que fait chaque réponse").click()
    expect(told).to_be_visible()
