"""Sage's gammes as the shop's options and values: one per spelling, shared by all products. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from connectors.sage.records import Article, ArticleGamme
from mapping.catalogue import CatalogueOption, CatalogueValue, Problem
from mapping.choices import Choices
from mapping.choices.options import OPTION, VALUE, OptionChoice, ValueChoice
from mapping.grouping.dictionary import Rank
from mapping.grouping.dictionary import rank as natural_rank
from mapping.naming import folded, shop_name, without_accents
from mapping.source import SageData
from mapping.vocabulary import PACKAGING_OPTION, Vocabulary, count_vocabulary, option_label, shown_spellings

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


def undecided_twins(keys: Iterable[str], choices: Choices) -> tuple[tuple[str, ...], ...]:
    """Values of one option that differ by accents only and of which nobody has said whether they are one or several.

    ``keys`` are those that are shown: a spelling that was said to be another one's is not among them.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for key in sorted(set(keys)):
        chosen = choices.get(VALUE, ValueChoice, key)
        if chosen is None or not chosen.distinct:
            groups[without_accents(key)].append(key)
    return tuple(tuple(twins) for twins in groups.values() if len(twins) > 1)


class SameValues:
    """Which spellings a person said to be one value. Only within one option, and only of a value that is known."""

    def __init__(self, choices: Choices, known: Collection[str]) -> None:
        self._said = {key: chosen.same_as for key, chosen in choices.all(VALUE, ValueChoice).items() if chosen.same_as}
        self._known = known

    def shown(self, key: str) -> str:
        """The key of the value that stands for this one; of a circle the first of the alphabet."""
        seen = [key]
        while (after := self._said.get(seen[-1])) is not None and self._may_be(seen[-1], after):
            if after in seen:
                return min(seen[seen.index(after) :])
            seen.append(after)
        return seen[-1]

    def _may_be(self, key: str, after: str) -> bool:
        return after in self._known and after.partition("|")[0] == key.partition("|")[0]


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
        *,
        language: str = "fr",
    ) -> None:
        """``language``: the shop's main one, in which values are shown to people."""
        self._data, self._language = data, language
        self._choices = Choices() if choices is None else choices
        self._replacements = replacements
        self._vocabulary = count_vocabulary(data) if vocabulary is None else vocabulary
        self._shown_names: dict[str, str] = {}

    def values(self, article: Article) -> dict[int, Value]:
        """AG_No -> value, for every value that the article uses."""
        found: dict[int, Value] = {}
        for row in self._data.article_gammes.get(article.reference, []):
            option = option_label(self._data, article, row)
            if option and folded(row.label):
                found[row.number] = self._value(option, row, self._rank(article, row))
        return found

    @cached_property
    def options(self) -> tuple[CatalogueOption, ...]:
        return tuple(self._shown_option(key) for key in sorted(set(self._option_of.values())))

    def published(self, keys: Iterable[str]) -> tuple[tuple[CatalogueOption, ...], tuple[CatalogueValue, ...]]:
        """The options and values behind these value keys, the values in the order in which the shop shows them."""
        used = {key for key in keys if key in self._option_of}
        values = tuple(sorted((self._shown_value(key) for key in used), key=_place_in_option))
        option_keys = {value.option_key for value in values}
        return tuple(option for option in self.options if option.key in option_keys), values

    def near_twins(self, keys: Iterable[str]) -> tuple[Problem, ...]:
        """Values that differ by accents only: one or two values? A person has to say."""
        return tuple(
            Problem(
                "catalogue.values_differ_by_accent",
                {
                    "option": self.name(self._option_of[twins[0]]),
                    "values": ", ".join(self.name(key) for key in twins),
                },
            )
            for twins in undecided_twins((key for key in keys if key in self._option_of), self._choices)
        )

    def name(self, key: str) -> str:
        """The name of an option or a value in the shop's main language: a person's, else the shown spelling."""
        if key not in self._shown_names:
            self._shown_names[key] = self._chosen_names(key).get(self._language) or self._names[key]
        return self._shown_names[key]

    def _chosen_names(self, key: str) -> Mapping[str, str]:
        option = self._choices.get(OPTION, OptionChoice, key)
        value = self._choices.get(VALUE, ValueChoice, key)
        chosen = option.name if option else value.name if value else {}
        return {language: name for language, text in chosen.items() if (name := self._cleaned(text))}

    def _cleaned(self, text: str) -> str:
        return shop_name(text, self._replacements).text

    def _shown_option(self, key: str) -> CatalogueOption:
        chosen = self._choices.get(OPTION, OptionChoice, key) or OptionChoice()
        return CatalogueOption(key, self.name(key), self._chosen_names(key), chosen.display, chosen.position)

    def _shown_value(self, key: str) -> CatalogueValue:
        chosen = self._choices.get(VALUE, ValueChoice, key) or ValueChoice()
        position = self._positions.get(key) if chosen.position is None else chosen.position
        return CatalogueValue(
            key, self._option_of[key], self.name(key), self._chosen_names(key), chosen.colour.lower(), position
        )

    def spelt(self, option: str, label: str, *, axis: int, order: tuple[int, int]) -> Value:
        """The value that is spelt like this: it must be among those counted."""
        key = self._same.shown(f"VAL:{folded(option)}|{folded(label)}")
        option_key = self._option_of[key]
        return Value(option_key, key, self.name(option_key), self.name(key), axis, order)

    def place(self, key: str) -> tuple[int, Rank]:
        """The place of a value among those of its option: a person's, Sage's, else sizes and amounts from small to
        large and words by the alphabet.
        """
        return _place(self._shown_value(key))

    def _value(self, option: str, row: ArticleGamme, rank: int) -> Value:
        return self.spelt(option, row.label, axis=row.axis, order=(rank, row.number))

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
    def _positions(self) -> dict[str, int]:
        """Value key -> its rank in F_ENUMGAMME, the first one where several gammes are spelt alike; a packaging's is
        what it holds, so that one that is new moves no other.
        """
        packaging = f"VAL:{folded(PACKAGING_OPTION)}"
        positions = {f"{packaging}|{name}": units for name, units in self._vocabulary.units.items()}
        for (gamme, label), rank in self._ranks.items():
            if gamme in self._data.gammes:
                key = f"VAL:{folded(self._data.gammes[gamme].label)}|{label}"
                positions[key] = min(rank, positions.get(key, rank))
        return positions

    @cached_property
    def _same(self) -> SameValues:
        return SameValues(self._choices, self._option_of)

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
        return {key: self._cleaned(label) for key, label in shown.items()}


def _place_in_option(value: CatalogueValue) -> tuple[str, int, Rank, str]:
    return value.option_key, *_place(value), value.key


def _place(value: CatalogueValue) -> tuple[int, Rank]:
    return UNLISTED if value.position is None else value.position, natural_rank(value.name)
