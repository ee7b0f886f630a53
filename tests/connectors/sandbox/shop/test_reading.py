"""Lists, filters, sort, limit, formats, schemas and virtual prices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.shop.values import fold, slug
from tests.connectors.sandbox.shop.conftest import Api, node

FILTERS = [
    pytest.param("[demo_1]", ["demo_1"], id="equal"),
    pytest.param("demo_1", ["demo_1"], id="equal without brackets"),
    pytest.param("[demo_1|demo_3]", ["demo_1", "demo_3"], id="list"),
    pytest.param("[demo_1,demo_3]", [], id="an interval of texts is an equality"),
    pytest.param("[demo_1]%", ["demo_1", "demo_10"], id="begins"),
    pytest.param("%[_3]", ["demo_3"], id="ends, with a wildcard"),
    pytest.param("%[mo_1]%", ["demo_1", "demo_10"], id="contains"),
    pytest.param("![demo_1]", ["demo_3", "demo_10"], id="not"),
    pytest.param("![demo_1|demo_3]", ["demo_10"], id="none of"),
]


@pytest.fixture
def demo(api: Api) -> Api:
    for reference, price in [("demo_1", "23.9"), ("demo_3", "35.9"), ("demo_10", "9")]:
        api.product(reference, price)
    return api


@pytest.mark.parametrize(("value", "expected"), FILTERS)
def test_filters(demo: Api, value: str, expected: list[str]) -> None:
    answer = demo("GET", "/products", query_string={"filter[reference]": value, "display": "[id,reference]"})
    assert answer.texts("reference") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("filter[id]=[1|3]", [1, 3], id="ids"),
        pytest.param("filter[id]=[2,3]", [2, 3], id="an interval of numbers"),
        pytest.param("filter[id]=>[2]", [3], id="greater"),
        pytest.param("filter[id]=<[2]", [1], id="less"),
        pytest.param("filter[price]=>[10]", [1, 2], id="amounts are compared as numbers"),
        pytest.param("filter[active]=1&filter[reference]=[demo_3]", [2], id="several filters are all true"),
        pytest.param("filter[name]=%[marteau demo_1]%", [1, 3], id="a multi-language field"),
        pytest.param("sort=[price_DESC,id_ASC]", [2, 1, 3], id="sort by amount"),
        pytest.param("sort=reference_DESC", [2, 3, 1], id="sort without brackets"),
        pytest.param("sort=[name_ASC]&limit=1", [1], id="sort by a text, limit"),
        pytest.param("sort=[id_ASC]&limit=1,2", [2, 3], id="offset and count"),
        pytest.param("limit=abc", [], id="a limit that is no number is 0"),
        pytest.param("filter[date_upd]=>[2020-01-01]&date=1&limit=1", [1], id="dates with date=1"),
        pytest.param("filter[date_upd]=[2020-01-01,]&date=1", [], id="an open interval is empty"),
        pytest.param("id=[1,2]", [1, 2, 3], id="id= does not select"),
    ],
)
def test_lists(demo: Api, query: str, expected: list[int]) -> None:
    assert (
        demo("GET", f"/products?{query}").ids == expected
        if expected
        else demo("GET", f"/products?{query}").xml.find("products/product") is None
    )


def test_display_chooses_fields_and_association_items(demo: Api) -> None:
    answer = demo("GET", "/products?display=[id,stock_availables[id,id_product_attribute]]&limit=1")
    product = answer.xml[0][0]
    assert [child.tag for child in product] == ["id", "associations"]
    assert [child.tag for child in product.find("associations/stock_availables/stock_available")] == [
        "id",
        "id_product_attribute",
    ]


def test_a_single_resource_is_full_unless_asked_otherwise(demo: Api) -> None:
    assert demo("GET", "/products/1").xml[0].find("associations") is not None
    assert [child.tag for child in demo("GET", "/products/1?display=[id,price]").xml[0]] == ["id", "price"]


def test_display_on_a_single_resource_shows_nothing_on_1_6(api_of: Callable[..., Api]) -> None:
    zone = api_of("1.6.1.24")("GET", "/zones/1?display=full").xml[0]
    assert (zone.get("id"), len(zone)) == ("1", 0)


def test_json_lists_and_single_entities(demo: Api) -> None:
    assert demo("GET", "/zones?output_format=JSON&limit=2").body == b'{"zones":[{"id":1},{"id":2}]}'
    assert demo("GET", "/zones/1?io_format=JSON").body == b'{"zone":{"id":1,"name":"Europe","active":"1"}}'
    assert demo("GET", "/zones/1?output_format=json").content_type == "text/xml;charset=utf-8"
    assert b'"weight"' in demo("GET", "/products?display=full&output_format=JSON").body
    assert (
        b'"location"' not in demo("GET", "/products/1?output_format=JSON").body
    )  # 8 leaves blanks out of a single one


def test_json_texts_in_several_languages(api_of: Callable[..., Api]) -> None:
    api = api_of(languages=("fr", "en"))
    api.product(name={1: "Clé", 2: "Key"})
    both = api("GET", "/products?display=[name]&output_format=JSON").body.decode()
    assert both == '{"products":[{"name":[{"id":"1","value":"Clé"},{"id":"2","value":"Key"}]}]}'
    one = api("GET", "/products?display=[name]&output_format=JSON&language=2").body.decode()
    assert one == '{"products":[{"name":"Key"}]}'


def test_the_synopsis_tells_the_rules_and_the_blank_schema_leaves_out_read_only_fields(api: Api) -> None:
    synopsis = api("GET", "/products?schema=synopsis").xml[0]
    assert dict(synopsis.find("reference").attrib) == {"maxSize": "64", "format": "isReference"}
    assert synopsis.find("price").get("required") == "true"
    blank = api("GET", "/products?schema=blank").xml[0]
    assert blank.find("id") is not None
    assert blank.find("quantity") is None


def test_virtual_prices_follow_group_quantity_combination_and_tax(api: Api) -> None:
    product = api.product(price="20")
    combination = api.combination(product, price="2.5", default_on=1)
    api.specific_price(product, "8.5", id_group=3)
    api.specific_price(product, "7.5", id_group=3, from_quantity=10)
    api.specific_price(product, "-1", id_group=2, reduction="0.15", reduction_type="percentage")

    def shown(**options: object) -> str:
        query = "&".join(f"price[p][{name}]={value}" for name, value in options.items())
        return api("GET", f"/products/{product}?display=[id,p]&{query}").text("p")

    assert shown(use_tax=0, group=3, product_attribute=0) == "8.500000"
    assert shown(use_tax=0, group=3, quantity=10, product_attribute=0) == "7.500000"
    assert shown(use_tax=1, group=3, product_attribute=0) == "10.200000"
    assert shown(use_tax=0, group=2, product_attribute=0) == "17.000000"
    assert shown(use_tax=0, group=1, product_attribute=combination) == "22.500000"
    assert shown(use_tax=1, group=1, product_attribute=combination) == "27.000000"


def test_a_customer_price_beats_a_group_price_and_a_percentage_of_15_makes_it_free(api: Api) -> None:
    product = api.product(price="20")
    api.specific_price(product, "-1", id_group=1, reduction="15", reduction_type="percentage")
    assert api("GET", f"/products/{product}?display=[p]&price[p][use_tax]=0&price[p][group]=1").text("p") == "0.000000"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PS_LANG_DEFAULT", "1"), ("PS_TIMEZONE", "Europe/Paris"), ("PS_LIMIT_UPLOAD_IMAGE_VALUE", "2")],
)
def test_configurations_can_be_read(api: Api, name: str, value: str) -> None:
    assert api("GET", f"/configurations?filter[name]=[{name}]&display=[value]").text("value") == value


@pytest.mark.parametrize(("version", "state"), [("8.2.1", "11"), ("1.7.8.11", "11"), ("1.6.1.24", "12")])
def test_the_state_of_webservice_orders_depends_on_the_version(
    api_of: Callable[..., Api], version: str, state: str
) -> None:
    answer = api_of(version)("GET", "/configurations?filter[name]=[PS_OS_WS_PAYMENT]&display=[value]")
    assert answer.text("value") == state


def test_french_tax_rules_lead_to_the_rates(api: Api) -> None:
    rules = api("GET", "/tax_rules?filter[id_country]=8&display=[id_tax_rules_group,id_tax]&sort=[id_ASC]")
    taxes = {int(i): api("GET", f"/taxes/{i}").text("rate") for i in rules.texts("id_tax")}
    assert [taxes[int(tax)] for tax in rules.texts("id_tax")] == ["20.000", "10.000", "5.500", "2.100"]


def test_a_new_language_starts_with_the_texts_of_the_default_one(api: Api) -> None:
    product = api.product(name={1: "Clé"})
    fields = {"name": "English", "iso_code": "en", "language_code": "en-us", "locale": "en-US", "active": 1}
    formats = {"date_format_lite": "m/d/Y", "date_format_full": "m/d/Y H:i:s"}
    assert api("POST", "/languages", node("language", fields | formats)).ids == [2]
    assert api("GET", f"/products/{product}").xml.xpath("//product/name/language/text()") == ["Clé", "Clé"]


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    folded = fold(text) or ""
    assert fold(folded) == folded or fold(fold(folded)) == fold(folded)


@given(st.text(max_size=60))
def test_a_slug_only_holds_what_link_rewrite_accepts(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
