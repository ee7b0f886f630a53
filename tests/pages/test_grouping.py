"""The grouping studio: what is suggested, what is corrected, what is approved and undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from mapping.grouped import book_of
from mapping.models import Choice, ChoiceAct, GroupSuggestion
from sync_portal.pages.grouping_count import open_count
from sync_portal.pages.grouping_filters import REASONS
from sync_portal.pages.grouping_grid import grid_table
from sync_portal.pages.grouping_words import _FAULTS
from tests.pages import factories
from tests.pages.conftest import World
from tests.pages.grouping import address, text_of


def test_a_card_says_why_shows_the_grid_and_what_happens_in_the_shop(
    studio: str, world: World, browser: Browser
) -> None:
    factories.BindingFactory(shop=world.shop, key="POLO-BL-M", remote_id=61)
    factories.BindingFactory(shop=world.shop, key="POLO-RG-M", remote_id=62)

    page = text_of(browser.get(studio))

    assert "Les références commencent toutes par « POLO »" in page
    assert "3 déclinaisons sur 4 : les autres n’existent pas" in page
    assert "Manquent : Rouge · L" in page
    assert "1 produit avec 3 déclinaisons." in page
    assert "Sa page est celle de POLO-BL-M, n° 61 dans la boutique." in page
    assert "La page de 1 article est masquée et y mène : POLO-RG-M." in page


def test_the_tabs_and_the_menu_count_what_is_to_decide(studio: str, world: World, browser: Browser) -> None:
    factories.suggestion(world.client, {"A": ["S"], "B": ["M"]}, axes=["Taille"])

    page = browser.get(studio)

    assert {tab.show: tab.count for tab in page.context["tabs"]} == {"": 2, "approved": 1, "dismissed": 0}
    assert page.context["open_groupings"] == 2


def test_the_count_is_kept_until_something_changes(world: World, django_assert_num_queries: Any) -> None:
    assert open_count(world.client) == 1
    with django_assert_num_queries(3):
        assert open_count(world.client) == 1

    factories.suggestion(world.client, {"A": ["S"], "B": ["M"]}, axes=["Taille"])

    assert open_count(world.client) == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Polo piqué", "Gants"]),
        ({"q": "polo-rg"}, ["Polo piqué"]),
        ({"q": "gant"}, ["Gants"]),
        ({"rule": "number"}, ["Gants"]),
        ({"reason": "same_price"}, ["Gants"]),
        ({"check": "something"}, ["Gants"]),
        ({"check": "nothing"}, ["Polo piqué"]),
        ({"sort": "doubtful"}, ["Gants", "Polo piqué"]),
        ({"show": "dismissed"}, []),
    ],
    ids=lambda value: "&".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else "",
)
def test_the_suggestions_are_filtered_and_sorted(
    query: dict[str, str], expected: list[str], studio: str, world: World, browser: Browser
) -> None:
    factories.suggestion(
        world.client,
        {"GANT-8": ["8"], "GANT-9": ["9"]},
        axes=["Taille"],
        name="Gants",
        score=50,
        rule="number",
        reasons=[{"code": "same_price", "facts": {"price": "5 €"}}],
        problems=[{"code": "prices_differ", "facts": {}}],
    )
    GroupSuggestion.objects.filter(pk=world.suggestion.pk).update(problems=[{"code": "holes", "facts": {}}])

    page = browser.get(studio, query)

    assert [card.name for card in page.context["cards"]] == expected


def test_every_reason_that_one_looks_for_exists() -> None:
    from mapping.grouping.words import REASONS as KNOWN

    assert set(REASONS) <= set(KNOWN)


def test_a_page_of_suggestions_costs_the_same_for_many_as_for_one(
    studio: str, world: World, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    for number in range(15):
        members = {f"{number}-S": ["S"], f"{number}-M": ["M"]}
        factories.suggestion(world.client, members, axes=["Taille"])

    with django_assert_max_num_queries(45):
        browser.get(studio)


# --- deciding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["sales", "agency", "administrator"])
def test_everybody_approves_in_their_own_name_and_undoes_it(
    role: str, studio: str, world: World, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(world.client, role=role)

    page = browser.post(address("grouping-approve", world.client, world.suggestion.pk), follow=True)

    act = ChoiceAct.objects.first()
    assert act is not None
    assert (act.verb, act.by and act.by.username) == ("group.approve", "claire")
    assert "1 groupe approuvé : POLO-BL-L" in text_of(page)
    assert list(page.context["cards"]) == []

    studio = address("groupings", world.client)
    page = browser.post(address("act-undo", world.client, act.pk), {"next": studio}, follow=True)

    assert "POLO-BL-L" not in book_of(world.client)
    assert [card.name for card in page.context["cards"]] == ["Polo piqué"]
    assert "1 choix remis comme avant" in text_of(page)


def test_what_was_undone_is_not_offered_to_be_undone(studio: str, world: World, browser: Browser) -> None:
    browser.post(address("grouping-approve", world.client, world.suggestion.pk))
    act = ChoiceAct.objects.first()
    assert act is not None
    browser.post(address("act-undo", world.client, act.pk))

    assert browser.get(studio, {"done": act.pk}).context["done"] is None


@pytest.mark.parametrize("done", ["x", "9" * 30, "-1", "²"])
def test_an_act_that_is_no_number_is_not_told(done: str, studio: str, world: World, browser: Browser) -> None:
    assert browser.get(studio, {"done": done}).context["done"] is None


def test_a_group_that_was_changed_since_stays_when_its_approval_is_undone(world: World, browser: Browser) -> None:
    browser.post(address("grouping-approve", world.client, world.suggestion.pk))
    approval = ChoiceAct.objects.first()
    row = Choice.objects.get(client=world.client, key="POLO-BL-L")
    browser.post(address("grouping-lock", world.client, row.pk), {"locked": "1"})
    assert approval is not None

    page = browser.post(address("act-undo", world.client, approval.pk), follow=True)

    assert "1 choix a été modifié depuis" in text_of(page)
    assert "POLO-BL-L" in book_of(world.client)


def test_a_doubled_cell_is_said_and_cannot_be_approved(studio: str, world: World, browser: Browser) -> None:
    doubled = factories.suggestion(world.client, {"A": ["S"], "B": ["s"]}, axes=["Taille"], name="En double")

    page = browser.post(address("grouping-approve", world.client, doubled.pk), follow=True)

    assert "En double reste une proposition : B et A ont les mêmes valeurs : s." in text_of(page)
    assert set(book_of(world.client)) == {"VESTE-36"}
    assert address("grouping-approve", world.client, doubled.pk) not in page.content.decode()


def test_a_dismissed_suggestion_is_kept_with_who_did_it_and_comes_back(
    studio: str, world: World, browser: Browser
) -> None:
    browser.post(address("grouping-dismiss", world.client, world.suggestion.pk))
    assert browser.get(studio).context["cards"] == []
    page = browser.get(studio, {"show": "dismissed"})
    assert "claire" in text_of(page)

    browser.post(address("grouping-again", world.client, world.suggestion.pk))

    assert len(browser.get(studio).context["cards"]) == 1


def test_several_are_listed_before_they_are_approved_and_undone_at_once(
    studio: str, world: World, browser: Browser
) -> None:
    second = factories.suggestion(world.client, {"A": ["S"], "B": ["M"]}, axes=["Taille"], name="Chemise")
    third = factories.suggestion(world.client, {"C": ["S"], "D": ["S"]}, axes=["Taille"], name="En double")
    several = address("groupings-several", world.client)
    ticked = [world.suggestion.pk, second.pk, third.pk]

    listed = browser.get(several, {"suggestions": ticked})

    assert [(card.name, bool(card.faults)) for card in listed.context["cards"]] == [
        ("Chemise", False),
        ("En double", True),
        ("Polo piqué", False),
    ]
    assert "Approuver 2 groupes" in text_of(listed)
    assert set(book_of(world.client)) == {"VESTE-36"}

    page = browser.post(several, {"suggestions": [world.suggestion.pk, second.pk]}, follow=True)

    assert "2 groupes approuvés" in text_of(page)
    assert set(book_of(world.client)) == {"VESTE-36", "A", "POLO-BL-L"}
    browser.post(address("act-undo", world.client, page.context["done"].act))
    assert set(book_of(world.client)) == {"VESTE-36"}


@pytest.mark.parametrize("ticked", [[], ["x"], ["999999"]], ids=["nothing", "no number", "unknown"])
def test_nothing_ticked_is_said(ticked: list[str], world: World, browser: Browser) -> None:
    for method in (browser.get, browser.post):
        page = method(address("groupings-several", world.client), {"suggestions": ticked}, follow=True)
        assert "Rien n’est coché." in text_of(page)


def test_another_clients_suggestions_are_not_approved_in_bulk(
    make_world: Callable[[], World], signed_in: Callable[..., Browser]
) -> None:
    mine, other = make_world(), make_world()

    signed_in(mine.client).post(address("groupings-several", mine.client), {"suggestions": [other.suggestion.pk]})

    assert set(book_of(other.client)) == {"VESTE-36"}


# --- correcting -------------------------------------------------------------------------------------------------------


def test_every_fault_has_its_words() -> None:
    from pathlib import Path

    from django.conf import settings

    sources = ("mapping/group_drafts.py", "mapping/group_acts.py", "sync_portal/pages/grouping_edit.py")
    named = {
        code for path in sources for code in re.findall(r'Fault\("(\w+)"', Path(settings.BASE_DIR, path).read_text())
    }

    assert named == set(_FAULTS)


@pytest.mark.parametrize(
    ("axes", "members", "expected"),
    [
        pytest.param(("Taille",), {"A": ("L",), "B": ("S",)}, (("S", "L"), [("", ["there", "there"])]), id="one axis"),
        pytest.param(
            ("Couleur", "Taille"),
            {"A": ("Bleu", "M"), "B": ("Bleu", "m"), "C": ("Rouge", "L")},
            (("M", "L"), [("Bleu", ["doubled", "hole"]), ("Rouge", ["hole", "there"])]),
            id="a doubled cell and holes",
        ),
        pytest.param(("A", "B", "C"), {"R": ("1", "2", "3")}, ((), []), id="three axes are a list"),
    ],
)
def test_the_grid_as_a_table(axes: tuple[str, ...], members: Any, expected: Any) -> None:
    table = grid_table(axes, members)

    assert (table.columns, [(line.title, [cell.state for cell in line.cells]) for line in table.lines]) == expected
    assert table.is_list == (not expected[1])


def test_suggestions_that_vanished_are_not_found(world: World, browser: Browser) -> None:
    GroupSuggestion.objects.all().delete()

    assert browser.get(address("grouping-suggestion", world.client, world.suggestion.pk)).status_code == 404


def test_sales_staff_may_look_for_groups_again(studio: str, world: World, signed_in: Callable[..., Browser]) -> None:
    page = signed_in(world.client, role="sales").get(studio).content.decode()

    assert reverse("pages:quality-check", args=[world.client.slug]) in page
