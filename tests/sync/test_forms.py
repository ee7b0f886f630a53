"""Our values in the shop's form, and compared with what it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.xml import Entity
from mapping.state import Ref
from sync_portal.sync import forms
from sync_portal.sync.kinds import KINDS, Form

LANGUAGES = {"fr": 1, "en": 2}
IDS = {Ref("taxes", "20"): 1, Ref("categories", "A"): 12, Ref("categories", "B"): 13}


def encode(kind: str, **fields: object) -> dict[str, object]:
    return forms.encode(KINDS[kind], fields, IDS.__getitem__, LANGUAGES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "encoded"),
    [
        pytest.param("reference", "POLO", "POLO", id="text"),
        pytest.param("name", {"fr": "Polo", "en": "Polo shirt"}, {1: "Polo", 2: "Polo shirt"}, id="languages by id"),
        pytest.param("name", {"fr": "Polo", "de": "Polo"}, {1: "Polo"}, id="a language the shop lacks is left out"),
        pytest.param("price", "12.5", "12.500000", id="six places"),
        pytest.param("tax", Ref("taxes", "20"), "1", id="reference"),
        pytest.param("tax", None, "0", id="no reference"),
        pytest.param("categories", [Ref("categories", "A"), Ref("categories", "B")], [12, 13], id="references"),
        pytest.param("ean13", None, "", id="nothing"),
    ],
)
def test_a_value_takes_the_form_of_its_field(field: str, value: object, encoded: object) -> None:
    assert encode("products", **{field: value}) == {field: encoded}


def test_a_reference_that_the_shop_lacks_is_an_error_of_that_record() -> None:
    with pytest.raises(LookupError):
        encode("products", category=Ref("categories", "nowhere"))


def test_a_new_specific_price_says_whatever_for_the_rest_of_its_unique_key() -> None:
    entity = forms.to_entity(KINDS["specific_prices"], {"price": "9.000000", "from_quantity": "10.000000"})
    assert entity.fields["id_currency"] == "0"
    assert entity.fields["from"] == "0000-00-00 00:00:00"
    assert entity.fields["from_quantity"] == "10"


def test_an_update_carries_the_id_and_only_what_changes() -> None:
    entity = forms.to_entity(KINDS["products"], {"price": "9.000000"}, shop_id=7)
    assert entity == Entity(fields={"id": "7", "price": "9.000000"}, associations=None)


@pytest.mark.parametrize(
    ("sent", "found", "alike"),
    [
        pytest.param("a", "a", True, id="text"),
        pytest.param("a", "A", False, id="case counts"),
        pytest.param({1: "Polo"}, {1: "Polo", 2: "Shirt"}, True, id="only the languages sent"),
        pytest.param({1: "Polo", 2: "x"}, {1: "Polo"}, False, id="a language is missing"),
        pytest.param({1: "Polo"}, "Polo", True, id="one language shown as text"),
        pytest.param([12, 13], [13, 12], True, id="associations are sets"),
        pytest.param([12], [12, 13], False, id="one association too many"),
    ],
)
def test_sent_and_found_are_compared_as_the_shop_means_them(sent: object, found: object, alike: bool) -> None:
    assert forms.same(sent, found) is alike  # type: ignore[arg-type]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_number_keeps_its_value_at_six_places(value: object) -> None:
    assert forms.number(forms.number(str(value))) == forms.number(str(value))


def test_every_kind_is_recognised_by_fields_it_has() -> None:
    for kind in KINDS.values():
        assert set(kind.identity) <= set(kind.fields), kind.name
        assert not kind.lookup or kind.lookup in kind.identity, kind.name
        assert all(field.node for field in kind.fields.values() if field.form is Form.REFS), kind.name
