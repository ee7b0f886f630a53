"""The company's settings: the positional `P_*` tables, taxes, depots, families, catalogue, countries, staff."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from .rows import BUILT_AT, Row, insert

if TYPE_CHECKING:
    import pyodbc

GAMMES = {"Taille": 1, "Couleur": 2, "Pointure": 3, "Contenance": 6}
"""Gammes that make variants (`G_Type` 0), with their P_GAMME rank; 4 and 5 are quantity grids."""

QUANTITY_GRID, NET_PRICE_GRID = 4, 5
UNITS = {"Pièce": 1, "Forfait": 2, "Boîte": 3}
MAIN_DEPOT, SHOP_DEPOT = 1, 2
FRANCE, INTRA_EU, EXPORT = 1, 2, 3
"""Ranks of the accounting categories (`N_CatCompta`)."""

WEB_SOUCHE = 1
"""`DO_Souche` of web orders: 0-based, so it is the second row of P_SOUCHEVENTE."""

CONTROL_ACCOUNT = "4110000"

FAMILIES = {
    "VETPRO": ("Vêtements de travail", "C20"),
    "CHAUSSPRO": ("Chaussures & bottes", "C20"),
    "TEXTILE": ("Textile d'accueil", "C20"),
    "CUISINE": ("Arts de la table & cuisine", "C20"),
    "CAVE": ("Cave & œnologie", "C20"),
    "EPICERIE": ("Épicerie fine", "C55"),
    "PAPETERIE": ("Papeterie & bureau", "C20"),
    "JARDIN": ("Jardin & potager", "C10"),
    "SERVICES": ("Services & frais", "C20"),
}
"""Family code -> label and VAT code of a sale in France."""

CATALOGUE: dict[str, tuple[int, str, str]] = {
    "MODE": (1, "Vêtements & chaussures", ""),
    "MAISON": (2, "Maison & table", ""),
    "BUREAU": (3, "Bureau", ""),
    "POTAGER": (4, "Jardin", ""),
    "TRAVAIL": (10, "Vêtements de travail", "MODE"),
    "CHAUSSURES": (11, "Chaussures", "MODE"),
    "ACCESSOIRES": (12, "Accessoires", "MODE"),
    "CUISINER": (20, "Cuisine", "MAISON"),
    "DEGUSTER": (21, "Cave & œnologie", "MAISON"),
    "EPICERIE": (22, "Épicerie fine", "MAISON"),
    "ECRIRE": (30, "Papeterie", "BUREAU"),
    "RANGER": (31, "Classement", "BUREAU"),
    "CULTIVER": (40, "Semences & outils", "POTAGER"),
    "VESTES": (100, "Vestes & parkas", "TRAVAIL"),
    "PANTALONS": (101, "Pantalons", "TRAVAIL"),
    "HAUTS": (102, "Polos, tee-shirts & chemises", "TRAVAIL"),
    "SECURITE": (110, "Chaussures de sécurité", "CHAUSSURES"),
    "BOTTES": (111, "Bottes", "CHAUSSURES"),
    "GANTS": (120, "Gants", "ACCESSOIRES"),
    "BONNETS": (121, "Bonnets & petits cadeaux", "ACCESSOIRES"),
    "COUTEAUX": (200, "Couteaux & ouvre-huîtres", "CUISINER"),
    "CUISSON": (201, "Cuisson & découpe", "CUISINER"),
    "ELECTRO": (202, "Petit électroménager", "CUISINER"),
    "TABLIERS": (203, "Tabliers", "CUISINER"),
    "TABLE": (204, "Ambiance & table", "CUISINER"),
    "OUTILVIN": (210, "Tire-bouchons & seaux", "DEGUSTER"),
    "VERRES": (211, "Verres, carafes & conservation", "DEGUSTER"),
    "CONSERVES": (220, "Conserves & coffrets", "EPICERIE"),
    "CONDIMENTS": (221, "Sel, sucre & condiments", "EPICERIE"),
    "CAFE": (222, "Café & thé", "EPICERIE"),
    "CARNETS": (300, "Cahiers & carnets", "ECRIRE"),
    "STYLOS": (301, "Stylos", "ECRIRE"),
    "CLASSEURS": (310, "Classeurs & papier", "RANGER"),
    "SEMENCES": (400, "Semences & plants", "CULTIVER"),
    "OUTILS": (401, "Outils à main", "CULTIVER"),
}
"""Our name of a node -> (CL_No, label, parent's name): three levels."""

TAXES = (
    # code, label, 0 % / 1 amount, rate, TA_Type (0 TVA débits, 2 taxe parafiscale HT), 1 collectée, provenance, account
    ("C20", "TVA collectée 20 %", 0, "20", 0, 1, 0, "4457120"),
    ("C10", "TVA collectée 10 %", 0, "10", 0, 1, 0, "4457110"),
    ("C55", "TVA collectée 5,5 %", 0, "5.5", 0, 1, 0, "4457105"),
    ("CIC", "Livraison intracommunautaire", 0, "0", 0, 1, 1, "4452000"),
    ("CEX", "Export exonéré", 0, "0", 0, 1, 2, "4457900"),
    ("DEEE1", "Éco-participation petits appareils", 1, "0.42", 2, 1, 0, "4478100"),
    ("DEEE2", "Éco-participation moyens appareils", 1, "1.25", 2, 1, 0, "4478100"),
    ("D20", "TVA déductible 20 %", 0, "20", 0, 0, 0, "4456620"),
)

POSITIONAL: dict[str, list[Row]] = {
    "P_GAMME": [
        {"G_Intitule": "Taille", "G_Type": 0},
        {"G_Intitule": "Couleur", "G_Type": 0},
        {"G_Intitule": "Pointure", "G_Type": 0},
        {"G_Intitule": "Remise par quantité", "G_Type": 1},
        {"G_Intitule": "Prix nets par quantité", "G_Type": 3},
        {"G_Intitule": "Contenance", "G_Type": 0},
        {"G_Intitule": "", "G_Type": 0},
    ],
    "P_CATTARIF": [
        {"CT_Intitule": "Tarif public", "CT_PrixTTC": 0},
        {"CT_Intitule": "Revendeurs", "CT_PrixTTC": 0},
        {"CT_Intitule": "Comités d'entreprise", "CT_PrixTTC": 1},
        {"CT_Intitule": "", "CT_PrixTTC": 0},
    ],
    "P_UNITE": [{"U_Intitule": name, "U_NbUnite": 1} for name in UNITS],
    "P_CONDITIONNEMENT": [{"P_Conditionnement": "Colisage"}, {"P_Conditionnement": ""}],
    "P_EXPEDITION": [
        {"E_Intitule": "Transporteur standard", "E_TypeFrais": 0, "E_ValFrais": Decimal("7.50"), "AR_Ref": "PORT-FR"},
        {"E_Intitule": "Point relais", "E_ValFrais": Decimal("4.90")},
        {"E_Intitule": "Retrait à l'entrepôt"},
    ],
    "P_CONDLIVR": [{"C_Intitule": "Port dû", "C_Mode": "EXW"}, {"C_Intitule": "Franco de port", "C_Mode": "DAP"}],
    "P_REGLEMENT": [
        {"R_Intitule": "Chèque", "R_Code": "CHQ"},
        {"R_Intitule": "Virement", "R_Code": "VIR"},
        {"R_Intitule": "Carte bancaire", "R_Code": "CB"},
        {"R_Intitule": "PayPal", "R_Code": "PPL"},
    ],
    "P_PERIOD": [{"P_Period": "Mensuelle"}, {"P_Period": "Trimestrielle"}],
    "P_SERVICECPTA": [{"S_Intitule": "Achats", "S_Abrege": "ACH"}, {"S_Intitule": "Comptabilité", "S_Abrege": "CPT"}],
    "P_SOUCHEVENTE": [
        {"S_Intitule": "Principale", "S_Valide": 1, "JO_Num": "VTE"},
        {"S_Intitule": "Site web", "S_Valide": 1, "JO_Num": "VTE"},
        {"S_Intitule": "", "S_Valide": 0},
    ],
    "P_DEVISE": [
        {"D_Intitule": "Euro", "D_CodeISO": "EUR", "D_Sigle": "€", "D_Euro": 1, "D_Cours": Decimal(1)},
        {"D_Intitule": "Livre sterling", "D_CodeISO": "GBP", "D_Sigle": "£", "D_Cours": Decimal("0.86")},
    ],
}
"""Rows of the positional tables, in rank order: `cbIndice` is added. Rows without a label are Sage's unused slots."""

SINGLE_ROWS: dict[str, Row] = {
    "P_DOSSIER": {
        "D_RaisonSoc": "Comptoir Atlantique",
        "D_Profession": "Vente à distance & épicerie",
        "D_Adresse": "27 rue de l'Arsenal",
        "D_CodePostal": "17000",
        "D_Ville": "La Rochelle",
        "D_Pays": "France",
        "D_Siret": "80912345600019",
        "D_Ape": "4791B",
        "D_Identifiant": "FR12809123456",
        "D_EMailSoc": "contact@comptoir-atlantique.example",
        "N_DeviseCompte": 1,
    },
    "P_CATCOMPTA": {
        "CA_ComptaVen01": "Ventes France",
        "CA_ComptaVen02": "Ventes intracommunautaires",
        "CA_ComptaVen03": "Ventes export",
        "CA_ComptaAch01": "Achats France",
        "CA_ComptaSto01": "Stock",
    },
    "P_PREFERENCES": {"DE_No": MAIN_DEPOT, "CG_NumCli": CONTROL_ACCOUNT, "PR_StockNeg": 1, "N_Reglement": 1},
    "P_PARAMETRECIAL": {"P_Contremarque": 0},
    "P_ORGAVEN": {"D_Saisie": "Saisi", "D_Confirme": "Confirmé"},
    "P_COLREGLEMENT": {"CR_Numero01": "RG00001"},
}

STRUCTURES = {"i7": (17, 4), "100c": (21, 8), "v10": (24, 10)}
"""Version -> (CB_Version, structure): one program reads CB_DescVersion / 65536 as the structure's major number."""

COUNTRIES = (("France", "FR"), ("Belgique", "BE"), ("Allemagne", "DE"), ("Suisse", "CH"), ("Espagne", "ES"))
STAFF = (("Le Bihan", "Solène"), ("Garnier", "Étienne"))

COUNTERS = {0: "DE", 1: "BC", 2: "PL", 3: "BL", 4: "BR", 5: "BA", 6: "FA"}
"""`DC_IdCol` of sales documents -> prefix of their numbers."""


def catalogue_path(name: str) -> list[int]:
    """The three `CL_No1..3` of a node of any level, 0 below it; ``catalogue_path("BOTTES") == [1, 11, 111]``."""
    numbers: list[int] = []
    while name:
        number, _, name = CATALOGUE[name]
        numbers.insert(0, number)
    return numbers + [0] * (3 - len(numbers))


def insert_parameters(connection: pyodbc.Connection, *, next_order: int, version: str) -> None:
    """Everything an article or a customer can refer to; `next_order` is the next number of the main order souche."""
    for table, rows in POSITIONAL.items():
        insert(connection, table, ({**row, "cbIndice": rank} for rank, row in enumerate(rows, start=1)))
    for table, row in SINGLE_ROWS.items():
        insert(connection, table, [row])
    number, structure = STRUCTURES[version]
    described = {"CB_Type": "CIAL", "CB_CBaseVersion": number, "CB_DescVersion": structure * 65536}
    insert(connection, "cbSysTable", [described | {"CB_Version": number}])
    insert(connection, "F_TAXE", _taxes())
    insert(connection, "F_DEPOT", _depots())
    insert(connection, "F_FAMILLE", _families())
    insert(connection, "F_FAMCOMPTA", _family_accounts())
    insert(connection, "F_CATALOGUE", _catalogue())
    insert(
        connection, "F_PAYS", ({"PA_Intitule": name, "PA_CodeISO2": code, "PA_Code": code} for name, code in COUNTRIES)
    )
    insert(connection, "F_COLLABORATEUR", _staff())
    insert(connection, "F_DOCCURRENTPIECE", _counters(next_order))


def _taxes() -> Iterator[Row]:
    for number, (code, label, kind, rate, type_, collected, provenance, account) in enumerate(TAXES, start=1):
        yield {
            "TA_Code": code,
            "TA_Intitule": label,
            "TA_TTaux": kind,
            "TA_Taux": Decimal(rate),
            "TA_Type": type_,
            "TA_Sens": collected,
            "TA_Provenance": provenance,
            "CG_Num": account,
            "TA_No": number,
        }


def _depots() -> Iterator[Row]:
    yield {
        "DE_No": MAIN_DEPOT,
        "DE_Intitule": "Entrepôt La Rochelle",
        "DE_Code": "LR",
        "DE_Principal": 1,
        "DE_Adresse": "27 rue de l'Arsenal",
        "DE_CodePostal": "17000",
        "DE_Ville": "La Rochelle",
        "DE_Pays": "France",
    }
    yield {
        "DE_No": SHOP_DEPOT,
        "DE_Intitule": "Boutique de Bouguenais",
        "DE_Code": "BG",
        "DE_Principal": 0,
        "DE_CodePostal": "44340",
        "DE_Ville": "Bouguenais",
        "DE_Pays": "France",
    }


def _families() -> Iterator[Row]:
    for code, (label, _) in FAMILIES.items():
        yield {
            "FA_CodeFamille": code,
            "FA_Type": 0,
            "FA_Intitule": label,
            "FA_UniteVen": 1,
            "FA_SuiviStock": 2,
            "FA_UnitePoids": 3,
            "FA_Publie": int(code != "SERVICES"),
        }
    yield {"FA_CodeFamille": "ZTOTAL", "FA_Type": 1, "FA_Intitule": "Total général", "FA_Publie": 0}


def _family_accounts() -> Iterator[Row]:
    for code, (_, vat) in FAMILIES.items():
        for category, tax in ((FRANCE, vat), (INTRA_EU, "CIC"), (EXPORT, "CEX")):
            yield {
                "FA_CodeFamille": code,
                "FCP_Type": 0,
                "FCP_Champ": category,
                "FCP_TypeFacture": 0,
                "FCP_ComptaCPT_CompteG": f"70{category}0000",
                "FCP_ComptaCPT_Taxe1": tax,
            }


def _catalogue() -> Iterator[Row]:
    for name, (number, label, parent) in CATALOGUE.items():
        level = sum(1 for step in catalogue_path(name) if step) - 1
        parent_number = CATALOGUE[parent][0] if parent else 0
        yield {"CL_No": number, "CL_Intitule": label, "CL_Niveau": level, "CL_NoParent": parent_number}


def _staff() -> Iterator[Row]:
    for number, (name, first_name) in enumerate(STAFF, start=1):
        yield {
            "CO_No": number,
            "CO_Nom": name,
            "CO_Prenom": first_name,
            "CO_Fonction": "Commercial",
            "CO_Vendeur": 1,
            "CO_DateCreation": BUILT_AT.replace(year=2015),
        }


def _counters(next_order: int) -> Iterator[Row]:
    for kind, prefix in COUNTERS.items():
        number = next_order if kind == 1 else 1
        yield {"DC_Domaine": 0, "DC_IdCol": kind, "DC_Souche": 0, "DC_Piece": f"{prefix}{number:05d}"}
        yield {"DC_Domaine": 0, "DC_IdCol": kind, "DC_Souche": WEB_SOUCHE, "DC_Piece": f"W{prefix}00001"}
