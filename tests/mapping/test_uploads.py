"""Photos that people bring: judged by content, without what a camera wrote, kept while anything names them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from connectors.models import Client
from mapping import choosing, uploads
from mapping.models import Choice, ChoiceAct, Product
from mapping.uploads import Brought

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def polo(client_acme: Client) -> Product:
    return Product.objects.create(client=client_acme, key="POLO", reference="POLO", name="Polo")


def picture(colour: str = "red", kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    written = BytesIO()
    Image.new(options.pop("mode", "RGB"), size, colour).save(written, kind, **options)
    return written.getvalue()


def file(data: bytes, name: str = "photo.jpg") -> Brought:
    return Brought(name, len(data), lambda: data)


def camera(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Maker of cameras"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def stored(client: Client) -> list[Path]:
    folder = uploads.folder_of(client)
    return sorted(folder.iterdir()) if folder.exists() else []


def test_photos_are_kept_by_content_and_chosen_in_the_order_in_which_they_came(
    client_acme: Client, polo: Product
) -> None:
    added = uploads.add(
        client_acme,
        polo,
        [
            file(picture("red"), "C:\\fakepath\\rouge.jpg"),
            file(picture("blue"), "bleu.jpg"),
            file(picture("red"), "x.jpg"),
        ],
        by=None,
    )
    assert (added.refused, added.act is not None and added.act.verb) == ((), "photo.upload")
    assert len(stored(client_acme)) == 2
    values = sorted((row.value for row in Choice.objects.all()), key=lambda value: value["size"])
    assert sorted((value["name"], value.get("position", 1)) for value in values) == [("bleu.jpg", 2), ("rouge.jpg", 1)]
    assert uploads.add(client_acme, polo, [file(picture("red"))], by=None) == uploads.Added(None)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_the_camera_wrote_is_removed(kind: str) -> None:
    data = picture(kind=kind, exif=camera())
    assert b"Maker of cameras" in data
    clean = uploads.cleaned(file(data))
    assert b"Maker of cameras" not in clean
    with Image.open(BytesIO(clean)) as image:
        assert (image.format, image.size, dict(image.getexif())) == (kind, (60, 40), {})


def test_a_photo_that_lies_on_its_side_is_put_upright() -> None:
    with Image.open(BytesIO(uploads.cleaned(file(picture(exif=camera(6)))))) as image:
        assert (image.size, dict(image.getexif())) == ((40, 60), {})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_photo_that_tells_nothing_is_kept_byte_by_byte(kind: str) -> None:
    data = picture(kind=kind)
    assert uploads.cleaned(file(data)) == data


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda: b"<script>alert(1)</script>", "photo.jpg", id="no picture"),
        pytest.param(lambda: picture()[:200], "photo.jpg", id="cut short"),
        pytest.param(lambda: picture(kind="TIFF"), "TIFF", id="a type that shops do not take"),
        pytest.param(lambda: b"", "photo.jpg", id="empty"),
        pytest.param(lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.jpg", id="a drawing with scripts"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_the_others_are_kept(
    make: Callable[[], bytes], words: str, client_acme: Client, polo: Product
) -> None:
    added = uploads.add(client_acme, polo, [file(make()), file(picture("blue"), "bleu.jpg")], by=None)
    assert len(added.refused) == 1
    assert words in added.refused[0]
    assert [row.value["name"] for row in Choice.objects.all()] == ["bleu.jpg"]


def test_a_file_too_large_is_not_even_read(client_acme: Client, polo: Product) -> None:
    def read() -> bytes:
        raise AssertionError("it was read")

    added = uploads.add(client_acme, polo, [Brought("huge.jpg", uploads.MOST_BYTES + 1, read)], by=None)
    assert (added.act, len(added.refused)) == (None, 1)


def test_a_picture_of_too_many_points_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_PIXELS", 100)
    with pytest.raises(uploads.UploadRefused, match="60 × 40"):
        uploads.cleaned(file(picture()))


def test_the_file_outlives_its_choice_until_no_history_names_it(client_acme: Client, polo: Product) -> None:
    act = uploads.add(client_acme, polo, [file(picture())], by=None).act
    assert act is not None
    choosing.undo(act, by=None)
    (path,) = stored(client_acme)
    old = (timezone.now() - timedelta(days=400)).timestamp()
    os.utime(path, (old, old))
    limit = timezone.now() - timedelta(days=360)

    assert uploads.forget_unused(limit) == 0, "an undo of the undo would need it"
    ChoiceAct.objects.all().delete()
    assert uploads.forget_unused(timezone.now() - timedelta(days=500)) == 0, "it is not old enough"
    assert (uploads.forget_unused(limit), stored(client_acme)) == (1, [])


def test_one_client_s_photos_are_not_another_s(client_acme: Client, polo: Product) -> None:
    other = Client.objects.create(slug="autre", name="Autre")
    uploads.add(client_acme, polo, [file(picture())], by=None)
    assert (len(stored(client_acme)), stored(other)) == (1, [])
