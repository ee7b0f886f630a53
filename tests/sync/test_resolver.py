"""Local keys to shop ids and back; what every shop has by itself is asked once and only when needed."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import RejectedRecordError, RetryableError
from connectors.models import Client, ShopConnection
from mapping.models import Binding
from mapping.state import Ref
from sync_portal.sync.resolver import Resolver
from tests.sync.fake_shop import FakeWebservice, entity

pytestmark = pytest.mark.django_db


def webservice() -> FakeWebservice:
    return FakeWebservice(
        languages=[entity(1, iso_code="fr"), entity(2, iso_code="en")],
        configurations=[
            entity(1, name="PS_HOME_CATEGORY", value="2"),
            entity(2, name="PS_CUSTOMER_GROUP", value="3"),
            entity(3, name="PS_COUNTRY_DEFAULT", value="8"),
        ],
        countries=[entity(8, iso_code="FR"), entity(3, iso_code="BE")],
        taxes=[entity(1, rate="20.000"), entity(2, rate="5.500"), entity(3, rate="10.000")],
        tax_rule_groups=[entity(5, active="1"), entity(4, active="1"), entity(6, active="0"), entity(7, active="1")],
        tax_rules=[
            entity(1, id_tax_rules_group="5", id_country="8", id_tax="1"),
            entity(2, id_tax_rules_group="4", id_country="8", id_tax="1"),
            entity(3, id_tax_rules_group="6", id_country="8", id_tax="2"),
            entity(4, id_tax_rules_group="7", id_country="3", id_tax="3"),
        ],
    )


@pytest.fixture
def resolver(shop: ShopConnection) -> Resolver:
    Binding.objects.create(shop=shop, kind="products", key="POLO", remote_id=41)
    Binding.objects.create(shop=shop, kind="products", key="WAITS", parked="x")
    fake: Any = webservice()
    return Resolver(shop, fake)


def reads(resolver: Resolver) -> list[str]:
    fake: Any = resolver.webservice
    return [resource for resource, _filters in fake.reads]


@pytest.mark.parametrize(
    ("ref", "shop_id"),
    [
        (Ref("products", "POLO"), 41),
        (Ref("categories", "@home"), 2),
        (Ref("groups", "@customer"), 3),
        (Ref("taxes", "20"), 4),
        (Ref("countries", "BE"), 3),
        (Ref("categories", "#12"), 12),
    ],
    ids=str,
)
def test_a_reference_becomes_the_shops_id(resolver: Resolver, ref: Ref, shop_id: int) -> None:
    assert resolver.id_of(ref) == shop_id


@pytest.mark.parametrize(
    ("ref", "error", "cause"),
    [
        pytest.param(Ref("products", "NEW"), RetryableError, "shop.missing_reference", id="not published yet"),
        pytest.param(Ref("products", "WAITS"), RetryableError, "shop.missing_reference", id="refused"),
        pytest.param(Ref("categories", "#x"), RetryableError, "shop.missing_reference", id="no foreign id"),
        pytest.param(Ref("taxes", "5.5"), RejectedRecordError, "shop.no_tax_rule", id="only an inactive group"),
        pytest.param(Ref("taxes", "10"), RejectedRecordError, "shop.no_tax_rule", id="only in another country"),
        pytest.param(Ref("countries", "DE"), RejectedRecordError, "shop.invalid_value", id="an unknown country"),
    ],
)
def test_what_the_shop_lacks_is_told_by_who_can_mend_it(
    resolver: Resolver, ref: Ref, error: type[Exception], cause: str
) -> None:
    with pytest.raises(error) as raised:
        resolver.id_of(ref)
    assert getattr(raised.value, "cause", "") == cause


def test_a_bound_resource_costs_no_request(resolver: Resolver) -> None:
    resolver.id_of(Ref("products", "POLO"))
    assert reads(resolver) == []


def test_what_every_shop_has_is_asked_once(resolver: Resolver) -> None:
    for _time in range(3):
        resolver.id_of(Ref("categories", "@home"))
        resolver.id_of(Ref("taxes", "20"))
        assert resolver.languages == {"fr": 1, "en": 2}
    assert sorted(reads(resolver)) == ["configurations", "languages", "tax_rule_groups", "tax_rules", "taxes"]


def test_a_shop_id_leads_back_to_what_it_is(resolver: Resolver) -> None:
    assert resolver.local("products", 41) == Ref("products", "POLO")
    assert resolver.local("products", 42) is None
    assert resolver.taken("products") == {41}


def test_shop_ids_of_a_slice_are_read_together_and_those_of_nobody_are_remembered(
    resolver: Resolver, django_assert_num_queries: Any
) -> None:
    resolver.bindings.expect_ids(lambda: [("products", number) for number in range(40, 1000)])
    with django_assert_num_queries(2):  # 500 at a time
        known = {number for number in range(40, 1000) if resolver.local("products", number)}
        assert resolver.local("products", 42) is None
    assert known == {41}


def test_what_is_not_asked_for_is_not_read(resolver: Resolver, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        resolver.bindings.expect_ids(lambda: [("products", 41)])


def test_an_id_that_was_nobodys_is_looked_for_again_in_the_next_slice(resolver: Resolver) -> None:
    assert resolver.local("products", 42) is None
    Binding.objects.create(shop=resolver.shop, kind="products", key="SAC", remote_id=42)
    resolver.bindings.forget()
    assert resolver.local("products", 42) == Ref("products", "SAC")


def test_an_id_that_is_bound_meanwhile_is_ours_at_once_and_one_let_go_is_not(resolver: Resolver) -> None:
    assert resolver.local("products", 42) is None
    bound = Binding(shop=resolver.shop, kind="products", key="SAC", remote_id=42)
    bound.save()
    resolver.bindings["products", "SAC"] = bound
    assert resolver.local("products", 42) == Ref("products", "SAC")
    bound.delete()
    del resolver.bindings["products", "SAC"]
    assert resolver.local("products", 42) is None


def test_the_bindings_of_another_shop_are_not_seen(resolver: Resolver, client_acme: Client) -> None:
    other = ShopConnection.objects.create(client=client_acme, name="Autre", url="http://127.0.0.1:2")
    fake: Any = webservice()
    assert Resolver(other, fake).taken("products") == set()
    with pytest.raises(RetryableError):
        Resolver(other, fake).id_of(Ref("products", "POLO"))
