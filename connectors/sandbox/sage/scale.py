"""Generated articles that make the company as large as a benchmark asks: plain, deterministic, without photos."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from .assortment import Article
from .parameters import CATALOGUE, FAMILIES
from .pictures import COLOURS

FAMILY_NODES = {
    "VETPRO": "PANTALONS", "CHAUSSPRO": "SECURITE", "TEXTILE": "HAUTS", "CUISINE": "TABLE", "CAVE": "VERRES",
    "EPICERIE": "CONDIMENTS", "PAPETERIE": "STYLOS", "JARDIN": "OUTILS",
}  # fmt: skip
SIZES = ("S", "M", "L", "XL")
SHADES = ("Blanc", "Marine", "Noir")


def generated_articles(count: int, *, after: list[Article], random: Random) -> Iterator[Article]:
    """`count` articles numbered after the given ones: 8 % with a gamme of sizes, 2 % with colours and sizes."""
    rank = len(after)
    number = 1 + sum(len(values) for article in after for _, values in article.gammes)
    families = [family for family in FAMILIES if family in FAMILY_NODES]
    colours = list(COLOURS)
    for position in range(1, count + 1):
        family = random.choice(families)
        gammes = _gammes(random.random())
        buy = Decimal(random.randint(80, 9_000)) / 100
        yield Article(
            rank=rank + position,
            reference=f"GEN{position:06d}",
            design=f"{CATALOGUE[FAMILY_NODES[family]][1]} modèle n° {position}",
            english=f"Model {position}",
            family=family,
            node=FAMILY_NODES[family],
            buy=buy,
            sell=(buy * Decimal("2.3")).quantize(Decimal("0.01")),
            price_is_ttc=False,
            grams=random.randint(20, 3_000),
            gammes=gammes,
            first_number=number,
            stock=random.randint(0, 200),
            published=True,
            asleep=False,
            shape="",
            colour=random.choice(colours),
            material="",
            origin="France",
            brand=f"Marque {position % 40:02d}",
        )
        number += sum(len(values) for _, values in gammes)


def _gammes(draw: float) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if draw < 0.02:
        return ("Couleur", SHADES), ("Taille", SIZES)
    return (("Taille", SIZES),) if draw < 0.10 else ()
