"""Cells of files that people open in a spreadsheet: never a formula that somebody else wrote."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Reference: OWASP, "CSV Injection"."""
GUARD = "'"


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it and does not calculate it: ``=1+1`` becomes ``'=1+1``.

    A text that looks guarded already is guarded once more, so that `plain_text` always gives back what was there.
    """
    return GUARD + text if text.lstrip(GUARD).startswith(FORMULA_STARTS) else text


def plain_text(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if cell.startswith(GUARD) and cell.lstrip(GUARD).startswith(FORMULA_STARTS) else cell
