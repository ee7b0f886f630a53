"""The next number of a document, as Sage's own counters give it."""

from __future__ import annotations

import re

from connectors.errors import ConfigurationError
from connectors.sage import values
from connectors.sage.writing import Writer, only

SALES = 0
"""DC_Domaine / DO_Domaine of sales."""

_TAIL = re.compile(r"(\d*)$")
_MAX_SKIPS = 10_000


def successor(piece: str) -> str:
    """The next number: the digits at the end grow by one, their width and the prefix stay; ``BC00099`` -> ``BC00100``.

    A number without digits at its end gets a 1; one whose digits are all 9 grows by a character.
    """
    found = _TAIL.search(piece)
    digits = found[1] if found else ""
    return piece[: len(piece) - len(digits)] + str(int(digits or "0") + 1).zfill(len(digits))


def lock_counter(writer: Writer, kind: int, souche: int) -> str:
    """The number the counter gives now. Holding its row until the end of the transaction also makes writers take turns.

    :raises ConfigurationError: ``sage.no_counter``: this series has no counter in Sage.
    """
    # DC_IdCol has the same numbers as DO_Type for quotes and orders, the only kinds that are written.
    where = {"DC_Domaine": SALES, "DC_IdCol": kind, "DC_Souche": souche}
    row = only(writer.select("F_DOCCURRENTPIECE", ["DC_Piece"], where, locked=True))
    if row is None or not values.text(row["DC_Piece"]):
        raise ConfigurationError("sage.no_counter", {"souche": souche, "kind": kind})
    return values.text(row["DC_Piece"])


def take_piece(writer: Writer, kind: int, souche: int) -> str:
    """A free number: the counter's, or the first after it that no document bears or bore before its transformation.

    Direct mode also writes the successor back, or Sage's next user would meet the same number.
    """
    piece = lock_counter(writer, kind, souche)
    for _ in range(_MAX_SKIPS):
        if not _taken(writer, kind, piece):
            break
        piece = successor(piece)
    else:
        raise ConfigurationError("sage.no_counter", {"souche": souche, "kind": kind})
    width = writer.capabilities.length("F_DOCENTETE", "DO_Piece")
    if width and len(piece) > width:
        raise ConfigurationError("sage.no_counter", {"souche": souche, "kind": kind, "piece": piece})
    if writer.direct:
        where = {"DC_Domaine": SALES, "DC_IdCol": kind, "DC_Souche": souche}
        writer.update("F_DOCCURRENTPIECE", {"DC_Piece": successor(piece)}, where)
    return piece


def _taken(writer: Writer, kind: int, piece: str) -> bool:
    if writer.select("F_DOCENTETE", ["DO_Piece"], {"DO_Domaine": SALES, "DO_Type": kind, "DO_Piece": piece}):
        return True
    return bool(writer.select("F_DOCLIGNE", ["DL_No"], {"DO_Domaine": SALES, "DL_PieceBC": piece}))
