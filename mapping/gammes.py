"""Sage's gammes as the shop's options and values: one per spelling, shared by all products. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from connectors.sage.records import Article, ArticleGamme
from mapping.catalogue import CatalogueOption, CatalogueValue, Problem
from mapping.choices import Choices
from mapping.naming import folded, shop_name, without_accents
from mapping.source import SageData

Vocabulary = Counter[tuple[str, str]]
"""(gamme's label, value's label) -> how many rows of F_ARTGAMME are spelt like that."""
UNLISTED = 1_000_000
"""Place of a value that F_ENUMGAMME does not list: after the others."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of one article's gamme, with its place in the shop."""

    option_key: str
    key: str
    option: str
    label: str
    axis: int
    """0 first gamme of the article, 1 second one."""
    order: tuple[int, int]
    """Rank in F_ENUMGAMME, then AG_No."""


def count_vocabulary(data: SageData) -> Vocabulary:
    """The vocabulary of these articles."""
    counted: Vocabulary = Counter()
    for reference, rows in data.article_gammes.items():
        article = data.articles.get(reference)
        for row in rows if article else ():
            counted[_option_label(data, article, row) if article else "", row.label] += 1
    return counted


def shown_spellings(vocabulary: Vocabulary) -> dict[str, str]:
    """Key of an option or a value -> its most frequent spelling; among equals the first of the alphabet."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for (option, label), amount in vocabulary.items():
        spellings[f"OPT:{folded(option)}"][option] += amount
        spellings[f"VAL:{folded(option)}|{folded(label)}"][label] += amount
    return {key: min(found, key=lambda one: (-found[one], one)) for key, found in spellings.items()}


def _option_label(data: SageData, article: Article, row: ArticleGamme) -> str:
    gamme = data.gammes.get(article.gamme1 if row.axis == 0 else article.gamme2)
    return gamme.label if gamme else ""


class Gammes:
    """The options and values of a company's variants. Shown is the most frequent spelling.

    ``vocabulary``: that of the whole company, when ``data`` holds only some of its articles.
    """

    def __init__(
        self,
        data: SageData,
        replacements: Mapping[str, str],
        vocabulary: Vocabulary | None = None,
        choices: Choices | None = None,
    ) -> None:
        self._data = data
        self._choices = Choices() if choices is None else choices
        self._replacements = replacements
        self._vocabulary = count_vocabulary(data) if vocabulary is None else vocabulary

    def values(self, article: Article) -> dict[int, Value]:
        """AG_No -> value, for every value that the article uses."""
        found: dict[int, Value] = {}
        for row in self._data.article_gammes.get(article.reference, []):
            option = _option_label(self._data, article, row)
            if option and folded(row.label):
                found[row.number] = self._value(option, row, self._rank(article, row))
        return found

    @cached_property
    def options(self) -> tuple[CatalogueOption, ...]:
        return tuple(CatalogueOption(key, self._names[key]) for key in sorted(set(self._option_of.values())))

    def published(self, keys: Iterable[str]) -> tuple[tuple[CatalogueOption, ...], tuple[CatalogueValue, ...]]:
        """The options and values behind these value keys."""
        used = sorted(set(keys))
        values = tuple(CatalogueValue(key, self._option_of[key], self._names[key]) for key in used)
        option_keys = {value.option_key for value in values}
        return tuple(option for option in self.options if option.key in option_keys), values

    def near_twins(self, keys: Iterable[str]) -> tuple[Problem, ...]:
        """Values that differ by accents only: one or two values? A person has to say."""
        groups: dict[str, list[str]] = defaultdict(list)
        for key in sorted(set(keys)):
            groups[without_accents(key)].append(key)
        return tuple(
            Problem(
                "catalogue.values_differ_by_accent",
                {
                    "option": self._names[self._option_of[twins[0]]],
                    "values": ", ".join(self._names[key] for key in twins),
                },
            )
            for twins in groups.values()
            if len(twins) > 1
        )

    def _value(self, option: str, row: ArticleGamme, rank: int) -> Value:
        option_key, key = f"OPT:{folded(option)}", f"VAL:{folded(option)}|{folded(row.label)}"
        names = self._names[option_key], self._names[key]
        return Value(option_key, key, *names, row.axis, (rank, row.number))

    def _rank(self, article: Article, row: ArticleGamme) -> int:
        gamme = article.gamme1 if row.axis == 0 else article.gamme2
        return self._ranks.get((gamme, folded(row.label)), UNLISTED)

    @cached_property
    def _ranks(self) -> dict[tuple[int, str], int]:
        return {
            (gamme, folded(value.label)): value.position
            for gamme, values in self._data.gamme_values.items()
            for value in values
        }

    @cached_property
    def _option_of(self) -> dict[str, str]:
        """Value key -> key of its option."""
        return {
            f"VAL:{folded(option)}|{folded(label)}": f"OPT:{folded(option)}"
            for option, label in sorted(self._vocabulary)
        }

    @cached_property
    def _names(self) -> dict[str, str]:
        """Key of an option or a value -> its name."""
        shown = shown_spellings(self._vocabulary)
        return {key: shop_name(label, self._replacements).text for key, label in shown.items()}
