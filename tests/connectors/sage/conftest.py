"""Sage bases in SQLite files: the whole sandbox company, and a small one in each of the three versions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.settings import WriteMode
from connectors.sandbox.sage.company import build_company
from connectors.sandbox.sage.connection import connect
from connectors.sandbox.sage.odbc_driver import play_sage_driver
from connectors.sandbox.sage.schema import add_free_field, columns, create_schema

VERSIONS = ("i7", "100c", "v10")


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    build_company(folder / "company.sqlite", media=folder / "media")
    return folder / "company.sqlite"


@pytest.fixture(scope="session")
def company_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The whole company, as each version of Sage keeps it."""
    folder = tmp_path_factory.mktemp("companies")
    files = {version: folder / f"{version}.sqlite" for version in VERSIONS}
    for version, path in files.items():
        build_company(path, media=folder / "media", version=version)
    return files


@pytest.fixture
def company(company_file: Path, tmp_path: Path) -> Iterator[SageSession]:
    """A session that may write on a copy of the sandbox company."""
    copy = tmp_path / "company.sqlite"
    shutil.copy(company_file, copy)
    with open_session(SageSettings(dialect="sqlite", path=str(copy), write_enabled=True)) as session:
        yield session


@pytest.fixture
def capabilities(company: SageSession) -> Capabilities:
    return Capabilities.probe(company)


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("small")
    files = {version: folder / f"{version}.sqlite" for version in VERSIONS}
    for version, path in files.items():
        build_small(path, version)
    return files


@pytest.fixture
def small(small_files: dict[str, Path], tmp_path: Path) -> Iterator[Callable[..., SageSession]]:
    """Opens a session that may write, in the mode asked for, on a small base of the version asked for."""
    opened: list[SageSession] = []

    def open_small(version: str, mode: WriteMode = "direct") -> SageSession:
        copy = tmp_path / f"{version}.sqlite"
        shutil.copy(small_files[version], copy)
        if mode == "driver":
            with closing(connect(copy)) as connection:
                play_sage_driver(connection)
        folder = tmp_path / "files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        settings = SageSettings(
            dialect="sqlite", path=str(copy), write_enabled=True, write_mode=mode, file_folder=str(folder)
        )
        opened.append(open_session(settings))
        return opened[-1]

    yield open_small
    for session in opened:
        session.close()


def build_small(path: Path, version: str) -> None:
    """One article of each kind, one customer, one counter; a row in every table that a stream reads."""
    with closing(connect(path, create=True)) as connection:
        create_schema(connection, version=version)
        add_free_field(connection, "F_ARTICLE", "N° Dossier", type=9, length=21)
        add_free_field(connection, "F_ARTICLE", "densité", type=7)
        add_free_field(connection, "F_ARTICLE", "Prévu le", type=3)
        known = {table: {column.name for column in found} for table, found in columns(version=version).items()}
        known["F_ARTICLE"] |= {"N° Dossier", "densité", "Prévu le"}
        for table, row in SMALL_ROWS:
            existing = {name: value for name, value in row.items() if name in known[table]}
            names = ", ".join(f"[{name}]" for name in existing)
            marks = ", ".join("?" * len(existing))
            connection.cursor().execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *existing.values())
        connection.commit()


SMALL_ROWS: list[tuple[str, dict[str, object]]] = [
    ("F_FAMILLE", {"FA_CodeFamille": "DIVERS", "FA_Intitule": "Divers"}),
    ("F_CATALOGUE", {"CL_No": 1, "CL_Intitule": "Maison"}),
    ("P_GAMME", {"cbIndice": 1, "G_Intitule": "Taille"}),
    ("P_GAMME", {"cbIndice": 2, "G_Intitule": ""}),
    ("F_ENUMGAMME", {"EG_Champ": 1, "EG_Ligne": 1, "EG_Enumere": "S"}),
    (
        "F_ARTICLE",
        {
            "AR_Ref": "SIMPLE",
            "AR_Design": "Étagère à épices",
            "FA_CodeFamille": "DIVERS",
            "AR_PrixVen": Decimal("12.345678"),
            "AR_PrixAch": Decimal("5"),
            "AR_SuiviStock": 2,
            "AR_UniteVen": 1,
            "AR_DateCreation": datetime(2020, 2, 29),
            "AR_DateApplication": datetime(1753, 1, 1),
            "N° Dossier": "D-42",
            "densité": Decimal("1.5"),
            "Prévu le": datetime(2026, 3, 1),
        },
    ),
    (
        "F_ARTICLE",
        {"AR_Ref": "GAMME", "AR_Design": "Tablier", "FA_CodeFamille": "DIVERS", "AR_Gamme1": 1, "AR_SuiviStock": 2},
    ),
    ("F_ARTICLE", {"AR_Ref": "PORT", "AR_Design": "Frais de port", "FA_CodeFamille": "DIVERS", "AR_SuiviStock": 0}),
    ("F_ARTICLE", {"AR_Ref": "BLANC  ", "AR_Design": "Référence à blancs", "FA_CodeFamille": "DIVERS"}),
    ("F_ARTGAMME", {"AR_Ref": "GAMME", "AG_No": 7, "EG_Enumere": "S", "AG_Type": 0}),
    ("F_ARTENUMREF", {"AR_Ref": "GAMME", "AG_No1": 7, "AG_No2": 0, "AE_Ref": "GAMME-S"}),
    ("F_CONDITION", {"AR_Ref": "SIMPLE", "CO_No": 1, "EC_Enumere": "Carton", "EC_Quantite": 6}),
    ("F_NOMENCLAT", {"AR_Ref": "SIMPLE", "NO_RefDet": "PORT", "NO_Qte": 2}),
    ("F_GLOSSAIRE", {"GL_No": 1, "GL_Domaine": 0, "GL_Text": "Longue description"}),
    ("F_GLOSSAIRE", {"GL_No": 2, "GL_Domaine": 1, "GL_Text": "Texte d'un document"}),
    ("F_ARTGLOSS", {"AR_Ref": "SIMPLE", "GL_No": 1}),
    ("F_ARTICLEMEDIA", {"AR_Ref": "SIMPLE", "ME_Fichier": "C:\\Sage\\etagere.jpg"}),
    ("F_ARTFOURNISS", {"AR_Ref": "SIMPLE", "CT_Num": "FOURN", "AF_RefFourniss": "X1"}),
    ("F_ARTSTOCK", {"AR_Ref": "SIMPLE", "DE_No": 1, "AS_QteSto": 10, "AS_MontSto": 45}),
    ("F_ARTSTOCK", {"AR_Ref": "GAMME", "DE_No": 1, "AS_QteSto": 4}),
    ("F_GAMSTOCK", {"AR_Ref": "GAMME", "DE_No": 1, "AG_No1": 7, "AG_No2": 0, "GS_QteSto": 4}),
    ("F_DEPOT", {"DE_No": 1, "DE_Intitule": "Entrepôt", "DE_Principal": 1}),
    ("P_CATTARIF", {"cbIndice": 1, "CT_Intitule": "Public"}),
    ("F_ARTCLIENT", {"AR_Ref": "SIMPLE", "AC_Categorie": 1, "AC_PrixVen": Decimal("11")}),
    ("F_TARIFQTE", {"AR_Ref": "SIMPLE", "TQ_RefCF": "a01", "TQ_BorneSup": 9, "TQ_Remise01REM_Valeur": 5}),
    ("F_TARIFGAM", {"AR_Ref": "GAMME", "TG_RefCF": "a01", "AG_No1": 7, "AG_No2": 0, "TG_Prix": 8}),
    ("F_TARIFCOND", {"AR_Ref": "SIMPLE", "TC_RefCF": "a01", "CO_No": 1, "TC_Prix": 60}),
    ("F_FAMCLIENT", {"FA_CodeFamille": "DIVERS", "CT_Num": "DUPONT", "FC_Remise": 3}),
    ("F_FAMTARIF", {"FA_CodeFamille": "DIVERS", "FT_Categorie": 1}),
    ("F_FAMTARIFQTE", {"FA_CodeFamille": "DIVERS", "FQ_RefCF": "a01", "FQ_BorneSup": 99}),
    ("F_TAXE", {"TA_Code": "C20", "TA_Taux": 20, "TA_No": 1, "CG_Num": "4457120"}),
    ("F_ARTCOMPTA", {"AR_Ref": "SIMPLE", "ACP_Type": 0, "ACP_Champ": 1, "ACP_ComptaCPT_Taxe1": "C20"}),
    ("F_ARTCOMPTA", {"AR_Ref": "SIMPLE", "ACP_Type": 1, "ACP_Champ": 1, "ACP_ComptaCPT_Taxe1": "D20"}),
    ("F_FAMCOMPTA", {"FA_CodeFamille": "DIVERS", "FCP_Type": 0, "FCP_Champ": 1, "FCP_ComptaCPT_Taxe1": "C20"}),
    ("P_CATCOMPTA", {"CA_ComptaVen01": "France", "CA_ComptaVen03": "Export"}),
    ("P_UNITE", {"cbIndice": 1, "U_Intitule": "Pièce"}),
    (
        "F_COMPTET",
        {"CT_Num": "DUPONT", "CT_Intitule": "Dupont", "CT_Type": 0, "CG_NumPrinc": "4110000", "CT_NumPayeur": "DUPONT"},
    ),
    ("F_COMPTET", {"CT_Num": "FOURN", "CT_Intitule": "Fournisseur", "CT_Type": 1, "CG_NumPrinc": "4010000"}),
    (
        "F_COMPTET",
        {"CT_Num": "DORT", "CT_Intitule": "En sommeil", "CT_Type": 0, "CG_NumPrinc": "4110000", "CT_Sommeil": 1},
    ),
    (
        "F_COMPTETINFOS",
        {"CT_Num": "DUPONT", "CI_Domaine": 1, "CI_Code": "QUAI", "CI_Intitule": "Quai", "CI_Valeur": "3"},
    ),
    ("F_LIVRAISON", {"LI_No": 1, "CT_Num": "DUPONT", "LI_Intitule": "Siège", "LI_Principal": 1}),
    ("F_CONTACTT", {"CT_Num": "DUPONT", "CT_No": 1, "CT_Nom": "Dupont"}),
    ("F_COLLABORATEUR", {"CO_No": 1, "CO_Nom": "Garnier"}),
    ("F_PAYS", {"PA_Intitule": "France", "PA_CodeISO2": "FR"}),
    ("P_EXPEDITION", {"cbIndice": 1, "E_Intitule": "Transporteur"}),
    ("P_REGLEMENT", {"cbIndice": 1, "R_Intitule": "Carte bancaire"}),
    ("P_SOUCHEVENTE", {"cbIndice": 1, "S_Intitule": "Principale", "S_Valide": 1}),
    ("P_DEVISE", {"cbIndice": 1, "D_Intitule": "Euro"}),
    ("F_DOCENTETE", {"DO_Domaine": 0, "DO_Type": 1, "DO_Piece": "BC00001", "DO_Tiers": "DUPONT"}),
    ("F_DOCENTETE", {"DO_Domaine": 1, "DO_Type": 11, "DO_Piece": "ACHAT1", "DO_Tiers": "FOURN"}),
    (
        "F_DOCLIGNE",
        {"DO_Domaine": 0, "DO_Type": 1, "DO_Piece": "BC00001", "DL_No": 1, "AR_Ref": "SIMPLE", "PF_Num": ""},
    ),
    ("F_DOCREGL", {"DO_Domaine": 0, "DO_Type": 1, "DO_Piece": "BC00001", "DR_No": 1, "DR_TypeRegl": 2}),
    ("F_DOCCURRENTPIECE", {"DC_Domaine": 0, "DC_IdCol": 1, "DC_Souche": 0, "DC_Piece": "BC00001"}),
    ("F_DOCCURRENTPIECE", {"DC_Domaine": 0, "DC_IdCol": 0, "DC_Souche": 0, "DC_Piece": "DE00001"}),
]
