"""What is looked for before anything is created, and what counts as the same."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import ShopConnection
from mapping.models import Binding
from sync_portal.sync.finder import find_alternatives, find_existing, identity
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.resolver import Resolver
from tests.sync.fake_shop import FakeWebservice, entity

pytestmark = pytest.mark.django_db

PRODUCTS = KINDS["products"]


def resolver(shop: ShopConnection, **resources: Any) -> Resolver:
    fake: Any = FakeWebservice(**resources)
    return Resolver(shop, fake)


def found(resolver: Resolver, kind: str, *wanted: dict[str, ShopValue]) -> list[list[int | None]]:
    return [[row.id for row in one.found] for one in find_existing(resolver, KINDS[kind], list(wanted))]


def test_a_product_is_found_by_its_reference_and_no_other(shop: ShopConnection) -> None:
    here = resolver(shop, products=[entity(1, reference="POLO"), entity(2, reference="POLO-M")])
    assert found(here, "products", {"reference": "POLO"}, {"reference": "SAC"}) == [[1], []]


def test_two_with_the_same_reference_are_uncertain(shop: ShopConnection) -> None:
    here = resolver(shop, products=[entity(1, reference="POLO"), entity(2, reference="POLO")])
    (candidates,) = find_existing(here, PRODUCTS, [{"reference": "POLO"}])
    assert (candidates.certain, candidates.uncertain) == (None, True)


def test_what_a_local_key_holds_already_is_nobody_elses(shop: ShopConnection) -> None:
    Binding.objects.create(shop=shop, kind="products", key="POLO", remote_id=1)
    here = resolver(shop, products=[entity(1, reference="POLO"), entity(2, reference="POLO")])
    (candidates,) = find_existing(here, PRODUCTS, [{"reference": "POLO"}])
    assert candidates.certain is not None
    assert candidates.certain.id == 2


def test_many_are_looked_for_in_one_request(shop: ShopConnection) -> None:
    fake: Any = FakeWebservice(products=[entity(1, reference="A")])
    here = Resolver(shop, fake)
    found(here, "products", *({"reference": letter} for letter in "ABC"))
    assert fake.reads == [("products", {"reference": ["A", "B", "C"]})]


@pytest.mark.parametrize(
    ("kind", "left", "right", "same"),
    [
        ("customers", {"email": "Anne@Example.com"}, {"email": "anne@example.com"}, True),
        ("products", {"reference": "POLO"}, {"reference": "polo"}, False),
        ("products", {"reference": "POLO "}, {"reference": "POLO"}, True),
        ("combinations", {"product": "4", "values": [2, 1]}, {"product": "4", "values": [1, 2]}, True),
        ("combinations", {"product": "4", "values": [1]}, {"product": "4", "values": [1, 2]}, False),
        ("categories", {"parent": "2", "name": {1: "Sacs", 2: "Bags"}}, {"parent": "2", "name": {1: "Sacs"}}, True),
        ("categories", {"parent": "2", "name": {1: "Sacs"}}, {"parent": "3", "name": {1: "Sacs"}}, False),
        ("stock", {"product": "4", "combination": ""}, {"product": "4", "combination": "0"}, True),
    ],
)
def test_identity_is_compared_exactly_in_its_own_way(
    kind: str, left: dict[str, ShopValue], right: dict[str, ShopValue], same: bool
) -> None:
    assert (identity(KINDS[kind], left) == identity(KINDS[kind], right)) is same


def test_a_combination_is_known_by_its_values_whatever_their_order(shop: ShopConnection) -> None:
    here = resolver(
        shop,
        combinations=[
            entity(7, {"product_option_values": [3, 1]}, id_product="4"),
            entity(8, {"product_option_values": [3]}, id_product="4"),
        ],
    )
    assert found(here, "combinations", {"product": "4", "values": [1, 3]}) == [[7]]


# --- the same EAN -----------------------------------------------------------------------------------------------------


def alternatives(here: Resolver, *wanted: dict[str, ShopValue]) -> list[list[tuple[str, int | None]]]:
    return [[(name, row.id) for name, row in one] for one in find_alternatives(here, PRODUCTS, list(wanted))]


def test_the_same_ean_under_another_reference_is_an_alternative(shop: ShopConnection) -> None:
    here = resolver(shop, products=[entity(1, reference="OLD", ean13="3250390000013")])
    wanted: dict[str, ShopValue] = {"reference": "NEW", "ean13": "3250390000013"}
    assert alternatives(here, wanted, {"reference": "OTHER", "ean13": "3250390000020"}) == [[("ean13", 1)], []]


def test_no_ean_is_like_no_other(shop: ShopConnection) -> None:
    fake: Any = FakeWebservice(products=[entity(1, reference="OLD", ean13="")])
    here = Resolver(shop, fake)
    assert alternatives(here, {"reference": "NEW", "ean13": ""}, {"reference": "NEW"}) == [[], []]
    assert fake.reads == []


def test_an_ean_that_one_of_ours_has_is_no_alternative(shop: ShopConnection) -> None:
    Binding.objects.create(shop=shop, kind="products", key="OLD", remote_id=1)
    here = resolver(shop, products=[entity(1, reference="OLD", ean13="3250390000013")])
    assert alternatives(here, {"reference": "NEW", "ean13": "3250390000013"}) == [[]]
