"""Articles and what describes them: families, catalogue, gammes, packagings, kits, texts, media, suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from connectors.sage.records.base import FreeValue, Record, column, free_fields, record


@record("code")
class Family(Record):
    """F_FAMILLE. Only families of kind 0 (detail) hold articles; often an accounting grouping, not a shop category."""

    code: str = column("FA_CodeFamille")
    kind: int = column("FA_Type")
    """0 detail, 1 total, 2 centralising."""
    label: str = column("FA_Intitule")
    parent_code: str = column("FA_Central")
    sales_unit: int = column("FA_UniteVen")
    coefficient: Decimal = column("FA_Coef")
    stock_tracking: int = column("FA_SuiviStock")
    published: bool = column("FA_Publie")
    statistics: tuple[str, ...] = column("FA_Stat01", "FA_Stat02", "FA_Stat03", "FA_Stat04", "FA_Stat05")
    catalogue_path: tuple[int, ...] = column("CL_No1", "CL_No2", "CL_No3", "CL_No4")


@record("number")
class CatalogueNode(Record):
    """F_CATALOGUE: the commercial tree, four levels."""

    number: int = column("CL_No")
    label: str = column("CL_Intitule")
    code: str = column("CL_Code")
    parent_number: int = column("CL_NoParent")
    """0 at the root."""
    level: int = column("CL_Niveau")
    """0 to 3."""


@record("rank")
class Gamme(Record):
    """P_GAMME. Kind 0 makes variants of a product; 1 to 3 are tier grids of the tariffs."""

    rank: int = column("cbIndice")
    label: str = column("G_Intitule")
    kind: int = column("G_Type")
    """0 product, 1 discount by quantity, 2 discount by amount, 3 net price."""


@record("gamme", "position")
class GammeValue(Record):
    """F_ENUMGAMME: a value that articles may use."""

    gamme: int = column("EG_Champ")
    position: int = column("EG_Ligne")
    label: str = column("EG_Enumere")
    upper_bound: Decimal = column("EG_BorneSup")
    """Of a tier grid; 0 for a product gamme."""


@record("reference")
class Article(Record):
    """F_ARTICLE."""

    reference: str = column("AR_Ref")
    stored_reference: str = column("AR_Ref", verbatim=True)
    """As stored, trailing blanks included: what a document line must carry."""
    label: str = column("AR_Design")
    family_code: str = column("FA_CodeFamille")
    kind: int = column("AR_Type")
    """0 standard, 1 gamme, 2 single resource, 3 multiple resource."""
    asleep: bool = column("AR_Sommeil")
    published: bool = column("AR_Publie")
    barcode: str = column("AR_CodeBarre")
    nomenclature: int = column("AR_Nomencl")
    """0 none, 1 made, 2 kit sold as its components, 3 kit by component, 4 linked article."""
    kit_quantity: Decimal = column("AR_QteComp")
    """Number of kits that the component quantities make; 0 is read as 1."""
    stock_tracking: int = column("AR_SuiviStock")
    """0 none, 1 serial, 2 CMUP, 3 FIFO, 4 LIFO, 5 batch."""
    gamme1: int = column("AR_Gamme1")
    gamme2: int = column("AR_Gamme2")
    packaging: int = column("AR_Condition")
    back_to_back: bool = column("AR_Contremarque")
    purchase_price: Decimal = column("AR_PrixAch")
    coefficient: Decimal = column("AR_Coef")
    sale_price: Decimal = column("AR_PrixVen")
    sale_price_with_tax: bool = column("AR_PrixTTC")
    last_purchase_price: Decimal = column("AR_PUNet")
    standard_cost: Decimal = column("AR_CoutStd")
    next_purchase_price: Decimal = column("AR_PrixAchNouv")
    next_coefficient: Decimal = column("AR_CoefNouv")
    next_sale_price: Decimal = column("AR_PrixVenNouv")
    next_price_date: date | None = column("AR_DateApplication")
    weight_unit: int = column("AR_UnitePoids")
    """0 tonne, 1 quintal, 2 kilogram, 3 gram, 4 milligram."""
    net_weight: Decimal = column("AR_PoidsNet")
    gross_weight: Decimal = column("AR_PoidsBrut")
    sales_unit: int = column("AR_UniteVen")
    statistics: tuple[str, ...] = column("AR_Stat01", "AR_Stat02", "AR_Stat03", "AR_Stat04", "AR_Stat05")
    catalogue_path: tuple[int, ...] = column("CL_No1", "CL_No2", "CL_No3", "CL_No4")
    """One number per level, 0 where unused: the last one that is not 0 is the article's place."""
    label_language1: str = column("AR_Langue1")
    label_language2: str = column("AR_Langue2")
    edi_code: str = column("AR_EdiCode")
    fiscal_code: str = column("AR_CodeFiscal")
    country: str = column("AR_Pays")
    substitute: str = column("AR_Substitut")
    short_name: str = column("AR_Raccourci")
    warranty: int = column("AR_Garantie")
    delivery_delay: int = column("AR_Delai")
    parcels: int = column("AR_NbColis")
    sold_by_weight: bool = column("AR_FactPoids")
    order_forbidden: bool = column("AR_InterdireCommande")
    created_on: date | None = column("AR_DateCreation")
    photo: str = column("AR_Photo")
    """A Windows path as Sage's server sees it, or a bare file name."""
    free_fields: Mapping[str, FreeValue] = free_fields()


@record("article", "number")
class ArticleGamme(Record):
    """F_ARTGAMME: a value of a gamme used by one article. Its number is unique in the base."""

    article: str = column("AR_Ref")
    number: int = column("AG_No")
    label: str = column("EG_Enumere")
    axis: int = column("AG_Type")
    """0 first gamme of the article, 1 second gamme."""


@record("article", "gamme1", "gamme2")
class Combination(Record):
    """F_ARTENUMREF: a variant of an article. ``gamme2`` is 0 for an article of one gamme."""

    article: str = column("AR_Ref")
    gamme1: int = column("AG_No1")
    gamme2: int = column("AG_No2")
    reference: str = column("AE_Ref")
    """Often empty."""
    barcode: str = column("AE_CodeBarre")
    purchase_price: Decimal = column("AE_PrixAch")
    next_purchase_price: Decimal = column("AE_PrixAchNouv")
    edi_code: str = column("AE_EdiCode")
    asleep: bool = column("AE_Sommeil")


@record("number")
class Packaging(Record):
    """F_CONDITION. Its number has nothing to do with the salesperson's, which bears the same column name."""

    number: int = column("CO_No")
    article: str = column("AR_Ref")
    label: str = column("EC_Enumere")
    quantity: Decimal = column("EC_Quantite")
    reference: str = column("CO_Ref")
    barcode: str = column("CO_CodeBarre")
    main: bool = column("CO_Principal")


@record("kit", "component", "gamme1", "gamme2", "kit_gamme1", "kit_gamme2", "position")
class KitComponent(Record):
    """F_NOMENCLAT: a component of a nomenclature."""

    kit: str = column("AR_Ref")
    component: str = column("NO_RefDet")
    quantity: Decimal = column("NO_Qte")
    """For ``Article.kit_quantity`` kits."""
    kind: int = column("NO_Type")
    """0 fixed, 1 variable."""
    gamme1: int = column("AG_No1")
    gamme2: int = column("AG_No2")
    kit_gamme1: int = column("AG_No1Comp")
    kit_gamme2: int = column("AG_No2Comp")
    position: int = column("NO_Ordre")
    depot: int = column("DE_No")
    comment: str = column("NO_Commentaire")


@record("number")
class GlossaryText(Record):
    """F_GLOSSAIRE, the texts of articles: the usual place for a long description."""

    number: int = column("GL_No")
    label: str = column("GL_Intitule")
    short_name: str = column("GL_Raccourci")
    text: str = column("GL_Text")
    text_language1: str = column("GL_TextLangue1")
    text_language2: str = column("GL_TextLangue2")
    starts_on: date | None = column("GL_PeriodeDeb")
    ends_on: date | None = column("GL_PeriodeFin")


@record("article", "text")
class ArticleText(Record):
    """F_ARTGLOSS: which glossary text an article uses."""

    article: str = column("AR_Ref")
    text: int = column("GL_No")
    position: int = column("AGL_Num")


@record("article", "path")
class Media(Record):
    """F_ARTICLEMEDIA: a file linked to an article; the base holds its path, not its bytes."""

    article: str = column("AR_Ref")
    path: str = column("ME_Fichier")
    comment: str = column("ME_Commentaire")
    mime_type: str = column("ME_TypeMIME")


@record("article", "supplier")
class ArticleSupplier(Record):
    """F_ARTFOURNISS."""

    article: str = column("AR_Ref")
    supplier: str = column("CT_Num")
    reference: str = column("AF_RefFourniss")
    barcode: str = column("AF_CodeBarre")
    purchase_price: Decimal = column("AF_PrixAch")
    discount: Decimal = column("AF_Remise")
    lead_time: int = column("AF_DelaiAppro")
    """Days."""
    minimum_quantity: Decimal = column("AF_QteMini")
    main: bool = column("AF_Principal")


@record("number")
class Supplier(Record):
    """F_COMPTET with CT_Type = 1."""

    number: str = column("CT_Num")
    name: str = column("CT_Intitule")
