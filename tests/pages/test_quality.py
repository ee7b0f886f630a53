"""The catalogue check: what to mend in Sage, as pages and as a workbook."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from openpyxl import load_workbook

from mapping.quality import TOPICS
from sync_portal.pages.finding_words import detail_of
from sync_portal.sync.models import Run
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(signed_in: Callable[..., Browser], world: World) -> Browser:
    return signed_in(world.client, role="sales")


@pytest.fixture
def checked(world: World) -> World:
    """Three articles: one without a photo, one at no price, one that the shop does not sell and has no photo either."""
    for key in ("BON", "NU", "GRATUIT", "AUTRE"):
        factories.SourceRecordFactory(client=world.client, key=key)
    factories.ProductFactory(client=world.client, key="AUTRE", readiness="out")
    finding = factories.QualityFindingFactory
    finding(client=world.client, topic="photo_missing", article="NU", name="Polo nu")
    finding(client=world.client, topic="price_zero", article="GRATUIT", name="=cadeau")
    finding(client=world.client, topic="photo_missing", article="AUTRE", facts={"out": "1"})
    return world


def address(world: World, name: str, *args: str, **asked: str) -> str:
    return reverse(f"pages:{name}", args=[world.client.slug, *args], query=asked or None)


def test_topics_stand_in_the_order_of_their_weight(sales: Browser, checked: World) -> None:
    lines = sales.get(address(checked, "quality")).context["lines"]
    assert [(line.name, line.count) for line in lines] == [("price_zero", 1), ("photo_missing", 1)]


def test_the_whole_base_is_one_click_away(sales: Browser, checked: World) -> None:
    lines = sales.get(address(checked, "quality", all="1")).context["lines"]
    assert [(line.name, line.count) for line in lines] == [("price_zero", 1), ("photo_missing", 2)]


def test_a_count_leads_to_exactly_that_many_rows(sales: Browser, checked: World) -> None:
    shown = sales.get(address(checked, "quality-topic", "photo_missing"))
    assert [row.finding.article for row in shown.context["rows"]] == ["NU"]
    everything = sales.get(address(checked, "quality-topic", "photo_missing", all="1"))
    assert {row.finding.article for row in everything.context["rows"]} == {"NU", "AUTRE"}


def test_a_topic_is_searched_and_filtered(sales: Browser, checked: World) -> None:
    found = sales.get(address(checked, "quality-topic", "photo_missing", q="rien"))
    assert found.context["rows"] == []
    assert found.status_code == 200


def test_the_workbook_holds_every_finding_and_no_formula(sales: Browser, checked: World) -> None:
    answer = sales.get(address(checked, "quality-download"))
    book = load_workbook(BytesIO(answer.content))
    rows = [row[:3] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)]
    assert rows == [("GRATUIT", "'=cadeau", "TEXTILE"), ("NU", "Polo nu", "TEXTILE")]
    assert book.worksheets[0]["C4"].value == 1


def test_sales_staff_may_ask_for_a_check(sales: Browser, checked: World) -> None:
    answer = sales.post(address(checked, "quality-check"))
    run = Run.objects.get(flow="quality")
    assert answer.headers["Location"] == reverse("pages:run", args=[checked.client.slug, run.pk])


def test_a_client_never_looked_at_is_told_what_a_check_does(sales: Browser, world: World) -> None:
    assert sales.get(address(world, "quality")).context["lines"] == []


@pytest.mark.parametrize(
    ("topic", "facts", "said"),
    [
        pytest.param("ean_invalid", {"ean": "123"}, "123", id="the barcode"),
        pytest.param("design_doubled", {"others": "A, B", "count": "4"}, "A, B", id="the others, and how many more"),
        pytest.param("price_below_cost", {"price": "9.5", "cost": "10"}, "10", id="both prices"),
        pytest.param("text_cut", {"field": "name"}, "", id="the field"),
        pytest.param("photo_missing", {}, "", id="nothing to add"),
    ],
)
def test_a_finding_tells_its_values(topic: str, facts: dict[str, str], said: str) -> None:
    assert said in detail_of(topic, facts)


def test_every_topic_can_be_told() -> None:
    facts: dict[str, Any] = {}
    assert all(isinstance(detail_of(topic, facts), str) for topic in TOPICS)
