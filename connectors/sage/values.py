"""Values at Sage's door: what a driver hands over becomes one Python value, whatever the driver and the version.

Facts: empty text is '' or NULL, "no date" is 1753-01-01, 1900-01-01 or NULL, and a ``numeric(24,6)`` arrives as
Decimal, float or text depending on the driver.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

ZERO = Decimal(0)
LAST_EMPTY_DAY = date(1900, 1, 1)
"""Sage's "no date": 1753-01-01 on datetime columns, 1900-01-01 on smalldatetime ones. Nothing older is a real date."""


def text(value: object) -> str:
    """'' for NULL; trailing blanks removed (SQL Server ignores them when it compares), everything else kept."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.rstrip(" ")
    return value.decode("cp1252", "replace").rstrip(" ") if isinstance(value, bytes) else str(value)


def verbatim(value: object) -> str:
    """'' for NULL, otherwise exactly what is stored: the form in which a key is written back."""
    return "" if value is None else str(value)


def integer(value: object) -> int:
    """0 for NULL and '': Sage's ranks and numbers use 0 for "none"."""
    if isinstance(value, int):
        return int(value)
    if value is None or value == "":
        return 0
    return int(Decimal(str(value)))


def flag(value: object) -> bool:
    return integer(value) != 0


def decimal(value: object) -> Decimal:
    """0 for NULL and ''. A float is rounded at Sage's 6 decimals, so that 0.1 + 0.2 is 0.3.

    :raises ValueError: the text is not a number, e.g. '#N/A' pasted in a free field.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return _float_decimal(value)
    if value is None:
        return ZERO
    return _text_decimal(str(value))


def optional_decimal(value: object) -> Decimal | None:
    """None for NULL: the column is missing in this version, or Sage never filled it."""
    return None if value is None else decimal(value)


def day(value: object) -> date | None:
    """The date, None for each of Sage's "no date" values."""
    moment_ = moment(value)
    return None if moment_ is None else moment_.date()


def moment(value: object) -> datetime | None:
    """The date and time (server's local time, no zone), None for each of Sage's "no date" values."""
    found = _moment(value)
    return None if found is None or found.date() <= LAST_EMPTY_DAY else found


def plain_number(value: Decimal) -> str:
    """One spelling per number, whatever the driver's scale: '12.5' for 12.500000, '0' for 0E-6."""
    shown = format(value, "f")
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in {"-0", ""} else shown


def _moment(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - Sage's times have no zone
    return _text_moment(str(value))


@lru_cache(maxsize=4096)
def _text_moment(value: str) -> datetime:
    return datetime.fromisoformat(value.strip())


@lru_cache(maxsize=16384)
def _float_decimal(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")


@lru_cache(maxsize=16384)
def _text_decimal(value: str) -> Decimal:
    cleaned = value.strip().replace(",", ".")
    if not cleaned:
        return ZERO
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        raise ValueError(f"not a number: {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"not a number: {value!r}")
    return number
