"""The rows of the articles, their gammes and their combinations.

Dirty data seen in real bases, each once, on purpose:

- ``"BADGE-PVC "`` carries a trailing blank in its reference;
- ``STYLO-PLUME`` has a bar code whose check digit is wrong;
- ``RAMETTE-A4`` has the bar code of ``CLASSEUR-A4``;
- ``ETUI-LUN`` is published at price 0;
- ``PORTE-CLE`` has a negative stock.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from stdnum import ean

from .assortment import Article
from .media import main_photo
from .parameters import CATALOGUE, GAMMES, NET_PRICE_GRID, QUANTITY_GRID, UNITS, catalogue_path
from .rows import BUILT_AT, Row
from .texts import PACKAGED, free_values

FRENCH_PREFIX = "376"
WRONG_BAR_CODE = "3761230000000"
SHARED_BAR_CODE = {"RAMETTE-A4": "CLASSEUR-A4"}

KIT_KINDS = {"COFFRET-APERO": 2, "KIT-ACCUEIL": 1, "CARAFE-DEC": 4}
"""`AR_Nomencl`: 2 commerciale/composé, exploded at the order; 1 fabrication, stocked as it is; 4 linked articles."""


def bar_code(number: int) -> str:
    """A valid French EAN-13; `number` has nine digits."""
    stem = f"{FRENCH_PREFIX}{number:09d}"
    return stem + str(ean.calc_check_digit(stem))


def article_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTICLE, with its free fields and its main photo."""
    ranks = {article.reference: article.rank for article in articles}
    for article in articles:
        code = bar_code(123_000_000 + ranks[SHARED_BAR_CODE.get(article.reference, article.reference)])
        yield {**_article_row(article, code), **free_values(article), "AR_Photo": main_photo(article)}


def gamme_value_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTGAMME: the values of a gamme that an article uses."""
    for article in articles:
        for rank in range(1, len(article.gammes) + 1):
            for number, text in article.values(rank):
                yield {"AR_Ref": article.reference, "AG_No": number, "EG_Enumere": text, "AG_Type": rank - 1}


def gamme_list_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ENUMGAMME: every value that each gamme offers, and the bounds of the two quantity grids."""
    values: dict[str, dict[str, None]] = {}
    for article in articles:
        for name, texts in article.gammes:
            values.setdefault(name, {}).update(dict.fromkeys(texts))
    for name, known in values.items():
        for line, text in enumerate(known, start=1):
            yield {"EG_Champ": GAMMES[name], "EG_Ligne": line, "EG_Enumere": text}
    for grid in (QUANTITY_GRID, NET_PRICE_GRID):
        for line, bound in enumerate((9, 49, 199), start=1):
            yield {"EG_Champ": grid, "EG_Ligne": line, "EG_Enumere": f"Jusqu'à {bound}", "EG_BorneSup": Decimal(bound)}


def combination_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTENUMREF: the combinations, the last one of the cargo trousers being asleep."""
    for article in articles:
        pairs = article.combinations()
        for position, (one, two) in enumerate(pairs, start=1):
            yield {
                "AR_Ref": article.reference,
                "AG_No1": one,
                "AG_No2": two,
                # Some companies never fill the combination's own reference: leave the sailor boots without.
                "AE_Ref": "" if article.reference == "BOTTE-MARIN" else f"{article.reference}-{position:02d}",
                "AE_PrixAch": article.buy,
                "AE_CodeBarre": bar_code(200_000_000 + article.rank * 100 + position),
                "AE_Sommeil": int(article.reference == "PANT-CARGO" and position == len(pairs)),
            }


def purchase_price_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTPRIX: the purchase cost of each combination."""
    for article in articles:
        for one, two in article.combinations():
            yield {"AR_Ref": article.reference, "AG_No1": one, "AG_No2": two, "AR_PUNet": article.buy}


def _article_row(article: Article, code: str) -> Row:
    service = article.family == "SERVICES"
    gammes = [GAMMES[name] for name, _ in article.gammes] + [0, 0]
    levels = catalogue_path(article.node) if article.node in CATALOGUE else [0, 0, 0]
    return {
        "AR_Ref": article.reference,
        "AR_Design": article.design,
        "AR_Langue1": article.english,
        "FA_CodeFamille": article.family,
        "AR_UnitePoids": 3,
        "AR_PoidsNet": Decimal(article.grams),
        "AR_PoidsBrut": Decimal(article.grams) * Decimal("1.1"),
        "AR_UniteVen": UNITS["Forfait" if service else "Pièce"],
        "AR_PrixAch": article.buy,
        "AR_Coef": (article.sell / article.buy).quantize(Decimal("0.000001")) if article.buy else Decimal(0),
        "AR_PrixVen": article.sell,
        "AR_PrixTTC": int(article.price_is_ttc),
        "AR_Gamme1": gammes[0],
        "AR_Gamme2": gammes[1],
        "AR_Type": int(bool(article.gammes)),
        "AR_SuiviStock": 0 if article.stock is None else 2,
        "AR_Nomencl": KIT_KINDS.get(article.reference, 0),
        "AR_QteComp": Decimal(1),
        "AR_Condition": PACKAGED.get(article.reference, 0),
        "AR_Stat01": article.brand[:21],
        "AR_Stat02": "Permanent" if article.rank % 3 else "Automne-hiver 2026",
        "AR_CodeBarre": "" if service else WRONG_BAR_CODE if article.reference == "STYLO-PLUME" else code,
        "AR_Pays": article.origin,
        "AR_CodeFiscal": "",
        "AR_Sommeil": int(article.asleep),
        "AR_Publie": int(article.published),
        "AR_Delai": 2,
        "AR_DateCreation": BUILT_AT.replace(year=2024, month=1 + article.rank % 12),
        "AR_DateModif": BUILT_AT.replace(hour=0),
        "CL_No1": levels[0],
        "CL_No2": levels[1],
        "CL_No3": levels[2],
        "CL_No4": 0,
        "CO_No": 0,
    }
