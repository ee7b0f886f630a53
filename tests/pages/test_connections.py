"""The connections page tests on demand, and says what it found in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from sync_portal.pages import connections
from sync_portal.sync.connection_check import Checked
from tests.pages.conftest import World

FOUND = {
    "told": [
        {"code": "version", "facts": {"version": "8.2.1"}},
        {"code": "flow_ready", "facts": {"flow": "stock"}},
        {"code": "rights_missing", "facts": {"flow": "prices", "rights": "specific_prices POST"}},
    ]
}


@pytest.fixture
def results(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Checked]:
    """What the test of the connections will say."""
    said = [
        Checked("Sage", ok=False, cause="portal.no_sage"),
        Checked(world.shop.name, ok=True, found=FOUND),
    ]
    monkeypatch.setattr(connections, "check_client", lambda _client: said)
    return said


def page_of(world: World, browser: Browser, language: str = "fr") -> Any:
    browser.cookies["django_language"] = language
    return browser.post(reverse("pages:connections-test", args=[world.client.slug]))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fr", ["PrestaShop 8.2.1.", "Stock : la clé a tous les droits", "il manque à la clé specific_prices POST"]),
        ("en", ["PrestaShop 8.2.1.", "Stock: the key has every right", "the key lacks specific_prices POST"]),
    ],
)
def test_a_test_says_what_it_found(
    language: str, sentences: list[str], world: World, results: list[Checked], signed_in: Callable[..., Browser]
) -> None:
    page = page_of(world, signed_in(world.client), language).content.decode()

    assert all(sentence in page for sentence in sentences)


def test_a_failed_connection_says_its_cause(
    world: World, results: list[Checked], signed_in: Callable[..., Browser]
) -> None:
    page = page_of(world, signed_in(world.client))

    assert page.context["sage_result"].cause.code == "portal.no_sage"
    assert "Ce client n’a pas encore de connexion Sage." in page.content.decode()


def test_sage_is_counted_in_peoples_words() -> None:
    told = connections.tested(Checked("Sage", ok=True, found={"records": {"articles": 73, "souches": 4}}))

    assert told.counts == [("Articles", 73)]


def test_the_real_test_of_an_unreachable_shop_is_a_page_and_no_error(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    world.client.sage.delete()
    world.shop.url, world.shop.private_network = "http://127.0.0.1:9/", True
    world.shop.save()

    page = page_of(world, signed_in(world.client))

    assert page.status_code == 200
    assert not page.context["shops"][0][1].ok
