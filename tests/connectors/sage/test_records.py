from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage import records
from connectors.sage.records import Article, Combination, QuantityTier, Record, Souche, tariff_owner
from connectors.sage.records.base import FREE_FIELDS, join_key
from connectors.sage.streams import STREAMS

CLASSES = sorted({stream.record for stream in STREAMS.values()}, key=lambda cls: cls.__name__)

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15)
days = st.none() | st.dates(min_value=date(1900, 1, 2))
free_values = st.none() | st.text() | numbers | days | st.datetimes()
STRATEGIES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(),
    bool: st.booleans(),
    Decimal: numbers,
    Decimal | None: st.none() | numbers,
    date | None: days,
    datetime | None: st.none() | st.datetimes(),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    tuple[int, ...]: st.lists(st.integers()).map(tuple),
    tuple[Decimal, ...]: st.lists(numbers).map(tuple),
    tuple[date | None, ...]: st.lists(days).map(tuple),
}


@st.composite
def any_record(draw: st.DrawFn) -> Record:
    cls = draw(st.sampled_from(CLASSES))
    hints = get_type_hints(cls)
    filled = {
        name: draw(st.dictionaries(st.text(), free_values) if name == FREE_FIELDS else STRATEGIES[hints[name]])
        for name in cls.field_kinds
    }
    return cls(**filled)


@given(any_record())
def test_a_record_survives_the_json_mirror(record: Record) -> None:
    stored = json.loads(json.dumps(record.to_json()))

    restored = type(record).from_json(stored)

    assert restored == record
    assert restored.key == record.key
    assert restored.fingerprint() == record.fingerprint()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_record_needs_only_its_key(cls: type[Record]) -> None:
    hints = get_type_hints(cls)
    key = {name: {str: "A", int: 1, Decimal: Decimal(1)}[hints[name]] for name in cls.key_fields}

    assert cls(**key).key
    with pytest.raises(TypeError):
        cls()


def test_every_record_class_is_read_by_a_stream() -> None:
    named = {name for name in records.__all__ if isinstance(getattr(records, name), type)}
    assert {cls.__name__ for cls in CLASSES} == named - {"Record", "FreeValue"}


def test_records_are_frozen_and_compare_by_value() -> None:
    article = Article(reference="A", free_fields={"Couleur": "bleu"})

    with pytest.raises(FrozenInstanceError):
        article.label = "x"  # type: ignore[misc]
    assert article == Article(reference="A", free_fields={"Couleur": "bleu"})
    assert article != Article(reference="A", free_fields={"Couleur": "vert"})
    assert len({article, Article(reference="A", free_fields={"Couleur": "bleu"})}) == 1


def test_a_fingerprint_ignores_the_drivers_scale_and_sees_a_change() -> None:
    price = Article(reference="A", sale_price=Decimal("12.500000"))

    assert price.fingerprint() == Article(reference="A", sale_price=Decimal("12.5")).fingerprint()
    assert price.fingerprint() != Article(reference="A", sale_price=Decimal("12.51")).fingerprint()


def test_a_key_of_several_parts_is_unambiguous() -> None:
    assert Combination(article="TSHIRT", gamme1=12, gamme2=0).key == "TSHIRT|12|0"
    assert QuantityTier(article="A", owner="a01", upper_bound=Decimal("9.500000")).key == "A|a01|9.5"
    assert join_key(["A|B", "C"]) != join_key(["A", "B|C"])
    assert join_key(["A\\", "C"]) != join_key(["A", "\\C"])
    assert Article(reference="A|B").key == "A|B"


@given(
    st.lists(st.text(alphabet="|\\a"), min_size=2, max_size=2),
    st.lists(st.text(alphabet="|\\a"), min_size=2, max_size=2),
)
def test_two_keys_are_spelt_alike_only_when_their_parts_are(one: list[str], other: list[str]) -> None:
    assert (join_key(one) == join_key(other)) == (one == other)


def test_json_of_an_older_version_gets_the_missing_fields() -> None:
    restored = Article.from_json({"reference": "A", "a_field_that_is_gone": 1})

    assert restored == Article(reference="A")


@pytest.mark.parametrize(
    ("owner", "read"), [("a01", 1), ("A32", 32), ("a33", "a33"), ("a00", "a00"), ("DUPONT", "DUPONT"), ("", "")]
)
def test_a_tariff_belongs_to_a_category_or_a_customer(owner: str, read: int | str) -> None:
    assert tariff_owner(owner) == read


def test_documents_count_the_series_from_zero() -> None:
    assert Souche(rank=1).number == 0
