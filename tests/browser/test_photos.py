"""Photos of a product with a real browser: brought, dragged, hidden, on a desk and on a phone, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from mapping.choices import IMAGE, UPLOAD
from mapping.models import Choice
from sync_portal.pages.photo_cards import gallery
from tests.browser.looks import serious, settled, too_wide
from tests.pages import factories
from tests.pages.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def photos(settings: Any, tmp_path: Path, world: World) -> None:
    """Three photos of the product in the place of the world's one."""
    settings.DATA_DIR = tmp_path / "data"
    world.image.delete()
    for place, name in enumerate(("face", "dos", "detail"), start=1):
        file = tmp_path / f"{name}.jpg"
        file.write_bytes(picture(place * 70)["buffer"])
        factories.ProductImageFactory(
            product=world.product,
            key=f"{world.product.key}|{name}.jpg",
            source_path=f"{name}.jpg",
            file=str(file),
            content_hash=name.ljust(64, "0"),
            position=place,
        )


def picture(shade: int, name: str = "photo.jpg") -> FilePayload:
    written = BytesIO()
    Image.new("RGB", (320, 240), (shade % 256, 90, 120)).save(written, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": written.getvalue()}


def order(world: World) -> list[str]:
    return [card.name.removesuffix(".jpg") for card in gallery(world.client, world.product).shown]


def opened(sign_in: Callable[..., Page], world: World, **options: Any) -> Page:
    page = sign_in(**options)
    page.goto(reverse("pages:product", args=[world.client.slug, world.product.pk]) + "?tab=photos")
    expect(page.locator("[data-photo]")).to_have_count(3)
    return page


@pytest.mark.parametrize(
    ("width", "language", "words"),
    [
        (
            1440,
            "fr-FR",
            {"add": "Ajouter des photos", "undo": "Annuler", "put_back": "1 choix remis comme avant"},
        ),
        (390, "en-GB", {"add": "Add photos", "undo": "Undo", "put_back": "1 choice put back"}),
    ],
)
def test_photos_are_brought_ordered_hidden_and_put_back(
    width: int, language: str, words: dict[str, str], sign_in: Callable[..., Page], world: World
) -> None:
    page = opened(sign_in, world, width=width, language=language)
    page.get_by_label(words["add"]).set_input_files([picture(10, "un.jpg"), picture(20, "deux.jpg")])
    expect(page.locator("[data-photo]")).to_have_count(5)
    settled(page)
    assert order(world) == ["face", "dos", "detail", "un", "deux"]

    first = page.locator("[data-photo]").first
    first.locator("button[value=later]").click()
    expect(page.locator("[data-photo]").first).to_contain_text("dos.jpg")
    assert order(world)[:2] == ["dos", "face"]
    moved = page.locator("[data-photo]", has_text="face.jpg")
    expect(moved.locator(":focus"), "the focus stays on the photo that moved").to_have_count(1)
    settled(page)

    page.locator("[data-photo]", has_text="detail.jpg").locator("button[id$=-hide]").click()
    expect(page.locator(".is-left-out")).to_have_count(1)
    assert serious(page) == []
    assert too_wide(page) == 0
    assert "detail" not in order(world)
    page.get_by_role("button", name=words["undo"], exact=True).click()
    expect(page.get_by_text(words["put_back"])).to_be_visible()
    assert "detail" in order(world)
    assert [line for line in page.said if "favicon" not in line] == []  # type: ignore[attr-defined]


def test_a_photo_is_dragged_to_the_front(sign_in: Callable[..., Page], world: World) -> None:
    page = opened(sign_in, world, width=1440)
    grip = page.locator("[data-photo]", has_text="detail.jpg").locator("[data-photo-grip]").bounding_box()
    target = page.locator("[data-photo]").first.bounding_box()
    assert grip is not None
    assert target is not None
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=8)
    page.mouse.up()
    expect(page.locator("[data-photo]").first).to_contain_text("detail.jpg")
    expect(page.locator("[data-photo-said]")).to_be_visible()
    assert order(world) == ["detail", "face", "dos"]


def test_files_are_dropped_on_the_page(sign_in: Callable[..., Page], world: World) -> None:
    page = opened(sign_in, world, width=1440)
    data = list(picture(30)["buffer"])
    page.evaluate(
        """(bytes) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], "posé.jpg", { type: "image/jpeg" }));
          const zone = document.querySelector("[data-photo-zone]");
          zone.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        data,
    )
    expect(page.locator("[data-photo]")).to_have_count(4)
    assert Choice.objects.get(kind=UPLOAD.name).value["name"] == "posé.jpg"


def test_what_is_no_picture_is_said_and_the_legend_and_combinations_are_saved(
    sign_in: Callable[..., Page], world: World
) -> None:
    page = opened(sign_in, world, width=390)
    broken: FilePayload = {"name": "faux.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"}
    page.locator("#photo-files").set_input_files(broken)
    expect(page.locator("#photos [role=alert]")).to_contain_text("faux.jpg")
    settled(page)

    card = page.locator("[data-photo]").first
    card.locator("summary").click()
    card.locator("input[name=legend-fr]").fill("Vue de face")
    card.locator("button[id$=-legend]").click()
    expect(page.locator("[data-photo]").first).to_contain_text("Vue de face")
    settled(page)
    page.locator("[data-photo]").first.locator("input[name=combination]").first.check()
    page.locator("[data-photo]").first.locator("button[id$=-combinations]").click()
    expect(page.locator("[data-photo-said]")).to_contain_text("Déclinaisons d’une photo choisies")
    (value,) = Choice.objects.filter(kind=IMAGE.name).values_list("value", flat=True)
    assert value["legend"] == {"fr": "Vue de face"}
    assert len(value["combinations"]) == 1
