"""Stock per depot and combination, with quantities reserved, in preparation and on order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from .assortment import Article
from .parameters import MAIN_DEPOT, SHOP_DEPOT
from .rows import Row

QUANTITIES = ("QteSto", "QteRes", "QtePrepa", "QteCom", "QteAControler")


def stock_rows(articles: list[Article], *, random: Random) -> Iterator[tuple[str, Row]]:
    """(table, row) of F_GAMSTOCK for each combination and of F_ARTSTOCK for each article and depot, their sum."""
    for article in articles:
        if article.stock is None:
            continue
        for depot, level in ((MAIN_DEPOT, article.stock), (SHOP_DEPOT, max(article.stock, 0) // 4)):
            pairs = article.combinations()
            parts = [_quantities(level, random=random, vary=True) for _ in pairs]
            for (one, two), part in zip(pairs, parts, strict=True):
                yield "F_GAMSTOCK", _row("GS", article, depot, part) | {"AG_No1": one, "AG_No2": two}
            total = _sum(parts) if pairs else _quantities(level, random=random, vary=False)
            yield "F_ARTSTOCK", _row("AS", article, depot, total) | {"AS_Principal": int(depot == MAIN_DEPOT)}


def _quantities(level: int, *, random: Random, vary: bool) -> dict[str, int]:
    stock = max(0, level + random.randint(-level // 2, level // 2)) if vary and level > 0 else level
    reserved = random.randint(0, stock // 5) if stock > 0 else 0
    return {
        "QteSto": stock,
        "QteRes": reserved,
        "QtePrepa": random.randint(0, 2) if stock > 20 else 0,
        "QteCom": random.choice((0, 0, 10, 24)),
        "QteAControler": 1 if stock > 100 and random.random() < 0.2 else 0,
    }


def _sum(parts: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(part[name] for part in parts) for name in QUANTITIES}


def _row(prefix: str, article: Article, depot: int, quantities: dict[str, int]) -> dict[str, object]:
    row: dict[str, object] = {"AR_Ref": article.reference, "DE_No": depot}
    row |= {f"{prefix}_{name}": Decimal(value) for name, value in quantities.items()}
    row[f"{prefix}_MontSto"] = article.buy * max(quantities["QteSto"], 0)
    return row
