"""A person's text stands in for Sage's, is checked against the shop's limits, and is never lost to a colleague's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mapping.choices import TextChoice
from mapping.choosing import choose
from mapping.models import Choice, ChoiceAct, SourceTouch
from mapping.rules import ShopRules
from mapping.texts import FIELDS
from sync_portal.pages.product_texts import cell
from sync_portal.pages.text_cleaning import cleaned
from tests.pages.conftest import World

HTMX = {"headers": {"HX-Request": "true"}}


def url(world: World, field: str = "name", language: str = "fr", name: str = "product-text") -> str:
    return reverse(f"pages:{name}", args=[world.client.slug, world.product.pk, field, language])


def written(world: World) -> dict[str, str]:
    return {row.key: row.value["text"] for row in Choice.objects.filter(client=world.client, kind="text")}


def key(world: World, field: str = "name") -> str:
    return f"{world.product.key}|{field}|fr"


def post(browser: Browser, world: World, text: str, field: str = "name", **more: str) -> Any:
    return browser.post(url(world, field), {"text": text, "seen": "null", **more}, **HTMX)


def test_a_text_is_saved_with_its_reason_and_touches_the_product(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    response = post(signed_in(world.client, role="sales"), world, "  Théière du matin ", why="trop court")

    act = ChoiceAct.objects.get(verb="text.edit")
    assert written(world) == {key(world): "Théière du matin"}
    assert (act.by.username, act.why) == ("claire", "trop court")
    assert SourceTouch.objects.filter(client=world.client, scope="article", key=world.product.key).exists()
    assert reverse("pages:act-undo", args=[world.client.slug, act.pk]) in response.content.decode()


def test_the_text_waits_for_the_next_run_and_then_shows_sages_beside(world: World) -> None:
    choose(world.client, {("text", key(world)): TextChoice(text="Mieux")}, by=None, verb="text.edit")
    waiting = cell(world.client, world.product, "name", "fr")
    world.product.texts = {"name": {"fr": {"text": "Mieux", "why": "", "by_person": True, "from_sage": "TH FTE"}}}
    done = cell(world.client, world.product, "name", "fr")

    assert waiting
    assert done
    assert (waiting.text, waiting.sage, waiting.pending, waiting.differs) == ("Mieux", world.product.name, True, True)
    assert (done.text, done.sage, done.pending, done.differs) == ("Mieux", "TH FTE", False, True)


def test_back_to_sage_takes_one_click(world: World, signed_in: Callable[..., Browser]) -> None:
    choose(world.client, {("text", key(world)): TextChoice(text="Mieux")}, by=None, verb="text.edit")

    signed_in(world.client).post(url(world), {"what": "back", "seen": json.dumps({"text": "Mieux"})}, **HTMX)

    assert written(world) == {}
    assert ChoiceAct.objects.filter(verb="text.back").count() == 1


def test_sages_own_text_is_no_choice(world: World, signed_in: Callable[..., Browser]) -> None:
    post(signed_in(world.client), world, world.product.name)

    assert written(world) == {}


def test_a_faster_colleague_is_not_overwritten_and_nothing_is_lost(
    world: World, signed_in: Callable[..., Browser], make_user: Callable[..., Any]
) -> None:
    paul = make_user("paul", role="sales", clients=(world.client,))
    choose(world.client, {("text", key(world)): TextChoice(text="De Paul")}, by=paul, verb="text.edit")
    browser = signed_in(world.client)

    first = post(browser, world, "De Claire")
    page = first.content.decode()
    assert written(world) == {key(world): "De Paul"}
    assert "De Paul" in page
    assert 'value="De Claire"' in page
    assert "paul" in page

    post(browser, world, "De Claire", seen=first.context["saw"])
    assert written(world) == {key(world): "De Claire"}


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("name", "x" * 129, "129"),
        ("name", "   ", "refuse"),
        ("description_short", "y" * 801, "801"),
        ("meta_title", "z" * 129, "129"),
        ("meta_description", "z" * 256, "256"),
    ],
    ids=["name too long", "no name", "short description too long", "title", "meta description"],
)
def test_what_the_shop_would_refuse_is_said_at_the_field_and_kept_there(
    field: str, text: str, fault: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    response = post(signed_in(world.client), world, text, field)

    assert written(world) == {}
    assert fault in response.context["fault"]
    assert response.context["written"] == text
    assert 'aria-invalid="true"' in response.content.decode()


@pytest.mark.parametrize(
    ("field", "text", "result"),
    [
        ("name", "Thé <vert> n#1", "Thé vert nn°1"),
        ("description", "Un.\n\nDeux & trois.", "<p>Un.</p><p>Deux &amp; trois.</p>"),
        ("description", '<p onclick="x()">Un</p><script>y()</script>', "<p>Un</p>"),
        ("tags", "thé, Thé , fonte", "thé, fonte"),
        ("link_rewrite", "Théière du Matin", "theiere-du-matin"),
        ("meta_title", "a {b} = c", "a b c"),
    ],
    ids=["name", "paragraphs", "html", "tags", "address", "title"],
)
def test_the_preview_is_what_the_shop_would_get(field: str, text: str, result: str) -> None:
    assert cleaned(field, text, ShopRules()).text == result


@given(st.sampled_from(FIELDS), st.text(max_size=400))
def test_cleaning_what_is_clean_changes_nothing(field: str, text: str) -> None:
    once = cleaned(field, text, ShopRules()).text

    assert cleaned(field, once, ShopRules()).text == once


def test_the_preview_is_a_page_of_its_own(world: World, signed_in: Callable[..., Browser]) -> None:
    page = signed_in(world.client).post(url(world, name="product-text-preview"), {"text": "x" * 130}).content.decode()

    assert "130" in page


@pytest.mark.parametrize(("field", "language"), [("price", "fr"), ("name", "xx")], ids=["field", "language"])
def test_there_is_no_other_text(field: str, language: str, world: World, signed_in: Callable[..., Browser]) -> None:
    assert signed_in(world.client).get(url(world, field, language)).status_code == 404


def test_without_scripts_the_form_is_a_page_and_saving_leads_back(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(world.client)

    form = browser.get(url(world), {"edit": "1"})
    saved = browser.post(url(world), {"text": "Mieux", "seen": "null"}, follow=True)

    assert "products/text.html" in [template.name for template in form.templates]
    assert saved.context["tab"] == "texts"
    assert saved.context["done"].act.verb == "text.edit"


def test_every_language_of_the_shops_has_its_text(world: World, signed_in: Callable[..., Browser]) -> None:
    world.shop.rules = {"language": "fr", "languages": ["fr", "en"]}
    world.shop.save()
    page = reverse("pages:product", args=[world.client.slug, world.product.pk]) + "?tab=texts"

    texts = signed_in(world.client).get(page).context["texts"]

    assert [[one.language for one in row] for _label, row in texts] == [["fr", "en"]] * len(FIELDS)
