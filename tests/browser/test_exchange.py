"""A sheet comes back from a spreadsheet, is looked at, imported and taken back; the state of the base is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from mapping.models import Choice
from tests.pages.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "fr-FR": {
        "preview": "Aperçu",
        "import": "Importer 1 choix",
        "undo": "Annuler",
        "same": "rien n’est encore enregistré",
        "put_back": "1 choix remis comme avant",
        "topic": "Sans photo",
    },
    "en-GB": {
        "preview": "Preview",
        "import": "Import 1 choice",
        "undo": "Undo",
        "same": "nothing is saved yet",
        "put_back": "1 choice put back",
        "topic": "No photo",
    },
}
everywhere = pytest.mark.parametrize(("language", "width"), [("fr-FR", 1440), ("en-GB", 390)])


@everywhere
def test_a_sheet_is_previewed_imported_and_taken_back(
    sign_in: Callable[..., Page], world: World, language: str, width: int
) -> None:
    words = WORDS[language]
    page = sign_in(language=language, width=width)
    page.goto(reverse("pages:exchange", args=[world.client.slug]))
    card = page.locator("section", has=page.locator("#sheet-texts"))
    content = f"product;field;language;text\n{world.product.key};name;fr;Théière noire\n;;;\nX;;fr;y\n"

    card.locator("input[type=file]").set_input_files(
        {"name": "textes.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    card.get_by_role("button", name=words["preview"]).click()

    expect(page.get_by_text(words["same"])).to_be_visible()
    expect(page.get_by_role("row", name="Théière noire")).to_be_visible()
    assert not Choice.objects.filter(kind="text").exists()
    page.get_by_role("button", name=words["import"]).click()
    page.wait_for_url("**/acts/")
    expect(page.locator("ins", has_text="Théière noire")).to_be_visible()
    assert Choice.objects.get(kind="text").value == {"text": "Théière noire"}
    page.get_by_role("button", name=words["undo"]).first.click()
    expect(page.get_by_text(words["put_back"])).to_be_visible()
    assert not Choice.objects.filter(kind="text").exists()


@everywhere
def test_a_topic_of_the_check_leads_to_its_articles(
    sign_in: Callable[..., Page], world: World, language: str, width: int
) -> None:
    page = sign_in(language=language, width=width)
    page.goto(reverse("pages:quality", args=[world.client.slug]))

    page.get_by_role("link", name=WORDS[language]["topic"], exact=True).click()

    expect(page.get_by_role("link", name="Théière en fonte émaillée")).to_be_visible()
