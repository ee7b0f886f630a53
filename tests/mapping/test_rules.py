from __future__ import annotations

import re

import pytest

from mapping.rules import NAME_REPLACEMENTS, load_rules


def test_an_empty_document_takes_every_default() -> None:
    rules = load_rules({})
    assert (rules.language, rules.languages) == ("fr", ["fr"])
    assert (rules.prices.public_category, rules.prices.accounting_category) == (1, 1)
    assert rules.stock.formula == "available_advanced"
    assert rules.articles.missing_pairs == "stock"
    assert rules.customers.publish == "none"
    assert rules.name_replacements == NAME_REPLACEMENTS


def grouped(**rule: object) -> dict[str, object]:
    return {"grouping": {"rules": [{"name": "Modèle", **rule}]}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        pytest.param({"prices": {"tiers": "yes"}}, "prices.tiers: 'yes': ", id="a text for a flag"),
        pytest.param({"pricse": {}}, "pricse: {}: ", id="a misspelt section"),
        pytest.param({"stock": {"depot": [1]}}, "stock.depot: [1]: ", id="a misspelt setting"),
        pytest.param({"stock": {"formula": "all"}}, "stock.formula: 'all': ", id="an unknown formula"),
        pytest.param({"prices": {"groups": [0]}}, "prices.groups.0: 0: ", id="rank 0 is no category"),
        pytest.param(
            {"owners": {"products.colour": "sage"}}, "'products.colour' is not a field", id="an unknown field"
        ),
        pytest.param({"owners": {"products.name": "me"}}, "owners.products.name: 'me': ", id="an unknown owner"),
        pytest.param({"language": "en"}, "language 'en' is not among", id="a language the shop lacks"),
        pytest.param({"orders": {"carriers": {"DHL": 0}}}, "orders.carriers.DHL: 0: ", id="a carrier without rank"),
        pytest.param(grouped(by="reference", pattern="(?P<base>["), "pattern '(?P<base>[': ", id="a broken pattern"),
        pytest.param(
            grouped(by="reference", pattern="(.*)"), 'has no group "base"', id="a pattern without its product"
        ),
        pytest.param(grouped(by="source", source="modele"), "'modele' is no source", id="a group by no source"),
        pytest.param(
            grouped(by="design", axes={"Taille": "size"}), "axis 'Taille': 'size' is neither", id="an axis read nowhere"
        ),
    ],
)
def test_a_fault_is_named_with_its_path_and_value(document: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        load_rules(document)


def test_every_fault_has_its_line() -> None:
    with pytest.raises(ValueError, match=r"^prices\.tiers: 1: .*\nimages\.per_product: 0: .*$"):
        load_rules({"prices": {"tiers": 1}, "images": {"per_product": 0}})


def test_a_document_written_back_is_the_same() -> None:
    rules = load_rules({"stock": {"depots": [1, 2]}, "orders": {"payments": {"cheque": 3}}})
    assert load_rules(rules.model_dump()) == rules
