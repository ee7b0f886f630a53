"""The public pages: what was published is seen, and a test order can be placed."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from connectors.sandbox.shop.pages import euros
from tests.connectors.sandbox.shop.conftest import HOST, Api, node

BUYER = {
    "firstname": "Maëlle",
    "lastname": "Cœur",
    "email": "maelle@example.org",
    "address1": "3 quai de l’Île",
    "postcode": "69004",
    "city": "Lyon",
}


def get(api: Api, path: str) -> TestResponse:
    return api.client.get(path, base_url=HOST)


def test_the_catalogue_shows_products_with_photo_price_and_stock(api: Api) -> None:
    category = api.category("Outillage à main")
    product = api.product(name={1: "Marteau <rivoir>".replace("<", "«").replace(">", "»")})
    image = api.image(product).text("id")
    api("PATCH", "/stock_availables", node("s", {"id": 1, "quantity": 7}))
    page = get(api, "/").text
    assert all(
        text in page for text in ("Marteau «rivoir»", "MAR-800", "12,00\u00a0€", "7 en stock", "Outillage à main")
    )
    assert f'src="/photo/{image}"' in page
    assert get(api, f"/photo/{image}").content_type == "image/jpeg"
    assert "MAR-800" not in get(api, f"/?categorie={category}").text
    assert "MAR-800" in get(api, "/?q=mar-8").text


def test_a_hidden_product_is_shown_on_demand_only(api: Api) -> None:
    api.product(active=0)
    assert "MAR-800" not in get(api, "/").text
    assert "hors ligne" in get(api, "/?tout=1").text


def test_the_product_page_shows_combinations_and_the_price_of_each_tariff(api: Api) -> None:
    product = api.product(description={1: "<p>Bois de <strong>frêne</strong></p>"})
    (value,) = api.option_values("Grand")
    values = f"<product_option_values><v><id>{value}</id></v></product_option_values>"
    api("POST", "/combinations", node("c", {"id_product": product, "minimal_quantity": 1, "price": 2}, values))
    group = api("POST", "/groups", node("g", {"price_display_method": 1, "name": {1: "Revendeurs"}})).ids[0]
    api.specific_price(product, "8", id_group=group, from_quantity=10)
    page = get(api, f"/produit/{product}").text
    assert all(
        text in page
        for text in ("Taille : Grand", "14,40\u00a0€", "Revendeurs", "10,00\u00a0€", "<strong>frêne</strong>")
    )
    assert get(api, "/produit/999").status_code == 404


def test_the_form_places_an_order_that_the_webservice_shows(api: Api) -> None:
    product = api.product()
    form = {"article": [f"Marteau [{product}-0]", ""], "quantity": ["2", "1"], "carrier": "2", "paid": "1"}
    answer = api.client.post("/commander", base_url=HOST, data={**BUYER, **form, "payment": "ps_wirepayment"})
    assert (answer.status_code, answer.location) == (303, "/commande/1")
    assert "32,40\u00a0€" in get(api, "/commande/1").text
    assert api("GET", "/orders/1").text("total_paid") == "32.400000"
    assert "Maëlle Cœur" in get(api, "/commandes").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"article": "nosuch"}, "Article inconnu", id="unknown article"),
        pytest.param({"article": ""}, "au moins un article", id="no article"),
        pytest.param({"quantity": "0"}, "au moins 1", id="no quantity"),
        pytest.param({"city": ""}, "Il manque : ville", id="no city"),
    ],
)
def test_the_form_says_what_is_missing(api: Api, changed: dict[str, str], said: str) -> None:
    api.product()
    form = {**BUYER, "article": "MAR-800", "quantity": "1", "payment": "ps_wirepayment", **changed}
    answer = api.client.post("/commander", base_url=HOST, data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert api.shop.count("orders") == 0


def test_three_believable_orders_come_at_a_click(api: Api) -> None:
    assert api.client.post("/commandes", base_url=HOST, data={"count": "3"}).location == "/commandes?vide=1"
    api.product()
    api.client.post("/commandes", base_url=HOST, data={"count": "3"})
    assert api.shop.count("orders") == 3
    assert get(api, "/commandes").text.count('href="/commande/') == 3


@pytest.mark.parametrize(
    ("amount", "shown"), [("1234.5", "1\u202f234,50\u00a0€"), ("0", "0,00\u00a0€"), ("7.999", "8,00\u00a0€")]
)
def test_amounts_are_written_the_french_way(amount: str, shown: str) -> None:
    assert euros(amount) == shown


def test_a_page_that_was_given_up_leads_to_its_product_or_category(api: Api) -> None:
    category, other = api.category("Outillage"), api.product(reference="AUTRE")
    gone = api.product(active=0, redirect_type="301-product", id_type_redirected=other)
    filed = api.product(active=0, redirect_type="301-category", id_type_redirected=category)
    assert get(api, f"/produit/{gone}").headers["Location"].endswith(f"/produit/{other}")
    assert get(api, f"/produit/{filed}").headers["Location"].endswith(f"/?categorie={category}")
    assert "menés" in get(api, f"/produit/{gone}?voir=1").text


def test_what_can_no_longer_be_ordered_says_so(api: Api) -> None:
    product = api.product(available_for_order=0)
    page = get(api, f"/produit/{product}").text
    assert "n’est plus vendu" in page
    assert "/commander?article" not in page


def test_a_choice_shows_its_colour_and_its_own_price_and_keeps_the_other_values(api: Api) -> None:
    product = api.product()
    small, large = api.option_values("Petit", "Grand")
    colour = api(
        "POST", "/product_options", node("o", {"group_type": "color", "name": {1: "C"}, "public_name": {1: "C"}})
    )
    red = api(
        "POST",
        "/product_option_values",
        node("v", {"id_attribute_group": colour.ids[0], "name": {1: "Rouge"}, "color": "#aa0000"}),
    ).ids[0]
    ids = []
    for size, price in ((small, 0), (large, 5)):
        values = "".join(f"<v><id>{one}</id></v>" for one in (size, red))
        linked = f"<product_option_values>{values}</product_option_values>"
        made = api(
            "POST", "/combinations", node("c", {"id_product": product, "minimal_quantity": 1, "price": price}, linked)
        )
        ids.append(made.ids[0])
    page = get(api, f"/produit/{product}?declinaison={ids[1]}").text
    assert 'fill="#aa0000"' in page
    assert f'href="/commander?article={product}-{ids[1]}"' in page
    assert f'declinaison={ids[0]}"' in page


def test_a_pack_its_accessories_and_its_documents_are_on_the_page(api: Api) -> None:
    glass, other = api.product(reference="VERRE", name={1: "Verre"}), api.product(reference="POMPE", name={1: "Pompe"})
    pack = api.product(reference="LOT", name={1: "Lot de verres"})
    bundle = f"<product_bundle><product><id>{glass}</id><quantity>6</quantity></product></product_bundle>"
    linked = f"<accessories><product><id>{other}</id></product></accessories>"
    api("PATCH", "/products", node("p", {"id": pack, "type": "pack"}, bundle + linked))
    page = get(api, f"/produit/{pack}").text
    assert all(text in page for text in ("Ce lot contient", "6 ×", "Verre", "À acheter avec", "Pompe"))
    assert get(api, "/document/999").status_code == 404
