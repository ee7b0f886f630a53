"""The mapping tables: what asks for a person first, each line with its proposal and its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from connectors.errors import RetryableError
from connectors.prestashop.xml import Entity
from mapping.models import Choice, ChoiceAct
from sync_portal.pages import mapping_tables, shop_categories
from sync_portal.pages.mapping_tables import TABLES
from sync_portal.pages.shop_categories import paths_of
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(signed_in: Callable[..., Browser], world: World) -> Browser:
    return signed_in(world.client, role="sales")


@pytest.fixture(autouse=True)
def shop_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a shop by accident."""

    def away(shop: object) -> None:
        raise RetryableError("shop.unreachable")

    cache.clear()
    monkeypatch.setattr(shop_categories.connections, "open_shop", away)


@pytest.fixture
def stocked(world: World) -> World:
    """Colours of which two are spelt almost alike, a free field, families, and makers in the second statistic."""
    make = factories.SourceRecordFactory
    make(client=world.client, stream="gammes", key="1", data={"rank": 1, "label": "Couleur"})
    for number, (article, colour) in enumerate(
        [("A", "Rouge foncé"), ("B", "Rouge foncé"), ("C", "Rouge fonce"), ("D", "Bleu")], start=1
    ):
        make(
            client=world.client,
            key=article,
            data={
                "reference": article,
                "label": f"Article {article}",
                "gamme1": 1,
                "family_code": "TEX",
                "published": True,
                "free_fields": {"Hauteur (cm)": {"number": "12"}},
                "statistics": ["", "Armor" if number < 3 else "Ets Armor"],
            },
        )
        make(
            client=world.client,
            stream="article_gammes",
            key=f"{article}|{number}",
            subject=article,
            data={"article": article, "number": number, "label": colour, "axis": 0},
        )
    make(client=world.client, stream="families", key="TEX", data={"code": "TEX", "label": "Textile"})
    world.shop.rules = {"brands": {"manufacturer": "stat2"}}
    world.shop.save()
    return world


def lines(browser: Browser, world: World, table: str, **asked: str) -> dict[str, str]:
    """Label -> state of the lines shown."""
    page = browser.get(reverse("pages:mapping-table", args=[world.client.slug, table], query=asked or None))
    assert page.status_code == 200
    return {row.line.label: row.line.state for row in page.context["rows"]}


def post(browser: Browser, world: World, table: str, what: str, **sent: Any) -> Any:
    return browser.post(reverse(f"pages:mapping-{what}", args=[world.client.slug, table]), sent, follow=True)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_answers_with_and_without_anything_to_map(sales: Browser, stocked: World, table: str) -> None:
    assert lines(sales, stocked, table)
    assert lines(sales, stocked, table, q="introuvable") == {}


def test_what_asks_for_a_person_stands_first(sales: Browser, stocked: World) -> None:
    shown = lines(sales, stocked, "values")
    assert list(shown)[:2] == ["Rouge foncé", "Rouge fonce"]
    assert shown["Bleu"] == "mapped"


def test_a_proposal_is_accepted_and_told_with_its_undo(sales: Browser, stocked: World) -> None:
    token = "value:VAL:couleur|rouge fonce"
    answer = post(sales, stocked, "values", "accept", lines=[token])
    assert Choice.objects.get(kind="value").value == {"same_as": "VAL:couleur|rouge foncé"}
    assert answer.context["done"].act == ChoiceAct.objects.first()
    assert lines(sales, stocked, "values")["Rouge foncé"] == "mapped"


def test_two_that_look_alike_may_be_two(sales: Browser, stocked: World) -> None:
    post(sales, stocked, "values", "differ", line="value:VAL:couleur|rouge fonce")
    assert Choice.objects.get(kind="value").value == {"distinct": True}
    assert (
        set(lines(sales, stocked, "values").values()) == {"mapped", "unmapped"}
        or "twin" not in lines(sales, stocked, "values").values()
    )


def test_deciding_twice_says_so(sales: Browser, stocked: World) -> None:
    post(sales, stocked, "values", "differ", line="value:VAL:couleur|rouge fonce")
    post(sales, stocked, "values", "differ", line="value:VAL:couleur|rouge fonce")
    assert ChoiceAct.objects.filter(verb="value.map").count() == 1


def test_makers_spelt_alike_are_one_or_two(sales: Browser, stocked: World) -> None:
    assert lines(sales, stocked, "brands") == {"Armor": "twin", "Ets Armor": "twin"}
    post(sales, stocked, "brands", "accept", lines=["brand:ets armor", "brand:armor"])
    assert set(Choice.objects.filter(kind="brand").values_list("key", flat=True)) == {"ets armor", "armor"}
    assert ChoiceAct.objects.filter(verb="mapping.accept").count() == 1


def test_a_line_is_corrected_through_its_form(sales: Browser, stocked: World) -> None:
    form = {"kind": "feature", "key": "free:Hauteur (cm)", "saw": "null", "f_published": "1", "f_name_fr": "Hauteur"}
    post(sales, stocked, "features", "save", **form, f_type="number", f_unit="cm", f_position="2")
    assert Choice.objects.get(kind="feature").value == {
        "name": {"fr": "Hauteur"},
        "type": "number",
        "unit": "cm",
        "position": 2,
    }


def test_a_wrong_value_is_told_with_its_field(sales: Browser, stocked: World) -> None:
    form = {"kind": "value", "key": "VAL:couleur|bleu", "saw": "null", "f_colour": "bleu"}
    answer = post(sales, stocked, "values", "save", **form)
    assert "bleu" in str(next(iter(answer.context["messages"])))
    assert not Choice.objects.filter(kind="value").exists()


def test_whoever_is_slower_is_told_and_saves_nothing(sales: Browser, stocked: World) -> None:
    form = {"kind": "value", "key": "VAL:couleur|bleu", "saw": "null"}
    post(sales, stocked, "values", "save", **form, f_colour="#0000ff")
    post(sales, stocked, "values", "save", **form, f_colour="#00ff00")
    assert Choice.objects.get(kind="value").value == {"colour": "#0000ff"}


def test_a_node_is_mapped_to_a_category_of_the_shop(sales: Browser, stocked: World) -> None:
    shop = stocked.shop.name
    post(sales, stocked, "categories", "save", kind="category", key="FAM:TEX", saw="null", **{f"f_shop:{shop}": "12"})
    assert Choice.objects.get(kind="category").value == {"shop_categories": {shop: 12}}
    assert lines(sales, stocked, "categories")["Textile"] == "mapped"


def test_the_shop_s_own_categories_are_offered_and_kept(
    sales: Browser, stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Shop:
        def read(self, resource: str, display: list[str]) -> list[Entity]:
            asked.append(resource)
            named = [("2", "1", "Accueil"), ("5", "2", "Mode"), ("6", "5", "Polos")]
            return [Entity(fields={"id": one, "id_parent": above, "name": name}) for one, above, name in named]

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr(shop_categories.connections, "open_shop", lambda shop: Shop())
    for _again in range(2):
        page = sales.get(reverse("pages:mapping-table", args=[stocked.client.slug, "categories"]))
    assert page.context["of_shop"] == [(5, "Mode"), (6, "Mode > Polos")]
    assert asked == ["categories"]


def test_a_category_of_the_shop_that_is_called_alike_is_proposed(
    sales: Browser, stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set(f"shop-categories:{stocked.shop.pk}", {5: "Textile"})
    page = sales.get(reverse("pages:mapping-table", args=[stocked.client.slug, "categories"]))
    assert [row.line.proposal for row in page.context["rows"] if row.line.label == "Textile"] == [
        {"shop_categories": {stocked.shop.name: 5}}
    ]
    post(sales, stocked, "categories", "accept", lines=["category:FAM:TEX"])
    assert Choice.objects.get(kind="category").value == {"shop_categories": {stocked.shop.name: 5}}


def test_a_category_that_the_portal_made_is_mapped_and_proposed_to_nobody(sales: Browser, stocked: World) -> None:
    factories.BindingFactory(shop=stocked.shop, kind="categories", key="FAM:TEX", remote_id=5)
    cache.set(f"shop-categories:{stocked.shop.pk}", {5: "Textile"})
    page = sales.get(reverse("pages:mapping-table", args=[stocked.client.slug, "categories"]))
    (row,) = [row for row in page.context["rows"] if row.line.label == "Textile"]
    assert (row.line.state, row.line.proposal) == ("mapped", {})


def test_the_articles_are_counted_once_until_something_changes(
    sales: Browser, stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    features = mapping_tables.coverage.features
    monkeypatch.setattr(mapping_tables.coverage, "features", lambda *given: (counted.append(1), features(*given))[1])
    for _again in range(3):
        lines(sales, stocked, "features")
    assert len(counted) == 1
    post(sales, stocked, "features", "accept", lines=["feature:free:Hauteur (cm)"])
    assert lines(sales, stocked, "features")["Hauteur (cm)"] == "mapped"
    assert len(counted) == 2


@pytest.mark.parametrize("done", ["x", "9" * 30, "²"])
def test_an_act_that_cannot_be_is_not_told(sales: Browser, stocked: World, done: str) -> None:
    page = sales.get(reverse("pages:mapping-table", args=[stocked.client.slug, "features"], query={"done": done}))
    assert page.status_code == 200
    assert "done" not in page.context


def test_categories_that_stand_in_a_circle_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shop:
        def read(self, resource: str, display: list[str]) -> list[Entity]:
            return [Entity(fields={"id": a, "id_parent": b, "name": a}) for a, b in (("8", "9"), ("9", "8"))]

    assert set(paths_of(Shop())) == {8, 9}  # type: ignore[arg-type]


@pytest.mark.parametrize("what", ["save", "accept", "differ"])
def test_an_unknown_table_or_line_changes_nothing(sales: Browser, stocked: World, what: str) -> None:
    acts = ChoiceAct.objects.count()
    address = reverse(f"pages:mapping-{what}", args=[stocked.client.slug, "rien"])
    assert sales.post(address).status_code == 404
    post(sales, stocked, "features", what, kind="text", key="x", lines=["feature:rien"], line="feature:rien")
    assert ChoiceAct.objects.count() == acts
