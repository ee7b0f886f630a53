"""Sage's gammes as the shop's options and values: one per spelling, shared by all products. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from connectors.sage.records import Article, ArticleGamme
from mapping.catalogue import CatalogueOption, CatalogueValue, Problem
from mapping.naming import folded, shop_name, without_accents
from mapping.source import SageData

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


class Gammes:
    """The vocabulary of all the company's variants. Shown is the most frequent spelling."""

    def __init__(self, data: SageData, replacements: Mapping[str, str]) -> None:
        self._data = data
        self._replacements = replacements

    def values(self, article: Article) -> dict[int, Value]:
        """AG_No -> value, for every value that the article uses."""
        found: dict[int, Value] = {}
        for row in self._data.article_gammes.get(article.reference, []):
            option = self._option_label(article, row)
            if option and folded(row.label):
                found[row.number] = self._value(option, row, self._rank(article, row))
        return found

    @cached_property
    def options(self) -> tuple[CatalogueOption, ...]:
        return tuple(CatalogueOption(key, self._option_names[key]) for key in sorted(self._option_names))

    def published(self, keys: Iterable[str]) -> tuple[tuple[CatalogueOption, ...], tuple[CatalogueValue, ...]]:
        """The options and values behind these value keys."""
        used = sorted(set(keys))
        values = tuple(CatalogueValue(key, self._option_of[key], self._value_names[key]) for key in used)
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
                    "option": self._option_names[self._option_of[twins[0]]],
                    "values": ", ".join(self._value_names[key] for key in twins),
                },
            )
            for twins in groups.values()
            if len(twins) > 1
        )

    def _option_label(self, article: Article, row: ArticleGamme) -> str:
        gamme = self._data.gammes.get(article.gamme1 if row.axis == 0 else article.gamme2)
        return gamme.label if gamme else ""

    def _value(self, option: str, row: ArticleGamme, rank: int) -> Value:
        option_key, key = f"OPT:{folded(option)}", f"VAL:{folded(option)}|{folded(row.label)}"
        names = self._option_names[option_key], self._value_names[key]
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
            value.key: value.option_key
            for article in self._data.articles.values()
            for value in self.values(article).values()
        }

    @cached_property
    def _spellings(self) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
        options: dict[str, Counter[str]] = defaultdict(Counter)
        values: dict[str, Counter[str]] = defaultdict(Counter)
        for reference, rows in self._data.article_gammes.items():
            article = self._data.articles.get(reference)
            for row in rows if article else ():
                option = self._option_label(article, row) if article else ""
                options[f"OPT:{folded(option)}"][option] += 1
                values[f"VAL:{folded(option)}|{folded(row.label)}"][row.label] += 1
        return options, values

    @cached_property
    def _option_names(self) -> dict[str, str]:
        return {key: self._shown(spellings) for key, spellings in self._spellings[0].items()}

    @cached_property
    def _value_names(self) -> dict[str, str]:
        return {key: self._shown(spellings) for key, spellings in self._spellings[1].items()}

    def _shown(self, spellings: Counter[str]) -> str:
        """The most frequent one; among equals the first of the alphabet: the order of reading does not decide."""
        label = min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
        return shop_name(label, self._replacements).text
