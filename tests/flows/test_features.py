"""Free fields and statistics as features, and gammes as options with colours and an order: read in the shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from mapping.choices import ChoiceValue, FeatureChoice, OptionChoice, ProductChoice, ValueChoice
from mapping.choosing import choose
from tests.flows.company import keep_only
from tests.flows.portal import World, changes_of, writes
from tests.flows.shop import text

pytestmark = pytest.mark.flow

VERSIONS = ("1.6.1.24", "1.7.8.11", "8.2.1", "9.0.3")
FEATURES: dict[tuple[str, str], ChoiceValue | None] = {
    ("feature", "free:Matière"): FeatureChoice(position=2),
    ("feature", "free:Hauteur (cm)"): FeatureChoice(name={"fr": "Hauteur"}, type="number", unit="cm", position=1),
    ("feature", "free:Date d'arrivage"): FeatureChoice(name={"fr": "Arrivage"}, type="date", position=3),
    ("feature", "free:Lavage à 30°"): FeatureChoice(type="list", position=4),
    ("feature", "free:N° de lot"): FeatureChoice(published=False),
}


def chosen(world: World, choices: dict[tuple[str, str], ChoiceValue | None]) -> None:
    choose(world.client, choices, by=None, verb="feature.map")


def features(world: World, reference: str) -> dict[str, str]:
    """Name of the feature -> value, as the shop holds them for the product."""
    names = world.shop.names("product_features")
    values = {str(row["id"]): text(row["value"]) for row in world.shop.list("product_feature_values")}
    pairs = world.shop.product(reference).get("associations", {}).get("product_features", [])
    return {names[str(one["id"])]: values[str(one["id_feature_value"])] for one in pairs}


def quiet(world: World, *flows: str) -> None:
    """Nothing is written any more."""
    mark = world.shop.mark()
    for flow in flows or ("catalogue",):
        run = world.run(flow)
        assert (changes_of(run), writes(run)) == ({}, {})
    assert world.shop.since(mark).write_requests == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_features_are_typed_named_and_in_order(make_world: Callable[..., World], version: str) -> None:
    world = make_world(small=True, version=version)
    fields = {'"Hauteur (cm)"': "12.5", '"Date d\'arrivage"': "2026-09-12 00:00:00"}
    world.company.update("F_ARTICLE", "AR_Ref", "CAFET-ISO", **fields)
    chosen(world, FEATURES)
    world.publish("catalogue")
    assert features(world, "CAFET-ISO") == {"Hauteur": "12,5 cm", "Matière": "Inox et ABS", "Arrivage": "12/09/2026"}
    assert features(world, "POLO-BLEU-M") == {"Matière": "Coton piqué 100 %", "Lavage à 30°": "Oui"}
    rows = sorted(world.shop.list("product_features"), key=lambda row: int(row["position"]))
    shown = [text(row["name"]) for row in rows if text(row["name"]) in {"Hauteur", "Matière", "Arrivage"}]
    assert shown == ["Hauteur", "Matière", "Arrivage"]
    quiet(world)


def test_an_emptied_field_leaves_the_product_and_its_value_stays_in_the_shop(small: World) -> None:
    chosen(small, FEATURES)
    small.publish("catalogue")
    small.company.update("F_ARTICLE", "AR_Ref", "CAFET-ISO", **{'"Matière"': None})
    run = small.run("catalogue")
    assert list(changes_of(run)) == [("products", "CAFET-ISO")]
    assert writes(run) == {"PATCH": 1}
    assert "Matière" not in features(small, "CAFET-ISO")
    assert "Inox et ABS" in {text(row["value"]) for row in small.shop.list("product_feature_values")}
    quiet(small)


def test_a_person_s_value_wins_and_a_person_may_take_one_away(small: World) -> None:
    chosen(small, FEATURES)
    small.publish("catalogue")
    mine = ProductChoice(features={"FEAT:free:Matière": "Inox 18/10", "FEAT:free:Hauteur (cm)": ""})
    chosen(small, {("product", "CAFET-ISO"): mine})
    small.publish("catalogue")
    assert features(small, "CAFET-ISO") == {"Matière": "Inox 18/10"}
    chosen(small, {("product", "CAFET-ISO"): None})
    small.publish("catalogue")
    assert features(small, "CAFET-ISO")["Matière"] == "Inox et ABS"
    quiet(small)


def test_the_shop_s_features_are_adopted_by_name_and_those_that_are_not_ours_are_kept(small: World) -> None:
    material = post(small, "product_feature", "<name><language id='1'>Matière</language></name>")
    value = f"<id_feature>{material}</id_feature><value><language id='1'>Inox et ABS</language></value>"
    post(small, "product_feature_value", value.replace("<value>", "<custom>1</custom><value>"))
    steel = post(small, "product_feature_value", value)
    style = post(small, "product_feature", "<name><language id='1'>Style</language></name>")
    sober = post(
        small,
        "product_feature_value",
        f"<id_feature>{style}</id_feature><value><language id='1'>Sobre</language></value>",
    )
    small.publish("catalogue")
    assert features(small, "CAFET-ISO") == {}, "nobody said what the features are: nothing is written of them"
    hand = f"<product_feature><id>{style}</id><id_feature_value>{sober}</id_feature_value></product_feature>"
    product = small.shop.product("CAFET-ISO")["id"]
    send(
        small,
        "PATCH",
        "products",
        f"<product><id>{product}</id><associations><product_features>{hand}"
        "</product_features></associations></product>",
    )
    chosen(small, FEATURES)
    small.publish("catalogue")
    assert features(small, "CAFET-ISO") == {
        "Style": "Sobre",
        "Hauteur": "44 cm",
        "Matière": "Inox et ABS",
    }
    pairs = small.shop.product("CAFET-ISO")["associations"]["product_features"]
    assert (material, steel) in {(int(one["id"]), int(one["id_feature_value"])) for one in pairs}
    quiet(small)
    small.publish("drift")
    assert small.client.shops.get().decisions.count() == 0


def post(world: World, node: str, inner: str, *, resource: str = "") -> int:
    """Somebody makes this in the shop; its id."""
    answer = send(world, "POST", resource or f"{node}s", f"<{node}>{inner}</{node}>")
    return int(answer.partition("<id><![CDATA[")[2].partition("]]>")[0])


def send(world: World, verb: str, resource: str, inner: str) -> str:
    url = f"{world.running.url}/api/{resource}"
    answer = requests.request(
        verb, url, data=f"<prestashop>{inner}</prestashop>".encode(), auth=(world.running.key, ""), timeout=30
    )
    answer.raise_for_status()
    return answer.text


# --- options and their values -------------------------------------------------------------------------------------

WITH_GAMMES = ("SWEAT-CAP", "CARNET-A5")


def values(world: World, option: str) -> list[dict[str, Any]]:
    """The option's values in the order in which the shop shows them."""
    (group,) = [row for row in world.shop.list("product_options") if text(row["name"]) == option]
    rows = world.shop.list("product_option_values", id_attribute_group=str(group["id"]))
    return sorted(rows, key=lambda row: int(row["position"]))


@pytest.mark.parametrize("version", VERSIONS)
def test_values_stand_in_sage_s_order_and_colours_have_their_code(
    make_world: Callable[..., World], version: str
) -> None:
    world = make_world(version=version)
    keep_only(world.company, WITH_GAMMES)
    chosen(
        world,
        {
            ("option", "OPT:couleur"): OptionChoice(name={"fr": "Coloris"}, display="color"),
            ("value", "VAL:couleur|bleu nuit"): ValueChoice(colour="#191970"),
        },
    )
    world.publish("catalogue")
    assert [text(row["name"]) for row in values(world, "Taille")] == ["S", "M", "L", "XL"]
    (option,) = [row for row in world.shop.list("product_options") if text(row["name"]) == "Coloris"]
    assert (option["group_type"], str(option["is_color_group"])) == ("color", "1")
    colours = {text(row["name"]): row["color"] for row in values(world, "Coloris")}
    assert colours == {"Bleu nuit": "#191970", "Terracotta": "", "Vert sapin": ""}
    quiet(world)


def test_a_spelling_that_is_another_value_is_one_in_the_shop(make_world: Callable[..., World]) -> None:
    world = make_world()
    keep_only(world.company, WITH_GAMMES)
    world.company.execute(
        ("UPDATE F_ARTGAMME SET EG_Enumere = 'Bleu nuît' WHERE AR_Ref = 'CARNET-A5' AND EG_Enumere = 'Bleu nuit'", ())
    )
    chosen(world, {("value", "VAL:couleur|bleu nuît"): ValueChoice(same_as="VAL:couleur|bleu nuit")})
    world.publish("catalogue")
    assert sorted(text(row["name"]) for row in values(world, "Couleur")) == ["Bleu nuit", "Terracotta", "Vert sapin"]
    quiet(world)


def test_a_colour_chosen_later_is_one_update(make_world: Callable[..., World]) -> None:
    world = make_world()
    keep_only(world.company, WITH_GAMMES)
    world.publish("catalogue")
    chosen(world, {("value", "VAL:couleur|terracotta"): ValueChoice(colour="#E2725B", name={"fr": "Terre cuite"})})
    run = world.run("catalogue")
    assert changes_of(run) == {
        ("product_option_values", "VAL:couleur|terracotta"): {
            "color": (None, "#e2725b"),
            "name": ({"fr": "Terracotta"}, {"fr": "Terre cuite"}),
        }
    }
    assert {text(row["name"]): row["color"] for row in values(world, "Couleur")}["Terre cuite"] == "#e2725b"
    quiet(world)
