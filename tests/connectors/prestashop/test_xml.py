from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.xml import (
    Entity,
    NotXml,
    illegal_field,
    node_name,
    parse,
    parse_errors,
    parse_root,
    parse_schema,
    serialise,
)
from tests.connectors.prestashop.fake import recorded

VERSIONS = ["8.2.1", "1.7.8.11", "1.6.1.24"]
NAMES = st.from_regex(r"[a-z]{2,8}_[a-z0-9]{1,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20) | (
    st.sampled_from(["<b>&amp;</b>", "]]>", "é\r\nà", "\t", " x ", "😀", "ligne\n"])
)
LANGUAGES = st.dictionaries(st.integers(1, 99), TEXTS, min_size=1, max_size=3)
ENTITIES = st.builds(
    Entity,
    st.dictionaries(NAMES, TEXTS | LANGUAGES, min_size=1, max_size=5),
    st.none()
    | st.dictionaries(
        st.sampled_from(["categories", "product_features", "accessories", "product_bundle", "taxes"]),
        st.lists(st.dictionaries(st.sampled_from(["id", "quantity"]), TEXTS, min_size=1), max_size=3),
    ),
)


@given(
    st.sampled_from(["products", "addresses", "taxes", "categories", "order_histories", "stock_movements"]),
    st.lists(ENTITIES, max_size=4),
)
def test_what_is_serialised_parses_back_to_itself(resource: str, entities: list[Entity]) -> None:
    assert parse(serialise(resource, entities)) == entities


@pytest.mark.parametrize(
    ("resource", "node"),
    [
        ("products", "product"),
        ("addresses", "address"),
        ("taxes", "tax"),
        ("categories", "category"),
        ("stock_availables", "stock_available"),
        ("order_histories", "order_history"),
        ("product_customization_fields", "customization_field"),
        ("content_management_system", "content"),
    ],
)
def test_each_resource_has_its_node(resource: str, node: str) -> None:
    assert node_name(resource) == node


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_list_is_read_on_every_version(version: str) -> None:
    rows = parse(recorded(version, "stock_availables.xml"))
    assert len(rows) == 3
    assert rows[0].id == 1
    assert rows[0].text("id_product") == "1"
    assert rows[0].text("id_shop") == "1"
    assert rows[0].text("quantity").isdecimal()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_schema_tells_lengths_formats_and_what_is_read_only(version: str) -> None:
    schema = parse_schema(recorded(version, "products.synopsis.xml"))
    assert schema.fields["reference"].max_size == (32 if version == "1.6.1.24" else 64)
    assert schema.fields["reference"].format == "isReference"
    assert schema.fields["quantity"].read_only
    assert not schema.fields["quantity"].filterable
    assert schema.fields["name"].multilang
    assert schema.fields["name"].required is (version == "1.6.1.24")
    assert schema.fields["price"].required
    assert ("state" in schema.fields) is (version != "1.6.1.24")
    assert schema.associations["product_features"] == ("id", "id_feature_value")
    assert schema.languages == (1,)


@pytest.mark.parametrize(("version", "patch"), [("8.2.1", True), ("1.7.8.11", False), ("1.6.1.24", False)])
def test_the_root_lists_rights_and_says_whether_patch_exists(version: str, patch: bool) -> None:
    root = parse_root(recorded(version, "root.xml"))
    assert set(root) == {"products", "stock_availables"}
    assert root["products"]["get"] is True
    assert root["products"]["post"] is False
    assert ("patch" in root["products"]) is patch


def test_an_ids_only_list_carries_the_id_as_an_attribute() -> None:
    body = b'<prestashop><products><product id="4"/><product id="7"/></products></prestashop>'
    assert [entity.id for entity in parse(body)] == [4, 7]


def test_an_empty_list_is_no_entity() -> None:
    assert parse(b"<prestashop><products></products></prestashop>") == []
    assert parse(b"<prestashop></prestashop>") == []


def test_an_image_answer_gives_the_image_and_not_its_content() -> None:
    body = b"<prestashop><image><id>24</id></image><content encode='base64'>AAAA</content></prestashop>"
    assert [entity.id for entity in parse(body)] == [24]


@pytest.mark.parametrize(
    "notice",
    [
        b"\n",
        b"<br />\n<b>Notice</b>: Undefined index: x in <b>/srv/shop/classes/Product.php</b> on line 12<br />\n",
        b"\xef\xbb\xbf",
    ],
    ids=["blank line", "PHP notice", "byte order mark"],
)
def test_what_php_prints_before_the_document_is_cut(notice: bytes) -> None:
    body = notice + b'<?xml version="1.0" encoding="UTF-8"?><prestashop><zone><id>1</id></zone></prestashop>'
    assert parse(body) == [Entity({"id": "1"})]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Bonjour</body></html>", b"&Eacute;tat de commande invalide", b"<prestashop><product>", b"{}"],
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(NotXml):
        parse(body)


def test_entities_of_a_document_are_never_resolved() -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b"<prestashop><zone><id>1</id><name>a&x;b</name></zone></prestashop>"
    )
    assert parse(body)[0].text("name") in ("a", "ab")


def test_errors_are_read_with_their_codes() -> None:
    body = b"<prestashop><errors><error><code>140</code><message>used</message></error></errors></prestashop>"
    assert parse_errors(body) == [(140, "used")]
    assert parse(body) == []


@pytest.mark.parametrize("text", ["a\x00b", "\x0b", "\ufffe"])
def test_a_character_that_xml_cannot_carry_is_found_before_sending(text: str) -> None:
    assert illegal_field(Entity({"id": "1", "name": {1: "fine", 2: text}})) == ("name", text)


def test_line_ends_and_tabs_are_legal() -> None:
    assert illegal_field(Entity({"name": "a\r\n\tb"}, {"categories": [{"id": "2"}]})) is None
