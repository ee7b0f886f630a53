"""The words of a company's options and values, counted: their most frequent spelling is shown. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from connectors.sage.records import Article, ArticleGamme
from mapping.naming import folded
from mapping.source import SageData

PACKAGING_OPTION = "Conditionnement"
"""The shop's option whose values are the packagings' names (EC_Enumere)."""

Words = tuple[str, str]
"""(option's label, value's label), as spelt."""


class Vocabulary(Counter[Words]):
    """Words -> how many rows of F_ARTGAMME, F_CONDITION or of groups are spelt like that."""

    def __init__(self, counted: Mapping[Words, int] | None = None, units: Mapping[str, int] | None = None) -> None:
        """``units``: a packaging's folded name -> sales units in it."""
        super().__init__(counted or {})
        self.units = dict(units or {})

    def count_packaging(self, label: str, quantity: Decimal) -> None:
        """One row of F_CONDITION. Where articles do not agree on what a name holds, the smallest counts."""
        self[PACKAGING_OPTION, label] += 1
        key = folded(label)
        if key and quantity > 0 and quantity == quantity.to_integral_value():
            self.units[key] = min(int(quantity), self.units.get(key, int(quantity)))


def count_vocabulary(data: SageData) -> Vocabulary:
    """The vocabulary of these articles."""
    counted = Vocabulary()
    for reference, rows in data.article_gammes.items():
        article = data.articles.get(reference)
        for row in rows if article else ():
            counted[option_label(data, article, row) if article else "", row.label] += 1
    for packagings in data.packagings.values():
        for packaging in packagings:
            if packaging.label:
                counted.count_packaging(packaging.label, packaging.quantity)
    return counted


def shown_spellings(vocabulary: Mapping[Words, int]) -> dict[str, str]:
    """Key of an option or a value -> its most frequent spelling; among equals the first of the alphabet."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for (option, label), amount in vocabulary.items():
        spellings[f"OPT:{folded(option)}"][option] += amount
        spellings[f"VAL:{folded(option)}|{folded(label)}"][label] += amount
    return {key: min(found, key=lambda one: (-found[one], one)) for key, found in spellings.items()}


def with_spellings(vocabulary: Vocabulary, spellings: Iterable[Words]) -> Vocabulary:
    """The vocabulary and further words: those that nobody counted have names too."""
    known = Vocabulary(vocabulary, vocabulary.units)
    for words in spellings:
        known.setdefault(words, 0)
    return known


def option_label(data: SageData, article: Article, row: ArticleGamme) -> str:
    """The name of the gamme that a row of F_ARTGAMME is of; "" when Sage does not have it."""
    gamme = data.gammes.get(article.gamme1 if row.axis == 0 else article.gamme2)
    return gamme.label if gamme else ""
