"""What is new is folded under what tells most; what is technical is for those who look for a fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from sync_portal.pages.differences import change_rows, readable
from tests.pages import factories
from tests.pages.conftest import World


def made(*pairs: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"field": name, "before": None, "after": value, "why": ""} for name, value in pairs]


SPECIFIC_PRICE = made(
    ("product", {"ref": ["products", "POLO"]}),
    ("combination", None),
    ("group", {"ref": ["groups", "2"]}),
    ("customer", None),
    ("from_quantity", "1"),
    ("price", "6.750000"),
    ("reduction", "0.000000"),
    ("reduction_type", "amount"),
    ("reduction_tax", "0"),
)


def test_a_new_resource_is_folded_under_its_most_telling_fields(world: World) -> None:
    factories.CustomerGroupFactory(client=world.client, key="2", name="Revendeurs")
    change = factories.ChangeFactory(
        run=world.run, kind="specific_prices", key="POLO||2||1", action="create", differences=SPECIFIC_PRICE
    )

    with translation.override("fr"):
        (row,) = change_rows(world.client, [change])
        told = [(difference.label, difference.after.replace("\xa0", " ")) for difference in row.telling]

    assert row.folded
    assert told == [("Prix HT", "6,75 €"), ("Groupe d’acheteurs", "Revendeurs")]
    assert {difference.name for difference in row.technical} == {
        *("product", "combination", "customer", "from_quantity", "reduction", "reduction_type", "reduction_tax")
    }


def test_what_the_shop_has_already_is_compared_with_what_it_holds(world: World) -> None:
    told = [
        {"field": "price", "before": "500.000000", "after": "19.900000", "why": ""},
        {"field": "weight", "before": "0.400000", "after": "0.400000", "why": ""},
    ]
    facts = {"recognised": "12", "left": {"link_rewrite": {"fr": "polo"}}}
    change = factories.ChangeFactory(run=world.run, action="create", differences=told, facts=facts)

    (row,) = change_rows(world.client, [change])

    assert (row.recognised, row.folded) == ("12", False)
    assert [difference.name for difference in row.differences] == ["price"]


@pytest.mark.parametrize(
    ("kind", "key"), [("manufacturers", "MAN:granit"), ("suppliers", "SUP:granit"), ("tags", "TAG:fr|Granit")]
)
def test_a_brand_or_a_tag_is_told_by_its_name(kind: str, key: str, world: World) -> None:
    reference = {"ref": [kind, key]}
    factories.ChangeFactory(run=world.run, kind=kind, key=key, action="create", differences=made(("name", "Granit")))
    change = factories.ChangeFactory(run=world.run, action="update", differences=made(("manufacturer", reference)))

    (row,) = change_rows(world.client, [change])

    assert row.differences[0].after == "Granit"


def test_what_is_recognised_later_is_said_not_to_be_compared_yet(
    world: World, signed_in: Callable[..., Browser]
) -> None:
    told = [
        {"field": "price", "before": "5.000000", "after": "19.900000", "why": ""},
        {"field": "category", "before": {"ref": ["categories", "#33"]}, "after": {"ref": ["categories", "K"]}},
    ]
    facts = {"recognised": "12", "left": {}}
    run = factories.RunFactory(client=world.client, preview=True)
    change = factories.ChangeFactory(run=run, action="create", differences=told, facts=facts, state="planned")

    (row,) = change_rows(world.client, [change])
    page = signed_in(world.client).get(reverse("pages:run", args=[world.client.slug, run.pk])).content.decode()

    assert [difference.name for difference in row.differences] == ["price"]
    assert "Pas encore comparés : Catégorie principale" in page
    assert "est repris, pas créé" in page
    assert "Reprendre" in page
    assert "Créer" not in page


@pytest.mark.parametrize(("state", "heals"), [("later", True), ("rejected", False), ("held", False)])
def test_only_what_is_sent_again_is_said_to_be(
    state: str, heals: bool, world: World, signed_in: Callable[..., Browser]
) -> None:
    run = factories.RunFactory(client=world.client, state="incomplete", rejected=1)
    factories.ChangeFactory(run=run, state=state, cause="shop.empty_500")

    page = signed_in(world.client).get(reverse("pages:run", args=[world.client.slug, run.pk])).content.decode()

    assert ("réessayé automatiquement" in page) == heals


def test_an_update_is_never_folded(world: World) -> None:
    change = factories.ChangeFactory(run=world.run, action="update")

    assert not change_rows(world.client, [change])[0].folded


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, "a4eb", ("", "nouvelle photo")),
        ("a4eb", "77aa", ("photo", "photo remplacée")),
        ("a4eb", None, ("photo", "")),
    ],
    ids=["new", "replaced", "deleted"],
)
def test_a_photo_is_no_hash(before: str | None, after: str | None, expected: tuple[str, str]) -> None:
    with translation.override("fr"):
        shown = readable({"field": "content", "before": before, "after": after}, {})

    assert (shown.before, shown.after) == expected


def test_a_photo_that_is_there_has_its_thumbnail(world: World, tmp_path: Path) -> None:
    there = factories.ProductImageFactory(product=world.product, key="A|there.jpg", file=str(tmp_path / "there.jpg"))
    factories.ProductImageFactory(product=world.product, key="A|gone.jpg", file="")
    changes = [
        factories.ChangeFactory(run=world.run, kind="images", key=key, action="create")
        for key in ("A|there.jpg", "A|gone.jpg", "A|deleted.jpg")
    ]

    assert [row.photo_id for row in change_rows(world.client, changes)] == [there.pk, None, None]


OPTION = {"ref": ["product_options", "OPT:couleur"]}


def test_an_option_has_its_name_from_the_shop(world: World) -> None:
    factories.BindingFactory(
        shop=world.shop, kind="product_options", key="OPT:couleur", confirmed={"name": {"fr": "Couleur"}}
    )
    change = factories.ChangeFactory(
        run=world.run, kind="product_option_values", differences=made(("option", OPTION), ("name", {"fr": "Bleu"}))
    )

    assert change_rows(world.client, [change])[0].differences[0].after == "Couleur"


def test_an_option_of_a_first_preview_has_its_name_from_there(world: World) -> None:
    factories.ChangeFactory(
        run=world.run,
        kind="product_options",
        key="OPT:couleur",
        action="create",
        differences=made(("name", {"fr": "Couleur"})),
    )
    change = factories.ChangeFactory(run=world.run, kind="product_option_values", differences=made(("option", OPTION)))

    assert change_rows(world.client, [change])[0].differences[0].after == "Couleur"


def test_what_is_only_known_by_its_number_says_so() -> None:
    with translation.override("fr"):
        shown = readable({"field": "tax", "before": None, "after": {"ref": ["taxes", "#7"]}}, {})

    assert shown.after.replace("\xa0", " ") == "n° 7 dans la boutique"


def test_a_technical_key_is_never_a_title(world: World) -> None:
    change = factories.ChangeFactory(run=world.run, kind="specific_prices", key="POLO||2||1")

    assert change_rows(world.client, [change])[0].label == "POLO"


@pytest.mark.parametrize(("role", "seen"), [("sales", False), ("agency", True), ("administrator", True)])
def test_technical_fields_are_for_those_who_look_for_faults(
    role: str, seen: bool, world: World, signed_in: Callable[..., Browser]
) -> None:
    factories.ChangeFactory(
        run=world.run, differences=[{"field": "visibility", "before": "both", "after": "none", "why": ""}]
    )
    url = reverse("pages:run", args=[world.client.slug, world.run.pk])

    page = signed_in(world.client, role=role).get(url).content.decode()

    assert ("Visibilité" in page) == seen
