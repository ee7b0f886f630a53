"""Changes in Sage for the benchmarks: new prices and stocks for some generated articles without variants."""

from __future__ import annotations

from pathlib import Path

from connectors.sandbox.sage import connect


def change_articles(sage: Path, amount: int, *, by: int = 1) -> None:
    """Raise the price and the stock of the first so many by `by`; each call changes the same ones."""
    connection = connect(sage)
    connection.execute(
        "CREATE TEMPORARY TABLE chosen AS SELECT AR_Ref FROM F_ARTICLE"
        " WHERE AR_Ref LIKE 'GEN%' AND AR_Gamme1 = 0 ORDER BY AR_Ref LIMIT ?",
        (amount,),
    )
    for table, column in (("F_ARTICLE", "AR_PrixVen"), ("F_ARTSTOCK", "AS_QteSto")):
        connection.execute(
            f"UPDATE {table} SET {column} = {column} + ? WHERE AR_Ref IN (SELECT AR_Ref FROM chosen)",  # noqa: S608
            (by,),
        )
    connection.commit()
    connection.close()
