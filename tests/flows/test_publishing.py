"""What the shop holds after each flow, told by the shop itself; and that a second run writes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from connectors.sandbox.sage import connect
from sync_portal.sync.flows import all_flows
from tests.flows.portal import TO_THE_SHOP, World, writes
from tests.flows.shop import text

pytestmark = pytest.mark.flow

FLOWS = (*TO_THE_SHOP, "orders")


def shown(world: World, reference: str) -> dict[str, Any]:
    """What a buyer sees of a product, its ids turned into words."""
    product = world.shop.product(reference)
    taxes = world.shop.names("tax_rule_groups")
    return {
        "name": text(product["name"]),
        "ean13": product["ean13"],
        "price": product["price"],
        "tax": taxes[product["id_tax_rules_group"]],
        "weight": product["weight"],
        "category": world.shop.path(product["id_category_default"]),
        "active": product["active"],
    }


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param(
            "POLO-BLEU-M",
            {
                "name": "Polo d'accueil manches courtes bleu M",
                "ean13": "3761230000013",
                "price": "19.900000",
                "tax": "FR Taux standard (20%)",
                "weight": "0.220000",
                "category": "Vêtements & chaussures > Vêtements de travail > Polos, tee-shirts & chemises",
                "active": "1",
            },
            id="an article in HT",
        ),
        pytest.param(
            "SARDINE-VIN",
            {
                "name": "Sardines à l'huile d'olive vierge, boîte 115 g",
                "ean13": "3761230000457",
                "price": "4.691943",  # 4.95 TTC at 5.5 %
                "tax": "FR Taux réduit (5.5%)",
                "weight": "0.140000",
                "category": "Maison & table > Épicerie fine > Conserves & coffrets",
                "active": "1",
            },
            id="an article in TTC at a reduced rate",
        ),
        pytest.param(
            "CARAMEL-BS",
            {
                "name": "Crème de caramel au beurre salé 220 g",
                "ean13": "3761230000488",
                "price": "6.250000",  # 7.50 TTC at 20 %, the article's own rate, not its family's
                "tax": "FR Taux standard (20%)",
                "weight": "0.380000",
                "category": "Maison & table > Épicerie fine > Sel, sucre & condiments",
                "active": "1",
            },
            id="an article whose tax is not its family's",
        ),
        pytest.param(
            "STYLO-PLUME",
            {
                "name": "Stylo-plume « Nuit d'encre » plume acier",
                "ean13": "",
                "price": "27.000000",
                "tax": "FR Taux standard (20%)",
                "weight": "0.035000",
                "category": "Bureau > Papeterie > Stylos",
                "active": "1",
            },
            id="an article whose barcode is no EAN",
        ),
        pytest.param(
            "SECATEUR",
            {
                "name": "Sécateur à lames franches, poignée frêne",
                "ean13": "3761230000570",
                "price": "30.160000",  # purchase price 11.60 x coefficient 2.6 of the public category
                "tax": "FR Taux réduit (10%)",
                "weight": "0.270000",
                "category": "Jardin > Semences & outils > Outils à main",
                "active": "1",
            },
            id="an article priced by a coefficient",
        ),
    ],
)
def test_the_shop_holds_an_article_as_sage_has_it(published: World, reference: str, expected: dict[str, str]) -> None:
    assert shown(published, reference) == expected


def test_exactly_the_published_articles_are_in_the_shop(published: World) -> None:
    sql = """SELECT AR_Ref FROM F_ARTICLE WHERE AR_Publie = 1 AND AR_Sommeil = 0 AND AR_Ref <> 'ETUI-LUN'"""
    base = connect(published.company.path)
    wanted = {row[0].rstrip() for row in base.execute(sql).fetchall()}
    base.close()
    assert sorted(row["reference"] for row in published.shop.list("products")) == sorted(wanted)


def test_an_article_without_a_price_waits_with_its_cause(world: World) -> None:
    run = world.run("catalogue")
    held = list(run.changes.filter(state="held").values_list("key", "cause", "facts__reference"))
    assert held == [("ETUI-LUN", "catalogue.price_zero", "ETUI-LUN")]
    assert run.held == 1


def test_gammes_become_combinations_with_their_values_and_impacts(published: World) -> None:
    values = published.shop.names("product_option_values")
    found = {
        row["reference"]: (
            row["ean13"],
            row["price"],
            row["default_on"],
            sorted(values[item["id"]] for item in row["associations"]["product_option_values"]),
        )
        for row in published.shop.combinations("COCOTTE-F")
    }
    assert found == {
        "COCOTTE-F-01": ("3762000031015", "0.000000", "1", ["Rouge cerise"]),
        "COCOTTE-F-02": ("3762000031022", "0.000000", None, ["Bleu pétrole"]),
        "COCOTTE-F-03": ("3762000031039", "10.000000", None, ["Noir mat"]),
    }


def test_two_gammes_cross_into_every_combination_that_sage_has(published: World) -> None:
    values = published.shop.names("product_option_values")
    rows = published.shop.combinations("TSHIRT-PRO")
    found = {
        tuple(sorted(values[item["id"]] for item in row["associations"]["product_option_values"])): row["price"]
        for row in rows
    }
    assert found == {
        tuple(sorted((colour, size))): "1.500000" if size == "XXL" else "0.000000"
        for colour in ("Blanc", "Marine", "Noir")
        for size in ("S", "M", "L", "XL", "XXL")
    }
    assert len(rows) == 15
    assert sum(row["default_on"] == "1" for row in rows) == 1


def test_a_combination_asleep_in_sage_is_not_made(published: World) -> None:
    references = {row["reference"] for row in published.shop.combinations("PANT-CARGO")}
    assert references == {f"PANT-CARGO-{number:02d}" for number in range(1, 6)}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("POLO-BLEU-M", {"": 48 - 2 - 2}, id="in the main depot, without what is reserved and prepared"),
        pytest.param("PORTE-CLE", {"": 0}, id="below zero in Sage"),
        pytest.param("COFFRET-APERO", {"": 63}, id="a kit, limited by its scarcest component"),
        pytest.param(
            "GILET-HV",
            {"": 197, "GILET-HV-01": 30, "GILET-HV-02": 38, "GILET-HV-03": 70, "GILET-HV-04": 59},
            id="by combination, added up by the shop",
        ),
    ],
)
def test_the_shop_shows_what_sage_can_sell(published: World, reference: str, expected: dict[str, int]) -> None:
    assert published.shop.stock(reference) == expected


NAUTIC, DUMAS, EPICENTRE = "commandes@nauticpro.example", "andre@dumas-fils.example", "maelle@lepicentre.example"
ABBAYE, MAIRIE = "achats@hotel-abbaye.example", "achats@mairie-smda.example"


@pytest.mark.parametrize(
    ("reference", "buyer", "expected"),
    [
        pytest.param("PLANCHE-CH", {}, "34.50", id="public price from a category row"),
        pytest.param("STYLO-BILLE", {"quantity": 9}, "1.20", id="last unit before a tier"),
        pytest.param("STYLO-BILLE", {"quantity": 10}, "1.08", id="first unit of a tier"),
        pytest.param("STYLO-BILLE", {"quantity": 200}, "0.84", id="highest tier"),
        pytest.param("STYLO-BILLE", {"quantity": 200, "group": "Revendeurs"}, "0.90", id="no tier of another group"),
        pytest.param("RAMETTE-A4", {"quantity": 50}, "5.49", id="5 % then 2 %"),
        pytest.param("CARNET-A5", {"group": "Revendeurs"}, "7.40", id="reseller"),
        pytest.param("CARNET-A5", {"group": "Revendeurs", "quantity": 10}, "6.90", id="reseller, net tier"),
        pytest.param("OUVRE-HUITRE", {"group": "Revendeurs"}, "9.52", id="reseller, 20 % off 11.90"),
        pytest.param("POLO-BLEU-M", {"group": "Comités d'entreprise"}, "17.92", id="21.50 TTC of the works council"),
        pytest.param("BOTTE-MARIN", {"customer": NAUTIC}, "34.90", id="the customer's own price"),
        pytest.param("COUT-OFF9", {"customer": DUMAS}, "15.94", id="15 % off the customer's tariff"),
        pytest.param("SEL-GUER", {"customer": EPICENTRE}, "4.20", id="another customer's own price"),
        pytest.param("TERRINE-CAN", {"customer": ABBAYE}, "6.16", id="a customer price given in TTC: 6.50 at 5.5 %"),
        pytest.param("GILET-HV", {"customer": MAIRIE, "quantity": 49}, "5.60", id="below the customer's tier"),
        pytest.param("GILET-HV", {"customer": MAIRIE, "quantity": 50}, "5.15", id="the customer's tier: 8 % off"),
    ],
)
def test_each_buyer_pays_what_sage_says(published: World, reference: str, buyer: dict[str, Any], expected: str) -> None:
    assert published.shop.price(reference, **buyer) == Decimal(expected)


def test_a_customer_has_an_account_a_group_and_an_address(published: World) -> None:
    groups = published.shop.names("groups")
    customer = published.shop.one("customers", email=NAUTIC)
    assert {
        "company": customer["company"],
        "name": f"{customer['firstname']} {customer['lastname']}",
        "active": customer["active"],
        "default": groups[customer["id_default_group"]],
        "groups": sorted(groups[item["id"]] for item in customer["associations"]["groups"]),
    } == {
        "company": "Nautic'Pro Distribution",
        "name": "Yoann Gauthier",
        "active": "1",
        "default": "Revendeurs",
        "groups": ["Client", "Revendeurs"],
    }
    address = published.shop.one("addresses", id_customer=str(customer["id"]))
    assert [address[name] for name in ("alias", "address1", "postcode", "city", "id_country")] == [
        "Facturation",
        "18 rue de l'Océan",
        "29200",
        "Brest",
        "8",
    ]


def test_photos_are_those_of_sage_and_the_cover_is_the_first(published: World) -> None:
    images = published.shop.images("POLO-BLEU-M")
    folder = published.company.media / "Articles"
    names = ("POLO-BLEU-M.jpg", "POLO-BLEU-M ambiance.jpg", "POLO-BLEU-M détail.jpg")
    assert [published.shop.image_bytes("POLO-BLEU-M", image) for image in images] == [
        (folder / name).read_bytes() for name in names
    ]
    assert int(published.shop.product("POLO-BLEU-M")["id_default_image"]) == images[0]


def test_an_order_of_the_shop_is_one_document_in_sage(world: World) -> None:
    world.publish()
    place_orders(world, count=2)
    run = world.run("orders")
    assert (run.state, run.written, run.requests["sage"]) == ("succeeded", 2, 2)
    orders = {str(row["id"]): (row["reference"], Decimal(row["total_paid_tax_incl"])) for row in shop_orders(world)}
    base = connect(world.company.path)
    sql = """SELECT e.DO_NoWeb, e.DO_Ref, SUM(l.DL_MontantTTC) FROM F_DOCENTETE e JOIN F_DOCLIGNE l
             ON l.DO_Piece = e.DO_Piece WHERE e.DO_NoWeb <> '' GROUP BY e.DO_NoWeb, e.DO_Ref"""
    found = {row[0]: (row[1], Decimal(str(row[2])).quantize(Decimal("0.000001"))) for row in base.execute(sql)}
    base.close()
    assert found == orders


def test_a_second_run_of_every_flow_writes_nothing(world: World) -> None:
    names = [flow.name for flow in all_flows()]
    assert set(FLOWS) < set(names)
    world.publish()
    place_orders(world, count=2)
    world.publish("orders")
    world.publish()  # what orders took from the stock is Sage's now
    before, mark = world.company.rows(), world.shop.mark()
    runs = [world.run(flow) for flow in names]
    assert [(run.flow, run.state, writes(run), run.to_write) for run in runs] == [
        (flow, "succeeded", {}, 0) for flow in names
    ]
    counts = world.shop.since(mark)
    assert (counts.write_requests, counts.writes) == (0, 0)
    assert world.company.rows() == before


def place_orders(world: World, *, count: int) -> None:
    requests.post(f"{world.running.url}/_sandbox/orders?count={count}&seed=1", timeout=30).raise_for_status()


def shop_orders(world: World) -> list[dict[str, Any]]:
    return world.shop.list("orders")
