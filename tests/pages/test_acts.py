"""What people changed, and its undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mapping import choosing
from mapping.choices import FeatureChoice, GroupChoice, TextChoice, WordChoice
from mapping.models import Choice, ChoiceAct
from sync_portal.pages import acts
from tests.pages.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(signed_in: Callable[..., Browser], world: World) -> Browser:
    return signed_in(world.client, role="sales")


def written(world: World, text: str) -> ChoiceAct:
    place = ("text", f"{world.product.key}|name|fr")
    act = choosing.choose(world.client, {place: TextChoice(text=text)}, by=None, verb="text.edit", why="plus clair")
    assert act is not None
    return act


def undo(browser: Browser, world: World, act: ChoiceAct, **more: str) -> list[str]:
    answer = browser.post(reverse("pages:act-undo", args=[world.client.slug, act.pk]), more, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_an_act_tells_before_after_and_why(sales: Browser, world: World) -> None:
    written(world, "Polo")
    written(world, "Polo brodé")
    rows = sales.get(reverse("pages:acts", args=[world.client.slug])).context["rows"]
    told = [(row.act.why, [(line.before, line.after) for line in row.lines]) for row in rows]
    assert told[:2] == [
        ("plus clair", [("Polo", "Polo brodé")]),
        ("plus clair", [("", "Polo")]),
    ]


@pytest.mark.parametrize(
    ("verb", "told", "who"),
    [
        ("import", "Importé d’un fichier", "depuis un fichier client"),
        ("group.join", "De nouveaux articles ont rejoint le groupe", "une règle qu’une personne a autorisée"),
        ("text.edit", "Texte écrit", "quelqu’un"),
    ],
)
def test_an_act_of_nobody_says_where_it_came_from(verb: str, told: str, who: str, sales: Browser, world: World) -> None:
    place = ("text", f"{world.product.key}|name|fr")
    choosing.choose(world.client, {place: TextChoice(text="Polo")}, by=None, verb=verb)

    rows = sales.get(reverse("pages:acts", args=[world.client.slug])).context["rows"]

    assert (rows[0].verb, rows[0].who) == (told, who)


def test_undo_puts_back_and_says_when_it_goes_out(sales: Browser, world: World) -> None:
    act = written(world, "Polo")
    (said,) = undo(sales, world, act)
    assert said.startswith("1")
    assert not Choice.objects.filter(kind="text").exists()
    assert not [
        row.can_be_undone for row in sales.get(reverse("pages:acts", args=[world.client.slug])).context["rows"]
    ][1]


def test_undo_says_what_was_changed_since(sales: Browser, world: World) -> None:
    act = written(world, "Polo")
    written(world, "Polo brodé")
    (said,) = undo(sales, world, act)
    assert world.product.key in said
    assert Choice.objects.get(kind="text").value == {"text": "Polo brodé"}


def test_undo_leads_back_only_to_this_portal(sales: Browser, world: World) -> None:
    act = written(world, "Polo")
    address = reverse("pages:act-undo", args=[world.client.slug, act.pk])
    answer = sales.post(address, {"next": "https://elsewhere.example.com/"})
    assert answer.headers["Location"] == reverse("pages:acts", args=[world.client.slug])


def test_another_client_s_act_does_not_exist(sales: Browser, world: World, make_world: Callable[[], World]) -> None:
    other = make_world()
    act = written(other, "Polo")
    assert sales.post(reverse("pages:act-undo", args=[world.client.slug, act.pk])).status_code == 404


@pytest.mark.parametrize("asked", [{"q": "rien"}, {"verb": "text.edit"}, {"verb": "text.edit", "q": "rien"}], ids=str)
def test_acts_are_filtered(sales: Browser, world: World, asked: dict[str, str]) -> None:
    written(world, "Polo")
    rows = sales.get(reverse("pages:acts", args=[world.client.slug], query=asked)).context["rows"]
    assert len(rows) == (1 if asked == {"verb": "text.edit"} else 0)


def test_each_line_says_what_it_is_about_and_leaves_out_what_only_the_program_reads(
    sales: Browser, world: World
) -> None:
    group = GroupChoice(master="A", axes=("Taille",), members={"A": ("S",), "B": ("M",)}, pattern="x|y")
    wanted = {("group", "A"): group, ("feature", "free:Matière"): FeatureChoice(unit="cm")}
    choosing.choose(world.client, wanted, by=None, verb="test")
    (row, *_older) = sales.get(reverse("pages:acts", args=[world.client.slug])).context["rows"]
    assert [(line.about, line.after) for line in row.lines] == [
        ("A", "Taille"),
        ("A", "A"),
        ("A", "A : S, B : M"),
        ("Matière", "cm"),
    ]


def test_an_act_of_very_many_changes_is_told_in_part(sales: Browser, world: World) -> None:
    wanted: dict[tuple[str, str], Any] = {
        ("word", f"Ab{number:03}"): WordChoice(to="abrégé") for number in range(acts.MOST_TOLD + 5)
    }
    choosing.choose(world.client, wanted, by=None, verb="import")
    (whole, *_others) = sales.get(reverse("pages:acts", args=[world.client.slug])).context["rows"]
    assert (len(whole.lines), whole.left) == (acts.MOST_TOLD, 5)


def test_many_acts_cost_no_more_queries_than_a_few(sales: Browser, world: World) -> None:
    address = reverse("pages:acts", args=[world.client.slug])

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            sales.get(address)
        return len(seen)

    written(world, "Polo")
    sales.get(address)
    few = queries()
    for number in range(8):
        written(world, f"Polo {number}")
    assert queries() == few
