"""What Comptoir Atlantique sells, read from `data/articles.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from pathlib import Path

ARTICLES_FILE = Path(__file__).with_name("data") / "articles.csv"


@dataclass(frozen=True)
class Article:
    """One line of the catalogue; prices in euros, `grams` per unit, `stock` of the main depot (None: not tracked)."""

    rank: int
    reference: str
    design: str
    english: str
    family: str
    node: str
    buy: Decimal
    sell: Decimal
    price_is_ttc: bool
    grams: int
    gammes: tuple[tuple[str, tuple[str, ...]], ...]
    first_number: int
    """`AG_No` of the first value of the first gamme; the others follow."""
    stock: int | None
    published: bool
    asleep: bool
    shape: str
    colour: str
    material: str
    origin: str
    brand: str

    def values(self, rank: int) -> list[tuple[int, str]]:
        """The (AG_No, text) pairs of gamme 1 or 2; ``[(0, "")]`` when the article has no such gamme."""
        if rank > len(self.gammes):
            return [(0, "")]
        first = self.first_number + (len(self.gammes[0][1]) if rank == 2 else 0)
        return list(enumerate(self.gammes[rank - 1][1], start=first))

    def combinations(self) -> list[tuple[int, int]]:
        """The (AG_No1, AG_No2) pairs; empty for an article without gamme."""
        if not self.gammes:
            return []
        return [(one, two) for (one, _), (two, _) in product(self.values(1), self.values(2))]


def load_articles() -> list[Article]:
    """The base company's articles, in the order of the file."""
    articles: list[Article] = []
    number = 1
    with ARTICLES_FILE.open(encoding="utf-8", newline="") as file:
        for rank, row in enumerate(csv.DictReader(file, delimiter=";"), start=1):
            article = _article(rank, number, row)
            number += sum(len(values) for _, values in article.gammes)
            articles.append(article)
    return articles


def _article(rank: int, number: int, row: dict[str, str]) -> Article:
    gammes = tuple(
        (name, tuple(values.split(",")))
        for name, _, values in (part.partition(":") for part in row["gammes"].split("|") if part)
    )
    return Article(
        rank=rank,
        reference=row["ref"],
        design=row["design"],
        english=row["english"],
        family=row["family"],
        node=row["node"],
        buy=Decimal(row["buy"]),
        sell=Decimal(row["sell"]),
        price_is_ttc=row["ttc"] == "1",
        grams=int(row["grams"]),
        gammes=gammes,
        first_number=number,
        stock=None if row["stock"] == "-" else int(row["stock"]),
        published=row["published"] == "1",
        asleep=row["asleep"] == "1",
        shape=row["shape"],
        colour=row["colour"],
        material=row["material"],
        origin=row["origin"],
        brand=row["brand"],
    )
