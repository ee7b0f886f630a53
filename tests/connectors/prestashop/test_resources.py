from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.resources import (
    Problem,
    check,
    clean_customer_name,
    clean_name,
    clean_reference,
    link_rewrite,
    price_text,
)
from connectors.prestashop.rules import accepts
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity, MultiLang, Text, parse_schema
from tests.connectors.prestashop.fake import recorded


def shop(version: str = "8.2.1") -> ShopCapabilities:
    recorded_as = "8.2.1" if version.startswith("9") else version
    return ShopCapabilities(
        version=version,
        rights={},
        has_patch=version[0] in "89",
        languages=(1,),
        load_schema=lambda resource: parse_schema(recorded(recorded_as, f"{resource}.synopsis.xml")),
    )


def problems(resource: str, version: str = "8.2.1", **fields: Text | MultiLang) -> list[Problem]:
    return check(resource, Entity({"id": "1", **fields}), shop(version))


@pytest.mark.parametrize(
    ("resource", "field", "value", "rule", "proposal"),
    [
        ("products", "price", "10,50", "isPrice", "10.50"),
        ("products", "price", "1 234,5 €", "isPrice", "1234.5"),
        ("products", "price", "abc", "isPrice", None),
        ("products", "ean13", "123X", "isEan13", None),
        ("products", "ean13", "3 017620 422003", "length 13", "3017620422003"),
        ("products", "reference", "A<B>;", "isReference", "AB"),
        ("products", "reference", "x" * 65, "length 64", None),
        ("stock_availables", "quantity", "3.7", "isInt", None),
        ("stock_availables", "quantity", "", "required", None),
        ("stock_availables", "depends_on_stock", "1", "depends_on_stock", "0"),
        ("customers", "lastname", "Dupont 2", "isCustomerName", "Dupont"),
        ("customers", "lastname", "SARL L&M (Lyon) / Co.", "isCustomerName", "SARL L&M Lyon Co."),
        ("customers", "email", "dupont@", "isEmail", None),
        ("addresses", "lastname", "Société 3D", "isName", "Société D"),
        ("addresses", "postcode", "69 003 – Lyon CEDEX 03", "length 12", "69 003 Lyon"),
        ("addresses", "phone", "04.78.00.00.00 poste 3", "isPhoneNumber", "04.78.00.00.00 3"),
        ("specific_prices", "from", "2026-01-01T00:00:00", "isDateFormat", None),
        ("specific_prices", "from", "", "required", None),
        ("specific_prices", "reduction_type", "percent", "isReductionType", None),
    ],
)
def test_a_value_the_shop_would_refuse_is_told_with_a_proposal(
    resource: str, field: str, value: str, rule: str, proposal: str | None
) -> None:
    assert problems(resource, **{field: value}) == [Problem(field, value, rule, proposal)]


@pytest.mark.parametrize(
    ("resource", "field", "value"),
    [
        ("products", "price", "10.500000"),
        ("products", "reference", "É-1/[A] 'x'"),
        ("products", "ean13", ""),
        ("stock_availables", "quantity", "-4"),
        ("customers", "lastname", "D'Aubigné-Müller J. P."),
        ("specific_prices", "price", "-1.000000"),
        ("specific_prices", "from", "0000-00-00 00:00:00"),
        ("addresses", "postcode", "69003"),
    ],
)
def test_a_good_value_is_left_alone(resource: str, field: str, value: str) -> None:
    assert problems(resource, **{field: value}) == []


@pytest.mark.parametrize(("version", "length"), [("1.6.1.24", 32), ("1.7.8.11", 64), ("8.2.1", 64)])
def test_lengths_are_those_of_the_version(version: str, length: int) -> None:
    assert problems("products", version, reference="x" * length) == []
    assert [p.rule for p in problems("products", version, reference="x" * (length + 1))] == [f"length {length}"]


@pytest.mark.parametrize(("version", "count"), [("1.6.1.24", 1), ("8.2.1", 0)])
def test_a_siret_is_checked_where_the_version_does(version: str, count: int) -> None:
    assert len(problems("customers", version, siret="12345678901234")) == count
    assert problems("customers", version, siret="73282932000074") == []


def test_texts_are_checked_in_each_language() -> None:
    name: MultiLang = {1: "Vis", 2: "Screw <6x40>"}
    assert problems("products", name=name) == [Problem("name", "Screw <6x40>", "isCatalogName", "Screw 6x40", 2)]


@pytest.mark.parametrize("html", ["<script>x</script>", '<a onclick="x">y</a>', "<iframe src='x'></iframe>"])
def test_active_html_is_refused(html: str) -> None:
    assert [p.rule for p in problems("products", description={1: html})] == ["isCleanHtml"]


def test_plain_html_passes_and_a_short_description_has_its_own_limit() -> None:
    assert problems("products", description={1: '<p style="color:red">ok</p>' + "x" * 900}) == []
    assert problems("products", description_short={1: "<p>" + "x" * 800 + "</p>"}) == []
    assert [p.rule for p in problems("products", description_short={1: "x" * 801})] == ["length 800"]


@pytest.mark.parametrize(
    ("version", "missing"),
    [("1.6.1.24", {"price", "name", "link_rewrite"}), ("1.7.8.11", {"price", "name"}), ("8.2.1", {"price", "name"})],
)
def test_what_a_new_product_needs(version: str, missing: set[str]) -> None:
    assert {p.field for p in check("products", Entity({"reference": "A"}), shop(version))} == missing
    assert check("products", Entity({"id": "1", "reference": "A"}), shop(version)) == []


def test_an_emoji_is_refused_where_it_would_become_question_marks() -> None:
    assert [p.proposal for p in problems("products", "1.6.1.24", name={1: "Chaise 😀"})] == ["Chaise "]
    assert problems("products", "8.2.1", name={1: "Chaise 😀"}) == []


def test_9_wants_the_check_digit_of_an_ean() -> None:
    assert [p.rule for p in problems("products", "9.0.3", ean13="3017620422004")] == ["isGtin"]
    assert problems("products", "9.0.3", ean13="3017620422003") == []
    assert problems("products", "8.2.1", ean13="3017620422004") == []


def test_a_control_character_is_told_before_it_breaks_the_batch() -> None:
    assert [(p.rule, p.proposal) for p in problems("products", name={1: "a\x0bb"})] == [("xml", "a b")]


def test_a_shop_that_shows_no_schema_is_not_second_guessed() -> None:
    known = ShopCapabilities(version="8.2.1", rights={}, has_patch=True)
    assert check("products", Entity({"price": "x"}), known) == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Œuvre d'été", "oeuvre-d-ete"),
        ("Vis n°12", "vis-n-12"),
        ("Lot à 5 €", "lot-a-5-euro"),
        ("Straße & Łódź", "strasse-et-lodz"),
        ("***", "-"),
        ("x" * 200, "x" * 128),
    ],
)
def test_the_address_part_of_a_name(text: str, slug: str) -> None:
    assert link_rewrite(text) == slug


@given(st.text(max_size=300))
def test_a_cleaned_name_is_always_accepted(text: str) -> None:
    assert accepts("isCatalogName", clean_name(text))
    assert len(clean_name(text)) <= 128


@given(st.text(max_size=300))
def test_a_cleaned_customer_name_is_always_accepted(text: str) -> None:
    assert accepts("isCustomerName", clean_customer_name(text, length=32))
    assert accepts("isName", clean_customer_name(text, length=32))
    assert len(clean_customer_name(text, length=32)) <= 32


@given(st.text(max_size=100))
def test_a_cleaned_reference_is_always_accepted_and_never_shortened(text: str) -> None:
    cleaned = clean_reference(text, length=32)
    assert accepts("isReference", cleaned)
    assert len(cleaned) <= 32


@given(st.text(max_size=300))
def test_a_link_rewrite_is_always_accepted(text: str) -> None:
    assert accepts("isLinkRewrite", link_rewrite(text))
    assert len(link_rewrite(text)) <= 128


@pytest.mark.parametrize(
    ("amount", "text"),
    [("10", "10.000000"), ("0.1234567", "0.123457"), ("-1", "-1.000000"), ("1E+3", "1000.000000")],
)
def test_a_price_is_written_as_the_shop_keeps_it(amount: str, text: str) -> None:
    assert price_text(Decimal(amount)) == text
