"""Desired against confirmed: the plan is pure, so its rules are tables of cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.state import Desired, Held, Ref, fingerprint, to_json
from sync_portal.sync.plan import Bound, make_plan, move_percent, owned_by_rules, removals

POLO = Desired(
    kind="products",
    key="POLO",
    label="POLO · Polo bleu",
    fields={"name": {"fr": "Polo bleu"}, "price": "12.500000", "category": Ref("categories", "FAM:VET")},
    reasons={"price": "AR_PrixVen = 12,50"},
    at_creation={"state": "1"},
)


def confirmed(desired: Desired, **other: object) -> dict[str, object]:
    return {name: to_json(value) for name, value in desired.fields.items()} | other


def bound(desired: Desired, **other: object) -> dict[tuple[str, str], Bound]:
    return {(desired.kind, desired.key): Bound(7, confirmed(desired, **other))}


def test_an_unknown_resource_is_created_with_its_first_values() -> None:
    (change,) = make_plan([POLO], {}).changes
    assert change.action == "create"
    assert set(change.fields) == {"name", "price", "category", "state"}


def test_a_resource_that_is_as_it_should_be_is_counted_and_not_planned() -> None:
    plan = make_plan([POLO], bound(POLO))
    assert plan.changes == []
    assert plan.unchanged == 1


def test_only_the_different_fields_are_planned_with_before_after_and_why() -> None:
    (change,) = make_plan([POLO], bound(POLO, price="10.000000")).changes
    assert change.action == "update"
    assert change.fields == {"price": "12.500000"}
    assert change.differences == [
        {"field": "price", "before": "10.000000", "after": "12.500000", "why": "AR_PrixVen = 12,50"}
    ]


def test_a_price_waits_without_a_word_for_a_product_that_is_not_published() -> None:
    price = Desired("products", "POLO", "POLO", {"price": "12.500000"}, update_only=True)
    assert make_plan([price], {}).changes == []


def test_a_held_resource_stays_in_the_plan_with_its_cause() -> None:
    held = Desired("products", "X", "X", {"price": "0.000000"}, held=Held("catalogue.price_zero", {"reference": "X"}))
    (change,) = make_plan([held], {}).changes
    assert change.held == Held("catalogue.price_zero", {"reference": "X"})


def test_what_the_shop_refused_is_not_sent_again_until_it_changes() -> None:
    refused = Bound(7, confirmed(POLO, price="1.000000"), fingerprint(POLO.fields), "shop.refused", {"message": "no"})
    (same,) = make_plan([POLO], {("products", "POLO"): refused}).changes
    assert same.held == Held("shop.refused", {"message": "no"})
    cheaper = Desired(POLO.kind, POLO.key, POLO.label, {**POLO.fields, "price": "9.000000"})
    (changed,) = make_plan([cheaper], {("products", "POLO"): refused}).changes
    assert changed.held is None


@pytest.mark.parametrize(
    ("owner", "known", "sent"),
    [
        pytest.param("sage", "Ancien", True, id="sage overwrites"),
        pytest.param("portal", "Ancien", True, id="portal without a person's value follows Sage"),
        pytest.param("if_new", "Ancien", False, id="if_new leaves what exists"),
        pytest.param("if_empty", "Ancien", False, id="if_empty leaves what is filled"),
        pytest.param("if_empty", "", True, id="if_empty fills what is empty"),
        pytest.param("shop", "Ancien", False, id="shop is never touched"),
    ],
)
def test_the_owner_of_a_field_decides_whether_it_is_sent(owner: str, known: str, sent: bool) -> None:
    before = {"fr": known} if known else ""
    plan = make_plan([POLO], bound(POLO, name=before), owned_by_rules({"products.name": owner}))
    assert bool(plan.changes) is sent


@pytest.mark.parametrize("owner", ["if_new", "shop"])
def test_a_field_of_somebody_else_is_still_given_at_creation(owner: str) -> None:
    (change,) = make_plan([POLO], {}, owned_by_rules({"products.name": owner})).changes
    assert change.fields["name"] == {"fr": "Polo bleu"}


@pytest.mark.parametrize(
    ("field", "before", "after", "risk"),
    [
        pytest.param("price", "10.000000", "0.000000", 100, id="price to zero"),
        pytest.param("active", "1", "0", 90, id="hidden"),
        pytest.param("quantity", "4", "0", 60, id="stock to zero"),
        pytest.param("price", "10.000000", "12.500000", 25, id="a quarter more"),
        pytest.param("price", "10.000000", "100.000000", 80, id="a huge move is capped"),
        pytest.param("ean13", "", "3250390000013", 10, id="a harmless field"),
    ],
)
def test_the_plan_says_what_could_hurt(field: str, before: str, after: str, risk: int) -> None:
    wanted = Desired("products", "P", "P", {field: after})
    (change,) = make_plan([wanted], {("products", "P"): Bound(1, {field: before})}).changes
    assert change.risk == risk


def test_only_resources_of_the_named_kinds_are_removed_and_only_when_no_longer_wanted() -> None:
    known = {
        ("specific_prices", "A"): Bound(1, {}),
        ("specific_prices", "B"): Bound(2, {}),
        ("specific_prices", "C"): Bound(None, {}),
        ("products", "A"): Bound(3, {}),
    }
    gone = removals({"specific_prices"}, {("specific_prices", "A")}, known)
    assert [(change.kind, change.key, change.action) for change in gone] == [("specific_prices", "B", "delete")]


texts = st.text(max_size=12)
fields = st.dictionaries(
    st.sampled_from(["name", "reference", "price", "ean13"]), texts.filter(lambda text: "price" not in text), min_size=1
).map(lambda found: {name: ("1.000000" if name == "price" else value) for name, value in found.items()})


@given(fields)
def test_what_was_just_confirmed_never_gives_a_plan(wanted: dict[str, str]) -> None:
    desired = Desired("products", "P", "P", wanted)
    assert make_plan([desired], bound(desired)).changes == []


@given(fields, fields)
def test_applying_a_plan_leads_to_what_was_wanted(wanted: dict[str, str], held: dict[str, str]) -> None:
    desired = Desired("products", "P", "P", wanted)
    state = dict(held)
    for change in make_plan([desired], {("products", "P"): Bound(1, state)}).changes:
        state |= {name: to_json(value) for name, value in change.fields.items()}
    assert make_plan([desired], {("products", "P"): Bound(1, state)}).changes == []
    assert {name: value for name, value in state.items() if name not in wanted} == {
        name: value for name, value in held.items() if name not in wanted
    }


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(None, "10", 0), ("0", "10", 0), ("10", "11", 10), ("10", "5", 50), ("10", "0", 100)],
)
def test_a_move_is_measured_on_the_old_price(before: str | None, after: str, percent: int) -> None:
    assert move_percent(before, after) == percent
