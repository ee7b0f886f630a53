"""Photos as the shop shows them: of folders and people, in their order, for their combinations, each sent once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from connectors.connections import open_shop
from connectors.prestashop.xml import Entity
from mapping import choosing, uploads
from mapping.choices import IMAGE, UPLOAD, ImageChoice
from mapping.models import ChoiceAct, Product, ProductImage
from mapping.uploads import Brought
from sync_portal.sync.models import Decision, Run
from tests.flows.portal import World, causes_of, changes_of, writes

pytestmark = [pytest.mark.flow, pytest.mark.django_db]

POLO = "POLO-BLEU-M"
SAGE_PHOTO = "c:/sage/multimedia/articles/polo-bleu-m.jpg"


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def folder(small: World, tmp_path: Path) -> Path:
    """A media folder of this test alone, looked into for photos by their names."""
    place = tmp_path / "photos"
    place.mkdir()
    known = list(small.client.sage.media_folders)
    small.sage_connection(media_folders=[*known, {"prefix": "P:\\Photos", "folder": str(place)}])
    image_rules(small, folder_patterns=["{ref}_{n}.jpg"])
    return place


def image_rules(world: World, **values: Any) -> None:
    shop = world.client.shops.get()
    rules = {**shop.rules, "images": {**shop.rules.get("images", {}), **values}}
    world.shop_connection(rules=rules)


def picture(colour: str, side: int = 120) -> bytes:
    written = BytesIO()
    Image.new("RGB", (side, side), colour).save(written, "JPEG")
    return written.getvalue()


def contents(world: World, reference: str = POLO) -> list[bytes]:
    return [world.shop.image_bytes(reference, image) for image in world.shop.images(reference)]


def say(world: World, image: str, **fields: Any) -> None:
    key = IMAGE.make_key(POLO, image)
    assert choosing.choose(world.client, {(IMAGE.name, key): ImageChoice(**fields)}, by=None, verb="photo.hide")


def bring(world: World, colour: str, product: str = POLO) -> ChoiceAct:
    row = Product.objects.get(client=world.client, key=product)
    data = picture(colour)
    added = uploads.add(world.client, row, [Brought(f"{colour}.jpg", len(data), lambda: data)], by=None)
    assert added.act is not None
    return added.act


def photo_run(world: World) -> tuple[dict[str, int], Run]:
    """What a run of the photos asked of the shop in writing; it must go well, and one more must ask nothing."""
    run = world.run("images")
    assert (run.state, causes_of(run)) == ("succeeded", {}), run.detail
    again = world.run("images")
    assert (again.state, writes(again), changes_of(again)) == ("succeeded", {}, {})
    return writes(run), run


def test_a_file_that_bears_the_reference_is_published_behind_the_photos_of_sage(small: World, folder: Path) -> None:
    (folder / f"{POLO}_2.JPG").write_bytes(picture("blue"))
    (folder / f"{POLO.lower()}_1.jpg").write_bytes(picture("red"))
    (folder / "OTHER_1.jpg").write_bytes(picture("green"))
    small.begin("catalogue")
    photo_run(small)
    assert contents(small)[-2:] == [picture("red"), picture("blue")]
    assert small.running.shop.count("images") == 21


def test_a_run_of_a_part_sees_a_file_that_came(small: World, folder: Path) -> None:
    small.begin("catalogue", "images")
    before = contents(small)
    (folder / f"{POLO}_1.jpg").write_bytes(picture("red"))
    asked, run = photo_run(small)
    assert (asked, contents(small)) == ({"POST": 1}, [*before, picture("red")])
    assert {key.split("|")[0] for _kind, key in changes_of(run)} == {POLO}


@pytest.mark.parametrize(("remove", "left"), [(True, 0), (False, 1)], ids=["leaves the shop", "stays when told so"])
def test_a_file_that_went_leaves_the_shop_unless_the_rules_say_otherwise(
    small: World, folder: Path, remove: bool, left: int
) -> None:
    image_rules(small, remove=remove)
    (folder / f"{POLO}_1.jpg").write_bytes(picture("red"))
    (folder / "SECATEUR_1.jpg").write_bytes(picture("green"))
    small.publish("catalogue", "images")
    (folder / f"{POLO}_1.jpg").unlink()
    photo_run(small)
    assert contents(small).count(picture("red")) == left


def test_a_folder_that_is_away_takes_nothing_out_of_the_shop(small: World, folder: Path) -> None:
    (folder / f"{POLO}_1.jpg").write_bytes(picture("red"))
    small.begin("catalogue", "images")
    folder.rename(folder.with_name("elsewhere"))
    run = small.run("images")
    assert (run.state, writes(run)) == ("succeeded", {})
    assert contents(small).count(picture("red")) == 1
    folder.with_name("elsewhere").rename(folder)
    assert writes(small.run("images")) == {}


def renamed(folder: Path) -> None:
    (folder / f"{POLO}_1.jpg").rename(folder / f"{POLO}_7.jpg")


def swapped(folder: Path) -> None:
    (folder / f"{POLO}_1.jpg").write_bytes(picture("blue"))
    (folder / f"{POLO}_2.jpg").write_bytes(picture("red"))


@pytest.mark.parametrize("change", [renamed, swapped])
def test_a_photo_whose_file_has_another_name_is_not_sent_again(
    small: World, folder: Path, change: Callable[[Path], None]
) -> None:
    for number, colour in enumerate(("red", "blue"), start=1):
        (folder / f"{POLO}_{number}.jpg").write_bytes(picture(colour))
    small.begin("catalogue", "images")
    ids, before = small.shop.images(POLO), contents(small)
    mark = small.shop.mark()
    change(folder)
    asked, _run = photo_run(small)
    assert asked == {}
    assert small.shop.since(mark).write_requests == 0
    assert (small.shop.images(POLO), contents(small)) == (ids, before)


def test_a_photo_that_comes_from_a_person_instead_of_a_folder_is_not_sent_again(small: World, folder: Path) -> None:
    (folder / f"{POLO}_1.jpg").write_bytes(picture("red"))
    small.begin("catalogue", "images")
    ids = small.shop.images(POLO)
    bring(small, "red")
    (folder / f"{POLO}_1.jpg").unlink()
    (folder / "SECATEUR_1.jpg").write_bytes(picture("green"))  # an empty folder would count as one that is away
    small.run("images")
    assert small.shop.images(POLO) == ids
    row = ProductImage.objects.get(product__key=POLO, uploaded=True)
    assert (row.position > 0, row.source_path) == (True, "red.jpg")


def test_an_uploaded_photo_is_published_removed_and_brought_back_by_an_undo(small: World) -> None:
    small.begin("catalogue", "images")
    before = contents(small)
    bring(small, "red")
    assert photo_run(small)[0] == {"POST": 1}
    assert contents(small) == [*before, picture("red")]

    (sha256,) = (UPLOAD.split_key(image.key)[1] for image in ProductImage.objects.filter(uploaded=True))
    removed = uploads.remove(small.client, Product.objects.get(key=POLO), sha256.removeprefix("sha256:"), by=None)
    assert removed is not None
    assert photo_run(small)[0] == {"DELETE": 1}
    assert contents(small) == before

    choosing.undo(removed, by=None)
    assert photo_run(small)[0] == {"POST": 1}
    assert contents(small) == [*before, picture("red")]


def test_a_hidden_photo_leaves_the_shop_even_where_gone_ones_stay_and_comes_back(small: World) -> None:
    image_rules(small, remove=False)
    small.publish("catalogue", "images")
    before = contents(small)
    say(small, SAGE_PHOTO, hidden=True)
    photo_run(small)
    assert contents(small) == before[1:]
    assert int(small.shop.product(POLO)["id_default_image"]) == small.shop.images(POLO)[0]

    say(small, SAGE_PHOTO)
    photo_run(small)
    assert sorted(contents(small)) == sorted(before)
    cover = int(small.shop.product(POLO)["id_default_image"])
    assert small.shop.image_bytes(POLO, cover) == before[0], "the first one is the cover again, though it was sent last"


def test_another_first_photo_becomes_the_cover_without_being_sent_again(small: World) -> None:
    small.begin("catalogue", "images")
    ids = small.shop.images(POLO)
    second = ProductImage.objects.get(product__key=POLO, position=2)
    say(small, second.key.removeprefix(f"{POLO}|"), position=1)
    asked, run = photo_run(small)
    assert (asked, list(changes_of(run))) == ({"PATCH": 1}, [("covers", POLO)])
    assert small.shop.images(POLO) == ids
    assert int(small.shop.product(POLO)["id_default_image"]) == ids[1]


def test_a_combination_shows_the_photos_that_a_person_ticked(small: World) -> None:
    small.begin("catalogue", "images")
    product = next(one for one in Product.objects.all() if one.combinations.count() > 1 and one.images.count() > 1)
    first, *others = product.combinations.order_by("position")
    cover, *rest = product.images.order_by("position")
    key = IMAGE.make_key(product.key, cover.key.removeprefix(f"{product.key}|"))
    choosing.choose(
        small.client, {(IMAGE.name, key): ImageChoice(combinations=(first.key,))}, by=None, verb="photo.combinations"
    )
    photo_run(small)
    images = small.shop.images(product.reference)
    shown = shown_by_combination(small, product.reference)
    assert shown[first.reference] == [], "all of them: none in particular"
    assert {tuple(shown[one.reference]) for one in others} == {tuple(images[1:])}
    assert len(rest) == len(images) - 1

    choosing.choose(small.client, {(IMAGE.name, key): None}, by=None, verb="photo.combinations")
    photo_run(small)
    assert set(map(tuple, shown_by_combination(small, product.reference).values())) == {()}


def shown_by_combination(world: World, reference: str) -> dict[str, list[int]]:
    return {
        row["reference"]: sorted(int(one["id"]) for one in row.get("associations", {}).get("images", []))
        for row in world.shop.combinations(reference)
    }


def test_a_picture_that_came_twice_is_one_photo_and_the_runs_are_quiet(small: World, folder: Path) -> None:
    for number in (1, 2):
        (folder / f"{POLO}_{number}.jpg").write_bytes(picture("red"))
    small.begin("catalogue")
    photo_run(small)
    assert contents(small).count(picture("red")) == 1
    assert sum(small.run("images").requests.values()) == 0
    assert small.run("images").read == 0


def test_a_cover_that_somebody_changed_in_the_shop_is_asked_about(small: World) -> None:
    small.begin("catalogue", "images")
    product = small.shop.product(POLO)
    webservice = open_shop(small.client.shops.get())
    changed = Entity({"id": str(product["id"]), "id_default_image": str(small.shop.images(POLO)[1])})
    assert webservice.update("products", [changed])[0].error is None
    small.run("drift")
    asked = Decision.objects.get(kind="covers", key=POLO)
    assert (asked.question, asked.field) == ("changed", "cover")
