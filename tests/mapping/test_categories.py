"""The shop's tree: from Sage, as people arranged it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import CatalogueNode, Family
from mapping import desired
from mapping.catalogue import Catalogue, CatalogueProduct
from mapping.categories import KEY_LENGTH, CategoryTree, more_key
from mapping.choices import CategoryChoice, Choices, ChoiceValue, ProductChoice
from mapping.derive import derive
from mapping.desired.categories import emptied_categories
from mapping.rules import load_rules
from mapping.state import Ref
from tests.mapping.builders import TODAY, article, company, data

TREE = (
    Family(code="VETEMENTS", label="Vêtements", parent_code=""),
    Family(code="HAUTS", label="Hauts", parent_code="VETEMENTS"),
    Family(code="POLOS", label="Polos", parent_code="HAUTS"),
    CatalogueNode(number=1, label="Boutique", parent_number=0, level=0),
    CatalogueNode(number=2, label="Nouveautés", parent_number=1, level=1),
)


def catalogue(
    choices: dict[tuple[str, str], ChoiceValue] | None = None, *, free: Any = None, **rules: Any
) -> Catalogue:
    rows = [(kind, key, value) for (kind, key), value in (choices or {}).items()]
    polo = article(
        "POLO", family_code="POLOS", catalogue_path=(1, 2, 0, 0), free_fields={"Rayon": free} if free else {}
    )
    return derive(company(*TREE, polo), load_rules(rules), today=TODAY, choices=Choices(rows), shop="Boutique")


def product(found: Catalogue) -> CatalogueProduct:
    (one,) = found.products
    return one


def paths(found: Catalogue) -> list[str]:
    return [node.path for node in found.categories]


def test_a_whole_branch_is_published() -> None:
    found = catalogue()
    assert paths(found) == ["Vêtements", "Vêtements > Hauts", "Vêtements > Hauts > Polos"]
    assert (product(found).category_key, product(found).categories) == ("FAM:POLOS", ())


def test_the_products_of_a_hidden_node_go_to_the_one_above_and_so_do_its_children() -> None:
    middle = catalogue({("category", "FAM:HAUTS"): CategoryChoice(hidden=True)})
    assert paths(middle) == ["Vêtements", "Vêtements > Polos"]
    lowest = catalogue({("category", f"FAM:{code}"): CategoryChoice(hidden=True) for code in ("HAUTS", "POLOS")})
    assert (paths(lowest), product(lowest).category_key) == (["Vêtements"], "FAM:VETEMENTS")
    codes = ("VETEMENTS", "HAUTS", "POLOS")
    nothing = catalogue({("category", f"FAM:{code}"): CategoryChoice(hidden=True) for code in codes})
    assert (paths(nothing), product(nothing).category_key) == ([], "")


def test_names_that_people_give_per_language() -> None:
    named = {("category", "FAM:POLOS"): CategoryChoice(name={"fr": "Nos polos", "en": "Polo shirts"})}
    found = catalogue(named, languages=["fr", "en", "de"])
    (last,) = list(desired.desired_categories(found, load_rules({"languages": ["fr", "en", "de"]})))[-1:]
    assert last.fields["name"] == {"fr": "Nos polos", "en": "Polo shirts", "de": "Nos polos"}
    assert last.label == "Vêtements > Hauts > Nos polos"


def test_a_node_that_is_a_category_of_the_shop_begins_the_branch_and_is_not_written() -> None:
    mapped = {("category", "FAM:HAUTS"): CategoryChoice(shop_categories={"Boutique": 12, "Autre": 99})}
    found, rules = catalogue(mapped), load_rules({})
    written = list(desired.desired_categories(found, rules))
    assert [(one.key, one.fields["parent"]) for one in written] == [("FAM:POLOS", Ref("categories", "#12"))]
    (wanted,) = desired.desired_products(found, rules)
    assert wanted.fields["category"] == Ref("categories", "FAM:POLOS")
    assert wanted.fields["categories"] == [Ref("categories", "#12"), Ref("categories", "FAM:POLOS")]


@pytest.mark.parametrize(
    ("more", "free", "expected"),
    [
        pytest.param(["catalogue_path"], None, ("CAT:2",), id="the commercial catalogue beside families"),
        pytest.param(["family"], None, (), id="the tree itself adds nothing"),
        pytest.param(["free:Rayon"], "Maison > Jardin", ("MORE:free:Rayon|Maison > Jardin",), id="a path"),
        pytest.param(["free:Rayon"], " Maison /Jardin/ ", ("MORE:free:Rayon|Maison > Jardin",), id="another sign"),
        pytest.param(
            ["free:Rayon"], "Homme/Femme > Été", ("MORE:free:Rayon|Homme/Femme > Été",), id="the clearer sign"
        ),
        pytest.param(["free:Rayon"], " > ", (), id="nothing between the signs"),
        pytest.param(["free:Rayon"], None, (), id="an empty field"),
        pytest.param(["free:Rayon", "catalogue_label"], "A", ("MORE:free:Rayon|A", "CAT:2"), id="several"),
    ],
)
def test_further_categories(more: list[str], free: str | None, expected: tuple[str, ...]) -> None:
    found = catalogue(free=free, categories={"more": more})
    assert product(found).categories == expected
    assert set(expected) <= {node.key for node in found.categories}


def test_a_path_of_a_field_is_a_branch_of_its_own() -> None:
    found = catalogue(free="Maison > Jardin", categories={"more": ["free:Rayon"]})
    nodes = {node.key: (node.name, node.parent_key, node.explanation) for node in found.categories}
    assert nodes["MORE:free:Rayon|Maison > Jardin"] == ("Jardin", "MORE:free:Rayon|Maison", "Rayon « Jardin »")
    assert nodes["MORE:free:Rayon|Maison"] == ("Maison", "", "Rayon « Maison »")


@pytest.mark.parametrize(
    ("choice", "main", "more"),
    [
        pytest.param(ProductChoice(category="CAT:2"), "CAT:2", (), id="another main category"),
        pytest.param(ProductChoice(category=""), "", (), id="none"),
        pytest.param(ProductChoice(category="FAM:GONE"), "FAM:POLOS", (), id="one that Sage no longer has"),
        pytest.param(ProductChoice(categories=("CAT:2", "FAM:POLOS")), "FAM:POLOS", ("CAT:2",), id="further ones"),
        pytest.param(ProductChoice(categories=("FAM:GONE",)), "FAM:POLOS", (), id="a further one that is gone"),
    ],
)
def test_a_person_s_categories_win(choice: ProductChoice, main: str, more: tuple[str, ...]) -> None:
    one = product(catalogue({("product", "POLO"): choice}))
    assert (one.category_key, one.categories) == (main, more)


def test_the_tree_begins_where_the_rules_say() -> None:
    rules = {"categories": {"root": 7}}
    found = catalogue(**rules)
    assert next(iter(desired.desired_categories(found, load_rules(rules)))).fields["parent"] == Ref("categories", "#7")
    alone = catalogue({("product", "POLO"): ProductChoice(category="")}, **rules)
    (wanted,) = desired.desired_products(alone, load_rules(rules))
    assert (wanted.fields["category"], wanted.fields["categories"]) == (
        Ref("categories", "#7"),
        [Ref("categories", "#7")],
    )


def test_an_emptied_category_is_hidden_unless_the_client_says_otherwise() -> None:
    (one,) = emptied_categories([("FAM:X", "Anciens")], load_rules({}))
    assert (one.kind, one.key, one.fields, one.update_only) == ("categories", "FAM:X", {"active": "0"}, True)
    assert list(emptied_categories([("FAM:X", "Anciens")], load_rules({"categories": {"hide_empty": False}}))) == []


@given(st.lists(st.text(), max_size=6), st.text(min_size=1, max_size=30))
def test_a_path_s_key_is_enough_to_make_its_branch(names: list[str], label: str) -> None:
    key = more_key(f"free:{label}", [name for one in names for name in one.split(">")])
    tree = CategoryTree(data(), load_rules({}))
    branch = tree.branch(key)
    assert len(key) <= KEY_LENGTH
    assert (branch[-1:] == [key]) == bool(key)
    assert all(upper == lower[: len(upper)] for upper, lower in itertools.pairwise(branch))


CODES = st.sampled_from(["A", "B", "C", "D"])


@given(st.dictionaries(CODES, CODES), st.sets(CODES), CODES)
def test_whatever_the_tree_and_the_choices_a_branch_ends(parents: dict[str, str], hidden: set[str], code: str) -> None:
    families = [Family(code=one, label=one, parent_code=parent) for one, parent in parents.items()]
    choices = Choices([("category", f"FAM:{one}", CategoryChoice(hidden=True)) for one in hidden])
    tree = CategoryTree(data(*families), load_rules({}), choices)
    branch = tree.branch(f"FAM:{code}")
    assert len(branch) == len(set(branch))
    assert not {key.removeprefix("FAM:") for key in branch} & hidden
