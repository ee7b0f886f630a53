"""Which articles are for a shop: a table of conditions, and who wins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import Article
from mapping.choices import ARTICLE, ArticleChoice, Choices
from mapping.rules import Condition, ShopRules, load_rules
from mapping.selection import meets, said, verdict
from tests.mapping.builders import article, d, data

MUG = article(
    "MUG-01",
    label="Mug  « Océan »",
    statistics=("Hiver", "", "", "", ""),
    free_fields={"Matière": "Grès émaillé", "Hauteur": d("9.5"), "Web": "Oui"},
    sale_price=d("12.50"),
    created_on=datetime(2026, 3, 1),
)


@pytest.mark.parametrize(
    ("source", "test", "value", "expected"),
    [
        ("stat1", "is", " hiver ", True),
        ("stat1", "is", "été", False),
        ("stat1", "is_not", "été", True),
        ("design", "is", "MUG « océan »", True),
        ("stat1", "in", ["Été", "HIVER"], True),
        ("stat1", "not_in", ["Été", "HIVER"], False),
        ("reference", "begins", "mug-", True),
        ("reference", "begins", "ug", False),
        ("free:Matière", "contains", "ÉMAIL", True),
        ("reference", "matches", r"^mug-\d+$", True),
        ("reference", "matches", r"^\d+$", False),
        ("stat2", "empty", "", True),
        ("stat1", "empty", "", False),
        ("free:Inconnu", "empty", "", True),
        ("free:Matière", "not_empty", "", True),
        ("sale_price", "is", "12,5", True),
        ("sale_price", "at_least", "12.50", True),
        ("sale_price", "at_least", "12.51", False),
        ("sale_price", "at_most", "100", True),
        ("free:Hauteur", "at_most", "9,5", True),
        ("free:Web", "at_least", "1", False),
        ("created_on", "at_least", "2026-03-01", True),
        ("created_on", "at_most", "2026-02-28", False),
        ("published", "is", "1", True),
        ("asleep", "is", "0", True),
        ("asleep", "empty", "", True),
        ("family_label", "is", "textile", True),
    ],
)
def test_what_meets_a_condition(source: str, test: Any, value: Any, expected: bool) -> None:
    assert meets(data(MUG), MUG, Condition(source=source, test=test, value=value)) is expected


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"source": "stat1", "test": "matches", "value": "(["}, "'([' is no regular expression"),
        ({"source": "stat1", "test": "in", "value": "Hiver"}, "'in' needs a list of values, not 'Hiver'"),
        ({"source": "stat1", "test": "is", "value": ["Hiver"]}, "'is' takes one value, not the list ['Hiver']"),
        ({"source": "stat1", "test": "contains", "value": " "}, "'contains' needs a text"),
        ({"source": "stat1", "test": "at_least", "value": "beaucoup"}, "'at_least' needs a number or a day"),
        ({"source": "colour", "test": "is", "value": "x"}, "'colour' is no source of an article"),
    ],
)
def test_a_condition_that_cannot_be_tested_is_refused_with_its_reason(condition: Any, message: str) -> None:
    with pytest.raises(ValueError, match=r"^articles\.only\.0") as refused:
        load_rules({"articles": {"only": [condition]}})
    assert message in str(refused.value)


def judged(one: Article, *, shown: Any = None, **rules: Any) -> tuple[str, str, str]:
    """(cause of being out, why it is in, what Sage says against it)."""
    chosen = [(ARTICLE.name, one.reference, ArticleChoice(shown=shown))] if shown else []
    found = verdict(data(one), one, load_rules({"articles": rules}), Choices(chosen))
    despite = found.despite.facts["flag"] if found.despite else ""
    return found.out.cause if found.out else "", found.why, despite


WINTER = {"source": "stat1", "test": "is", "value": "Hiver"}
SUMMER = {"source": "stat1", "test": "is", "value": "Été"}
CHOSEN = "montré parce qu'une personne l'a choisi, quoi que disent les règles"


@pytest.mark.parametrize(
    ("changes", "shown", "rules", "expected"),
    [
        pytest.param({}, None, {}, ("", "", ""), id="no rule"),
        pytest.param({}, None, {"only": [WINTER]}, ("", "retenu par les règles (AR_Stat01 = « Hiver »)", ""), id="met"),
        pytest.param({}, None, {"only": [WINTER, SUMMER]}, ("catalogue.rule_left_out", "", ""), id="all must be met"),
        pytest.param({}, None, {"never": [SUMMER, WINTER]}, ("catalogue.rule_left_out", "", ""), id="one is enough"),
        pytest.param({}, "never", {"only": [WINTER]}, ("catalogue.person_left_out", "", ""), id="a person says never"),
        pytest.param({}, "always", {"never": [WINTER]}, ("", CHOSEN, ""), id="a person says always"),
        pytest.param({"asleep": True}, None, {}, ("catalogue.asleep", "", ""), id="asleep"),
        pytest.param({"asleep": True}, None, {"sleeping": "keep"}, ("", "", ""), id="asleep and kept"),
        pytest.param({"asleep": True}, "always", {}, ("", CHOSEN, "AR_Sommeil = 1"), id="always, though asleep"),
        pytest.param({"published": False}, "always", {}, ("", CHOSEN, "AR_Publie = 0"), id="always, unpublished"),
        pytest.param({"kind": 2}, "always", {}, ("catalogue.not_sellable", "", ""), id="a resource is never sold"),
    ],
)
def test_who_decides_about_an_article(
    changes: dict[str, Any], shown: Any, rules: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    named = {"statistics": MUG.statistics} | changes
    assert judged(article("MUG-01", **named), shown=shown, **rules) == expected


def test_an_article_shown_against_sage_says_catalogue_shown_against_sage() -> None:
    found = verdict(
        data(MUG),
        article("MUG-01", asleep=True),
        ShopRules(),
        Choices([(ARTICLE.name, "MUG-01", ArticleChoice(shown="always"))]),
    )
    assert found.despite is not None
    assert found.despite.cause == "catalogue.shown_against_sage"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (WINTER, ("AR_Stat01 = « Hiver »", "AR_Stat01 ≠ « Hiver »")),
        ({"source": "family", "test": "in", "value": ["A", "B"]}, ("FA_CodeFamille = « A » / « B »", "« A » / « B »")),
        ({"source": "reference", "test": "begins", "value": "X-"}, ("AR_Ref = « X- … »", "AR_Ref ≠ « X- … »")),
        ({"source": "sale_price", "test": "at_most", "value": "5"}, ("AR_PrixVen ≤ « 5 »", "AR_PrixVen > « 5 »")),
        ({"source": "free:Web", "test": "not_empty"}, ("Web ≠ « »", "Web = « »")),
    ],
)
def test_a_condition_in_signs(condition: Any, expected: tuple[str, str]) -> None:
    found = Condition(**condition)
    assert said(found) == expected[0]
    assert said(found, negated=True).endswith(expected[1])


@given(text=st.text(max_size=30), pattern=st.sampled_from(["is", "begins", "contains", "in"]))
def test_a_test_and_its_opposite_never_agree(text: str, pattern: str) -> None:
    one = article("MUG-01", statistics=(text, "", "", "", ""))
    for test, opposite in (("is", "is_not"), ("in", "not_in"), ("empty", "not_empty")):
        value: Any = [text or "x"] if test == "in" else text
        both = [Condition(source="stat1", test=name, value=value) for name in (test, opposite)]  # type: ignore[arg-type]
        assert meets(data(one), one, both[0]) is not meets(data(one), one, both[1])
