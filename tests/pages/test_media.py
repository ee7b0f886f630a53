"""Photos are served from Sage's files: real images only, resized once, and never asked twice for nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from tests.pages.conftest import World


@pytest.fixture(autouse=True)
def data_dir(settings: pytest.FixtureRequest, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return settings.DATA_DIR


def put(world: World, path: Path, *, fingerprint: str = "ab" * 32) -> None:
    world.image.file, world.image.content_hash = str(path), fingerprint
    world.image.save()


def picture(path: Path, *, kind: str = "JPEG", size: tuple[int, int] = (1200, 600), mode: str = "RGB") -> Path:
    Image.new(mode, size, "red").save(path, format=kind)
    return path


def content(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)


def get(browser: Browser, world: World, size: str, **headers: str) -> HttpResponse:
    return browser.get(reverse("pages:photo", args=[world.client.slug, world.image.pk, size]), headers=headers)


@pytest.mark.parametrize(("size", "expected"), [("thumb", (160, 80)), ("medium", (800, 400))])
def test_a_photo_is_resized(
    size: str, expected: tuple[int, int], world: World, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    put(world, picture(tmp_path / "photo.jpg"))

    response = get(signed_in(world.client), world, size)

    assert response["Content-Type"] == "image/webp"
    assert Image.open(BytesIO(content(response))).size == expected


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "1"])
def test_every_kind_of_colour_can_be_resized(
    mode: str, world: World, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    Image.new(mode, (300, 300)).save(tmp_path / "photo.png")
    put(world, tmp_path / "photo.png")

    assert get(signed_in(world.client), world, "thumb").status_code == 200


def test_the_type_comes_from_the_content_not_from_the_name(
    world: World, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    put(world, picture(tmp_path / "photo.jpg", kind="PNG"))

    response = get(signed_in(world.client), world, "original")

    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_thumbnail_is_made_once_per_content(world: World, tmp_path: Path, signed_in: Callable[..., Browser]) -> None:
    path = picture(tmp_path / "photo.jpg")
    put(world, path)
    browser = signed_in(world.client)
    first = content(get(browser, world, "thumb"))
    path.unlink()

    assert content(get(browser, world, "thumb")) == first


def test_an_unchanged_photo_is_not_sent_again(world: World, tmp_path: Path, signed_in: Callable[..., Browser]) -> None:
    put(world, picture(tmp_path / "photo.jpg"))
    browser = signed_in(world.client)
    etag = get(browser, world, "thumb")["ETag"]

    assert get(browser, world, "thumb", **{"If-None-Match": etag}).status_code == 304
    put(world, picture(tmp_path / "other.jpg"), fingerprint="cd" * 32)
    assert get(browser, world, "thumb", **{"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("size", ["thumb", "original"])
@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        lambda path: path.write_text("<script>alert(1)</script>"),
        lambda path: path.write_bytes(b"\xff\xd8\xff\xe0 cut short"),
        lambda path: path.mkdir(),
    ],
    ids=["missing", "not an image", "damaged", "a folder"],
)
def test_what_is_no_image_is_not_found(
    make: Callable[[Path], object], size: str, world: World, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    path = tmp_path / "photo.jpg"
    make(path)
    put(world, path)

    assert get(signed_in(world.client), world, size).status_code == 404


@pytest.mark.parametrize(("file", "size"), [("", "thumb"), ("photo.jpg", "huge")], ids=["no file", "unknown size"])
def test_what_does_not_exist_is_not_found(
    file: str, size: str, world: World, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    world.image.file = str(picture(tmp_path / file)) if file else ""
    world.image.save()

    assert get(signed_in(world.client), world, size).status_code == 404


def test_an_image_that_browsers_should_not_get_is_only_shown_resized(
    world: World, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    put(world, picture(tmp_path / "photo.tif", kind="TIFF"))
    browser = signed_in(world.client)

    assert get(browser, world, "original").status_code == 404
    assert get(browser, world, "thumb").status_code == 200
