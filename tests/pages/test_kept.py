"""The fields that people gave to the shop: the list, the product page, giving back, the undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from sync_portal.pages.kept import kept_lines
from sync_portal.sync.decisions import decide
from sync_portal.sync.kept import kept_for
from sync_portal.sync.models import Decision, FieldOwner
from tests.pages import factories
from tests.pages.conftest import World


@pytest.fixture
def kept(world: World, make_user: Callable[..., Any]) -> FieldOwner:
    """The price of the world's product, kept by paul."""
    decide(world.decision, answer="accept", user=make_user("paul"))
    return FieldOwner.objects.get(shop=world.shop)


def page_of(browser: Browser, world: World) -> str:
    return browser.get(reverse("pages:kept", args=[world.client.slug])).content.decode().replace("\xa0", " ")


def give_back(browser: Browser, world: World, *ids: object) -> Any:
    return browser.post(reverse("pages:kept-back", args=[world.client.slug]), {"kept": ids}, follow=True)


def test_the_list_says_what_is_kept_by_whom_and_over_what(
    world: World, kept: FieldOwner, signed_in: Callable[..., Browser]
) -> None:
    page = page_of(signed_in(world.client), world)

    for told in ("Prix HT", "paul", "9,50 €", "10,00 €", "Rendre à Sage"):
        assert told in page


def test_what_came_with_a_client_file_says_so(world: World, signed_in: Callable[..., Browser]) -> None:
    FieldOwner.objects.create(shop=world.shop, kind="products", key="ART", field="name", owner="shop")

    assert "depuis un fichier client" in page_of(signed_in(world.client), world)


@pytest.mark.parametrize("role", ["sales", "agency", "administrator"])
def test_a_field_is_given_back_in_a_persons_name_and_the_undo_is_offered(
    role: str, world: World, kept: FieldOwner, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(world.client, role=role)

    give_back(browser, world, kept.pk)

    assert not FieldOwner.objects.exists()
    told = Decision.objects.get(answer="give_back")
    assert str(told.decided_by) == "claire"
    answered = browser.get(reverse("pages:decisions", args=[world.client.slug]), {"state": "decided"})
    assert answered.context["undoable"] == {told.pk}
    browser.post(reverse("pages:kept-undo", args=[world.client.slug, told.pk]))
    assert FieldOwner.objects.get().field == "price"
    answered = browser.get(reverse("pages:decisions", args=[world.client.slug]), {"state": "decided"})
    assert answered.context["undoable"] == set()


def test_several_are_given_back_at_once_and_nothing_where_nothing_is_ticked(
    world: World, kept: FieldOwner, signed_in: Callable[..., Browser]
) -> None:
    other = FieldOwner.objects.create(shop=world.shop, kind="products", key="ART", field="name", owner="shop")
    browser = signed_in(world.client)

    give_back(browser, world)
    assert FieldOwner.objects.count() == 2
    give_back(browser, world, kept.pk, other.pk, "x")

    assert not FieldOwner.objects.exists()


def test_another_clients_fields_cannot_be_given_back(
    make_world: Callable[[], World], signed_in: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()
    row = FieldOwner.objects.create(shop=other.shop, kind="products", key="ART", field="name", owner="shop")

    give_back(signed_in(mine.client), mine, row.pk)

    assert FieldOwner.objects.filter(pk=row.pk).exists()


def test_the_product_page_shows_its_own(world: World, kept: FieldOwner, signed_in: Callable[..., Browser]) -> None:
    FieldOwner.objects.create(shop=world.shop, kind="products", key="OTHER", field="name", owner="shop")
    url = reverse("pages:product", args=[world.client.slug, world.product.pk])

    lines = signed_in(world.client).get(url).context["kept_lines"]

    assert [line.kept for line in lines] == [kept]


def test_an_empty_list_teaches(world: World, signed_in: Callable[..., Browser]) -> None:
    assert "Sage écrit tous les champs" in page_of(signed_in(world.client), world)


def test_a_page_costs_the_same_for_many_as_for_one(world: World, django_assert_max_num_queries: Any) -> None:
    for _number in range(10):
        product = factories.ProductFactory(client=world.client)
        FieldOwner.objects.create(shop=world.shop, kind="products", key=product.key, field="name", owner="shop")

    with django_assert_max_num_queries(4):
        assert len(kept_lines(world.client, kept_for(world.client))) == 10
