from __future__ import annotations

from typing import Any

import pytest

from connectors.sage.records import ArticleGamme, Combination, Record
from tests.mapping.builders import article, causes, colours, derived, gamme_stock, product

GAMME = {"gamme1": 1, "kind": 1}
DOUBLE = {"gamme1": 1, "gamme2": 2, "kind": 1}


def labels(*records: Record, fields: dict[str, Any] | None = None, **rules: Any) -> list[tuple[str, ...]]:
    found = product(article(**(fields or GAMME)), *records, **rules)
    return [tuple(label for _option, label in one.values) for one in found.combinations]


def sizes(*names: str, first: int) -> list[Record]:
    return [ArticleGamme(article="POLO", number=n, label=name, axis=1) for n, name in enumerate(names, start=first)]


def pair(gamme1: int, gamme2: int = 0, **fields: Any) -> Combination:
    return Combination(article="POLO", gamme1=gamme1, gamme2=gamme2, **fields)


def test_a_single_gamme_gives_one_combination_per_row() -> None:
    found = product(article(**GAMME), *colours("POLO", "Bleu", "Rouge"))
    assert [(one.key, one.reference, one.values, one.position) for one in found.combinations] == [
        ("POLO|1|0", "POLO-1", (("Couleur", "Bleu"),), 0),
        ("POLO|2|0", "POLO-2", (("Couleur", "Rouge"),), 1),
    ]


def test_a_double_gamme_is_ordered_as_sage_lists_its_values() -> None:
    values = [*colours("POLO", "Bleu", row=False), *sizes("L", "S", "M", first=5)]
    found = labels(*values, pair(1, 5), pair(1, 6), pair(1, 7), fields=DOUBLE)
    assert found == [("Bleu", "S"), ("Bleu", "M"), ("Bleu", "L")]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("stock", [("Bleu",), ("Rouge",)], id="those with a stock row"),
        pytest.param("all", [("Bleu",), ("Rouge",), ("Vert",)], id="all pairs"),
        pytest.param("none", [("Bleu",)], id="only those with a row"),
    ],
)
def test_pairs_without_a_row(rule: str, expected: list[tuple[str, ...]]) -> None:
    values = colours("POLO", "Bleu", "Rouge", "Vert", row=False)
    found = labels(*values, pair(1), gamme_stock("POLO", 2, "0"), articles={"missing_pairs": rule})
    assert found == expected


def test_an_empty_reference_is_made_of_the_article_and_the_pair() -> None:
    values = [*colours("POLO", "Bleu", row=False), *sizes("S", first=5)]
    found = product(article(**DOUBLE), *values, pair(1, 5))
    assert found.combinations[0].reference == "POLO-1-5"


def test_a_reference_that_the_shop_refuses_is_replaced_and_said() -> None:
    found = product(article(**GAMME), *colours("POLO", "Bleu", row=False), pair(1, reference="A;B"))
    assert found.combinations[0].reference == "POLO-1"
    assert causes(found) == ["catalogue.combination_reference_refused"]


def test_a_row_whose_value_the_article_lost_is_left_out_and_said() -> None:
    found = product(article(**GAMME), *colours("POLO", "Bleu"), pair(99))
    assert [one.key for one in found.combinations] == ["POLO|1|0"]
    assert causes(found) == ["catalogue.combination_without_value"]


def test_two_rows_of_the_same_values_make_one_combination() -> None:
    found = product(article(**GAMME), *colours("POLO", "Bleu", " bleu "))
    assert [one.key for one in found.combinations] == ["POLO|1|0"]
    assert causes(found) == ["catalogue.combination_doubled"]


def test_a_sleeping_combination_is_kept_but_not_active() -> None:
    values = colours("POLO", "Bleu", "Rouge", row=False)
    found = product(article(**GAMME), *values, pair(1, asleep=True), pair(2))
    assert [(one.key, one.active, one.default) for one in found.combinations] == [
        ("POLO|1|0", False, False),
        ("POLO|2|0", True, True),
    ]
    assert found.readiness == "ready"


def test_the_default_is_the_oldest_so_that_a_new_value_never_takes_its_place() -> None:
    values = [*colours("POLO", "Bleu", row=False), *sizes("M", "S", first=5)]
    found = product(article(**DOUBLE), *values, pair(1, 5), pair(1, 6))
    assert [(one.values[1][1], one.default) for one in found.combinations] == [("S", False), ("M", True)]


def test_an_article_whose_combinations_all_sleep_is_out() -> None:
    found = product(article(**GAMME), *colours("POLO", "Bleu", row=False), pair(1, asleep=True))
    assert (found.readiness, causes(found)) == ("out", ["catalogue.all_combinations_asleep"])


def test_an_article_with_a_gamme_and_no_combination_is_held() -> None:
    found = product(article(**GAMME))
    assert (found.readiness, causes(found)) == ("held", ["catalogue.no_combination"])


def test_values_are_shared_between_articles_whatever_their_case_and_blanks() -> None:
    catalogue = derived(
        article("POLO", **GAMME),
        article("TEE", **GAMME),
        article("SWEAT", **GAMME),
        *colours("POLO", "Bleu  nuit", first=1),
        *colours("TEE", "BLEU NUIT", first=11),
        *colours("SWEAT", "BLEU NUIT", first=21),
    )
    assert [(value.key, value.name) for value in catalogue.values] == [("VAL:couleur|bleu nuit", "BLEU NUIT")]
    assert [(option.key, option.name) for option in catalogue.options] == [("OPT:couleur", "Couleur")]


def test_values_that_differ_by_an_accent_stay_apart_and_become_a_question() -> None:
    catalogue = derived(article(**GAMME), *colours("POLO", "Pêche", "Péché"))
    assert [value.name for value in catalogue.values] == ["Péché", "Pêche"]
    assert [(problem.cause, problem.facts) for problem in catalogue.problems] == [
        ("catalogue.values_differ_by_accent", {"option": "Couleur", "values": "Péché, Pêche"})
    ]


def test_the_product_s_stock_is_the_sum_of_its_active_combinations() -> None:
    values = colours("POLO", "Bleu", "Rouge", "Vert", row=False)
    stocks = [gamme_stock("POLO", number, "4") for number in (1, 2, 3)]
    found = product(article(**GAMME), *values, pair(1), pair(2), pair(3, asleep=True), *stocks)
    assert [one.quantity for one in found.combinations] == [4, 4, 4]
    assert found.quantity == 8
