"""What Sage's own ODBC driver does behind an insert: amounts of lines, instalment, payment, counter.

A row that does not name its author (`cbCreateur` keeps its default) is taken for one that came through that driver;
the portal's raw writer signs its rows, and the company's are signed by Sage users. Facts: the notes on inserts, among
them those that still need a live base (the counter, and the instalment that goes with its header).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyodbc

_THROUGH_THE_DRIVER = "NEW.cbCreateur = 'CSQL'"

_KEPT = "(1 - coalesce(NEW.DL_Remise01REM_Valeur, 0) * (NEW.DL_Remise01REM_Type = 1) / 100.0)"
_RATE = "(1 + coalesce(NEW.DL_Taxe1, 0) / 100.0)"
_AMOUNTS = f"""UPDATE F_DOCLIGNE SET
  DL_MontantHT = CASE WHEN NEW.DL_TTC = 1
    THEN round(round(NEW.DL_Qte * NEW.DL_PUTTC * {_KEPT}, 2) / {_RATE}, 2)
    ELSE round(NEW.DL_Qte * NEW.DL_PrixUnitaire * {_KEPT}, 2) END,
  DL_MontantTTC = CASE WHEN NEW.DL_TTC = 1
    THEN round(NEW.DL_Qte * NEW.DL_PUTTC * {_KEPT}, 2)
    ELSE round(round(NEW.DL_Qte * NEW.DL_PrixUnitaire * {_KEPT}, 2) * {_RATE}, 2) END
  WHERE cbMarq = NEW.cbMarq"""  # noqa: S608 constants of this file

_INSTALMENT = """INSERT INTO F_DOCREGL
  (DR_No, DO_Domaine, DO_Type, DO_Piece, DR_TypeRegl, DR_Equil, DR_Date, N_Reglement)
  SELECT 0, NEW.DO_Domaine, NEW.DO_Type, NEW.DO_Piece, 2, 1, NEW.DO_Date, 1"""

_DIGITS = "substr(DC_Piece, length(rtrim(DC_Piece, '0123456789')) + 1)"
_COUNTER = f"""UPDATE F_DOCCURRENTPIECE SET
  DC_Piece = rtrim(DC_Piece, '0123456789') || printf('%0*d', length({_DIGITS}), {_DIGITS} + 1)
  WHERE DC_Domaine = NEW.DO_Domaine AND DC_IdCol = NEW.DO_Type AND DC_Souche = NEW.DO_Souche
    AND DC_Piece = NEW.DO_Piece"""  # noqa: S608 constants of this file

_PAYMENT = """INSERT INTO F_CREGLEMENT
  (RG_No, CT_NumPayeur, RG_Date, RG_Montant, RG_Libelle, N_Reglement, JO_Num, RG_Cloture)
  SELECT (SELECT coalesce(max(RG_No), 0) + 1 FROM F_CREGLEMENT),
    (SELECT DO_Tiers FROM F_DOCENTETE WHERE DO_Type = NEW.DO_Type AND DO_Piece = NEW.DO_Piece),
    NEW.DR_Date, NEW.DR_Montant, NEW.DR_Libelle, NEW.N_Reglement, 'BQE', 0;
INSERT INTO F_REGLECH (RG_No, DR_No, DO_Domaine, DO_Type, DO_Piece, RC_Montant)
  SELECT (SELECT max(RG_No) FROM F_CREGLEMENT), (SELECT DR_No FROM F_DOCREGL WHERE cbMarq = NEW.cbMarq),
    NEW.DO_Domaine, NEW.DO_Type, NEW.DO_Piece, NEW.DR_Montant"""

_ACCOUNT = "INSERT INTO F_COMPTETG (CT_Num, CG_Num) SELECT NEW.CT_Num, NEW.CG_NumPrinc"

_TRIGGERS = (
    ("TG_ODBC_LINE", "F_DOCLIGNE", f"{_THROUGH_THE_DRIVER} AND NEW.DO_Domaine = 0", _AMOUNTS),
    ("TG_ODBC_HEADER", "F_DOCENTETE", f"{_THROUGH_THE_DRIVER} AND NEW.DO_Domaine = 0", f"{_INSTALMENT}; {_COUNTER}"),
    ("TG_ODBC_DEPOSIT", "F_DOCREGL", f"{_THROUGH_THE_DRIVER} AND NEW.DR_TypeRegl = 0", _PAYMENT),
    ("TG_ODBC_ACCOUNT", "F_COMPTET", f"{_THROUGH_THE_DRIVER} AND NEW.CT_Type = 0", _ACCOUNT),
)
_ON_DELETE = """CREATE TRIGGER TG_ODBC_DELETE AFTER DELETE ON F_DOCENTETE WHEN OLD.cbCreateur = 'CSQL' BEGIN
  DELETE FROM F_DOCREGL WHERE DO_Domaine = OLD.DO_Domaine AND DO_Type = OLD.DO_Type AND DO_Piece = OLD.DO_Piece
    AND DR_TypeRegl = 2; END"""


def play_sage_driver(connection: pyodbc.Connection) -> None:
    """From now on, unsigned rows of this base are completed as Sage's driver completes them; commits."""
    cursor = connection.cursor()
    for name, table, condition, actions in _TRIGGERS:
        cursor.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} WHEN {condition} BEGIN {actions}; END")
    cursor.execute(_ON_DELETE)
    connection.commit()
