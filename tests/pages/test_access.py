"""Nothing of a client is reachable for those who are not its members: every address is walked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, reverse

from sync_portal.pages.urls import client_patterns
from tests.pages.conftest import World

ONLY_POST = {
    *("grouping-approve", "grouping-dismiss", "grouping-again", "grouping-lock", "grouping-dissolve"),
    *("product-edit", "product-text-preview", "products-bulk", "products-bulk-apply", "products-bulk-resync"),
    *("mapping-save", "mapping-accept", "mapping-differ"),
    *("quality-check", "exchange-upload", "exchange-save", "exchange-drop", "act-undo"),
    "product-photos-act",
    *("run-start", "run-cancel", "run-approve", "run-retry", "run-apply", "order-retry", "product-resync"),
    *("schedule-pause", "schedule-resume", "decision-answer", "decisions-answer", "connections-test"),
    *("kept-back", "kept-undo"),
}
NOT_FOR_SALES = {
    *("run-start", "run-cancel", "run-approve", "run-retry", "run-apply", "run-undo", "product-resync"),
    "products-bulk-resync",
    *("schedule-edit", "schedule-pause", "schedule-resume", "alerting", "connections", "connections-test"),
}


def address(pattern: URLPattern, world: World) -> str:
    names = {"slug", *pattern.pattern.converters}
    return reverse(f"pages:{pattern.name}", kwargs=world.arguments(names))


def names_a_thing(pattern: URLPattern) -> bool:
    """Whether the address names a row of the client: a run, a product..."""
    return any(name.endswith("_id") for name in pattern.pattern.converters)


every_client_page = pytest.mark.parametrize("pattern", client_patterns, ids=lambda pattern: pattern.name)


@every_client_page
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_client_of_somebody_else_does_not_exist(
    pattern: URLPattern, method: str, make_world: Callable[[], World], signed_in: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()
    browser = signed_in(mine.client)

    response = getattr(browser, method)(address(pattern, other))

    assert response.status_code == 404


@pytest.mark.parametrize("pattern", [*filter(names_a_thing, client_patterns)], ids=lambda pattern: pattern.name)
def test_things_of_another_client_are_not_found_under_my_own_client(
    pattern: URLPattern, make_world: Callable[[], World], signed_in: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()
    arguments = other.arguments({*pattern.pattern.converters}) | {"slug": mine.client.slug}
    url = reverse(f"pages:{pattern.name}", kwargs=arguments)

    response = signed_in(mine.client).post(url) if pattern.name in ONLY_POST else signed_in(mine.client).get(url)

    assert response.status_code == 404


@every_client_page
def test_a_visitor_is_sent_to_the_sign_in_page(pattern: URLPattern, world: World) -> None:
    response = Browser().get(address(pattern, world))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@every_client_page
def test_sales_staff_look_and_decide_but_neither_run_nor_see_connections(
    pattern: URLPattern, world: World, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(world.client, role="sales")
    url = address(pattern, world)

    response = browser.post(url) if pattern.name in ONLY_POST else browser.get(url)

    assert (response.status_code == 403) == (pattern.name in NOT_FOR_SALES)


@every_client_page
def test_what_changes_something_refuses_a_get(
    pattern: URLPattern, world: World, signed_in: Callable[..., Browser]
) -> None:
    response = signed_in(world.client).get(address(pattern, world))

    assert (response.status_code == 405) == (pattern.name in ONLY_POST)


def test_an_inactive_client_is_gone(world: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(world.client)
    world.client.active = False
    world.client.save()

    assert browser.get(reverse("pages:client", args=[world.client.slug])).status_code == 404


def test_nobody_opens_an_account_by_themselves(db: None) -> None:
    response = Browser().get(reverse("account_signup"))

    assert "account/signup_closed.html" in [template.name for template in response.templates]
