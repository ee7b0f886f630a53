"""The catalogue list: every question it can be asked, and everything that a row tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.models import Client
from mapping.choices import ArticleChoice, ProductChoice, TextChoice
from mapping.choosing import choose
from mapping.models import SourceRecord
from tests.pages import factories


@pytest.fixture
def shelf(db: None) -> Client:
    """A group, its member, a pack, one that is refused, one that is hidden, one by people."""
    client = factories.ClientFactory()
    shop = factories.ShopConnectionFactory(client=client, name="Paris")
    factories.ProductFactory(client=client, key="GROUP", members=["GROUP", "MEMBER-7"], price=5, quantity=None)
    factories.ProductFactory(client=client, key="MEMBER-7", readiness="out", grouped_in="GROUP", price=1)
    factories.ProductFactory(client=client, key="PACK", pack=[{"reference": "X", "product": "X", "quantity": 2}])
    held = [{"cause": "catalogue.no_tax", "facts": {}}, {"cause": "catalogue.price_zero", "facts": {}}]
    factories.ProductFactory(client=client, key="REFUSED", readiness="held", problems=held, manufacturer="Zed")
    photo = factories.ProductFactory(client=client, key="SHOWN", name="Avec photo", price=99)
    factories.ProductImageFactory(product=photo, file="/tmp/x.jpg", position=1)
    for key, more in {
        "SHOWN": {"confirmed": {"active": "1"}},
        "PACK": {"confirmed": {"active": "0"}},
        "REFUSED": {"parked": "abc", "parked_cause": "shop.refused"},
    }.items():
        factories.BindingFactory(shop=shop, key=key, remote_id=None if key == "REFUSED" else len(key), **more)
    choose(client, {("text", "SHOWN|name|fr"): TextChoice(text="Mieux")}, by=None, verb="text.edit")
    choose(client, {("article", "PACK"): ArticleChoice(shown="never")}, by=None, verb="article.hide")
    choose(client, {("product", "GROUP"): ProductChoice(manufacturer="Zed")}, by=None, verb="product.brand")
    for key, family in (("GROUP", "VIN"), ("PACK", "THE")):
        SourceRecord.objects.create(
            client=client, stream="articles", key=key, data={}, fingerprint="x", family=family,
            seen_at="2026-01-01T00:00Z", changed_at="2026-01-01T00:00Z",
        )  # fmt: skip
    return client


def listed(browser: Browser, client: Client, **query: str) -> list[str]:
    page = browser.get(reverse("pages:products", args=[client.slug]), query).context["page"]
    return [product.key for product in page]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "member-7"}, ["GROUP", "MEMBER-7"]),
        ({"shop": "online"}, ["SHOWN"]),
        ({"shop": "hidden"}, ["PACK"]),
        ({"shop": "refused"}, ["REFUSED"]),
        ({"shop": "waiting"}, ["GROUP"]),
        ({"shop": "never"}, ["MEMBER-7"]),
        ({"problem": "catalogue.no_tax"}, ["REFUSED"]),
        ({"brand": "Zed"}, ["REFUSED"]),
        ({"brand": "-"}, ["GROUP", "MEMBER-7", "PACK", "SHOWN"]),
        ({"photo": "1"}, ["SHOWN"]),
        ({"photo": "0"}, ["GROUP", "MEMBER-7", "PACK", "REFUSED"]),
        ({"grouped": "group"}, ["GROUP"]),
        ({"grouped": "member"}, ["MEMBER-7"]),
        ({"grouped": "pack"}, ["PACK"]),
        ({"changed": "any"}, ["GROUP", "PACK", "SHOWN"]),
        ({"changed": "text"}, ["SHOWN"]),
        ({"changed": "article"}, ["PACK"]),
        ({"sort": "price"}, ["MEMBER-7", "GROUP", "PACK", "REFUSED", "SHOWN"]),
        ({"sort": "-price"}, ["SHOWN", "PACK", "REFUSED", "GROUP", "MEMBER-7"]),
        ({"sort": "-stock"}, ["MEMBER-7", "PACK", "REFUSED", "SHOWN", "GROUP"]),
        ({"sort": "drop table"}, ["GROUP", "MEMBER-7", "PACK", "REFUSED", "SHOWN"]),
    ],
    ids=lambda value: "-".join(f"{name}={one}" for name, one in value.items()) if isinstance(value, dict) else "",
)
def test_the_list_answers(
    query: dict[str, str], expected: list[str], shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    assert listed(signed_in(shelf), shelf, **query) == expected


def test_a_family_of_sage_is_a_filter(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    data = {"code": "VIN", "label": "Vins"}
    SourceRecord.objects.create(
        client=shelf, stream="families", key="VIN", data=data, fingerprint="x",
        seen_at="2026-01-01T00:00Z", changed_at="2026-01-01T00:00Z",
    )  # fmt: skip

    assert listed(signed_in(shelf), shelf, family="VIN") == ["GROUP"]


def test_a_row_tells_the_first_problem_the_shop_and_who_changed_it(
    shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    found = {row.product.key: row for row in signed_in(shelf).get(url(shelf)).context["rows"]}

    told: dict[str, tuple[Any, ...]] = {
        key: (row.reason.code if row.reason else "", row.more, row.shops[0].code, row.texts, row.shown, row.corrected)
        for key, row in found.items()
    }
    assert told == {
        "GROUP": ("", 0, "waiting", 0, "", True),
        "MEMBER-7": ("", 0, "never", 0, "", False),
        "PACK": ("", 0, "hidden", 0, "never", False),
        "REFUSED": ("catalogue.no_tax", 1, "refused", 0, "", False),
        "SHOWN": ("", 0, "online", 1, "", False),
    }
    assert found["MEMBER-7"].group == found["GROUP"].product.pk


def test_the_problems_to_choose_from_are_those_there_are(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    chosen = signed_in(shelf).get(url(shelf)).context["filter"].form.fields["problem"].choices

    assert [code for code, _label in chosen] == ["", "catalogue.no_tax"]


def test_the_page_is_as_long_as_asked_and_no_longer(shelf: Client, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(shelf)

    assert [browser.get(url(shelf), {"size": size}).context["size"] for size in ("25", "100", "7", "x")] == [
        25,
        100,
        50,
        50,
    ]


def test_fifty_rows_ask_no_more_than_one(
    shelf: Client, signed_in: Callable[..., Browser], django_assert_num_queries: Any
) -> None:
    browser = signed_in(shelf)
    browser.get(url(shelf))  # counts of the frame are kept afterwards
    with CaptureQueriesContext(connection) as few:
        browser.get(url(shelf))
    for _number in range(45):
        product = factories.ProductFactory(client=shelf, problems=[{"cause": "catalogue.no_tax", "facts": {}}])
        factories.ProductImageFactory(product=product, file="/tmp/x.jpg", position=1)
        factories.CombinationFactory(product=product)

    with django_assert_num_queries(len(few)):
        browser.get(url(shelf))


def test_another_clients_products_and_choices_are_not_in_the_list(
    shelf: Client, signed_in: Callable[..., Browser]
) -> None:
    other = factories.ClientFactory()
    factories.ProductFactory(client=other, key="SHOWN")

    assert listed(signed_in(other), other) == ["SHOWN"]
    assert listed(signed_in(other, name="paul"), other, changed="any") == []


def url(client: Client) -> str:
    return reverse("pages:products", args=[client.slug])
