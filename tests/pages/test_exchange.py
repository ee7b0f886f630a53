"""Sheets of people's choices: out, in, and what lies between."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook

from connectors.models import Client
from mapping import choosing
from mapping.choices import CHOICE_KINDS, GroupChoice, TextChoice
from mapping.models import Choice, ChoiceAct, ImportDraft
from sync_portal.pages.exchange import files
from sync_portal.pages.exchange.files import FileRefused, read_table, write_csv, write_xlsx
from sync_portal.pages.exchange.importing import preview
from sync_portal.pages.exchange.sheets import SHEETS
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = pytest.mark.django_db

TEXTS = {"name": {"fr": {"text": "Polo", "why": "", "by_person": False, "from_sage": ""}}}


@pytest.fixture
def sales(signed_in: Callable[..., Browser], world: World) -> Browser:
    return signed_in(world.client, role="sales")


@pytest.fixture
def stocked(world: World) -> World:
    """Two articles in Sage, a product with texts, a group, and one of everything chosen."""
    for key in ("POLO-M", "POLO-L", "MUG"):
        factories.SourceRecordFactory(
            client=world.client, key=key, data={"label": f"Article {key}", "free_fields": {"Matière": "Coton"}}
        )
    factories.ProductFactory(client=world.client, key="MUG", reference="MUG", texts=TEXTS, manufacturer="Armor")
    members = {"POLO-M": ("M",), "POLO-L": ("L",)}
    wanted: dict[tuple[str, str], Any] = {
        ("group", "POLO-M"): GroupChoice(master="POLO-L", axes=("Taille",), members=members, rule="tailles"),
        ("text", "MUG|name|fr"): TextChoice(text="=Tasse"),
    }
    for kind, key, value in (
        ("article", "MUG", {"shown": "never", "when_away": "redirect", "redirect_to": "POLO-M"}),
        ("category", "FAM:X", {"name": {"fr": "Vêtements"}, "shop_categories": {world.shop.name: 12}}),
        ("option", "OPT:couleur", {"display": "color", "position": 1}),
        ("value", "VAL:couleur|rouge", {"colour": "#ff0000", "name": {"fr": "Rouge vif"}}),
        ("feature", "free:Matière", {"unit": "cm", "type": "number"}),
        ("brand", "armor", {"name": "Armor Lux"}),
        ("word", "Ht", {"to": "hauteur"}),
    ):
        wanted[kind, key] = CHOICE_KINDS[kind].load(value)
    choosing.choose(world.client, wanted, by=None, verb="test")
    return world


def table(client: Client, sheet: str) -> list[list[str]]:
    return [list(row) for row in SHEETS[sheet].export(client)]


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("written", [write_xlsx, write_csv], ids=["xlsx", "csv"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_was_taken_out_comes_back_and_changes_nothing(
    stocked: World, sheet: str, written: Callable[..., bytes], language: str
) -> None:
    with translation.override(language):
        rows = table(stocked.client, sheet)
    assert len(rows) > 1
    read = read_table(written(rows))
    told, wanted = preview(stocked.client, SHEETS[sheet].read(stocked.client, read.headings, read.rows))
    assert [row.error for row in told if row.error] == []
    assert wanted == {}


@pytest.mark.parametrize("written", [write_xlsx, write_csv], ids=["xlsx", "csv"])
def test_no_cell_of_a_file_is_a_formula(stocked: World, written: Callable[..., bytes]) -> None:
    content = written(SHEETS["texts"].export(stocked.client))
    (row,) = [row for row in read_table(content).rows if row[0] == "MUG"]
    assert row[3] == "=Tasse"
    assert b"'=Tasse" in write_csv(SHEETS["texts"].export(stocked.client))


def change(client: Client, sheet: str, headings: list[str], *rows: list[str]) -> tuple[list[Any], dict[Any, Any]]:
    return preview(client, SHEETS[sheet].read(client, headings, rows))


def test_a_text_is_changed_and_an_emptied_one_goes_back_to_sage(stocked: World) -> None:
    headings = ["product", "field", "language", "text"]
    told, wanted = change(
        stocked.client, "texts", headings, ["MUG", "name", "fr", ""], ["POLO-M", "name", "fr", "Polo M"]
    )
    assert [row.result for row in told] == ["removed", "new"]
    assert wanted == {("text", "MUG|name|fr"): None, ("text", "POLO-M|name|fr"): TextChoice(text="Polo M")}


def test_a_column_that_the_file_lacks_leaves_its_part_as_it_is(stocked: World) -> None:
    _told, wanted = change(stocked.client, "values", ["value", "position"], ["VAL:couleur|rouge", "3"])
    assert wanted["value", "VAL:couleur|rouge"].model_dump(exclude_defaults=True) == {
        "colour": "#ff0000",
        "name": {"fr": "Rouge vif"},
        "position": 3,
    }


def test_lines_that_are_not_in_the_file_stay(stocked: World) -> None:
    _told, wanted = change(stocked.client, "words", ["text", "to"], ["Lg", "longueur"])
    assert list(wanted) == [("word", "Lg")]


@pytest.mark.parametrize(
    ("sheet", "headings", "row", "said"),
    [
        pytest.param("values", ["value", "colour"], ["VAL:a|b", "rouge"], "rouge", id="no colour code"),
        pytest.param("values", ["value", "position"], ["VAL:a|b", "deux"], "deux", id="no number"),
        pytest.param("features", ["source", "published"], ["stat1", "peut-être"], "peut-être", id="neither yes nor no"),
        pytest.param("options", ["option", "display"], ["OPT:a", "ronds"], "ronds", id="an unknown word"),
        pytest.param("texts", ["product", "field", "language"], ["MUG", "", "fr"], "Texte", id="nothing to know it by"),
    ],
)
def test_a_wrong_cell_is_told_with_its_value_and_its_line(
    stocked: World, sheet: str, headings: list[str], row: list[str], said: str
) -> None:
    (told,), wanted = change(stocked.client, sheet, headings, row)
    assert (told.result, told.lines, wanted) == ("error", (2,), {})
    assert said in told.error


def test_a_file_that_says_something_twice_says_nothing(stocked: World) -> None:
    told, wanted = change(stocked.client, "words", ["text", "to"], ["Lg", "longueur"], ["Lg", "largeur"])
    assert [row.result for row in told] == ["error", "error"]
    assert "2, 3" in told[0].error
    assert wanted == {}


GROUP_HEADINGS = ["anchor", "article", "master", "axis1", "value1"]


def test_a_group_is_read_from_its_lines_and_keeps_its_rule(stocked: World) -> None:
    lines = [["POLO-M", "POLO-M", "oui", "Taille", "M"], ["POLO-M", "MUG", "", "Taille", "U"]]
    _told, wanted = change(stocked.client, "groups", GROUP_HEADINGS, *lines)
    members = {"POLO-M": ("M",), "MUG": ("U",)}
    assert wanted == {
        ("group", "POLO-M"): GroupChoice(master="POLO-M", axes=("Taille",), members=members, rule="tailles")
    }


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param([["POLO-M", "POLO-M", "", "Taille", "M"]], "", id="no master"),
        pytest.param([["POLO-M", "RIEN", "oui", "Taille", "M"]], "RIEN", id="no such article"),
        pytest.param([["", "POLO-M", "oui", "Taille", "M"]], "anchor", id="no product"),
        pytest.param(
            [["POLO-M", "POLO-M", "oui", "Taille", "M"], ["POLO-M", "POLO-L", "", "Couleur", "L"]],
            "",
            id="two sets of axes",
        ),
        pytest.param([["POLO-M", "POLO-M", "oui", "Taille", "M"]] * 2, "", id="an article twice"),
    ],
)
def test_a_group_that_cannot_be_is_told(stocked: World, lines: list[list[str]], said: str) -> None:
    told, wanted = change(stocked.client, "groups", GROUP_HEADINGS, *lines)
    assert (told[0].result, wanted) == ("error", {})
    assert said in told[0].error


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n;;\n", id="no headings"),
        pytest.param(b"PK\x03\x04broken", id="a damaged workbook"),
        pytest.param(b"\x00\x01\x02", id="something else"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read_table(content)


def test_a_file_that_unpacks_to_far_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_UNPACKED", 100)
    with pytest.raises(FileRefused):
        read_table(write_xlsx([["a"], ["b"]]))


def test_a_file_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 1)
    with pytest.raises(FileRefused):
        read_table(write_csv([["a"], ["b"], ["c"]]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_files_of_every_spreadsheet_are_read(encoding: str, delimiter: str) -> None:
    content = f"clé{delimiter}texte\na{delimiter}é\n".encode(encoding)
    assert read_table(content).rows == [["a", "é"]]


def test_numbers_of_a_workbook_are_read_as_they_look() -> None:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append([12, 1.5])
    content = BytesIO()
    book.save(content)
    assert read_table(content.getvalue()).rows == [["12", "1.5"]]


# --- the pages ------------------------------------------------------------------------------------------------------


def bring(browser: Browser, world: World, sheet: str, content: bytes, name: str = "mes textes.csv") -> Any:
    address = reverse("pages:exchange-upload", args=[world.client.slug, sheet])
    return browser.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True)


def draft_of_mine() -> ImportDraft:
    return ImportDraft.objects.get(by__username="claire")


CSV = b"product;field;language;text\nMUG;name;fr;Mug\nMUG;;fr;Rien\n"


def test_a_file_is_previewed_then_imported_in_one_act(sales: Browser, stocked: World) -> None:
    acts = ChoiceAct.objects.count()
    shown = bring(sales, stocked, "texts", CSV)
    assert [row.result for row in shown.context["page"]] == ["changed", "error"]
    assert ChoiceAct.objects.count() == acts
    draft = draft_of_mine()
    answer = sales.post(reverse("pages:exchange-save", args=[stocked.client.slug, draft.pk]), {"why": "salon"})
    assert answer.headers["Location"] == reverse("pages:acts", args=[stocked.client.slug])
    act = ChoiceAct.objects.first()
    assert act is not None
    assert (act.verb, act.why, act.by and act.by.get_username()) == ("import", "salon", "claire")
    assert Choice.objects.get(kind="text", key="MUG|name|fr").value == {"text": "Mug"}
    assert not ImportDraft.objects.filter(by__username="claire").exists()


def test_a_group_that_takes_another_s_article_imports_nothing(sales: Browser, stocked: World) -> None:
    content = b"anchor;article;master;axis1;value1\nMUG;MUG;oui;Taille;U\nMUG;POLO-L;;Taille;L\n"
    bring(sales, stocked, "groups", content)
    draft = draft_of_mine()
    answer = sales.post(reverse("pages:exchange-save", args=[stocked.client.slug, draft.pk]), follow=True)
    assert "POLO-L" in str(next(iter(answer.context["messages"])))
    assert not Choice.objects.filter(kind="group", key="MUG").exists()


def test_a_file_without_its_key_column_is_refused_by_name(sales: Browser, stocked: World) -> None:
    answer = bring(sales, stocked, "texts", b"product;text\nMUG;a\n")
    assert "mes textes.csv" in str(next(iter(answer.context["messages"])))
    assert not ImportDraft.objects.filter(by__username="claire").exists()


def test_a_file_is_only_its_owner_s(sales: Browser, stocked: World, signed_in: Callable[..., Browser]) -> None:
    bring(sales, stocked, "texts", CSV)
    colleague = signed_in(stocked.client, role="sales", name="bruno")
    draft = draft_of_mine()
    assert colleague.get(reverse("pages:exchange-preview", args=[stocked.client.slug, draft.pk])).status_code == 404


def test_a_file_can_be_dropped(sales: Browser, stocked: World) -> None:
    bring(sales, stocked, "texts", CSV)
    sales.post(reverse("pages:exchange-drop", args=[stocked.client.slug, draft_of_mine().pk]))
    assert not ImportDraft.objects.filter(by__username="claire").exists()


@pytest.mark.parametrize("format_name", ["xlsx", "csv"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_sheet_is_downloaded(sales: Browser, stocked: World, sheet: str, format_name: str) -> None:
    answer = sales.get(reverse("pages:exchange-export", args=[stocked.client.slug, sheet, format_name]))
    assert answer.status_code == 200
    assert f".{format_name}" in answer.headers["Content-Disposition"]
    assert len(read_table(answer.content).rows) >= 1


def test_an_unknown_sheet_does_not_exist(sales: Browser, world: World) -> None:
    for place in ("rien/csv", "texts/pdf"):
        assert sales.get(f"/c/{world.client.slug}/exchange/{place}/").status_code == 404
