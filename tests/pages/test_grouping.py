"""The grouping studio: what is suggested, what is corrected, what is approved and undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from connectors.models import Client
from mapping.grouped import book_of
from mapping.models import Choice, ChoiceAct, GroupSuggestion
from sync_portal.pages.grouping_count import open_count
from sync_portal.pages.grouping_filters import REASONS
from sync_portal.pages.grouping_grid import grid_table
from sync_portal.pages.grouping_words import _FAULTS
from tests.pages import factories
from tests.pages.conftest import World


@pytest.fixture
def studio(world: World) -> str:
    return reverse("pages:groupings", args=[world.client.slug])


@pytest.fixture
def browser(world: World, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(world.client, role="sales")


def address(name: str, client: Client, *arguments: Any) -> str:
    return reverse(f"pages:{name}", args=[client.slug, *arguments])


def text_of(response: Any) -> str:
    """What a person reads."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.replace("\xa0", " ").replace("&#x27;", "'").split())


def form(draft: Any, **more: Any) -> dict[str, Any]:
    """What the form of a draft posts."""
    members = list(draft.members)
    values = {f"v{place}": list(draft.members[one]) for place, one in enumerate(members)}
    fields = {"axis": list(draft.axes), "member": members, "master": draft.master, "anchor": draft.anchor}
    return fields | values | more


def opened(browser: Browser, url: str) -> Any:
    """The page and its draft."""
    return browser.get(url).context["draft"]


# --- the list ---------------------------------------------------------------------------------------------------------


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

    page = browser.post(address("grouping-undo", world.client, act.pk), follow=True)

    assert "POLO-BL-L" not in book_of(world.client)
    assert [card.name for card in page.context["cards"]] == ["Polo piqué"]
    assert "Annulé : tout est comme avant." in text_of(page)


def test_what_was_undone_is_not_offered_to_be_undone(studio: str, world: World, browser: Browser) -> None:
    browser.post(address("grouping-approve", world.client, world.suggestion.pk))
    act = ChoiceAct.objects.first()
    assert act is not None
    browser.post(address("grouping-undo", world.client, act.pk))

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

    page = browser.post(address("grouping-undo", world.client, approval.pk), follow=True)

    assert "1 groupe a été modifié depuis et reste tel qu’il est." in text_of(page)
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
    browser.post(address("grouping-undo", world.client, page.context["done"].act))
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


def test_a_corrected_suggestion_is_approved_as_it_was_corrected(world: World, browser: Browser) -> None:
    url = address("grouping-suggestion", world.client, world.suggestion.pk)
    data = form(opened(browser, url), do="save", master="POLO-RG-M", anchor="POLO-BL-M", locked="on")
    data["axis"] = ["Coloris", "Taille"]

    page = browser.post(url, data, follow=True)

    group = book_of(world.client)["POLO-BL-M"]
    assert (group.master, group.axes, group.locked, group.rule) == (
        "POLO-RG-M",
        ("Coloris", "Taille"),
        True,
        "reference",
    )
    assert "1 groupe approuvé : POLO-BL-M" in text_of(page)


def test_members_stand_in_the_order_of_their_sizes(world: World, browser: Browser) -> None:
    sizes = {"T-1": ["XL"], "T-2": ["S"], "T-3": ["M"]}
    row = factories.suggestion(world.client, sizes, axes=["Taille"])

    draft = opened(browser, address("grouping-suggestion", world.client, row.pk))

    assert list(draft.members) == ["T-2", "T-3", "T-1"]
    studio = reverse("pages:groupings", args=[world.client.slug])
    (card,) = [one for one in browser.get(studio).context["cards"] if one.suggestion == row]
    assert [article.reference for article, _values in card.members] == ["T-2", "T-3", "T-1"]


def test_what_is_wrong_is_said_at_its_place_and_nothing_is_saved(world: World, browser: Browser) -> None:
    url = address("grouping", world.client, world.group.pk)
    data = form(opened(browser, url), do="save", saw=world.group.set_at.isoformat())

    page = browser.post(url, data | {"v1": "36", "axis": "", "master": "X"})

    assert page.status_code == 200
    assert page.context["axes"][0].faults == ["Nommez cet axe, ou supprimez-le."]
    second = page.context["rows"][1]
    assert [text.replace("\xa0", " ") for text in second.faults] == ["VESTE-38 et VESTE-36 ont les mêmes valeurs : 36."]
    assert [text.replace("\xa0", " ") for text in page.context["general"]] == [
        "Choisissez l’article principal parmi les articles : X n’en fait pas partie."
    ]
    assert "Rien n’est encore enregistré" in text_of(page)
    assert book_of(world.client)["VESTE-36"].members["VESTE-38"] == ("38",)


def test_the_grid_follows_what_is_typed_without_saving(world: World, browser: Browser) -> None:
    url = address("grouping", world.client, world.group.pk)
    data = form(opened(browser, url), v1="36")

    part = browser.post(url, data, headers={"HX-Request": "true"})

    templates = {template.name for template in part.templates}
    assert "grouping/_live.html" in templates
    assert "base.html" not in templates
    assert part.context["table"].verdict == "doubled"
    assert 'id="fault1" class="member-faults" hx-swap-oob="true"' in " ".join(part.content.decode().split())
    assert book_of(world.client)["VESTE-36"].members["VESTE-38"] == ("38",)


@pytest.mark.parametrize(
    ("action", "axes", "members"),
    [
        ("axis-add", ("Taille", ""), {"VESTE-36": ("36", ""), "VESTE-38": ("38", "")}),
        ("axis-drop:0", (), {"VESTE-36": (), "VESTE-38": ()}),
        ("axis-drop:7", ("Taille",), {"VESTE-36": ("36",), "VESTE-38": ("38",)}),
        ("axis-drop:x", ("Taille",), {"VESTE-36": ("36",), "VESTE-38": ("38",)}),
        ("drop:VESTE-38", ("Taille",), {"VESTE-36": ("36",)}),
        ("take:POLO-BL-M", ("Taille",), {"VESTE-36": ("36",), "VESTE-38": ("38",), "POLO-BL-M": ("M",)}),
        ("take:NOBODY", ("Taille",), {"VESTE-36": ("36",), "VESTE-38": ("38",)}),
        ("explode", ("Taille",), {"VESTE-36": ("36",), "VESTE-38": ("38",)}),
    ],
)
def test_each_button_changes_the_form_and_saves_nothing(
    action: str, axes: tuple[str, ...], members: dict[str, tuple[str, ...]], world: World, browser: Browser
) -> None:
    url = address("grouping", world.client, world.group.pk)

    page = browser.post(url, form(opened(browser, url), do=action))

    assert (page.context["draft"].axes, page.context["draft"].members) == (axes, members)
    assert ChoiceAct.objects.count() == 1


def test_the_anchor_cannot_leave_and_its_row_has_no_button_for_it(world: World, browser: Browser) -> None:
    url = address("grouping", world.client, world.group.pk)
    page = browser.get(url)
    assert "drop:VESTE-36" not in page.content.decode()
    assert "page du produit" in text_of(page)
    third = factories.ProductFactory(client=world.client, key="VESTE-40")

    data = {"axis": "Taille", "member": ["VESTE-38", third.key], "v0": "38", "v1": "40", "master": "VESTE-38"}
    page = browser.post(url, data | {"do": "save", "saw": world.group.set_at.isoformat()})

    assert "VESTE-36 ne peut pas sortir" in text_of(page)
    assert set(book_of(world.client)["VESTE-36"].members) == {"VESTE-36", "VESTE-38"}


def test_an_article_of_another_group_says_so_and_is_moved_or_merged(world: World, browser: Browser) -> None:
    factories.group(world.client, "CHEM-S", {"CHEM-S": ("S",), "CHEM-M": ("M",), "CHEM-L": ("L",)})
    url = address("grouping", world.client, world.group.pk)
    draft = opened(browser, url)

    found = browser.post(url, form(draft, do="find", q="chem"), headers={"HX-Request": "true"})

    assert {one.article.reference: (one.how, one.group) for one in found.context["results"].found} == {
        "CHEM-L": ("move", "CHEM-S"),
        "CHEM-M": ("move", "CHEM-S"),
        "CHEM-S": ("merge", "CHEM-S"),
    }

    moved = browser.post(url, form(draft, do="take:CHEM-M")).context["draft"]
    saw = world.group.set_at.isoformat()
    page = browser.post(url, form(moved, do="show", moved=list(moved.moved)))
    assert "CHEM-M quitte le groupe CHEM-S." in text_of(page)
    browser.post(url, form(moved, do="save", saw=saw, moved=list(moved.moved)))

    assert set(book_of(world.client)["CHEM-S"].members) == {"CHEM-S", "CHEM-L"}
    assert book_of(world.client)["VESTE-36"].members["CHEM-M"] == ("M",)


def test_two_groups_become_one(world: World, browser: Browser) -> None:
    factories.group(world.client, "CHEM-S", {"CHEM-S": ("S",), "CHEM-M": ("M",)})
    url = address("grouping", world.client, world.group.pk)
    merged = browser.post(url, form(opened(browser, url), do="merge:CHEM-S"))
    assert "Le groupe CHEM-S disparaît" in text_of(merged)

    data = form(merged.context["draft"], do="save", saw=world.group.set_at.isoformat(), merged=["CHEM-S"])
    page = browser.post(url, data, follow=True)

    assert set(book_of(world.client)) == {"VESTE-36"}
    assert len(book_of(world.client)["VESTE-36"].members) == 4
    assert "Groupes fusionnés" in text_of(page)


def test_ticked_members_are_split_off(world: World, browser: Browser) -> None:
    row = factories.group(world.client, "T-1", {f"T-{size}": (str(size),) for size in range(1, 5)})
    url = address("grouping", world.client, row.pk)

    browser.post(url, form(opened(browser, url), do="split", saw=row.set_at.isoformat(), ticked=["T-3", "T-4"]))

    book = book_of(world.client)
    assert {anchor: set(book[anchor].members) for anchor in ("T-1", "T-3")} == {
        "T-1": {"T-1", "T-2"},
        "T-3": {"T-3", "T-4"},
    }


def test_a_group_that_a_colleague_changed_is_not_overwritten_unseen(world: World, browser: Browser) -> None:
    url = address("grouping", world.client, world.group.pk)
    data = form(opened(browser, url), do="save", saw="2020-01-01T00:00:00+00:00", v1="40")

    page = browser.post(url, data)

    assert "a modifié ce groupe après que vous avez ouvert la page" in text_of(page)
    assert book_of(world.client)["VESTE-36"].members["VESTE-38"] == ("38",)
    browser.post(url, data | {"saw": page.context["saw"]})
    assert book_of(world.client)["VESTE-36"].members["VESTE-38"] == ("40",)


def test_a_group_is_built_by_hand_from_what_the_names_say(world: World, browser: Browser) -> None:
    factories.ProductFactory(client=world.client, key="VES-1", name="Parka « Brume » - kaki - taille M")
    factories.ProductFactory(client=world.client, key="VES-2", name="Parka « Brume » - kaki - taille L")
    url = address("grouping-new", world.client)

    first = browser.post(url, {"axis": "", "do": "take:VES-1"}).context["draft"]
    assert (first.axes, first.members, first.master) == (("Couleur", "Taille"), {"VES-1": ("Kaki", "M")}, "VES-1")
    second = browser.post(url, form(first, do="take:VES-2")).context["draft"]
    page = browser.post(url, form(second, do="save"), follow=True)

    assert book_of(world.client)["VES-1"].members == {"VES-1": ("Kaki", "M"), "VES-2": ("Kaki", "L")}
    assert "Groupe construit à la main : VES-1." in text_of(page)


def test_an_empty_form_is_not_scolded(world: World, browser: Browser) -> None:
    page = browser.get(address("grouping-new", world.client))

    assert "Cherchez le premier article" in text_of(page)
    assert (page.context["general"], page.context["axes"][0].faults) == ([], [])


def test_an_unknown_article_is_not_taken_in_from_a_forged_form(world: World, browser: Browser) -> None:
    data = {"axis": "Taille", "member": ["POLO-BL-M", "FORGED"], "v0": "M", "v1": "L", "master": "POLO-BL-M"}

    page = browser.post(address("grouping-new", world.client), data | {"do": "save"})

    assert set(page.context["draft"].members) == {"POLO-BL-M"}
    assert set(book_of(world.client)) == {"VESTE-36"}


def test_a_dissolved_group_can_be_brought_back(world: World, browser: Browser) -> None:
    page = browser.post(address("grouping-dissolve", world.client, world.group.pk), follow=True)

    assert book_of(world.client) == {}
    assert "Groupe dissous : VESTE-36." in text_of(page)
    browser.post(address("grouping-undo", world.client, page.context["done"].act))
    assert set(book_of(world.client)) == {"VESTE-36"}


def test_a_product_leads_to_its_group_or_to_a_new_one(world: World, browser: Browser) -> None:
    products = {product.key: product for product in world.client.products.all()}

    grouped = browser.get(address("grouping-of", world.client, products["VESTE-38"].pk))
    alone = browser.get(address("grouping-of", world.client, world.product.pk), follow=True)

    assert grouped["Location"] == address("grouping", world.client, world.group.pk)
    assert list(alone.context["draft"].members) == [world.product.key]


# --- words ------------------------------------------------------------------------------------------------------------


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
