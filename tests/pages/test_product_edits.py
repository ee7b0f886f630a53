"""Categories, brand, features, accessories and the fate of a product: saved, said, undone, never lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from mapping.choices import ArticleChoice, FeatureChoice, ProductChoice
from mapping.choosing import choose
from mapping.models import Choice, ChoiceAct
from tests.pages import factories
from tests.pages.conftest import World


@pytest.fixture
def shop(world: World) -> World:
    """A product in one category, with another one, two other products and a feature to choose."""
    factories.CategoryFactory(client=world.client, key="CAT:1", path="Maison > Thé")
    factories.CategoryFactory(client=world.client, key="CAT:2", path="Maison > Cadeaux")
    factories.ProductFactory(client=world.client, key="FILTRE", name="Filtre à thé")
    factories.ProductFactory(client=world.client, key="TASSE", name="Tasse")
    world.product.category_key, world.product.category_path = "CAT:1", "Maison > Thé"
    world.product.accessories = ["TASSE"]
    world.product.features = [{"key": "FEAT:free:Matière", "label": "Matière", "value": "Fonte", "why": "Matière"}]
    world.product.save()
    choose(world.client, {("feature", "stat1"): FeatureChoice(name={"fr": "Rayon"})}, by=None, verb="import")
    return world


def edit(browser: Browser, world: World, what: str, seen: str = "{}", **data: str) -> Any:
    url = reverse("pages:product-edit", args=[world.client.slug, world.product.pk, what])
    return browser.post(url, {"seen": seen, **data}, follow=True)


def chosen(world: World, kind: str = "product") -> Any:
    row = Choice.objects.filter(client=world.client, kind=kind, key=world.product.key).first()
    return row.value if row else None


@pytest.mark.parametrize(
    ("what", "data", "value", "verb", "tab"),
    [
        ("main-category", {"category": "CAT:2"}, {"category": "CAT:2"}, "product.category", "filing"),
        ("add-category", {"category": "CAT:2"}, {"categories": ["CAT:2"]}, "product.categories", "filing"),
        ("brand", {"brand": "  Staub  Fonte "}, {"manufacturer": "Staub Fonte"}, "product.brand", "filing"),
        ("brand", {"brand": ""}, {"manufacturer": ""}, "product.brand", "filing"),
        (
            "feature",
            {"feature": "FEAT:free:Matière", "value": "Acier"},
            {"features": {"FEAT:free:Matière": "Acier"}},
            "product.features",
            "filing",
        ),
        (
            "feature",
            {"feature": "FEAT:stat1", "none": "1"},
            {"features": {"FEAT:stat1": ""}},
            "product.features",
            "filing",
        ),
        (
            "add-accessory",
            {"accessory": "FILTRE"},
            {"accessories": ["TASSE", "FILTRE"]},
            "product.accessories",
            "related",
        ),
        ("remove-accessory", {"accessory": "TASSE"}, {"accessories": []}, "product.accessories", "related"),
    ],
    ids=["main category", "further category", "brand", "no brand", "feature", "feature off", "accessory", "none"],
)
def test_it_is_saved(
    what: str,
    data: dict[str, str],
    value: dict[str, Any],
    verb: str,
    tab: str,
    shop: World,
    signed_in: Callable[..., Browser],
) -> None:
    page = edit(signed_in(shop.client, role="sales"), shop, what, **data)

    assert chosen(shop) == value
    assert page.context["tab"] == tab
    assert page.context["done"].act.verb == verb


@pytest.mark.parametrize(
    ("before", "what", "data"),
    [
        ({"category": "CAT:2"}, "main-category", {"category": ""}),
        ({"categories": ["CAT:2"]}, "remove-category", {"category": "CAT:2"}),
        ({"manufacturer": "Staub"}, "brand", {"back": "1"}),
        ({"features": {"FEAT:stat1": "A"}}, "feature", {"feature": "FEAT:stat1", "back": "1"}),
        ({"accessories": ["FILTRE"]}, "sage-accessories", {}),
    ],
    ids=["main category", "further category", "brand", "feature", "accessories"],
)
def test_back_to_sage_leaves_no_choice(
    before: dict[str, Any], what: str, data: dict[str, str], shop: World, signed_in: Callable[..., Browser]
) -> None:
    place = ("product", shop.product.key)
    choose(shop.client, {place: ProductChoice.model_validate(before)}, by=None, verb="import")

    edit(signed_in(shop.client), shop, what, seen=json.dumps(chosen(shop), sort_keys=True), **data)

    assert chosen(shop) is None


def test_saving_one_part_leaves_the_others_alone(shop: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(shop.client)
    edit(browser, shop, "brand", brand="Staub")

    edit(browser, shop, "add-category", category="CAT:2")

    assert chosen(shop) == {"manufacturer": "Staub", "categories": ["CAT:2"]}


def test_a_faster_colleague_is_said_and_what_was_typed_is_told(
    shop: World, signed_in: Callable[..., Browser], make_user: Callable[..., Any]
) -> None:
    paul = make_user("paul", role="sales", clients=(shop.client,))
    choose(shop.client, {("product", shop.product.key): ProductChoice(manufacturer="De Paul")}, by=paul, verb="import")

    page = edit(signed_in(shop.client), shop, "brand", brand="De Claire").content.decode()

    assert chosen(shop) == {"manufacturer": "De Paul"}
    assert "paul" in page
    assert "De Paul" in page
    assert "De Claire" in page


@pytest.mark.parametrize(
    ("what", "data", "field"),
    [
        ("brand", {"brand": "A<B"}, "brand"),
        ("brand", {"brand": "x" * 65}, "brand"),
        ("feature", {"feature": "FEAT:free:Matière", "value": "a=b"}, "FEAT:free:Matière"),
    ],
    ids=["brand", "long brand", "feature"],
)
def test_what_the_shop_refuses_is_said_at_its_field_with_its_value(
    what: str, data: dict[str, str], field: str, shop: World, signed_in: Callable[..., Browser]
) -> None:
    page = edit(signed_in(shop.client), shop, what, **data)

    assert page.context["wrong"]["field"] == field
    assert page.context["wrong"]["value"] == (data.get("brand") or data["value"])
    assert 'aria-invalid="true"' in page.content.decode()
    assert chosen(shop) is None


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("main-category", {"category": "CAT:99"}),
        ("add-category", {}),
        ("feature", {"value": "x"}),
        ("add-accessory", {"accessory": "NOBODY"}),
        ("nonsense", {}),
        ("article", {"shown": "perhaps"}),
        ("article", {"when_away": "redirect", "redirect_to": "NOBODY"}),
    ],
    ids=["category", "no category", "no feature", "accessory", "part", "word", "redirect"],
)
def test_what_does_not_exist_is_refused_in_words(
    what: str, data: dict[str, str], shop: World, signed_in: Callable[..., Browser]
) -> None:
    page = edit(signed_in(shop.client), shop, what, seen="null", **data)

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert chosen(shop) is None
    assert chosen(shop, "article") is None


@pytest.mark.parametrize(
    ("data", "value", "verb"),
    [
        ({"shown": "never"}, {"shown": "never"}, "article.hide"),
        ({"shown": "always"}, {"shown": "always"}, "article.show"),
        (
            {"shown": "rules", "when_away": "redirect", "redirect_to": "TASSE"},
            {"when_away": "redirect", "redirect_to": "TASSE"},
            "article.away",
        ),
    ],
    ids=["kept out", "forced in", "redirected"],
)
def test_its_fate_is_chosen(
    data: dict[str, str], value: dict[str, str], verb: str, shop: World, signed_in: Callable[..., Browser]
) -> None:
    page = edit(signed_in(shop.client), shop, "article", seen="null", **data)

    assert chosen(shop, "article") == value
    assert page.context["done"].act.verb == verb


def test_the_history_tells_who_changed_what_and_undoes_it(shop: World, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(shop.client)
    edit(browser, shop, "main-category", category="CAT:2", why="pour Noël")
    url = reverse("pages:product", args=[shop.client.slug, shop.product.pk]) + "?tab=history&of=people"

    (event,) = browser.get(url).context["events"]
    assert [(line.before, line.after) for line in event.act.lines] == [("", "Maison > Cadeaux")]
    assert (event.act.who, event.act.act.why) == ("claire", "pour Noël")

    act = ChoiceAct.objects.get(verb="product.category")
    browser.post(reverse("pages:act-undo", args=[shop.client.slug, act.pk]))
    assert chosen(shop) is None
    assert [event.act.can_be_undone for event in browser.get(url).context["events"]] == [True, False]


def test_a_group_tells_the_acts_of_its_articles(shop: World, signed_in: Callable[..., Browser]) -> None:
    shop.product.members = ["TASSE"]
    shop.product.save()
    choose(shop.client, {("article", "TASSE"): ArticleChoice(shown="never")}, by=None, verb="article.hide")
    choose(shop.client, {("article", "FILTRE"): ArticleChoice(shown="never")}, by=None, verb="article.hide")
    url = reverse("pages:product", args=[shop.client.slug, shop.product.pk]) + "?tab=history&of=people"

    events = signed_in(shop.client).get(url).context["events"]

    assert [change.key for event in events for change in event.act.act.changes.all()] == ["TASSE"]


@pytest.mark.parametrize(
    ("tab", "find", "expected"),
    [("filing", "cad", ["CAT:2"]), ("filing", "maison thé", ["CAT:1"]), ("related", "filt", ["FILTRE"])],
    ids=["category", "several words", "product"],
)
def test_what_is_looked_for_is_found(
    tab: str, find: str, expected: list[str], shop: World, signed_in: Callable[..., Browser]
) -> None:
    url = reverse("pages:product", args=[shop.client.slug, shop.product.pk])

    found = signed_in(shop.client).get(url, {"tab": tab, "find": find}).context["found"]

    assert [one.key for one in found] == expected


def test_what_another_client_has_is_not_found(shop: World, signed_in: Callable[..., Browser]) -> None:
    factories.CategoryFactory(key="CAT:77", path="Maison > Secrets")

    page = edit(signed_in(shop.client), shop, "main-category", category="CAT:77")

    assert [message.level_tag for message in page.context["messages"]] == ["error"]


def test_a_pack_shows_what_is_in_it_and_what_is_gone(shop: World, signed_in: Callable[..., Browser]) -> None:
    shop.product.pack = [
        {"reference": "TASSE", "product": "TASSE", "combination": "", "quantity": 4},
        {"reference": "GONE", "product": "GONE", "combination": "", "quantity": 1},
    ]
    shop.product.save()
    url = reverse("pages:product", args=[shop.client.slug, shop.product.pk]) + "?tab=related"

    parts = signed_in(shop.client).get(url).context["components"]

    assert [(one.key, one.quantity, one.product is None) for one in parts] == [("TASSE", 4, False), ("GONE", 1, True)]
