"""Many products at once: listed before, done as listed, undone together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client as Browser
from django.urls import reverse

from connectors.models import Client
from mapping.choices import ArticleChoice, ProductChoice
from mapping.choosing import choose
from mapping.models import Choice, ChoiceAct, Product
from sync_portal.pages import product_bulk
from sync_portal.sync.models import Run
from tests.pages import factories


@pytest.fixture
def shelf(db: None) -> Client:
    client = factories.ClientFactory()
    factories.CategoryFactory(client=client, key="CAT:1", path="Maison")
    for key in ("A-1", "A-2", "B-1"):
        factories.ProductFactory(client=client, key=key, name=f"Article {key}", category_path="Thé")
    return client


def ids(client: Client, *keys: str) -> list[str]:
    rows = dict(Product.objects.filter(client=client).values_list("key", "pk"))
    return [str(rows[key]) for key in keys]


def listed(browser: Browser, client: Client, act: str, **data: Any) -> Any:
    return browser.post(reverse("pages:products-bulk", args=[client.slug]), {"act": act, **data})


def applied(browser: Browser, client: Client, act: str, **data: Any) -> Any:
    return browser.post(reverse("pages:products-bulk-apply", args=[client.slug]), {"act": act, **data})


def chosen(client: Client, kind: str) -> dict[str, Any]:
    return dict(Choice.objects.filter(client=client, kind=kind).values_list("key", "value"))


def test_what_will_change_is_listed_and_nothing_is_changed(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    choose(shelf, {("article", "A-2"): ArticleChoice(shown="never")}, by=None, verb="article.hide")

    page = listed(signed_in(shelf), shelf, "hide", products=ids(shelf, "A-1", "A-2", "B-1"))

    assert [line.product.key for line in page.context["lines"]] == ["A-1", "B-1"]
    assert page.context["same"] == 1
    assert set(chosen(shelf, "article")) == {"A-2"}


def test_all_that_the_filter_finds_can_be_taken(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    page = listed(signed_in(shelf), shelf, "hide", everything="1", query="q=A-&sort=-price&page=2")

    assert [line.product.key for line in page.context["lines"]] == ["A-1", "A-2"]


def test_it_is_done_as_listed_without_what_was_left_out_and_undone_at_once(
    shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(shelf, role="sales")
    joined = ",".join(ids(shelf, "A-1", "A-2", "B-1"))

    response = applied(
        browser,
        shelf,
        "hide",
        ids=joined,
        without=ids(shelf, "A-2"),
        query="readiness=ready&page=3",
        why="fin de série",
    )

    act = ChoiceAct.objects.get()
    assert chosen(shelf, "article") == {"A-1": {"shown": "never"}, "B-1": {"shown": "never"}}
    assert (act.verb, act.why, act.changes.count()) == ("article.hide", "fin de série", 2)
    assert parse_qs(urlsplit(response["Location"]).query) == {"readiness": ["ready"], "done": [str(act.pk)]}

    page = browser.get(response["Location"])
    assert page.context["done"].act == act
    browser.post(reverse("pages:act-undo", args=[shelf.slug, act.pk]))
    assert chosen(shelf, "article") == {}


def test_back_to_the_rules_keeps_what_else_was_chosen(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    both = {
        ("article", "A-1"): ArticleChoice(shown="always"),
        ("article", "A-2"): ArticleChoice(shown="never", when_away="out_of_stock"),
    }
    choose(shelf, both, by=None, verb="import")

    applied(signed_in(shelf), shelf, "rules", ids=",".join(ids(shelf, "A-1", "A-2", "B-1")))

    assert chosen(shelf, "article") == {"A-2": {"when_away": "out_of_stock"}}


@pytest.mark.parametrize(
    ("act", "value", "stored"),
    [
        ("brand", "Staub", {"features": {"FEAT:x": "1"}, "manufacturer": "Staub"}),
        ("category", "CAT:1", {"features": {"FEAT:x": "1"}, "categories": ["CAT:1"]}),
        ("show", "", {"features": {"FEAT:x": "1"}}),
    ],
    ids=["brand", "category", "show"],
)
def test_an_act_keeps_the_rest_of_the_choice(
    act: str, value: str, stored: dict[str, Any], shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    choose(shelf, {("product", "A-1"): ProductChoice(features={"FEAT:x": "1"})}, by=None, verb="import")

    applied(signed_in(shelf), shelf, act, ids=",".join(ids(shelf, "A-1")), value=value)

    assert chosen(shelf, "product") == {"A-1": stored}


def test_a_value_is_asked_for_before_anything_is_listed(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(shelf)

    asked = listed(browser, shelf, "brand", products=ids(shelf, "A-1"))
    wrong = listed(browser, shelf, "brand", products=ids(shelf, "A-1"), value="A<B")
    right = listed(browser, shelf, "brand", products=ids(shelf, "A-1"), value="Staub")

    assert [page.context["ready"] for page in (asked, wrong, right)] == [False, False, True]
    assert "<" in wrong.context["error"]
    assert next((line.before, line.after) for line in right.context["lines"])[1] == "Staub"


@pytest.mark.parametrize(
    ("act", "data"),
    [("brand", {"value": "A<B"}), ("brand", {"value": ""}), ("category", {"value": "CAT:99"})],
    ids=["refused", "empty", "no such category"],
)
def test_a_value_that_cannot_be_is_not_saved(
    act: str, data: dict[str, str], shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    applied(signed_in(shelf), shelf, act, ids=",".join(ids(shelf, "A-1")), **data)

    assert chosen(shelf, "product") == {}


def test_nothing_ticked_says_so(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    response = listed(signed_in(shelf), shelf, "hide", query="q=A")

    assert response["Location"].endswith("/products/?q=A")


def test_no_act_takes_more_than_can_be_listed(
    shelf: Client, signed_in: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product_bulk, "MOST", 2)

    page = listed(signed_in(shelf), shelf, "hide", everything="1", query="")

    assert (len(page.context["lines"]), page.context["too_many"]) == (2, 1)


def test_products_of_another_client_are_never_taken(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    stranger = factories.ProductFactory(key="SECRET")

    applied(signed_in(shelf), shelf, "hide", ids=f"{stranger.pk}")

    assert Choice.objects.count() == 0


def test_an_unknown_act_does_not_exist(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    assert listed(signed_in(shelf), shelf, "explode", products=ids(shelf, "A-1")).status_code == 404


def test_several_are_synchronised_again_after_they_were_listed(
    shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(shelf)
    page = listed(browser, shelf, "resync", products=ids(shelf, "A-1", "B-1"))
    assert [product.key for product in page.context["products"]] == ["A-1", "B-1"]
    assert not Run.objects.exists()

    browser.post(reverse("pages:products-bulk-resync", args=[shelf.slug]), {"ids": page.context["ids"]})

    runs = Run.objects.filter(client=shelf)
    assert {"catalogue", "stock", "prices", "images"} <= {run.flow for run in runs}
    assert [run.scope for run in runs if run.flow == "catalogue"] == [{"refresh": ["A-1", "B-1"]}]


def test_sales_staff_do_not_synchronise(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    assert listed(signed_in(shelf, role="sales"), shelf, "resync", products=ids(shelf, "A-1")).status_code == 403
