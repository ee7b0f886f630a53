from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.models import Client
from connectors.sage.paths import PathRule, PathRules
from connectors.sage.records import Media, Record
from mapping.catalogue import Catalogue
from mapping.models import Category, Combination, CustomerGroup, Product, ProductImage, ShopCustomer, SpecificPrice
from mapping.store import images_with_content, save_catalogue, with_image_content
from tests.mapping.builders import article, colours, customer, d, derived, stock, tariff

pytestmark = pytest.mark.django_db

NOWHERE = PathRules()
PUBLISH: dict[str, Any] = {"customers": {"publish": "with_email"}}
COMPANY: tuple[Record, ...] = (
    article("POLO", gamme1=1, kind=1),
    *colours("POLO", "Bleu", "Rouge"),
    article("MUG", sale_price=d("8")),
    article("ZERO", sale_price=d("0")),
    tariff("MUG", 2, price=d("6")),
    stock("MUG", "4"),
    customer("DUPONT", tariff_category=2),
    customer("PERDU", email=""),
)


@pytest.fixture
def photos(tmp_path: Path) -> PathRules:
    """A folder with two photos, found under C:\\Photos."""
    (tmp_path / "mug.jpg").write_bytes(b"face")
    (tmp_path / "dos.jpg").write_bytes(b"dos")
    return PathRules((PathRule("C:\\Photos", str(tmp_path)),))


def save(client: Client, *records: Record, media_paths: PathRules = NOWHERE, **options: Any) -> Catalogue:
    return save_catalogue(client, derived(*records, **PUBLISH), media_paths=media_paths, **options)


def test_the_catalogue_is_stored_whole(client_acme: Client) -> None:
    save(client_acme, *COMPANY)
    assert list(Category.objects.values_list("key", "path", "product_count")) == [("FAM:TEXTILE", "Textile", 3)]
    assert list(CustomerGroup.objects.values_list("key", "name", "with_tax", "public")) == [
        ("1", "Public", False, True),
        ("2", "Revendeurs", False, False),
        ("3", "Comités", True, False),
    ]
    assert list(Product.objects.values_list("key", "price", "tax_rate", "quantity", "readiness", "active")) == [
        ("MUG", Decimal(8), Decimal(20), 4, "ready", True),
        ("POLO", Decimal(20), Decimal(20), 0, "ready", True),
        ("ZERO", Decimal(0), Decimal(20), 0, "held", False),
    ]
    assert list(Combination.objects.values_list("key", "values", "quantity")) == [
        ("POLO|1|0", [["Couleur", "Bleu"]], 0),
        ("POLO|2|0", [["Couleur", "Rouge"]], 0),
    ]
    assert list(SpecificPrice.objects.values_list("product__key", "key", "price", "explanation")) == [
        ("MUG", "MUG||2||1", Decimal(6), ["Catégorie tarifaire 2 « Revendeurs » : AC_PrixVen = 6,00 HT"])
    ]
    assert [(one.key, one.group_key, [p["cause"] for p in one.problems]) for one in ShopCustomer.objects.all()] == [
        ("DUPONT", "2", []),
        ("PERDU", "", ["customers.no_email"]),
    ]


def test_a_held_product_keeps_its_reason_and_its_facts(client_acme: Client) -> None:
    save(client_acme, *COMPANY)
    assert Product.objects.get(key="ZERO").problems == [
        {"cause": "catalogue.price_zero", "facts": {"reference": "ZERO", "name": "Polo d'accueil"}}
    ]
    assert Product.objects.get(key="MUG").explanations["price"] == "Fiche article : AR_PrixVen = 8,00 HT"


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_same_catalogue_again_writes_nothing(client_acme: Client, photos: PathRules) -> None:
    records = (*COMPANY, article("TASSE", photo="C:\\Photos\\mug.jpg"), article("VERRE", photo="absent.jpg"))
    save(client_acme, *records, media_paths=photos)
    with CaptureQueriesContext(connection) as queries:
        save(client_acme, *records, media_paths=photos)
    assert writes(queries) == []


def test_only_the_rows_that_differ_are_written_and_keep_their_identity(client_acme: Client) -> None:
    save(client_acme, *COMPANY)
    before = dict(Product.objects.values_list("key", "id"))
    with CaptureQueriesContext(connection) as queries:
        save(client_acme, *COMPANY, stock("ZERO", "9"))
    assert len(writes(queries)) == 1
    assert dict(Product.objects.values_list("key", "id")) == before
    assert Product.objects.get(key="ZERO").quantity == 9


def test_rows_that_are_gone_are_deleted(client_acme: Client) -> None:
    save(client_acme, *COMPANY)
    save(client_acme, article("MUG"))
    assert list(Product.objects.values_list("key", flat=True)) == ["MUG"]
    assert not Combination.objects.exists()
    assert not SpecificPrice.objects.exists()
    assert not ShopCustomer.objects.exists()


def test_only_the_parts_named_are_refreshed(client_acme: Client) -> None:
    save(client_acme, *COMPANY, only={"products"})
    assert Product.objects.count() == 3
    assert not Category.objects.exists()
    assert not SpecificPrice.objects.exists()
    save(client_acme, article("MUG"), only={"groups", "customers"})
    assert Product.objects.count() == 3
    assert CustomerGroup.objects.count() == 3


def test_prices_of_a_product_not_stored_yet_wait(client_acme: Client) -> None:
    save(client_acme, *COMPANY, only={"prices"})
    assert not SpecificPrice.objects.exists()


def test_one_client_s_catalogue_is_not_another_s(client_acme: Client) -> None:
    other = Client.objects.create(slug="autre", name="Autre")
    save(client_acme, *COMPANY)
    save(other, article("MUG"))
    assert Product.objects.filter(client=client_acme).count() == 3
    assert Product.objects.filter(client=other).count() == 1


MUG = (article("MUG", photo="C:\\Photos\\MUG.JPG"), Media(article="MUG", path="C:\\Photos\\dos.jpg"))


def test_photos_are_known_by_their_content(client_acme: Client, photos: PathRules, tmp_path: Path) -> None:
    catalogue = save(client_acme, *MUG, media_paths=photos)
    stored = list(ProductImage.objects.values_list("key", "file", "position", "size"))
    assert stored == [
        ("MUG|c:/photos/mug.jpg", str(tmp_path / "mug.jpg"), 1, 4),
        ("MUG|c:/photos/dos.jpg", str(tmp_path / "dos.jpg"), 2, 3),
    ]
    images = catalogue.products[0].images
    assert len({image.content_hash for image in images}) == 2
    assert images_with_content(client_acme) == list(images)


def test_an_unchanged_file_is_not_read_again(
    client_acme: Client, photos: PathRules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = save(client_acme, *MUG, media_paths=photos)
    opened: list[Path] = []
    open_file = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *a, **k: (opened.append(path), open_file(path, *a, **k))[1])
    second = save(client_acme, *MUG, media_paths=photos)
    assert (opened, second) == ([], first)

    (tmp_path / "mug.jpg").write_bytes(b"new face")
    opened.clear()
    third = save(client_acme, *MUG, media_paths=photos)
    assert opened == [tmp_path / "mug.jpg"]
    assert third.products[0].images[0].content_hash != first.products[0].images[0].content_hash


def test_the_same_content_twice_is_one_photo(client_acme: Client, photos: PathRules, tmp_path: Path) -> None:
    (tmp_path / "copie.jpg").write_bytes(b"face")
    records = (*MUG, Media(article="MUG", path="C:\\Photos\\copie.jpg"))
    catalogue = save(client_acme, *records, media_paths=photos)
    assert [(one.source_path, one.position) for one in catalogue.products[0].images] == [
        ("C:\\Photos\\MUG.JPG", 1),
        ("C:\\Photos\\dos.jpg", 2),
    ]


def test_a_missing_photo_is_a_problem_of_its_product(client_acme: Client, photos: PathRules) -> None:
    catalogue = save(client_acme, article("MUG", photo="C:\\Photos\\absent.jpg"), media_paths=photos)
    (problem,) = Product.objects.get(key="MUG").problems
    assert (problem["cause"], problem["facts"]["path"]) == ("media.missing_file", "C:\\Photos\\absent.jpg")
    assert ProductImage.objects.get().problem == problem
    assert catalogue.products[0].images[0].content_hash == ""
    assert catalogue.products[0].readiness == "ready", "a product sells without a photo"


def test_a_photo_whose_folder_is_away_keeps_the_content_last_known(client_acme: Client, photos: PathRules) -> None:
    before = save(client_acme, *MUG, media_paths=photos).products[0].images
    away = save(client_acme, *MUG, media_paths=NOWHERE).products[0].images
    assert [one.content_hash for one in away] == [one.content_hash for one in before]
    assert [one.problem and one.problem.cause for one in away] == ["media.missing_file"] * 2


def test_a_photo_that_may_not_be_read_is_a_problem(
    client_acme: Client, photos: PathRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_args: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    catalogue = save(client_acme, article("MUG", photo="C:\\Photos\\mug.jpg"), media_paths=photos)
    assert catalogue.products[0].problems[0].facts == {"path": "C:\\Photos\\mug.jpg", "error": "Permission denied"}


def test_another_shop_gets_the_content_without_storing_anything(client_acme: Client, photos: PathRules) -> None:
    catalogue = with_image_content(client_acme, derived(*MUG), media_paths=photos)
    assert all(image.content_hash for image in catalogue.products[0].images)
    assert not Product.objects.exists()
