"""Free fields, glossary texts, kits and packaging of the articles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from .assortment import Article
from .parameters import MAIN_DEPOT
from .rows import BUILT_AT, Row, insert
from .schema import add_free_field

if TYPE_CHECKING:
    import pyodbc

TEXT, DATE, AMOUNT, CHOICE = 9, 3, 7, 22
"""`cbSysLibre.CB_Type`."""

FREE_FIELDS = (
    ("Matière", TEXT, 69),
    ("Pays d'origine", TEXT, 35),
    ("Lavage à 30°", CHOICE, 0),
    ("N° de lot", TEXT, 21),
    ("Coloris", TEXT, 35),
    ("Hauteur (cm)", AMOUNT, 0),
    ("Date d'arrivage", DATE, 0),
)

WASHING = {"TEXTILE": "Oui", "VETPRO": "Oui, à l'envers", "CHAUSSPRO": "Non"}

GLOSSARY = (
    ("Entretien textile", "Lavage à 30 °C à l'envers, séchage à plat. Ne pas utiliser de chlore ; repassage doux."),
    ("Norme gants", "Gants conformes à l'EN 388 : résistance à l'abrasion, à la coupure et à la déchirure."),
    ("Norme chaussures", "Coque 200 joules, semelle anti-perforation : classe S3 selon l'EN ISO 20345."),
    (
        "Cuisine",
        "Façonné en France dans des ateliers labellisés.\nL'acier et le bois vivent : lavage à la main conseillé.",
    ),
    ("Œnologie", "Pour déguster dans les règles de l'art : œil, nez, bouche.\nLe verre, lui, se fait oublier."),
    ("Épicerie", "Recette sans conservateur ni colorant. À conserver à l'abri de la chaleur & de la lumière."),
    ("Papeterie", "Papiers issus de forêts gérées durablement. Fabriqué à moins de 200 km de l'entrepôt."),
    ("Jardin", "Semences & plants issus de l'agriculture biologique (FR-BIO-01)."),
)
"""(title, text); a glossary entry's number is its rank, and the articles of a family share theirs."""

FAMILY_TEXT = {
    "TEXTILE": 1, "VETPRO": 2, "CHAUSSPRO": 3, "CUISINE": 4, "CAVE": 5, "EPICERIE": 6, "PAPETERIE": 7, "JARDIN": 8,
}  # fmt: skip

LONG_TEXTS = {
    "SWEAT-CAP": "Un sweat épais, brossé à l'intérieur, né d'une idée simple : avoir chaud sur le pont.\n\n"
    "Capuche doublée, cordon plat, poche kangourou. Coupe droite ; si vous hésitez, prenez une taille de plus.",
    "COCOTTE-F": "Coulée pièce à pièce, émaillée deux fois : la cocotte qui passe du feu au four, puis à la table.\n\n"
    "Contenance 4,7 L - tous feux dont induction - garantie 30 ans.",
    "COFFRET-APERO": "Le goût de l'île dans une boîte : une terrine, des sardines, de la fleur de sel "
    "et l'ouvre-huîtres qui va avec. Prêt à offrir, moins de 35 €.",
    "BOTTE-MARIN": "La botte plissée des marins d'Ouessant : caoutchouc naturel, semelle qui n'accroche que le pont.",
    "CARAFE-DEC": "Soufflée à la bouche, elle aère les vins jeunes et ménage les vieux : l'œuvre d'un maître verrier.",
}

KITS = {
    "COFFRET-APERO": (("TERRINE-CAN", 1), ("SARDINE-VIN", 2), ("SEL-GUER", 1), ("OUVRE-HUITRE", 1)),
    "KIT-ACCUEIL": (("STYLO-BILLE", 2), ("CLASSEUR-A4", 1), ("PORTE-CLE", 1)),
    "CARAFE-DEC": (("VERRE-DEG6", 1), ("POMPE-VIDE", 1)),
}
"""Parent -> its components; of CARAFE-DEC the articles that go with it (`AR_Nomencl` 4)."""

PACKS = {
    "STYLO-BILLE": (("Unité", 1), ("Boîte de 50", 50)),
    "SARDINE-VIN": (("Boîte", 1), ("Carton de 12", 12)),
    "CAFE-GRAIN1K": (("Sachet", 1), ("Carton de 6", 6)),
}


PACK_PRICES = {("STYLO-BILLE", 50): Decimal("57.50")}
"""`F_TARIFCOND` of the first tariff category; every other packaging costs its units."""

PACKAGED = dict.fromkeys(PACKS, 1)
"""`AR_Condition` of the packaged articles, a rank of P_CONDITIONNEMENT."""


def add_free_fields(connection: pyodbc.Connection) -> None:
    """Declares the company's free fields on F_ARTICLE, and one on F_DOCENTETE."""
    for label, type_, length in FREE_FIELDS:
        add_free_field(connection, "F_ARTICLE", label, type_, length)
    add_free_field(connection, "F_DOCENTETE", "N° commande site", TEXT, 35)
    for value in ("Oui", "Oui, à l'envers", "Non"):
        insert(connection, "F_ENUMLIBRECIAL", [{"N_File": 0, "N_Info": 3, "EL_Intitule": value}])


def glossary_rows() -> Iterator[Row]:
    """F_GLOSSAIRE: shared texts first, then the long descriptions of single articles."""
    entries = [*GLOSSARY, *((f"Description {reference}", text) for reference, text in LONG_TEXTS.items())]
    for number, (title, text) in enumerate(entries, start=1):
        yield {"GL_No": number, "GL_Domaine": 0, "GL_Intitule": title[:35], "GL_Text": text}


def article_glossary_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTGLOSS: the article's own description before its family's text."""
    own = {reference: len(GLOSSARY) + rank for rank, reference in enumerate(LONG_TEXTS, start=1)}
    for article in articles:
        numbers = [own.get(article.reference), FAMILY_TEXT.get(article.family)]
        for rank, number in enumerate(filter(None, numbers), start=1):
            yield {"AR_Ref": article.reference, "GL_No": number, "AGL_Num": rank}


def kit_rows() -> Iterator[Row]:
    """F_NOMENCLAT."""
    for parent, components in KITS.items():
        for rank, (component, quantity) in enumerate(components, start=1):
            yield {
                "AR_Ref": parent,
                "NO_RefDet": component,
                "NO_Qte": Decimal(quantity),
                "NO_Ordre": rank,
                "DE_No": MAIN_DEPOT,
            }


def packaging_rows() -> Iterator[Row]:
    """F_CONDITION: how many sales units each packaging holds."""
    for number, reference, text, quantity in _packagings():
        yield {
            "AR_Ref": reference,
            "CO_No": number,
            "EC_Enumere": text,
            "EC_Quantite": Decimal(quantity),
            "CO_Ref": f"{reference}-X{quantity}",
            "CO_Principal": int(quantity == 1),
        }


def packaging_price_rows() -> Iterator[Row]:
    """F_TARIFCOND."""
    for number, reference, _text, quantity in _packagings():
        if price := PACK_PRICES.get((reference, quantity)):
            yield {"AR_Ref": reference, "TC_RefCF": "a01", "CO_No": number, "TC_Prix": price}


def _packagings() -> Iterator[tuple[int, str, str, int]]:
    """(CO_No, article, name, sales units)."""
    packs = ((reference, *pack) for reference, held in PACKS.items() for pack in held)
    for number, (reference, text, quantity) in enumerate(packs, start=1):
        yield number, reference, text, quantity


def free_values(article: Article) -> Row:
    """The free columns of F_ARTICLE; what nobody typed stays NULL."""
    return {
        "Matière": article.material or None,
        "Pays d'origine": article.origin or None,
        "Lavage à 30°": WASHING.get(article.family),
        "N° de lot": f"L26-{article.rank:04d}" if article.family == "EPICERIE" else None,
        "Coloris": article.colour,
        "Hauteur (cm)": Decimal(5 + article.rank % 40) if article.family in {"CUISINE", "CAVE"} else None,
        "Date d'arrivage": BUILT_AT.replace(hour=0, day=1 + article.rank % 28) if article.rank % 4 == 0 else None,
    }
