"""Values as PrestaShop keeps and compares them: folding, numbers, dates, links."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from connectors.sandbox.shop.schema import DAY_ONLY, Field, Kind


@lru_cache(maxsize=20_000)
def fold(text: str | None) -> str | None:
    """As MySQL's utf8mb4 collation compares: without case, accents, trailing blanks (`[e-1]` finds `É-1`)."""
    if text is None:
        return None
    decomposed = unicodedata.normalize("NFD", str(text))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().rstrip(" ")


def leading_number(text: str) -> float:
    """MySQL's reading of a text where a number is expected: the leading digits, else 0."""
    found = re.match(r"\s*-?\d+(\.\d+)?", text)
    return float(found.group()) if found else 0.0


def without_four_bytes(value: object) -> object:
    """As the three-byte utf8 of 1.6 keeps a text: an emoji becomes `????`, without a word."""
    return re.sub(r"[\U00010000-\U0010ffff]", "????", value) if isinstance(value, str) else value


def slug(text: str) -> str:
    """The link_rewrite PrestaShop makes of a name: `T-shirt été` -> `t-shirt-ete`."""
    plain = (fold(text) or "").replace("œ", "oe").replace("æ", "ae")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def money(value: object) -> Decimal:
    """A stored amount as Decimal; blank counts as 0."""
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """PrestaShop's default rounding: half up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def whole(value: object) -> int:
    """PHP's `(int)`: the leading digits of a text, 0 for anything else."""
    found = re.match(r"\s*[-+]?\d+", str(value if value is not None else ""))
    return int(found.group()) if found else 0


def stored(known: Field, value: str | None) -> str | int | None:
    """What the database holds after a valid value was saved in a field of one language."""
    if value is None or value == "":
        return known.blank
    if known.kind is Kind.INTEGER:
        return whole(value)
    if known.kind is Kind.DECIMAL:
        return str(rounded(money(value), known.decimals))
    if known.kind is Kind.DATE:
        return value[:10] if known.name in DAY_ONLY else (f"{value} 00:00:00" if len(value) == 10 else value)
    return value
