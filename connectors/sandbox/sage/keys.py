"""The keys Sage guards: unique indexes of a real base, and the plain ones without which a scaled base crawls.

There is on purpose no index on `cbModification`: a real base has none either, and polling it scans the table.
"""

from __future__ import annotations

UNIQUE_KEYS: dict[str, tuple[str, ...]] = {
    "F_ARTICLE": ("AR_Ref",),
    "F_FAMILLE": ("FA_CodeFamille",),
    "F_CATALOGUE": ("CL_No",),
    "F_ARTGAMME": ("AG_No",),
    "F_ARTENUMREF": ("AR_Ref", "AG_No1", "AG_No2"),
    "F_ARTSTOCK": ("AR_Ref", "DE_No"),
    "F_GAMSTOCK": ("AR_Ref", "DE_No", "AG_No1", "AG_No2"),
    "F_DEPOT": ("DE_No",),
    "F_ARTCLIENT": ("AR_Ref", "AC_Categorie", "CT_Num"),
    "F_TARIFGAM": ("AR_Ref", "TG_RefCF", "AG_No1", "AG_No2"),
    "F_TARIFQTE": ("AR_Ref", "TQ_RefCF", "TQ_BorneSup"),
    "F_TARIFCOND": ("AR_Ref", "TC_RefCF", "CO_No"),
    "F_FAMCLIENT": ("FA_CodeFamille", "CT_Num"),
    "F_FAMTARIF": ("FA_CodeFamille", "FT_Categorie"),
    "F_TAXE": ("TA_Code",),
    "F_ARTCOMPTA": ("AR_Ref", "ACP_Type", "ACP_Champ", "ACP_TypeFacture"),
    "F_FAMCOMPTA": ("FA_CodeFamille", "FCP_Type", "FCP_Champ", "FCP_TypeFacture"),
    "F_CONDITION": ("CO_No",),
    "F_GLOSSAIRE": ("GL_No",),
    "F_ARTGLOSS": ("AR_Ref", "GL_No"),
    "F_COMPTET": ("CT_Num",),
    "F_COMPTETG": ("CT_Num", "CG_Num"),
    "F_LIVRAISON": ("LI_No",),
    "F_COLLABORATEUR": ("CO_No",),
    "F_DOCENTETE": ("DO_Type", "DO_Piece"),
    "F_DOCLIGNE": ("DL_No",),
    "F_DOCREGL": ("DR_No",),
    "F_CREGLEMENT": ("RG_No",),
    "F_REGLECH": ("RG_No", "DR_No"),
    "F_DOCCURRENTPIECE": ("DC_Domaine", "DC_IdCol", "DC_Souche"),
    "cbSysLibre": ("CB_File", "CB_Name"),
    "cbSysTable": ("CB_Type",),
}

INDEXES: dict[str, tuple[str, ...]] = {
    "F_DOCLIGNE": ("DO_Domaine", "DO_Type", "DO_Piece", "DL_Ligne"),
    "F_DOCREGL": ("DO_Domaine", "DO_Type", "DO_Piece"),
    "F_DOCENTETE": ("DO_Domaine", "DO_Tiers"),
    "F_LIVRAISON": ("CT_Num",),
    "F_CONTACTT": ("CT_Num",),
    "F_ARTICLEMEDIA": ("AR_Ref",),
    "F_ARTGAMME": ("AR_Ref",),
    "F_NOMENCLAT": ("AR_Ref",),
    "F_CONDITION": ("AR_Ref",),
}

ASSIGNED_NUMBERS: dict[str, str] = {
    "F_ARTGAMME": "AG_No",
    "F_CONDITION": "CO_No",
    "F_LIVRAISON": "LI_No",
    "F_DOCLIGNE": "DL_No",
    "F_DOCREGL": "DR_No",
    "F_CREGLEMENT": "RG_No",
}
"""Internal numbers that Sage's ODBC driver assigns when a row is inserted with 0 (or, where it may, without one)."""
