"""The photos tab: what is there, what a person does with it, and its undo."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from mapping.choices import IMAGE, UPLOAD
from mapping.models import Choice, ChoiceAct, ProductImage
from sync_portal.pages import photos
from sync_portal.pages.photo_cards import gallery
from tests.pages import factories
from tests.pages.conftest import World


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def pictures(world: World, tmp_path: Path) -> list[ProductImage]:
    """Four photos of the product in the place of the world's one: a to c shown, d beyond the limit."""
    world.image.delete()
    world.shop.rules = {"images": {"per_product": 3}}
    world.shop.save()
    made = []
    for place, name in enumerate("abcd", start=1):
        file = tmp_path / f"{name}.jpg"
        file.write_bytes(picture(name))
        made.append(
            factories.ProductImageFactory(
                product=world.product,
                key=f"{world.product.key}|{name}.jpg",
                source_path=f"{name}.jpg",
                file=str(file),
                content_hash=name * 64,
                position=place if name != "d" else 0,
            )
        )
    return made


def picture(seed: str) -> bytes:
    written = BytesIO()
    Image.new("RGB", (200, 150), (ord(seed[0]) % 256, 80, 90)).save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def do(world: World, signed_in: Callable[..., Browser]) -> Callable[..., HttpResponse]:
    """Press a button of the tab, as htmx does."""
    browser = signed_in(world.client, role="sales")

    def press(act: str, *, htmx: bool = True, **fields: Any) -> HttpResponse:
        url = reverse("pages:product-photos-act", args=[world.client.slug, world.product.pk, act])
        return browser.post(url, fields, headers={"HX-Request": "true"} if htmx else {})

    return press


def order(world: World) -> str:
    return "".join(card.key[0] for card in gallery(world.client, world.product).shown)


def out(world: World) -> dict[str, str]:
    return {card.key: card.why_out for card in gallery(world.client, world.product).left_out}


@pytest.mark.parametrize(
    ("photo", "to", "expected"),
    [
        ("c", "cover", "cab"),
        ("b", "earlier", "bac"),
        ("b", "later", "acb"),
        ("a", "earlier", "abc"),
        ("c", "later", "abc"),
    ],
)
def test_a_photo_is_moved_by_its_buttons(
    photo: str, to: str, expected: str, world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    response = do("move", photo=f"{photo}.jpg", to=to)
    assert response.status_code == 200
    assert order(world) == expected


def test_photos_are_ordered_as_they_were_dragged_and_go_back_to_their_sources(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    do("order", order=["b.jpg", "c.jpg", "a.jpg"])
    assert order(world) == "bca"
    assert gallery(world.client, world.product).ordered_by_person
    do("unordered")
    assert (order(world), Choice.objects.filter(kind=IMAGE.name).count()) == ("abc", 0)


def test_an_order_that_misses_a_photo_is_refused(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    response = do("order", order=["b.jpg", "a.jpg"])
    assert "alert" in response.content.decode()
    assert (order(world), ChoiceAct.objects.filter(verb="photo.order").count()) == ("abc", 0)


def test_a_photo_is_hidden_shown_again_and_undone(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse], signed_in: Callable[..., Browser]
) -> None:
    response = do("hide", photo="a.jpg")
    act = ChoiceAct.objects.get(verb="photo.hide")
    assert reverse("pages:act-undo", args=[world.client.slug, act.pk]) in response.content.decode()
    assert (order(world), out(world)) == ("bcd", {"a.jpg": "hidden"}), "the next one takes its place"

    signed_in(world.client, name="jean").post(reverse("pages:act-undo", args=[world.client.slug, act.pk]))
    assert (order(world), out(world)) == ("abc", {"d.jpg": "beyond"})
    do("hide", photo="a.jpg")
    do("show", photo="a.jpg")
    assert order(world) == "abc"


def test_the_same_picture_twice_is_shown_once_and_said(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    ProductImage.objects.filter(source_path="c.jpg").update(content_hash="a" * 64)
    assert (order(world), out(world)) == ("abd", {"c.jpg": "double"}), "the next one takes its place"


def test_legends_are_kept_by_language(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    do("legend", photo="a.jpg", **{"legend-fr": "  Vue de\n face ", "legend-en": "not a language of the shop"})
    (choice,) = Choice.objects.filter(kind=IMAGE.name)
    assert choice.value == {"legend": {"fr": "Vue de face"}}
    do("legend", photo="a.jpg", **{"legend-fr": "x" * 129})
    assert Choice.objects.get(pk=choice.pk).value == {"legend": {"fr": "Vue de face"}}


def test_combinations_are_ticked_and_only_those_of_the_product_count(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    mine = [world.product.combinations.get().key, factories.CombinationFactory(product=world.product).key]
    do("combinations", photo="a.jpg", combination=[mine[0], "OTHER|1|0"])
    assert Choice.objects.get(kind=IMAGE.name).value == {"combinations": [mine[0]]}
    do("combinations", photo="a.jpg", combination=mine)
    assert Choice.objects.get(kind=IMAGE.name).value == {"combinations": []}, "all of them: none in particular"


def test_several_files_are_brought_at_once_and_shown_before_any_run(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse], signed_in: Callable[..., Browser]
) -> None:
    files = [SimpleUploadedFile(f"{name}.jpg", picture(name)) for name in "xy"]
    broken = SimpleUploadedFile("broken.jpg", b"no picture", content_type="image/jpeg")
    text = do("upload", photos=[*files, broken]).content.decode()
    assert "broken.jpg" in text
    everything = gallery(world.client, world.product)
    added = [card for card in (*everything.shown, *everything.left_out) if card.sha256]
    assert [card.name for card in added] == ["x.jpg", "y.jpg"]

    browser = signed_in(world.client, name="jean")
    url = reverse("pages:upload", args=[world.client.slug, world.product.pk, added[0].sha256, "thumb"])
    assert url in text
    assert browser.get(url)["Content-Type"] == "image/webp"

    do("remove", photo=added[0].key)
    assert [row.value["name"] for row in Choice.objects.filter(kind=UPLOAD.name)] == ["y.jpg"]
    assert browser.get(url).status_code == 404


def test_a_file_of_another_product_or_client_is_not_served(
    world: World, make_world: Callable[[], World], do: Callable[..., HttpResponse], signed_in: Callable[..., Browser]
) -> None:
    do("upload", photos=[SimpleUploadedFile("x.jpg", picture("x"))])
    (card,) = [one for one in gallery(world.client, world.product).shown if one.sha256]
    other = make_world()
    sister = factories.ProductFactory(client=world.client)
    browser = signed_in(world.client, other.client, name="jean")
    for client, product in ((other.client, other.product), (world.client, sister)):
        url = reverse("pages:upload", args=[client.slug, product.pk, card.sha256, "thumb"])
        assert browser.get(url).status_code == 404


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("upload", {}),
        ("remove", {"photo": "a.jpg"}),
        ("hide", {"photo": "nothing"}),
        ("move", {"photo": "d.jpg", "to": "cover"}),
        ("legend", {"photo": ""}),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    act: str, fields: dict[str, str], world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    before = ChoiceAct.objects.count()
    assert 'role="alert"' in do(act, **fields).content.decode()
    assert ChoiceAct.objects.count() == before


def test_too_many_files_at_once_are_refused(
    world: World, do: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MOST_FILES", 1)
    text = do("upload", photos=[SimpleUploadedFile(f"{name}.jpg", picture(name)) for name in "xy"]).content.decode()
    assert 'role="alert"' in text
    assert not Choice.objects.filter(kind=UPLOAD.name).exists()


def test_without_scripts_the_page_comes_back_with_what_was_done(
    world: World, pictures: list[ProductImage], do: Callable[..., HttpResponse]
) -> None:
    response = do("hide", htmx=False, photo="a.jpg")
    act = ChoiceAct.objects.get(verb="photo.hide")
    page = reverse("pages:product", args=[world.client.slug, world.product.pk])
    assert response["Location"] == f"{page}?tab=photos&done={act.pk}"
    assert do("unknown").status_code == 404
