"""How amounts and quantities are kept and said. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MICRO = Decimal("0.000001")
"""The precision of both sides: numeric(24,6) in Sage, six decimals in the shop."""


def micro(value: Decimal) -> Decimal:
    """Rounded to six decimals, halves away from zero as Sage and the shop do."""
    return value.quantize(MICRO, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Without trailing zeros or exponent: "20", "5.5"."""
    shown = format(value, "f")
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in {"", "-0"} else shown


def shop_decimal(value: Decimal) -> str:
    """As the shop gives it back: "12.500000"."""
    return format(micro(value) + 0, "f")


def said(value: Decimal, language: str) -> str:
    """An amount in words for people: at least two decimals, "12,50" in French, "12.50" in English."""
    shown = plain(value)
    whole, _, decimals = shown.partition(".")
    shown = f"{whole}.{decimals:0<2}"
    return shown.replace(".", ",") if language == "fr" else shown


def said_plain(value: Decimal, language: str) -> str:
    """A rate, a quantity or a coefficient: "5,5", "20"."""
    shown = plain(value)
    return shown.replace(".", ",") if language == "fr" else shown
