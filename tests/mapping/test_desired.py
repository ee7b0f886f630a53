from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.sage.records import ArticleSupplier, Combination, Family, KitComponent, Media, Record, Supplier
from mapping import desired
from mapping.catalogue import Catalogue, Problem
from mapping.choices import CategoryChoice, Choices, FeatureChoice, OptionChoice, ValueChoice
from mapping.derive import derive
from mapping.rules import ShopRules, load_rules
from mapping.state import Desired, Held, Ref, to_json
from tests.mapping.builders import (
    TODAY,
    article,
    colours,
    company,
    customer,
    d,
    derived,
    gamme_stock,
    stock,
    tariff,
    variant_price,
)

Desire = Callable[[Catalogue, ShopRules], Iterator[Desired]]
EVERY: list[Desire] = [getattr(desired, name) for name in desired.__all__]


def wanted(desire: Desire, *records: Record, **rules: Any) -> list[Desired]:
    return list(desire(derived(*records, **rules), load_rules(rules)))


def only(desire: Desire, *records: Record, **rules: Any) -> Desired:
    (found,) = wanted(desire, *records, **rules)
    return found


def test_a_product_whole() -> None:
    found = only(
        desired.desired_products,
        Family(code="PULLS", label="Pulls", parent_code="TEXTILE"),
        article(family_code="PULLS", label="Pull d'été", net_weight=d("0.25"), barcode="3017620422003"),
        prices={"accounting_category": 1},
        languages=["fr", "en"],
    )
    name = {"fr": "Pull d'été", "en": "Pull d'été"}
    assert found.fields == {
        "reference": "POLO",
        "ean13": "3017620422003",
        "name": name,
        "price": "20.000000",
        "tax": None,
        "weight": "0.250000",
        "active": "1",
        "category": Ref("categories", "FAM:PULLS"),
        "categories": [Ref("categories", "FAM:TEXTILE"), Ref("categories", "FAM:PULLS")],
    }
    assert found.at_creation == {
        "link_rewrite": {"fr": "pull-d-ete", "en": "pull-d-ete"},
        "state": "1",
        "available_for_order": "1",
        "show_price": "1",
        "minimal_quantity": "1",
        "visibility": "both",
        "product_type": "standard",
    }
    assert (found.key, found.held and found.held.cause) == ("POLO", "catalogue.no_tax"), "the family has no VAT"


def test_the_tax_is_a_rate_without_trailing_zeros() -> None:
    assert only(desired.desired_products, article(sale_price=d("20"))).fields["tax"] == Ref("taxes", "20")


def test_a_product_without_a_category_stands_at_home() -> None:
    found = only(desired.desired_products, article(), categories_from="catalogue")
    assert (found.fields["category"], found.fields["categories"]) == (
        Ref("categories", "@home"),
        [Ref("categories", "@home")],
    )


def test_a_held_product_says_why() -> None:
    found = only(desired.desired_products, article(sale_price=d("0")))
    assert found.held == Held("catalogue.price_zero", {"reference": "POLO", "name": "Polo d'accueil"})


def test_a_product_that_goes_out_is_hidden_and_nothing_else_is_touched() -> None:
    found = only(desired.desired_products, article(asleep=True))
    assert (found.fields, found.at_creation, found.update_only, found.held) == ({"active": "0"}, {}, True, None)


def test_a_category_whole() -> None:
    parent, child = wanted(
        desired.desired_categories,
        Family(code="PULLS", label="Pulls", parent_code="TEXTILE"),
        article(family_code="PULLS"),
    )
    assert parent.fields == {"name": {"fr": "Textile"}, "parent": Ref("categories", "@home"), "active": "1"}
    assert child.fields["parent"] == Ref("categories", "FAM:TEXTILE")
    assert child.at_creation == {"link_rewrite": {"fr": "pulls"}}


GAMMED = article(gamme1=1, kind=1)
TWO = (GAMMED, *colours("POLO", "Bleu", "Rouge"))


def test_options_and_values_whole() -> None:
    option = only(desired.desired_options, *TWO)
    assert (option.key, option.fields) == (
        "OPT:couleur",
        {
            "name": {"fr": "Couleur"},
            "public_name": {"fr": "Couleur"},
            "group_type": "select",
            "is_color_group": "0",
        },
    )
    assert [(one.key, one.fields) for one in wanted(desired.desired_values, *TWO)] == [
        ("VAL:couleur|bleu", {"option": Ref("product_options", "OPT:couleur"), "name": {"fr": "Bleu"}}),
        ("VAL:couleur|rouge", {"option": Ref("product_options", "OPT:couleur"), "name": {"fr": "Rouge"}}),
    ]


def test_combinations_whole() -> None:
    first, second = wanted(desired.desired_combinations, *TWO, variant_price("POLO", "a01", 2, "18"))
    assert first.fields == {
        "product": Ref("products", "POLO"),
        "reference": "POLO-1",
        "ean13": "",
        "price_impact": "0.000000",
        "weight_impact": "0.000000",
        "values": [Ref("product_option_values", "VAL:couleur|bleu")],
    }
    assert first.at_creation == {"minimal_quantity": "1", "default_on": "1"}
    assert (second.fields["price_impact"], second.at_creation) == ("-2.000000", {"minimal_quantity": "1"})


ASLEEP = (
    GAMMED,
    *colours("POLO", "Bleu"),
    *colours("POLO", "Rouge", first=2, row=False),
    Combination(article="POLO", gamme1=2, gamme2=0, asleep=True),
    gamme_stock("POLO", 1, "4"),
    gamme_stock("POLO", 2, "6"),
)


def test_a_sleeping_combination_is_not_made_and_has_no_stock() -> None:
    assert [one.key for one in wanted(desired.desired_combinations, *ASLEEP)] == ["POLO|1|0"]
    assert [(one.key, one.fields["quantity"], one.update_only) for one in wanted(desired.desired_stock, *ASLEEP)] == [
        ("POLO|1|0", "4", False),
        ("POLO|2|0", "0", True),
    ]


@pytest.mark.parametrize(
    ("records", "rules", "expected"),
    [
        pytest.param([article(), stock("POLO", "12")], {}, [("POLO", "12", False)], id="tracked"),
        pytest.param([article(stock_tracking=0)], {}, [("POLO", "999", False)], id="untracked"),
        pytest.param(
            [article(stock_tracking=0)], {"stock": {"untracked_quantity": 5}}, [("POLO", "5", False)], id="by rule"
        ),
        pytest.param([article(sale_price=d("0")), stock("POLO", "12")], {}, [("POLO", "12", True)], id="held"),
        pytest.param([article(asleep=True), stock("POLO", "12")], {}, [], id="out"),
    ],
)
def test_stock(records: list[Record], rules: dict[str, Any], expected: list[tuple[str, str, bool]]) -> None:
    found = wanted(desired.desired_stock, *records, **rules)
    assert [(one.key, one.fields["quantity"], one.update_only) for one in found] == expected


def test_a_stock_row_names_its_product_and_combination() -> None:
    assert only(desired.desired_stock, article()).fields == {
        "product": Ref("products", "POLO"),
        "combination": None,
        "quantity": "0",
    }
    first, _second = wanted(desired.desired_stock, *TWO)
    assert first.fields["combination"] == Ref("combinations", "POLO|1|0")


def test_groups_whole() -> None:
    assert [(one.key, one.fields) for one in wanted(desired.desired_groups)] == [
        ("2", {"name": {"fr": "Revendeurs"}, "price_display_method": "1"}),
        ("3", {"name": {"fr": "Comités"}, "price_display_method": "0"}),
    ]


def test_prices_only_update_what_is_published() -> None:
    found = wanted(desired.desired_product_prices, *TWO, article("ZERO", sale_price=d("0")))
    assert [(one.kind, one.key, one.fields, one.update_only) for one in found] == [
        ("products", "POLO", {"price": "20.000000"}, True),
        ("combinations", "POLO|1|0", {"price_impact": "0.000000"}, True),
        ("combinations", "POLO|2|0", {"price_impact": "0.000000"}, True),
    ]


def test_a_specific_price_whole() -> None:
    found = only(desired.desired_specific_prices, article(), tariff("POLO", 2, price=d("15")), prices={"groups": [2]})
    assert (found.key, found.label) == ("POLO||2||1", "POLO · catégorie tarifaire 2 : 15,00 HT")
    assert found.fields == {
        "product": Ref("products", "POLO"),
        "combination": None,
        "group": Ref("groups", "2"),
        "customer": None,
        "from_quantity": "1",
        "price": "15.000000",
        "reduction": "0.000000",
        "reduction_type": "amount",
        "reduction_tax": "0",
    }
    assert found.reasons["price"] == "Catégorie tarifaire 2 « Revendeurs » : AC_PrixVen = 15,00 HT"


def test_prices_and_photos_of_a_product_that_goes_out_are_kept_but_not_made() -> None:
    records = [article(asleep=True, photo="a.jpg"), tariff("POLO", 2, price=d("15"))]
    rules: dict[str, Any] = {"prices": {"groups": [2]}}
    assert [one.update_only for one in wanted(desired.desired_specific_prices, *records, **rules)] == [True]
    assert [one.update_only for one in wanted(desired.desired_images, *records, **rules)] == [True]


def test_an_image_whole() -> None:
    catalogue = derived(article(photo="C:\\Photos\\Polo.jpg"))
    photo = replace(catalogue.products[0].images[0], content_hash="ab12", file="/photos/polo.jpg")
    found = _images(catalogue, photo)
    assert (found.key, found.label) == ("POLO|c:/photos/polo.jpg", "POLO · C:\\Photos\\Polo.jpg")
    assert found.fields == {"product": Ref("products", "POLO"), "content": "ab12"}
    assert found.at_creation == {"position": "1"}, "the shop is told by the order of sending alone"
    assert found.held is None


def test_a_missing_photo_is_held_with_its_cause() -> None:
    catalogue = derived(article(photo="polo.jpg"))
    problem = Problem("media.missing_file", {"path": "polo.jpg"})
    found = _images(catalogue, replace(catalogue.products[0].images[0], problem=problem))
    assert found.held == Held("media.missing_file", {"path": "polo.jpg"})


def _images(catalogue: Catalogue, photo: Any) -> Desired:
    seen = replace(catalogue, products=(replace(catalogue.products[0], images=(photo,)),))
    (found,) = desired.desired_images(seen, ShopRules())
    return found


PUBLISH: dict[str, Any] = {"customers": {"publish": "with_email"}}


def test_a_customer_whole() -> None:
    found = only(desired.desired_customers, customer(tariff_category=2, siret="732 829 320 00074"), **PUBLISH)
    assert found.fields == {
        "email": "dupont@example.com",
        "firstname": "Jeanne",
        "lastname": "Dupont",
        "company": "Dupont SARL",
        "siret": "73282932000074",
        "group": Ref("groups", "2"),
        "groups": [Ref("groups", "@customer"), Ref("groups", "2")],
        "active": "1",
    }


def test_a_customer_of_the_public_category_is_in_the_shop_s_own_group() -> None:
    found = only(desired.desired_customers, customer(siret="faux"), **PUBLISH)
    assert (found.fields["group"], found.fields["groups"]) == (
        Ref("groups", "@customer"),
        [Ref("groups", "@customer")],
    )
    assert "siret" not in found.fields


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([customer(asleep=True)], [("DUPONT", {"active"}, True, None)], id="asleep: closed"),
        pytest.param([customer(email="")], [], id="without e-mail: not a customer of the shop"),
    ],
)
def test_customers_that_are_not_published(records: list[Record], expected: list[Any]) -> None:
    found = wanted(desired.desired_customers, *records, **PUBLISH)
    assert [(one.key, set(one.fields), one.update_only, one.held) for one in found] == expected
    assert wanted(desired.desired_addresses, *records, **PUBLISH) == []


def test_customers_that_share_an_email_are_held() -> None:
    found = wanted(desired.desired_customers, customer("A", email="x@y.fr"), customer("B", email="X@y.fr"), **PUBLISH)
    assert [one.held and one.held.cause for one in found] == ["customers.email_doubled"] * 2


def test_an_address_whole() -> None:
    found = only(desired.desired_addresses, customer(phone="05 46 00 00 00"), **PUBLISH)
    assert (found.key, found.fields) == (
        "DUPONT|main",
        {
            "customer": Ref("customers", "DUPONT"),
            "alias": "Facturation",
            "company": "Dupont SARL",
            "firstname": "Jeanne",
            "lastname": "Dupont",
            "address1": "1 rue du Port",
            "address2": "",
            "postcode": "17000",
            "city": "La Rochelle",
            "country": Ref("countries", "FR"),
            "phone": "05 46 00 00 00",
        },
    )


EVERYTHING = (
    *TWO,
    article("MUG", photo="mug.jpg", statistics=("Armor",), free_fields={"Matière": "Grès"}),
    ArticleSupplier(article="MUG", supplier="FARMOR", main=True),
    Supplier(number="FARMOR", name="Armor Céramique"),
    Media(article="MUG", path="fiches/mug.pdf"),
    article("ZERO", sale_price=d("0")),
    article("VIEUX", asleep=True),
    tariff("MUG", 2, price=d("15")),
    customer("DUPONT"),
    customer("ANCIEN", asleep=True),
    customer("PERDU", country="Atlantide"),
)
RULES: dict[str, Any] = {
    **PUBLISH,
    "brands": {"manufacturer": "stat1", "suppliers": True},
    "texts": {"tags": {"fr": {"templates": ["{stat1}"]}}},
}
CHOICES = Choices(
    [
        ("feature", "free:Matière", FeatureChoice(position=1)),
        ("option", "OPT:couleur", OptionChoice(display="color", position=2)),
        ("value", "VAL:couleur|bleu", ValueChoice(colour="#0000ff", position=3, name={"fr": "Azur"})),
        ("category", "FAM:TEXTILE", CategoryChoice(name={"fr": "Mode"})),
    ]
)


def everything(desire: Desire) -> list[Desired]:
    rules = load_rules(RULES)
    return list(desire(derive(company(*EVERYTHING), rules, today=TODAY, choices=CHOICES), rules))


@pytest.mark.parametrize("desire", EVERY, ids=desired.__all__)
def test_every_field_has_its_reason_and_is_plain_data(desire: Desire) -> None:
    found = everything(desire)
    assert found
    for one in found:
        assert set(one.reasons) == set(one.fields), one.key
        assert all(one.reasons.values()), one.key
        assert all(isinstance(to_json(value), (str, dict, list, type(None))) for value in one.fields.values())


@pytest.mark.parametrize("desire", EVERY, ids=desired.__all__)
def test_a_key_is_wanted_once(desire: Desire) -> None:
    keys = [(one.kind, one.key) for one in everything(desire)]
    assert len(keys) == len(set(keys))


def test_a_pack_and_its_accessories_are_one_resource_and_what_is_no_more_is_only_taken_back() -> None:
    kit = {"nomenclature": 2, "stock_tracking": 0}
    numbers = dict.fromkeys(("gamme1", "gamme2", "kit_gamme1", "kit_gamme2", "position"), 0)
    part = KitComponent(kit="LOT", component="MUG", quantity=d("2"), **numbers)
    catalogue = derived(article("LOT", **kit), article("MUG"), part)
    pack, plain = sorted(desired.desired_links(catalogue, load_rules({})), key=lambda one: one.key)
    assert pack.fields == {
        "product": Ref("products", "LOT"),
        "product_type": "pack",
        "type": "pack",
        "pack_stock_type": "0",
        "pack": [Ref("pack_items", "MUG||2")],
    }
    assert (pack.cleared, pack.update_only) == ({"accessories": []}, False)
    assert plain.update_only, "a product without any is left alone"
    assert plain.cleared == {"accessories": [], "pack": [], "type": "simple", "product_type": "standard"}


def test_an_article_that_is_away_is_redirected_as_the_rules_say() -> None:
    catalogue = derived(article(asleep=True), articles={"away": "redirect"})
    (found,) = desired.desired_products(catalogue, load_rules({}))
    assert found.fields == {
        "active": "0",
        "redirect_type": "301-category",
        "redirect_to": Ref("categories", "FAM:TEXTILE"),
    }
    assert found.update_only
    assert set(found.reasons) == set(found.fields)
