"""One group worked on: its form, its faults, what it takes from others, and its end."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from mapping.grouped import book_of
from mapping.models import ChoiceAct
from tests.pages import factories
from tests.pages.conftest import World
from tests.pages.grouping import address, form, opened, text_of


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
    browser.post(address("act-undo", world.client, page.context["done"].act))
    assert set(book_of(world.client)) == {"VESTE-36"}


def test_a_product_leads_to_its_group_or_to_a_new_one(world: World, browser: Browser) -> None:
    products = {product.key: product for product in world.client.products.all()}

    grouped = browser.get(address("grouping-of", world.client, products["VESTE-38"].pk))
    alone = browser.get(address("grouping-of", world.client, world.product.pk), follow=True)

    assert grouped["Location"] == address("grouping", world.client, world.group.pk)
    assert list(alone.context["draft"].members) == [world.product.key]


# --- words ------------------------------------------------------------------------------------------------------------
