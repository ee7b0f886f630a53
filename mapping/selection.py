"""Which articles a shop shows: Sage's flags, the rules' conditions, and what a person said of one article. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from connectors.sage.records import Article
from mapping.catalogue import Problem
from mapping.choices import ARTICLE, ArticleChoice, Choices
from mapping.naming import folded
from mapping.numbers import plain
from mapping.rules import Condition, ShopRules
from mapping.source import SageData
from mapping.sources import SourceValue, column_of, text_of, value_of

RESOURCES = frozenset({2, 3})
"""AR_Type: single and multiple resource, things that a company uses and does not sell."""
LONGEST_MATCHED = 2000
"""Characters of a value that a regular expression looks at: a long text must not stop a run."""
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an article is for this shop. ``out`` says why not; ``why`` why, in French; ``despite`` what Sage says
    against it.
    """

    out: Problem | None
    why: str = ""
    despite: Problem | None = None


def verdict(data: SageData, article: Article, rules: ShopRules, choices: Choices) -> Verdict:
    """A person's word counts before the rules; a resource is never sold."""
    facts = {"reference": article.reference, "name": article.label}
    if article.kind in RESOURCES:
        return Verdict(Problem("catalogue.not_sellable", {**facts, "kind": str(article.kind)}))
    chosen = choices.get(ARTICLE, ArticleChoice, article.reference)
    if chosen is not None and chosen.shown == "never":
        return Verdict(Problem("catalogue.person_left_out", facts))
    flagged = _flagged(article, rules, facts)
    if chosen is not None and chosen.shown == "always":
        words = "montré parce qu'une personne l'a choisi, quoi que disent les règles"
        against = _flag_said(article) if flagged else ""
        despite = Problem("catalogue.shown_against_sage", {**facts, "flag": against}) if against else None
        return Verdict(None, words, despite)
    if flagged is not None:
        return Verdict(flagged)
    return _by_conditions(data, article, rules, facts)


def _flagged(article: Article, rules: ShopRules, facts: Mapping[str, str]) -> Problem | None:
    if rules.articles.published_only and not article.published:
        return Problem("catalogue.unpublished", facts)
    if article.asleep and rules.articles.sleeping == "hide":
        return Problem("catalogue.asleep", facts)
    return None


def _flag_said(article: Article) -> str:
    return "AR_Sommeil = 1" if article.asleep else "AR_Publie = 0"


def _by_conditions(data: SageData, article: Article, rules: ShopRules, facts: Mapping[str, str]) -> Verdict:
    for condition, wanted in (
        *((one, True) for one in rules.articles.only),
        *((one, False) for one in rules.articles.never),
    ):
        if meets(data, article, condition) != wanted:
            more = {
                "column": column_of(condition.source),
                "value": text_of(data, article, condition.source)[:_SHOWN],
                "condition": said(condition, negated=not wanted),
            }
            return Verdict(Problem("catalogue.rule_left_out", {**facts, **more}))
    met = [said(one) for one in rules.articles.only] + [said(one, negated=True) for one in rules.articles.never]
    return Verdict(None, f"retenu par les règles ({' ; '.join(met)})" if met else "")


# --- conditions ----------------------------------------------------------------------------------------------------


def meets(data: SageData, article: Article, condition: Condition) -> bool:
    """Whether the article fulfils one condition. Case and blanks are folded, numbers compared as numbers."""
    value = value_of(data, article, condition.source)
    return _TESTS[condition.test](value, condition.value)


def _comparable(value: SourceValue) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case Decimal():
            return plain(value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
    return folded(value)


def _equal(value: SourceValue, wanted: str) -> bool:
    if isinstance(value, Decimal):
        number = as_number(wanted)
        return number is not None and value == number
    return _comparable(value) == folded(wanted)


def _empty(value: SourceValue) -> bool:
    return value is None or value is False or value == "" or (isinstance(value, Decimal) and not value)


def _one(test: Callable[[SourceValue, str], bool], *, negated: bool = False) -> Callable[..., bool]:
    return lambda value, wanted: test(value, str(wanted)) != negated


def _any(value: SourceValue, wanted: str | list[str]) -> bool:
    return any(_equal(value, one) for one in (wanted if isinstance(wanted, list) else [wanted]))


def _matches(value: SourceValue, pattern: str) -> bool:
    text = value if isinstance(value, str) else _comparable(value)
    return re.search(pattern, text[:LONGEST_MATCHED], re.IGNORECASE) is not None


def _compared(value: SourceValue, wanted: str) -> int | None:
    """-1, 0 or 1; None when the two cannot be compared. Dates as "2026-11-24", numbers with a point or a comma."""
    mine: object
    theirs: object
    if isinstance(value, date):
        mine, theirs = (value.date() if isinstance(value, datetime) else value), as_date(wanted)
    else:
        number = value if isinstance(value, Decimal) else as_number(_comparable(value))
        mine, theirs = number, as_number(wanted)
    if mine is None or theirs is None:
        return None
    return (mine > theirs) - (mine < theirs)  # type: ignore[operator]


_TESTS: Mapping[str, Callable[..., bool]] = {
    "is": _one(_equal),
    "is_not": _one(_equal, negated=True),
    "in": _any,
    "not_in": lambda value, wanted: not _any(value, wanted),
    "begins": _one(lambda value, wanted: _comparable(value).startswith(folded(wanted))),
    "contains": _one(lambda value, wanted: folded(wanted) in _comparable(value)),
    "matches": _one(_matches),
    "empty": lambda value, _wanted: _empty(value),
    "not_empty": lambda value, _wanted: not _empty(value),
    "at_least": _one(lambda value, wanted: _compared(value, wanted) in {0, 1}),
    "at_most": _one(lambda value, wanted: _compared(value, wanted) in {0, -1}),
}


def as_number(text: str) -> Decimal | None:
    """A number with a point or a comma; None for anything else."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_date(text: str) -> date | None:
    """A day written "2026-11-24"; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


_SIGNS = {
    "is": ("=", "≠"),
    "is_not": ("≠", "="),
    "in": ("=", "≠"),
    "not_in": ("≠", "="),
    "begins": ("=", "≠"),
    "contains": ("=", "≠"),
    "matches": ("~", "≁"),
    "empty": ("=", "≠"),
    "not_empty": ("≠", "="),
    "at_least": ("≥", "<"),
    "at_most": ("≤", ">"),
}


def said(condition: Condition, *, negated: bool = False) -> str:
    """The condition in signs that need no language: "AR_Stat01 = « Hiver »", "AR_Ref ≠ « X- … »"."""
    sign = _SIGNS[condition.test][negated]
    wanted = condition.value
    values = " / ".join(f"« {one} »" for one in wanted) if isinstance(wanted, list) else f"« {wanted} »"
    match condition.test:
        case "begins":
            values = f"« {wanted} … »"
        case "contains":
            values = f"« … {wanted} … »"
        case "empty" | "not_empty":
            values = "« »"
    return f"{column_of(condition.source)} {sign} {values}"
