import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PureWindowsPath

import pyodbc
import pytest
from PIL import Image
from stdnum import ean

from connectors.sandbox.sage import CompanySummary, build_company, connect
from connectors.sandbox.sage.customers import WEB_CUSTOMER
from connectors.sandbox.sage.media import IN_THE_STUDIO
from connectors.sandbox.sage.parameters import MAIN_DEPOT, WEB_SOUCHE
from connectors.sandbox.sage.rows import BUILT_AT, insert
from connectors.sandbox.sage.schema import columns

Built = tuple[CompanySummary, Path, Path]

GROUPS = {
    "reference-with-dashes": ("AR_Ref LIKE 'POLO-%-%'", 6),
    "reference-with-slashes": ("AR_Ref LIKE 'GANT/%'", 5),
    "reference-without-separator": ("AR_Ref LIKE 'CHSEC%'", 4),
    "only-in-the-design": ("AR_Design LIKE 'Parka « Brume » - % - taille %'", 4),
    "only-in-a-free-field": ("AR_Design = 'Tablier de chef « Marmiton »'", 3),
}

REFERENCES = [
    ("F_ARTICLE.FA_CodeFamille", "F_FAMILLE.FA_CodeFamille"),
    ("F_ARTICLE.CL_No1", "F_CATALOGUE.CL_No"),
    ("F_ARTICLE.CL_No2", "F_CATALOGUE.CL_No"),
    ("F_ARTICLE.CL_No3", "F_CATALOGUE.CL_No"),
    ("F_ARTICLE.AR_Gamme1", "P_GAMME.cbIndice"),
    ("F_ARTICLE.AR_Gamme2", "P_GAMME.cbIndice"),
    ("F_ARTICLE.AR_UniteVen", "P_UNITE.cbIndice"),
    ("F_ARTICLE.AR_Condition", "P_CONDITIONNEMENT.cbIndice"),
    ("F_CATALOGUE.CL_NoParent", "F_CATALOGUE.CL_No"),
    ("F_ARTGAMME.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTGAMME.EG_Enumere", "F_ENUMGAMME.EG_Enumere"),
    ("F_ENUMGAMME.EG_Champ", "P_GAMME.cbIndice"),
    ("F_ARTENUMREF.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTENUMREF.AG_No1", "F_ARTGAMME.AG_No"),
    ("F_ARTENUMREF.AG_No2", "F_ARTGAMME.AG_No"),
    ("F_TARIFGAM.AG_No1", "F_ARTGAMME.AG_No"),
    ("F_GAMSTOCK.AG_No1", "F_ARTGAMME.AG_No"),
    ("F_GAMSTOCK.DE_No", "F_DEPOT.DE_No"),
    ("F_ARTSTOCK.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTSTOCK.DE_No", "F_DEPOT.DE_No"),
    ("F_ARTCLIENT.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTCLIENT.AC_Categorie", "P_CATTARIF.cbIndice"),
    ("F_ARTCLIENT.CT_Num", "F_COMPTET.CT_Num"),
    ("F_ARTCLIENT.EG_Champ", "P_GAMME.cbIndice"),
    ("F_TARIFQTE.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_FAMCLIENT.CT_Num", "F_COMPTET.CT_Num"),
    ("F_FAMCLIENT.FA_CodeFamille", "F_FAMILLE.FA_CodeFamille"),
    ("F_ARTCOMPTA.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTCOMPTA.ACP_ComptaCPT_Taxe1", "F_TAXE.TA_Code"),
    ("F_ARTCOMPTA.ACP_ComptaCPT_Taxe2", "F_TAXE.TA_Code"),
    ("F_FAMCOMPTA.FCP_ComptaCPT_Taxe1", "F_TAXE.TA_Code"),
    ("F_ARTGLOSS.GL_No", "F_GLOSSAIRE.GL_No"),
    ("F_ARTGLOSS.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTICLEMEDIA.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_NOMENCLAT.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_NOMENCLAT.NO_RefDet", "F_ARTICLE.AR_Ref"),
    ("F_CONDITION.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_ARTFOURNISS.CT_Num", "F_COMPTET.CT_Num"),
    ("F_COMPTET.N_CatTarif", "P_CATTARIF.cbIndice"),
    ("F_COMPTET.N_Expedition", "P_EXPEDITION.cbIndice"),
    ("F_COMPTET.N_Condition", "P_CONDLIVR.cbIndice"),
    ("F_COMPTET.CO_No", "F_COLLABORATEUR.CO_No"),
    ("F_COMPTET.CT_NumPayeur", "F_COMPTET.CT_Num"),
    ("F_COMPTET.CT_Num", "F_COMPTETG.CT_Num"),
    ("F_LIVRAISON.CT_Num", "F_COMPTET.CT_Num"),
    ("F_LIVRAISON.LI_Pays", "F_PAYS.PA_Intitule"),
    ("F_CONTACTT.CT_Num", "F_COMPTET.CT_Num"),
    ("F_DOCENTETE.DO_Tiers", "F_COMPTET.CT_Num"),
    ("F_DOCENTETE.LI_No", "F_LIVRAISON.LI_No"),
    ("F_DOCLIGNE.DO_Piece", "F_DOCENTETE.DO_Piece"),
    ("F_DOCLIGNE.AR_Ref", "F_ARTICLE.AR_Ref"),
    ("F_DOCLIGNE.AG_No1", "F_ARTGAMME.AG_No"),
    ("P_EXPEDITION.AR_Ref", "F_ARTICLE.AR_Ref"),
]
"""(column, what it points at); 0, empty and NULL point at nothing."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("company")
    return build_company(folder / "sage.db", media=folder / "media"), folder / "sage.db", folder / "media"


@pytest.fixture
def base(built: Built) -> Iterator[pyodbc.Connection]:
    connection = connect(built[1])
    yield connection
    connection.close()


def count(base: pyodbc.Connection, source: str) -> int:
    return base.execute(f"SELECT COUNT(*) FROM {source}").fetchval()


def everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as base:
        return {table: base.execute(f"SELECT * FROM [{table}]").fetchall() for table in columns()}


@pytest.mark.parametrize(
    ("source", "at_least"),
    [
        pytest.param("F_ARTICLE", 60, id="articles"),
        pytest.param("F_ARTICLE WHERE AR_Publie = 1 AND AR_Sommeil = 0", 50, id="published"),
        pytest.param("F_ARTICLE WHERE AR_Publie = 0", 5, id="unpublished"),
        pytest.param("F_ARTICLE WHERE AR_Sommeil = 1", 3, id="asleep"),
        pytest.param("F_FAMILLE WHERE FA_Type = 0", 8, id="families"),
        pytest.param("F_CATALOGUE WHERE CL_Niveau = 2", 10, id="catalogue-leaves"),
        pytest.param("F_ARTICLE WHERE AR_Gamme1 > 0 AND AR_Gamme2 = 0", 5, id="single-gammes"),
        pytest.param("F_ARTICLE WHERE AR_Gamme2 > 0", 2, id="double-gammes"),
        pytest.param("F_ARTICLE WHERE AR_Nomencl > 0", 2, id="kits"),
        pytest.param("F_ARTICLE WHERE AR_Condition > 0", 2, id="packaged"),
        pytest.param("F_GLOSSAIRE", 10, id="glossary"),
        pytest.param("F_ARTICLEMEDIA WHERE ME_TypeMIME = 'application/pdf'", 2, id="linked-pdfs"),
        pytest.param("F_ARTCLIENT WHERE AC_Categorie = 0 AND CT_Num <> ''", 5, id="customer-prices"),
        pytest.param("F_TARIFQTE WHERE TQ_Remise01REM_Valeur > 0", 3, id="percentage-tiers"),
        pytest.param("F_TARIFQTE WHERE TQ_PrixNet > 0", 3, id="net-price-tiers"),
        pytest.param("F_TARIFGAM", 10, id="combination-prices"),
        pytest.param("F_DEPOT", 2, id="depots"),
        pytest.param("F_TAXE WHERE TA_Type = 2 AND TA_TTaux = 1", 2, id="eco-taxes"),
        pytest.param("F_ARTCOMPTA WHERE ACP_ComptaCPT_Taxe2 LIKE 'DEEE%'", 2, id="eco-taxed-articles"),
        pytest.param("F_COMPTET WHERE CT_Type = 0", 15, id="customers"),
        pytest.param("F_LIVRAISON", 18, id="delivery-places"),
        pytest.param("F_CONTACTT", 12, id="contacts"),
        pytest.param("F_DOCENTETE WHERE DO_Type = 1", 2, id="orders"),
        pytest.param("cbSysLibre WHERE CB_File = 'F_ARTICLE'", 4, id="free-fields"),
    ],
)
def test_the_company_has_enough_of(base: pyodbc.Connection, source: str, at_least: int) -> None:
    assert count(base, source) >= at_least


@pytest.mark.parametrize(("condition", "expected"), GROUPS.values(), ids=GROUPS.keys())
def test_separate_articles_form_a_group(base: pyodbc.Connection, condition: str, expected: int) -> None:
    assert count(base, f"F_ARTICLE WHERE AR_Gamme1 = 0 AND {condition}") == expected


def test_the_aprons_differ_by_a_free_field_alone(base: pyodbc.Connection) -> None:
    rows = base.execute(
        "SELECT [Coloris], AR_Design FROM F_ARTICLE WHERE AR_Ref LIKE 'TAB%' ORDER BY AR_Ref"
    ).fetchall()

    assert [row[0] for row in rows] == ["Écru", "Bordeaux", "Anthracite"]
    assert len({row[1] for row in rows}) == 1


def test_the_third_tariff_category_is_kept_in_ttc(base: pyodbc.Connection) -> None:
    categories = base.execute("SELECT CT_Intitule, CT_PrixTTC FROM P_CATTARIF ORDER BY cbIndice").fetchall()
    rows = base.execute("SELECT DISTINCT AC_PrixTTC FROM F_ARTCLIENT WHERE AC_Categorie = 3").fetchall()

    assert [tuple(row) for row in categories[:3]] == [
        ("Tarif public", 0),
        ("Revendeurs", 0),
        ("Comités d'entreprise", 1),
    ]
    assert [row[0] for row in rows] == [1]


@pytest.mark.parametrize(("source", "target"), REFERENCES, ids=[f"{a}->{b}" for a, b in REFERENCES])
def test_every_reference_resolves(base: pyodbc.Connection, source: str, target: str) -> None:
    table, column = source.split(".")
    other, key = target.split(".")
    used = {row[0] for row in base.execute(f"SELECT DISTINCT [{column}] FROM {table}")} - {0, "", None}

    assert used
    assert used <= {row[0] for row in base.execute(f"SELECT [{key}] FROM {other}")}


def test_twins_carry_the_number_or_nothing(base: pyodbc.Connection) -> None:
    row = base.execute("SELECT CL_No1, cbCL_No1, CL_No4, cbCL_No4 FROM F_ARTICLE WHERE AR_Ref = 'COCOTTE-F'").fetchone()

    assert tuple(row) == (2, 2, 0, None)


def test_one_published_article_only_has_no_price(base: pyodbc.Connection) -> None:
    rows = base.execute("SELECT AR_Ref FROM F_ARTICLE WHERE AR_Publie = 1 AND AR_PrixVen <= 0").fetchall()

    assert [row[0] for row in rows] == ["ETUI-LUN"]
    assert count(base, "F_ARTCLIENT WHERE AR_Ref = 'ETUI-LUN'") == 0


def test_dirty_data_is_only_the_documented_one(base: pyodbc.Connection) -> None:
    rows = base.execute("SELECT AR_Ref, AR_CodeBarre FROM F_ARTICLE").fetchall()
    codes = Counter(row.AR_CodeBarre for row in rows if row.AR_CodeBarre)
    variants = [row[0] for row in base.execute("SELECT AE_CodeBarre FROM F_ARTENUMREF")]

    assert [row.AR_Ref for row in rows if row.AR_Ref != row.AR_Ref.strip()] == ["BADGE-PVC "]
    assert [row.AR_Ref for row in rows if row.AR_CodeBarre and not ean.is_valid(row.AR_CodeBarre)] == ["STYLO-PLUME"]
    assert [row.AR_Ref for row in rows if codes[row.AR_CodeBarre] > 1] == ["CLASSEUR-A4", "RAMETTE-A4"]
    assert all(ean.is_valid(code) for code in variants)
    assert len(set(variants) | set(codes)) == len(variants) + len(codes)
    assert [row[0] for row in base.execute("SELECT AR_Ref FROM F_ARTSTOCK WHERE AS_QteSto < 0")] == ["PORTE-CLE"]


def test_stock_of_an_article_is_the_sum_of_its_combinations(base: pyodbc.Connection) -> None:
    rows = base.execute(
        "SELECT s.AR_Ref, s.AS_QteSto, s.AS_QteRes, SUM(g.GS_QteSto), SUM(g.GS_QteRes) FROM F_ARTSTOCK s "
        "JOIN F_GAMSTOCK g ON g.AR_Ref = s.AR_Ref AND g.DE_No = s.DE_No GROUP BY s.AR_Ref, s.DE_No"
    ).fetchall()

    assert len(rows) == 2 * count(base, "F_ARTICLE WHERE AR_Gamme1 > 0")
    assert all((stock, reserved) == (stock_sum, reserved_sum) for _, stock, reserved, stock_sum, reserved_sum in rows)


def test_totals_of_the_orders_are_those_of_their_lines(base: pyodbc.Connection) -> None:
    rows = base.execute(
        "SELECT e.DO_TotalHT, ROUND(SUM(l.DL_MontantHT), 2), e.DO_Type FROM F_DOCENTETE e "
        "JOIN F_DOCLIGNE l ON l.DO_Type = e.DO_Type AND l.DO_Piece = e.DO_Piece GROUP BY e.DO_Piece"
    ).fetchall()

    assert len(rows) == 2
    assert all(total == lines for total, lines, _ in rows)


def test_the_web_has_its_customer_its_souche_and_its_depot(base: pyodbc.Connection) -> None:
    souche = base.execute("SELECT S_Intitule FROM P_SOUCHEVENTE WHERE cbIndice = ?", WEB_SOUCHE + 1).fetchval()
    numbers = base.execute(
        "SELECT DC_Souche, DC_Piece FROM F_DOCCURRENTPIECE WHERE DC_Domaine = 0 AND DC_IdCol = 1 ORDER BY DC_Souche"
    ).fetchall()
    depot = base.execute("SELECT DE_No FROM F_DEPOT WHERE DE_Principal = 1").fetchval()

    assert count(base, f"F_COMPTET WHERE CT_Num = '{WEB_CUSTOMER}' AND CT_Type = 0") == 1
    assert souche == "Site web"
    assert [tuple(row) for row in numbers] == [(0, "BC00003"), (1, "WBC00001")]
    assert depot == MAIN_DEPOT


def test_every_customer_has_one_principal_place_and_no_rank_0(base: pyodbc.Connection) -> None:
    customers = count(base, "F_COMPTET WHERE CT_Type = 0")

    assert count(base, "F_LIVRAISON WHERE LI_Principal = 1") == customers
    assert count(base, "F_LIVRAISON WHERE N_Expedition = 0 OR N_Condition = 0") == 0
    assert count(base, "F_COMPTET WHERE CT_Type = 0 AND (N_CatTarif = 0 OR N_Period = 0 OR N_CatCompta = 0)") == 0


def test_every_stored_path_has_its_file_and_published_goods_have_several_photos(
    base: pyodbc.Connection, built: Built
) -> None:
    summary, _, media = built
    stored = base.execute(
        "SELECT AR_Ref, AR_Photo FROM F_ARTICLE WHERE AR_Photo <> '' "
        "UNION ALL SELECT AR_Ref, ME_Fichier FROM F_ARTICLEMEDIA"
    ).fetchall()
    files = [(row[0], media.joinpath(*PureWindowsPath(row[1]).parts[-2:])) for row in stored]
    pictures = [(reference, path) for reference, path in files if path.suffix != ".pdf"]

    for _, path in pictures:
        with Image.open(path) as image:
            image.load()
            assert image.size == (640, 640)
    assert all(path.read_bytes().startswith(b"%PDF") for _, path in files if path.suffix == ".pdf")
    studio = set((media / "Studio").iterdir())
    assert {path for _, path in files} | studio == {path for path in media.rglob("*") if path.is_file()}
    assert (len(pictures) + len(studio), len(files) - len(pictures)) == (summary.photos, summary.documents)
    published = {row[0] for row in base.execute("SELECT AR_Ref FROM F_ARTICLE WHERE AR_Publie = 1")}
    per_article = Counter(reference for reference, _ in pictures)
    assert {reference for reference in published if per_article[reference] < 2} == IN_THE_STUDIO
    assert {path.stem.rpartition("_")[0] for path in studio} == IN_THE_STUDIO


def test_the_summary_counts_what_the_base_holds(base: pyodbc.Connection, built: Built) -> None:
    assert built[0] == CompanySummary(
        articles=count(base, "F_ARTICLE"),
        published=count(base, "F_ARTICLE WHERE AR_Publie = 1 AND AR_Sommeil = 0"),
        families=count(base, "F_FAMILLE WHERE FA_Type = 0"),
        catalogue_nodes=count(base, "F_CATALOGUE"),
        combinations=count(base, "F_ARTENUMREF"),
        stock_rows=count(base, "F_ARTSTOCK"),
        category_prices=count(base, "F_ARTCLIENT WHERE AC_Categorie > 0"),
        customers=count(base, "F_COMPTET WHERE CT_Type = 0"),
        delivery_places=count(base, "F_LIVRAISON"),
        photos=built[0].photos,
        documents=count(base, "F_ARTICLEMEDIA WHERE ME_TypeMIME = 'application/pdf'"),
        orders=count(base, "F_DOCENTETE"),
    )


def test_every_row_was_modified_at_the_same_fixed_time(base: pyodbc.Connection) -> None:
    for table, declared in columns().items():
        if any(column.name == "cbModification" for column in declared):
            assert count(base, f"{table} WHERE cbModification <> '{BUILT_AT:%Y-%m-%d %H:%M:%S}.000'") == 0


def test_the_same_seed_gives_the_same_base_and_files_and_another_seed_other_stocks(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        build_company(tmp_path / name, articles=50, seed=seed, media=tmp_path / f"{name}-media")
    one, two, three = (everything(tmp_path / name) for name in ("one", "two", "three"))
    files = [
        {path.name: path.read_bytes() for path in (tmp_path / f"{name}-media").rglob("*") if path.is_file()}
        for name in ("one", "two")
    ]

    assert one == two
    assert files[0] == files[1]
    assert one["F_ARTSTOCK"] != three["F_ARTSTOCK"]
    assert one["F_COMPTET"] == three["F_COMPTET"]


def test_generated_articles_come_after_the_base_company(tmp_path: Path, built: Built) -> None:
    summary = build_company(tmp_path / "sage.db", articles=300, media=tmp_path / "media")
    connection = connect(tmp_path / "sage.db")
    generated = connection.execute(
        "SELECT COUNT(*), SUM(AR_Gamme1 > 0), MIN(AR_PrixVen), MAX(AR_Photo) FROM F_ARTICLE WHERE AR_Ref LIKE 'GEN%'"
    ).fetchone()
    connection.close()

    assert summary.articles == built[0].articles + 300
    assert summary.photos == built[0].photos
    assert (generated[0], generated[1] > 0, generated[2] > 0, generated[3] or "") == (300, True, True, "")


def test_building_again_replaces_the_base_and_leaves_no_unfinished_file(tmp_path: Path) -> None:
    path = tmp_path / "sage.db"
    build_company(path, articles=5, media=tmp_path / "media")
    summary = build_company(path, media=tmp_path / "media")
    connection = connect(path)
    found = count(connection, "F_ARTICLE")
    connection.close()

    assert found == summary.articles
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["sage.db"]


@pytest.mark.parametrize(("version", "structure"), [("i7", 4), ("100c", 8), ("v10", 10)])
def test_the_company_exists_in_each_version(version: str, structure: int, tmp_path: Path) -> None:
    summary = build_company(tmp_path / "sage.db", media=tmp_path / "media", version=version)

    with closing(connect(tmp_path / "sage.db")) as connection:
        made = [row.column_name for row in connection.cursor().columns("F_DOCENTETE")]
        found = connection.execute("SELECT CB_DescVersion / 65536 FROM cbSysTable").fetchval()
    declared = [column.name for column in columns(version=version)["F_DOCENTETE"] if column.role != "computed"]
    assert made == [*declared, "N° commande site"]
    assert found == structure
    assert summary == build_company(tmp_path / "again.db", media=tmp_path / "media", version="100c")


def test_a_column_that_no_version_has_is_a_mistake(tmp_path: Path) -> None:
    build_company(tmp_path / "sage.db", media=tmp_path / "media")

    with closing(connect(tmp_path / "sage.db")) as connection, pytest.raises(ValueError, match="AR_Reff"):
        insert(connection, "F_ARTICLE", [{"AR_Reff": "X"}])
