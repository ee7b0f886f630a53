from __future__ import annotations

import pytest

from connectors.prestashop.filters import After, FilterValue, combinations, matches, same_text
from connectors.prestashop.xml import Entity


@pytest.mark.parametrize(
    ("filters", "queries"),
    [
        ({"reference": "A1"}, [{"filter[reference]": "[A1]"}]),
        ({"id": [1, 2, 3]}, [{"filter[id]": "[1|2|3]"}]),
        ({"id": [1, 1]}, [{"filter[id]": "[1]"}]),
        ({"reference": "A[1]"}, [{"filter[reference]": "[A]%"}]),
        ({"reference": "A|B"}, [{"filter[reference]": "[A]%"}]),
        ({"reference": "1,5"}, [{"filter[reference]": "[1]%"}]),
        ({"reference": "[1]"}, [{}]),
        ({"reference": ""}, [{}]),
        ({"reference": ["A", "B[2]"]}, [{"filter[reference]": "[A]"}, {"filter[reference]": "[B]%"}]),
        ({"id": []}, []),
        ({}, [{}]),
        ({"date_upd": After("2026-11-24 03:00:00")}, [{"filter[date_upd]": ">[2026-11-24 03:00:00]"}]),
        ({"id_product": [7], "active": "1"}, [{"filter[id_product]": "[7]", "filter[active]": "[1]"}]),
    ],
    ids=[
        "a value is wrapped",
        "a list",
        "a list without doubles",
        "brackets would make the filter vanish",
        "a bar would make a list",
        "digits and a comma would make an interval",
        "nothing can be asked",
        "blank is refused by the shop",
        "the odd one of a list is asked apart",
        "an empty list asks for nothing, not for everything",
        "no filter",
        "after",
        "two filters",
    ],
)
def test_a_filter_never_says_something_else_to_the_shop(
    filters: dict[str, FilterValue], queries: list[dict[str, str]]
) -> None:
    assert list(combinations(filters, most=500)) == queries


def test_a_long_list_is_cut_under_the_url_limit_and_nothing_is_lost() -> None:
    ids = list(range(100_000, 102_000))
    parts = [query["filter[id]"] for query in combinations({"id": ids}, most=500)]
    assert max(map(len, parts)) < 3000
    assert [int(n) for part in parts for n in part.strip("[]").split("|")] == ids


@pytest.mark.parametrize(
    ("stored", "asked", "same"),
    [
        ("É-1", "e-1", False),
        ("A1 ", "A1", False),
        ("A1", "A1", True),
        ("10.000000", "10", True),
        ("007", "7", True),
        ("7 ", "7", False),
    ],
)
def test_the_answer_is_compared_exactly(stored: str, asked: str, same: bool) -> None:
    assert same_text(stored, asked) is same
    assert matches(Entity({"reference": stored}), {"reference": asked}) is same


def test_a_text_matches_in_any_language() -> None:
    assert matches(Entity({"name": {1: "Chaise", 2: "Chair"}}), {"name": "Chair"})
    assert not matches(Entity({"name": {1: "Chaise", 2: "Chair"}}), {"name": "chair"})
