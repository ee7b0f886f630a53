"""Texts, tags, makers and suppliers from Sage to the shop, told by the shop itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from connectors.sandbox.shop.server import running_shop
from mapping.choices import BrandChoice, TextChoice, WordChoice
from mapping.choosing import choose, undo
from mapping.models import Binding, Product
from sync_portal.sync.models import Cursor, Run
from tests.flows.company import Company
from tests.flows.conftest import Template
from tests.flows.portal import World, causes_of, load_demo, writes

POLO, PEN, TIN = "POLO-BLEU-M", "STYLO-BILLE", "SARDINE-VIN"


@contextmanager
def shop_of(template: Template, folder: Path, *, version: str = "8.2.1", rules: str = "") -> Iterator[World]:
    """The small company and a shop in French and English, in the manner of a version."""
    base = folder / "sage.sqlite3"
    base.write_bytes(template.small.read_bytes())
    company = Company(base, template.media)
    with running_shop(folder / "shop", version=version, languages=("fr", "en")) as shop:
        more = ("shops.0.rules.languages=['fr', 'en']", *([rules] if rules else []))
        yield World(client=load_demo(company, shop, more), company=company, running=shop)


def said(row: dict[str, Any], field: str) -> dict[str, str]:
    """Language id -> text of one field, as the webservice tells it."""
    value = row[field]
    return {str(one["id"]): one["value"] for one in value} if isinstance(value, list) else {"1": value, "2": value}


def tags_of(world: World, reference: str) -> set[tuple[str, str]]:
    """(language id, name) of a product's tags."""
    known = {str(row["id"]): (str(row["id_lang"]), row["name"]) for row in world.shop.list("tags")}
    tags = world.shop.product(reference).get("associations", {}).get("tags", [])
    return {known[str(tag["id"])] for tag in tags}


def write(world: World, kind: str, key: str, value: Any) -> Any:
    return choose(world.client, {(kind, key): value}, by=None, verb="text.edit")


# --- every version -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.6.1.24", "1.7.8.11", "8.2.1", "9.0.3"])
def test_a_product_has_its_texts_in_every_language_of_the_shop(
    version: str, template: Template, tmp_path: Path, db: None
) -> None:
    with shop_of(template, tmp_path, version=version) as world:
        world.publish("catalogue")
        row = world.shop.product(POLO)
        care = "<p>Lavage à 30 °C à l'envers, séchage à plat. Ne pas utiliser de chlore ; repassage doux.</p>"
        expected = {
            "name": "Polo d'accueil manches courtes bleu M",
            "description": care,
            "description_short": "<p>Coton piqué 100 %, origine : Portugal</p>",
            "meta_title": "Polo d'accueil manches courtes bleu M - Armor Textile",
            "meta_description": "Lavage à 30 °C à l'envers, séchage à plat.",
            "link_rewrite": "polo-d-accueil-manches-courtes-bleu-m",
        }
        assert {field: said(row, field) for field in expected} == {
            field: {"1": text, "2": text} for field, text in expected.items()
        }
        words = ("textile d'accueil", "coton piqué 100", "Armor Textile")
        assert tags_of(world, POLO) == {(language, word) for language in ("1", "2") for word in words}
        makers = world.shop.names("manufacturers")
        assert makers[str(row["id_manufacturer"])] == "Armor Textile"
        assert writes(world.run("catalogue")) == {}


# --- Sage changes --------------------------------------------------------------------------------------------------


def read_all_again() -> None:
    """What Sage has deleted is found by comparing all keys, once a day."""
    Cursor.objects.update(full_at=timezone.now() - timedelta(hours=25))


def looked_at(run: Run) -> set[str]:
    return set(run.changes.filter(kind="products").values_list("key", flat=True))


def test_a_glossary_text_that_changes_reaches_the_articles_that_use_it(small: World) -> None:
    small.begin("catalogue")
    small.company.update("F_GLOSSAIRE", "GL_Intitule", "Épicerie", GL_Text="Une autre recette.")
    run = small.run("catalogue")
    assert looked_at(run) == {TIN}
    assert small.shop.product(TIN)["description"] == "<p>Une autre recette.</p>"
    assert writes(small.run("catalogue")) == {}


def test_a_text_that_sage_no_longer_has_leaves_the_shop(small: World) -> None:
    small.begin("catalogue")
    small.company.execute(("DELETE FROM F_ARTGLOSS WHERE AR_Ref = ?", (TIN,)))
    read_all_again()
    small.publish("catalogue")
    assert small.shop.product(TIN)["description"] == ""
    assert writes(small.run("catalogue")) == {}


def test_a_text_that_was_typed_into_the_shop_is_not_blanked_by_a_sage_that_has_none(small: World) -> None:
    small.company.execute(("DELETE FROM F_ARTGLOSS WHERE AR_Ref = ?", (TIN,)))
    small.publish("catalogue")
    edit(small, TIN, description="<p>À la main</p>")
    small.company.update("F_ARTICLE", "AR_Ref", TIN, AR_Design="Sardines d'ici")
    small.publish("catalogue")
    row = small.shop.product(TIN)
    assert (row["name"], row["description"]) == ("Sardines d'ici", "<p>À la main</p>")


# --- people --------------------------------------------------------------------------------------------------------


def test_a_persons_text_wins_until_it_goes_back_to_sage(small: World) -> None:
    small.begin("catalogue")
    act = write(small, "text", f"{TIN}|description|fr", TextChoice(text="<h3>Bon</h3><script>x</script>"))
    run = small.run("catalogue")
    assert (looked_at(run), small.shop.product(TIN)["description"]) == ({TIN}, "<h3>Bon</h3>")
    small.company.update("F_GLOSSAIRE", "GL_Intitule", "Épicerie", GL_Text="Une autre recette.")
    small.publish("catalogue")
    row = small.shop.product(TIN)
    assert (row["description"], row["meta_description"]) == ("<h3>Bon</h3>", "Une autre recette.")
    undo(act, by=None)
    small.publish("catalogue")
    assert small.shop.product(TIN)["description"] == "<p>Une autre recette.</p>"
    assert writes(small.run("catalogue")) == {}


def test_the_dictionary_reaches_every_product(small: World) -> None:
    small.begin("catalogue")
    write(small, "word", "bleu", WordChoice(to="azur"))
    small.publish("catalogue")
    row = small.shop.product(POLO)
    assert (row["name"], row["link_rewrite"]) == (
        "Polo d'accueil manches courtes azur M",
        "polo-d-accueil-manches-courtes-bleu-m",
    ), "an address that people have bookmarked stays"
    assert writes(small.run("catalogue")) == {}


def test_an_address_is_changed_only_by_a_person_or_a_rule(small: World) -> None:
    small.begin("catalogue")
    write(small, "text", f"{TIN}|link_rewrite|fr", TextChoice(text="Sardines du port"))
    small.publish("catalogue")
    assert small.shop.product(TIN)["link_rewrite"] == "sardines-du-port"
    assert writes(small.run("catalogue")) == {}


def test_tags_follow_what_a_person_writes(small: World) -> None:
    small.begin("catalogue")
    write(small, "text", f"{TIN}|tags|fr", TextChoice(text="sardine, Bretagne, sardine"))
    small.publish("catalogue")
    assert tags_of(small, TIN) == {("1", "sardine"), ("1", "Bretagne")}
    write(small, "text", f"{TIN}|tags|fr", TextChoice(text=""))
    small.publish("catalogue")
    assert tags_of(small, TIN) == set()
    assert writes(small.run("catalogue")) == {}


# --- owners --------------------------------------------------------------------------------------------------------


def edit(world: World, reference: str, **fields: str) -> None:
    """Change a product in the shop as its own people would."""
    identity = world.shop.product(reference)["id"]
    texts = "".join(f'<{name}><language id="1"><![CDATA[{text}]]></language></{name}>' for name, text in fields.items())
    requests.patch(
        f"{world.running.url}/api/products/{identity}",
        data=f"<prestashop><product><id>{identity}</id>{texts}</product></prestashop>".encode(),
        auth=(world.running.key, ""),
        timeout=60,
    ).raise_for_status()


@pytest.mark.parametrize(
    ("owner", "before", "after"),
    [
        pytest.param("sage", "<p>À la main</p>", "Sage", id="Sage overwrites"),
        pytest.param("portal", "<p>À la main</p>", "Sage", id="the portal overwrites"),
        pytest.param("if_new", "<p>À la main</p>", "shop", id="only new ones"),
        pytest.param("if_new", "", "shop", id="only new ones, even when it is empty"),
        pytest.param("if_empty", "<p>À la main</p>", "shop", id="what is filled is kept"),
        pytest.param("if_empty", "", "Sage", id="what is empty is filled"),
        pytest.param("shop", "<p>À la main</p>", "shop", id="the shop's"),
    ],
)
def test_the_owner_of_a_field_decides_who_wins(small: World, owner: str, before: str, after: str) -> None:
    small.begin("catalogue")
    own_rules(small, owners={"products.description": owner})
    edit(small, TIN, description=before)
    if owner in {"sage", "portal"} or not before:
        forget_confirmed(small, TIN, "description")
    small.company.update("F_GLOSSAIRE", "GL_Intitule", "Épicerie", GL_Text="Une autre recette.")
    small.publish("catalogue")
    expected = {"Sage": "<p>Une autre recette.</p>", "shop": before}[after]
    assert small.shop.product(TIN)["description"] == expected
    assert writes(small.run("catalogue")) == {}


def forget_confirmed(world: World, key: str, field: str) -> None:
    """As if the portal had never written the field."""
    row = Binding.objects.get(kind="products", key=key)
    row.confirmed = {name: value for name, value in row.confirmed.items() if name != field}
    row.save(update_fields=["confirmed"])


def own_rules(world: World, **rules: Any) -> None:
    shop = world.client.shops.get()
    shop.rules = {**shop.rules, **rules}
    shop.save(update_fields=["rules"])


@pytest.mark.parametrize(
    ("owner", "text", "kept"),
    [
        pytest.param("sage", "<p>À la main</p>", False, id="Sage overwrites"),
        pytest.param("if_new", "<p>À la main</p>", True, id="it is not new"),
        pytest.param("if_empty", "<p>À la main</p>", True, id="it is filled"),
        pytest.param("if_empty", "", False, id="it is empty"),
        pytest.param("shop", "<p>À la main</p>", True, id="the shop's"),
    ],
)
def test_an_adopted_product_keeps_what_the_rules_leave_to_the_shop(
    small: World, owner: str, text: str, kept: bool
) -> None:
    small.begin("catalogue")
    from_sage = small.shop.product(TIN)["description"]
    edit(small, TIN, description=text, link_rewrite="a-la-main")
    Binding.objects.all().delete()
    own_rules(small, owners={"products.description": owner})
    run = small.run("catalogue")
    row = small.shop.product(TIN)
    assert (causes_of(run), row["description"], row["link_rewrite"]) == ({}, text if kept else from_sage, "a-la-main")
    assert writes(small.run("catalogue")) == {}


# --- makers and suppliers ------------------------------------------------------------------------------------------


def test_makers_and_suppliers_are_made_once_and_those_of_the_shop_are_taken(small: World) -> None:
    post(small, "manufacturers", "manufacturer", "Armor Textile")
    small.publish("catalogue")
    makers = [row["name"] for row in small.shop.list("manufacturers")]
    assert makers.count("Armor Textile") == 1
    row = small.shop.product(POLO)
    assert small.shop.names("suppliers")[str(row["id_supplier"])] == "Armor Textile"
    (link,) = small.shop.list("product_suppliers", id_product=str(row["id"]))
    assert (link["id_supplier"], link["product_supplier_reference"][:1]) == (row["id_supplier"], "F")


def test_a_maker_that_is_renamed_or_ignored_follows(small: World) -> None:
    small.begin("catalogue")
    write(small, "brand", "armor textile", BrandChoice(name="Armor"))
    small.publish("catalogue")
    assert small.shop.names("manufacturers")[str(small.shop.product(POLO)["id_manufacturer"])] == "Armor"
    write(small, "brand", "armor textile", BrandChoice(ignored=True))
    small.publish("catalogue")
    assert str(small.shop.product(POLO)["id_manufacturer"]) == "0"
    assert writes(small.run("catalogue")) == {}


def test_a_supplier_that_goes_away_leaves_the_product(small: World) -> None:
    small.begin("catalogue")
    small.company.execute(("DELETE FROM F_ARTFOURNISS WHERE AR_Ref = ?", (POLO,)))
    read_all_again()
    small.publish("catalogue")
    row = small.shop.product(POLO)
    assert (str(row["id_supplier"]), small.shop.list("product_suppliers", id_product=str(row["id"]))) == ("0", [])
    assert writes(small.run("catalogue")) == {}


def post(world: World, resource: str, node: str, name: str) -> None:
    body = f"<prestashop><{node}><active>1</active><name>{name}</name></{node}></prestashop>"
    requests.post(
        f"{world.running.url}/api/{resource}", data=body.encode(), auth=(world.running.key, ""), timeout=60
    ).raise_for_status()


def test_the_portal_shows_each_text_with_its_source(small: World) -> None:
    small.begin("catalogue")
    product = Product.objects.get(key=POLO)
    assert product.texts["meta_title"]["fr"] == {
        "text": "Polo d'accueil manches courtes bleu M - Armor Textile",
        "why": "AR_Design « Polo d'accueil manches courtes bleu M », AR_Stat01 « Armor Textile » ; "
        "modèle « {design}[ - {stat1}] »",
        "by_person": False,
        "from_sage": "",
    }
    assert (product.manufacturer, product.supplier) == ("Armor Textile", "Armor Textile")
