"""Tariffs: category rows, customer rows, prices of combinations, quantity grids, family discounts, special taxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .assortment import Article
from .parameters import FAMILIES, FRANCE, NET_PRICE_GRID, QUANTITY_GRID, TAXES
from .rows import Row

PUBLIC, RESELLER, WORKS_COUNCIL = 1, 2, 3
"""Ranks of P_CATTARIF; the works councils' category is kept in TTC."""

NO_UPPER_BOUND = Decimal(9_999_999)
CENT = Decimal("0.01")
NO_PRICE_LIST = {"ETUI-LUN"}
"""The article published at price 0: no category gives it a price either."""

ECO_TAXES = {"BOUILLOIRE": ("C20", "DEEE1"), "CAFET-ISO": ("C20", "DEEE2")}
SPECIAL_VAT = {"CARAMEL-BS": ("C20", "")}
"""Confectionery is taxed at 20 % though its family is food at 5.5 %."""

PUBLIC_ROWS: dict[str, Row] = {
    "PLANCHE-CH": {"AC_PrixVen": Decimal("34.50")},
    "SECATEUR": {"AC_PrixVen": Decimal(0), "AC_Coef": Decimal("2.6")},
    "STYLO-BILLE": {"AC_PrixVen": Decimal("1.20"), "AC_QteMont": 1, "EG_Champ": QUANTITY_GRID},
    "RAMETTE-A4": {"AC_PrixVen": Decimal("5.90"), "AC_QteMont": 1, "EG_Champ": QUANTITY_GRID},
}
"""Articles whose public price is a category row instead of the article's own."""

RESELLER_ROWS: dict[str, Row] = {
    "OUVRE-HUITRE": {"AC_PrixVen": Decimal(0), "AC_Remise": Decimal(20)},
    "CAFET-ISO": {"AC_PrixVen": Decimal("66.00"), "AC_TypeRem": 1},
    "CARNET-A5": {"AC_PrixVen": Decimal("7.40"), "AC_QteMont": 3, "EG_Champ": NET_PRICE_GRID},
}

CUSTOMER_ROWS: tuple[Row, ...] = (
    {"AR_Ref": "BOTTE-MARIN", "CT_Num": "NAUTIC", "AC_PrixVen": Decimal("34.90"), "AC_RefClient": "NP-4471"},
    {"AR_Ref": "COUT-OFF9", "CT_Num": "DUMAS", "AC_PrixVen": Decimal(0), "AC_Remise": Decimal(15)},
    {"AR_Ref": "SEL-GUER", "CT_Num": "EPICENTRE", "AC_PrixVen": Decimal("4.20")},
    {"AR_Ref": "VERRE-DEG6", "CT_Num": "HALLES", "AC_PrixVen": Decimal("27.50"), "AC_TypeRem": 1},
    {"AR_Ref": "TERRINE-CAN", "CT_Num": "ABBAYE", "AC_PrixVen": Decimal("6.50"), "AC_PrixTTC": 1},
    {
        "AR_Ref": "GILET-HV",
        "CT_Num": "MAIRIE",
        "AC_PrixVen": Decimal("5.60"),
        "AC_QteMont": 1,
        "EG_Champ": QUANTITY_GRID,
    },
)

PERCENT_TIERS: dict[tuple[str, str], tuple[tuple[int, tuple[int, ...]], ...]] = {
    ("STYLO-BILLE", "a01"): ((9, (0,)), (49, (10,)), (199, (20,)), (0, (30,))),
    ("RAMETTE-A4", "a01"): ((19, (0,)), (49, (5,)), (0, (5, 2))),
    ("GILET-HV", "MAIRIE"): ((49, (0,)), (0, (8,))),
}
"""(article, owner) -> (inclusive upper bound, discounts in % in cascade); 0 stands for "no upper bound"."""

NET_TIERS: dict[tuple[str, str], tuple[tuple[int, str], ...]] = {
    ("CARNET-A5", "a02"): ((9, "7.40"), (49, "6.90"), (0, "6.20")),
}

COMBINATION_SUPPLEMENTS = {
    "TSHIRT-PRO": {"XXL": "1.50"},
    "GILET-HV": {"XXL": "0.80"},
    "COCOTTE-F": {"Noir mat": "10.00"},
    "BOUGIE-PARF": {"300 g": "8.00"},
}
"""Values that make a combination dearer than its article, in euros HT at the public tariff."""


def category_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTCLIENT rows of the three tariff categories."""
    for article in articles:
        if article.family == "SERVICES" or article.reference in NO_PRICE_LIST:
            continue
        base = {"AR_Ref": article.reference, "CT_Num": ""}
        public = PUBLIC_ROWS.get(article.reference)
        if public is None and article.reference in COMBINATION_SUPPLEMENTS:
            public = {"AC_PrixVen": article.sell}
        if public is not None:
            yield {**base, "AC_Categorie": PUBLIC, "AC_PrixTTC": 0, **public}
        reseller = RESELLER_ROWS.get(article.reference, {"AC_PrixVen": reseller_price(article)})
        yield {**base, "AC_Categorie": RESELLER, "AC_PrixTTC": 0, **reseller}
        if article.family != "JARDIN":
            price = works_council_price(article)
            yield {**base, "AC_Categorie": WORKS_COUNCIL, "AC_PrixTTC": 1, "AC_PrixVen": price}


def customer_rows() -> Iterator[Row]:
    """F_ARTCLIENT rows of one customer each."""
    for row in CUSTOMER_ROWS:
        yield {"AC_Categorie": 0, "AC_PrixTTC": 0, **row}


def quantity_rows() -> Iterator[Row]:
    """F_TARIFQTE: percentages in cascade, then net prices."""
    for (reference, owner), percent_tiers in PERCENT_TIERS.items():
        for bound, discounts in percent_tiers:
            row: dict[str, object] = {"AR_Ref": reference, "TQ_RefCF": owner, "TQ_BorneSup": _bound(bound)}
            for rank, discount in enumerate(discounts, start=1):
                row[f"TQ_Remise{rank:02d}REM_Valeur"] = Decimal(discount)
                row[f"TQ_Remise{rank:02d}REM_Type"] = 1
            yield row
    for (reference, owner), net_tiers in NET_TIERS.items():
        for bound, price in net_tiers:
            yield {"AR_Ref": reference, "TQ_RefCF": owner, "TQ_BorneSup": _bound(bound), "TQ_PrixNet": Decimal(price)}


def combination_price_rows(articles: list[Article]) -> Iterator[Row]:
    """F_TARIFGAM for the public ('a01') and reseller ('a02') categories of articles whose sizes differ in price."""
    for article in articles:
        supplements = COMBINATION_SUPPLEMENTS.get(article.reference, {})
        texts = dict(article.values(1)) | dict(article.values(2))
        for one, two in article.combinations() if supplements else []:
            extra = sum((Decimal(supplements.get(texts[number], "0")) for number in (one, two)), Decimal(0))
            for owner, price in (("a01", article.sell), ("a02", reseller_price(article))):
                yield {
                    "AR_Ref": article.reference,
                    "TG_RefCF": owner,
                    "AG_No1": one,
                    "AG_No2": two,
                    "TG_Prix": price + extra,
                }


def family_discount_rows() -> Iterator[tuple[str, Row]]:
    """(table, row) of the discounts given by family, to a customer and to a category."""
    yield "F_FAMCLIENT", {"FA_CodeFamille": "CHAUSSPRO", "CT_Num": "NAUTIC", "FC_Remise": Decimal(5)}
    yield "F_FAMCLIENT", {"FA_CodeFamille": "CAVE", "CT_Num": "HALLES", "FC_Remise": Decimal(4)}
    yield "F_FAMTARIF", {"FA_CodeFamille": "PAPETERIE", "FT_Categorie": RESELLER, "FT_Remise": Decimal(3)}


def article_account_rows(articles: Iterable[Article]) -> Iterator[Row]:
    """F_ARTCOMPTA of the articles whose taxes differ from their family's: eco-tax in slot 2, or another VAT."""
    for article in articles:
        if taxes := (ECO_TAXES | SPECIAL_VAT).get(article.reference):
            yield {
                "AR_Ref": article.reference,
                "ACP_Type": 0,
                "ACP_Champ": FRANCE,
                "ACP_TypeFacture": 0,
                "ACP_ComptaCPT_CompteG": "7010000",
                "ACP_ComptaCPT_Taxe1": taxes[0],
                "ACP_ComptaCPT_Taxe2": taxes[1],
            }


def vat_rate(article: Article) -> Decimal:
    """The article's VAT in France, in %."""
    code = (ECO_TAXES | SPECIAL_VAT).get(article.reference, (FAMILIES[article.family][1], ""))[0]
    return next(Decimal(rate) for tax, _, _, rate, *_ in TAXES if tax == code)


def price_ht(article: Article) -> Decimal:
    """The article's own price without tax."""
    return article.sell / (1 + vat_rate(article) / 100) if article.price_is_ttc else article.sell


def reseller_price(article: Article) -> Decimal:
    """A quarter off, HT, to the cent."""
    return (price_ht(article) * Decimal("0.75")).quantize(CENT)


def works_council_price(article: Article) -> Decimal:
    """A tenth off, TTC, to ten cents."""
    return (price_ht(article) * (1 + vat_rate(article) / 100) * Decimal("0.9")).quantize(Decimal("0.1"))


def _bound(bound: int) -> Decimal:
    return Decimal(bound) if bound else NO_UPPER_BOUND
