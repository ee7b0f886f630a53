"""Barcodes: AR_CodeBarre is free text, the shop wants a real EAN. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stdnum import ean
from stdnum.exceptions import ValidationError

LENGTHS = frozenset({8, 12, 13})
"""EAN-8, UPC-12, EAN-13: what the shop's field of 13 digits takes."""


def valid_ean(barcode: str) -> str:
    """The digits of a valid EAN-13, UPC-12 or EAN-8, blanks and dashes removed; "" for anything else."""
    try:
        digits: str = ean.validate(barcode)
    except ValidationError:
        return ""
    return digits if len(digits) in LENGTHS and digits.isascii() else ""


def same_ean(digits: str) -> str:
    """One spelling per code: a UPC-12 is the EAN-13 that begins with 0."""
    return digits.zfill(13)


def doubled_eans(barcodes: Iterable[str]) -> frozenset[str]:
    """The valid codes (as `same_ean` spells them) met more than once: sent on none until a person decides."""
    counts = Counter(same_ean(digits) for barcode in barcodes if (digits := valid_ean(barcode)))
    return frozenset(code for code, count in counts.items() if count > 1)
